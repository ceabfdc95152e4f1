public import PunctualJSON
public import PunctualSchedule

/// One thing wrong with one field.
public struct Fault: Hashable, Sendable {
    /// A JSON pointer (RFC 6901), `/schedule/expression`; empty for the whole body.
    public let pointer: String
    /// What is wrong and what would be right.
    public let detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// Everything wrong with a body, at once.
public struct Faults: Error, Hashable, Sendable {
    public let faults: [Fault]

    public init(_ faults: [Fault]) { self.faults = faults }
}

/// Collects faults while a body is read.
public final class FaultList {
    public private(set) var faults: [Fault] = []

    public init() {}

    public func add(_ pointer: JSONPointer, _ detail: String) {
        // A body of a thousand bad fields needs no thousand lines to be understood.
        if faults.count < 100 { faults.append(Fault(pointer: pointer.description, detail: detail)) }
    }

    /// - Throws: `Faults` when there is at least one.
    public func throwIfAny() throws(Faults) {
        if !faults.isEmpty { throw Faults(faults) }
    }
}

/// Reads the members of one object, each by its name, and tells of those that nobody asked for.
///
/// Every reader gives nil when the member is missing or at fault; a fault is noted in the list.
public struct Fields {
    private let object: JSONObject
    public let pointer: JSONPointer
    public let faults: FaultList
    /// By the place of the member.
    private var asked: [Bool]

    /// Notes a fault, and reads as an empty object, when the value is none.
    public init(_ value: JSONValue, at pointer: JSONPointer = .root, into faults: FaultList) {
        if value.object == nil { faults.add(pointer, "must be an object, not \(value.kind)") }
        self.object = value.object ?? JSONObject()
        self.pointer = pointer
        self.faults = faults
        asked = Array(repeating: false, count: object.count)
    }

    /// The member; nil when it is missing, or null where null means "not given".
    public mutating func value(_ name: String, nullIsMissing: Bool = true) -> JSONValue? {
        guard let value = member(name), !(nullIsMissing && value.isNull) else { return nil }
        return value
    }

    private mutating func member(_ name: String) -> JSONValue? {
        guard let place = object.place(of: name) else { return nil }
        asked[place] = true
        return object.members[place].value
    }

    /// Notes that the member is needed, unless its reader has noted a fault of it already.
    /// - Parameter detail: what is said of it.
    public func requireGiven(_ name: String, _ value: Any?, _ detail: String = "is required") {
        guard value == nil, object[name].map(\.isNull) ?? true else { return }
        let place = pointer.appending(name).description
        if !faults.faults.contains(where: { $0.pointer == place }) { fault(name, detail) }
    }

    public func fault(_ name: String, _ detail: String) { faults.add(pointer.appending(name), detail) }

    /// Whether the member is there and is null.
    public func isNull(_ name: String) -> Bool { object[name]?.isNull ?? false }

    /// Notes the members that were never asked for. Call it last.
    public func finish() {
        for (name, isAsked) in zip(object.members.lazy.map(\.name), asked) where !isAsked {
            faults.add(
                pointer.appending(name),
                "is not a field\(Fields.readOnly.contains(name) && pointer == .root ? " that can be set" : "") here")
        }
    }

    private static let readOnly: Set<String> = [
        "id", "status", "pause_reason", "next_run_at", "last_run_at", "last_status", "run_count", "failure_count",
        "created_by", "created_at", "updated_at", "version",
    ]

    // MARK: Kinds of members

    /// - Parameter isRefusingNull: null is a fault where the default is no null.
    private mutating func given(_ name: String, _ wanted: String, nullable: Bool) -> JSONValue? {
        guard let value = member(name) else { return nil }
        if value.isNull {
            if !nullable { fault(name, "must be \(wanted), not null") }
            return nil
        }
        return value
    }

    /// A string with a bound on its Unicode scalars; NUL is refused.
    public mutating func string(
        _ name: String, lengths: ClosedRange<Int>, nullable: Bool = false
    ) -> String? {
        guard let value = given(name, "a string", nullable: nullable) else { return nil }
        guard let text = value.string else {
            fault(name, "must be a string, not \(value.kind)")
            return nil
        }
        let count = text.unicodeScalars.count
        guard lengths.contains(count) else {
            fault(
                name,
                count < lengths.lowerBound
                    ? "must not be empty" : "is \(count) characters long; at most \(lengths.upperBound) are allowed")
            return nil
        }
        guard !text.utf8.contains(0) else {
            fault(name, "must not contain the NUL character")
            return nil
        }
        return text
    }

    /// A string of certain ASCII characters.
    /// - Parameter extra: allowed beside letters and digits.
    public mutating func word(_ name: String, length: ClosedRange<Int>, extra: String) -> String? {
        guard let text = string(name, lengths: length) else { return nil }
        guard Fields.isWord(text, extra: extra) else {
            fault(name, "may hold only A–Z a–z 0–9 and \(extra.map(String.init).joined(separator: " "))")
            return nil
        }
        return text
    }

