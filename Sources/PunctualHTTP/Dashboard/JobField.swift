internal import PunctualJSON

/// One field of the form that makes or changes a job, and its place in the job's JSON.
struct JobField: Sendable {
    enum Kind: Sendable {
        case line, area
        case choice([String])
        /// The name of a time zone.
        case zone
    }

    /// What the text stands for.
    enum Content: Sendable {
        case text, number, json
        /// One a line: `name=value`. What lines cannot hold, as a line break in a value, is JSON; of the next two as well.
        case pairs
        /// One a line: `Name: value`.
        case headers
        /// One a line.
        case list
    }

    let name: String
    let pointer: String
    let label: String
    var hint = ""
    var kind = Kind.line
    var content = Content.text
    /// What a new job's form begins with.
    var standard = ""
    var isRequired = false
    var isWide = false

    var path: [Substring] { pointer.split(separator: "/") }

    /// The member of the job, as text for the form; empty when it has none.
    func text(of job: JSONValue) -> String {
        var value: JSONValue? = job
        for name in path { value = value?[String(name)] }
        guard let value, !value.isNull else { return "" }
        switch content {
        case .text, .number: return value.string ?? value.description
        case .json: return value.description
        case .pairs: return lines(members(value).map { "\($0)=\($1)" }, of: value)
        case .headers: return lines(members(value).map { "\($0): \($1)" }, of: value)
        case .list: return lines((value.array ?? []).compactMap(\.string), of: value)
        }
    }

    /// The lines, or JSON where they would not be read as the same.
    private func lines(_ lines: [String], of given: JSONValue) -> String {
        let text = lines.joined(separator: "\n")
        if given == .array([]) || given == .object(JSONObject()) { return "" }
        if case .success(let value) = value(of: text), value == given { return text }
        return given.description
    }

    private func members(_ value: JSONValue) -> [(String, String)] {
        (value.object?.members ?? []).map { ($0.name, $0.value.string ?? "") }
    }

    /// What the text stands for, or what is wrong with it; the API judges all that is JSON.
    func value(of text: String) -> Result<JSONValue, Complaint> {
        let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        func object(_ separator: Character, trimming: Bool) -> Result<JSONValue, Complaint> {
            var object = JSONObject()
            for line in lines {
                let parts = line.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    return .failure(
                        Complaint(text: "needs a \(separator == "=" ? "name=value" : "Name: value") on each line"))
                }
                let rest = trimming ? parts[1].drop { $0 == " " } : parts[1]
                object[String(parts[0]).trimmed] = .string(String(rest))
            }
            return .success(.object(object))
        }
        switch content {
        case .pairs, .headers, .list:
            // What begins like JSON and is some may hold what lines cannot.
            let opening: Character = content == .list ? "[" : "{"
            if text.trimmed.first == opening,
                let value = try? JSONValue(parsing: Array(text.utf8))  // Else it is lines.
            {
                return .success(value)
            }
        case .text, .number, .json: break
        }
        switch content {
        case .text: return .success(.string(isText ? text : text.trimmed))
        case .number:
            // What is no number goes as text, and the API says what it wants.
            return .success((try? JSONValue(parsing: Array(text.trimmed.utf8))) ?? .string(text))  // As just said.
        case .json:
            do throws(JSONError) {
                return .success(try JSONValue(parsing: Array(text.utf8)))
            } catch {
                return .failure(Complaint(text: "is no JSON: \(error)"))
            }
        case .pairs: return object("=", trimming: false)
        case .headers: return object(":", trimming: true)
        case .list: return .success(.array(lines.map { .string(String($0)) }))
        }
    }

    /// Whether spaces at the ends are meant.
    private var isText: Bool { if case .area = kind { true } else { false } }

    struct Complaint: Error { let text: String }

    /// For the template `field`.
    func view(_ text: String, fault: String?) -> View {
        var view: View = [
            "fieldName": name, "fieldLabel": label, "fieldHint": hint.isEmpty ? nil : hint, "fieldText": text,
            "fieldFault": fault, "isRequired": isRequired, "isWide": isWide,
            "fieldNotes": fault != nil ? "\(name)-fault" : hint.isEmpty ? nil : "\(name)-hint",
        ]
        switch kind {
        case .line: view["isLine"] = true
        case .area: view["isArea"] = true
        case .zone: view["isZone"] = true
        case .choice(let words):
            // A job may hold a word that this version does not know.
            let all = words.contains(text) || text.isEmpty ? words : words + [text]
            view["options"] = all.map { ["option": $0, "isChosen": $0 == text] as View }
            view["isChoice"] = true
        }
        return view
    }
}

extension String {
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
