internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualSchedule

/// Reads query parameters, each by its name, and tells of those that nobody asked for.
struct QueryFields {
    private let values: [(name: String, value: String)]
    private var asked: Set<String> = []
    private var faults: [(name: String, detail: String)] = []

    init(_ request: Request) {
        values = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
    }

    /// All values of the parameter.
    mutating func all(_ name: String) -> [String] {
        asked.insert(name)
        return values.filter { $0.name == name }.map(\.value)
    }

    mutating func text(_ name: String, most: Int = 256) -> String? {
        let found = all(name)
        if found.count > 1 { fault(name, "is there more than once") }
        guard let value = found.first else { return nil }
        if value.unicodeScalars.count > most || value.utf8.contains(0) || value.isEmpty {
            fault(name, "must be 1 to \(most) characters without NUL")
            return nil
        }
        return value
    }

    /// The name of a service or a queue.
    mutating func word(_ name: String) -> String? { word(name, most: 64, extra: "._-") }

    /// The name of a job.
    mutating func jobName(_ name: String) -> String? { word(name, most: 128, extra: "._/-") }

    private mutating func word(_ name: String, most: Int, extra: String) -> String? {
        guard let value = text(name) else { return nil }
        if value.utf8.count <= most, Fields.isWord(value, extra: extra) { return value }
        fault(name, "must be 1 to \(most) of A–Z a–z 0–9 \(extra.map(String.init).joined(separator: " "))")
        return nil
    }

    mutating func int(_ name: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let value = text(name) else { return standard }
        guard let number = Int(value), range.contains(number) else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) -> Choice?
    where Choice.RawValue == String {
        guard let value = text(name) else { return nil }
        if let choice = Choice(rawValue: value) { return choice }
        fault(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// `true` or `false`; false without one.
    mutating func flag(_ name: String) -> Bool {
        guard let value = text(name) else { return false }
        if value != "true", value != "false" { fault(name, "must be true or false") }
        return value == "true"
    }

    mutating func instant(_ name: String) -> Timestamp? {
        guard let value = text(name) else { return nil }
        let instant = Timestamp(rfc3339: value)
        if instant == nil { fault(name, "must be an RFC 3339 instant, 2026-03-29T01:30:00Z") }
        return instant
    }

    /// A duration as text, `20s` or `PT20S`.
    mutating func duration(_ name: String, _ range: ClosedRange<Duration>) -> Duration? {
        guard let value = text(name) else { return nil }
        guard let duration = Duration(text: value), range.contains(duration) else {
            fault(name, "must be a duration from \(range.lowerBound.text) to \(range.upperBound.text), such as 20s")
            return nil
        }
        return duration
    }

    mutating func identifier(_ name: String) -> Identifier? {
        guard let value = text(name) else { return nil }
        let id = Identifier(value)
        if id == nil { fault(name, "must be a UUID") }
        return id
    }

    /// What every list is asked: how many, and from where on. The last to be read of a query.
    /// - Throws: `Problem` 422 when a parameter was at fault or is unknown.
    mutating func page(
        of list: String, limits: ClosedRange<Int> = 1...200, standard: Int = 50
    ) throws -> PageRequest {
        let limit = int("limit", limits, default: standard)
        let scope = "\(list)?" + self.scope
        let after = cursor(scope: scope)
        try finish()
        return PageRequest(limit: limit, scope: scope, after: after, words: words)
    }

    /// All that the query says, in an order of its own, as a text that no other query has.
    private var words: String {
        var words = KeyWords()
        for pair in values.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
            words.add(pair.name)
            words.add(pair.value)
        }
        return words.text
    }

    /// The cursor's key; the scope is everything else that the query says.
    private mutating func cursor(scope: String) -> PageKey? {
        guard let value = text("cursor", most: 2048) else { return nil }
        let key = Cursor.key(value, scope: scope)
        if key == nil { fault("cursor", "is not a cursor that this query gave; leave it out to begin anew") }
        return key
    }

    mutating func fault(_ name: String, _ detail: String) { faults.append((name, detail)) }

    /// - Throws: `Problem` 422 when a parameter was at fault or is unknown.
    mutating func finish() throws {
        for name in Set(values.map(\.name)).subtracting(asked).sorted() {
            fault(String(name.prefix(64)), "is not a parameter here")
        }
        if faults.isEmpty { return }
        var problem = Problem(.validation, "The query has faults.")
        problem.parameters = faults
        throw problem
    }

    /// The query without `cursor` and `limit`, in an order of its own: what a cursor is bound to.
    var scope: String {
        values.filter { $0.name != "cursor" && $0.name != "limit" }.map { "\($0.name)=\($0.value)" }.sorted()
            .joined(separator: "&")
    }
}

/// A page that is asked for.
struct PageRequest {
    let limit: Int
    /// What its cursors are good for.
    let scope: String
    /// nil begins at the list's beginning.
    let after: PageKey?
    /// The whole query, which names the page among those that are kept.
    let words: String
}