    /// Whether the text holds only ASCII letters, digits and the `extra` characters.
    public static func isWord(_ text: String, extra: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || extra.utf8.contains(byte)
        }
    }

    public mutating func int(_ name: String, _ range: ClosedRange<Int>, nullable: Bool = false) -> Int? {
        guard let value = given(name, "a whole number", nullable: nullable) else { return nil }
        guard let number = value.int else {
            fault(name, value.double == nil ? "must be a whole number, not \(value.kind)" : "must be a whole number")
            return nil
        }
        guard let result = Int(exactly: number), range.contains(result) else {
            fault(name, "must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return result
    }

    public mutating func double(_ name: String, _ range: ClosedRange<Double>) -> Double? {
        guard let value = given(name, "a number", nullable: false) else { return nil }
        guard let number = value.double else {
            fault(name, "must be a number, not \(value.kind)")
            return nil
        }
        guard range.contains(number) else {
            fault(name, "must be from \(JSONValue.double(range.lowerBound)) to \(JSONValue.double(range.upperBound))")
            return nil
        }
        return number
    }

    public mutating func bool(_ name: String) -> Bool? {
        guard let value = given(name, "true or false", nullable: false) else { return nil }
        if value.bool == nil { fault(name, "must be true or false, not \(value.kind)") }
        return value.bool
    }

    /// A duration as text, `1h30m` or `PT30S`.
    public mutating func duration(
        _ name: String, _ range: ClosedRange<Duration>, nullable: Bool = false
    ) -> Duration? {
        guard let value = given(name, "a duration", nullable: nullable) else { return nil }
        guard let text = value.string else {
            fault(name, "must be a duration such as \"30s\", not \(value.kind)")
            return nil
        }
        guard let duration = Duration(text: text) else {
            fault(name, "is no duration; write 250ms, 30s, 1h30m, 2d or PT30S")
            return nil
        }
        guard range.contains(duration) else {
            fault(name, "must be from \(range.lowerBound.text) to \(range.upperBound.text)")
            return nil
        }
        return duration
    }

    /// An RFC 3339 instant.
    public mutating func instant(_ name: String, nullable: Bool = false) -> Timestamp? {
        guard let value = given(name, "an instant", nullable: nullable) else { return nil }
        guard let text = value.string else {
            fault(name, "must be an RFC 3339 instant, not \(value.kind)")
            return nil
        }
        guard let instant = Timestamp(rfc3339: text) else {
            fault(name, "is no RFC 3339 instant; write 2026-03-29T01:30:00Z")
            return nil
        }
        return instant
    }

    /// A local date and time, `2026-03-29T01:30:00`.
    public mutating func localTime(_ name: String) -> LocalDateTime? {
        guard let text = string(name, lengths: 1...64) else { return nil }
        let local = LocalDateTime(iso8601: text)
        if local == nil { fault(name, "is no local time; write 2026-03-29T01:30:00, without an offset") }
        return local
    }

    /// One of the words of an enum.
    public mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let value = given(name, "a string", nullable: false) else { return nil }
        if let text = value.string, let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        fault(name, "must be one of \(words)")
        return nil
    }

    /// A nested object.
    public mutating func object(_ name: String) -> Fields? {
        guard let value = given(name, "an object", nullable: false) else { return nil }
        return Fields(value, at: pointer.appending(name), into: faults)
    }

    /// A map of strings, each name and value checked by the closure, which gives the complaint or nil.
    public mutating func strings(
        _ name: String, most: Int, check: (_ name: String, _ value: String) -> String?
    ) -> [(name: String, value: String)]? {
        guard let value = given(name, "an object", nullable: false) else { return nil }
        guard let members = value.object else {
            fault(name, "must be an object of strings, not \(value.kind)")
            return nil
        }
        guard members.count <= most else {
            fault(name, "has \(members.count) members; at most \(most) are allowed")
            return nil
        }
        var result: [(name: String, value: String)] = []
        for member in members.members {
            let place = pointer.appending(name).appending(member.name)
            guard let text = member.value.string else {
                faults.add(place, "must be a string, not \(member.value.kind)")
                continue
            }
            if let complaint = check(member.name, text) {
                faults.add(place, complaint)
            } else {
                result.append((member.name, text))
            }
        }
        return result
    }

    /// An array of strings.
    public mutating func list(
        _ name: String, counts: ClosedRange<Int>, longest: Int
    ) -> [String]? {
        guard let value = given(name, "an array of strings", nullable: false) else { return nil }
        guard let elements = value.array else {
            fault(name, "must be an array of strings, not \(value.kind)")
            return nil
        }
        guard counts.contains(elements.count) else {
            fault(name, "must have from \(counts.lowerBound) to \(counts.upperBound) elements")
            return nil
        }
        var result: [String] = []
        for (index, element) in elements.enumerated() {
            let place = pointer.appending(name).appending(index)
            if let text = element.string, text.unicodeScalars.count <= longest, !text.utf8.contains(0) {
                result.append(text)
            } else {
                faults.add(place, "must be a string of at most \(longest) characters without NUL")
            }
        }
        return result
    }
}
