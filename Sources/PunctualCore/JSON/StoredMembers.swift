internal import PunctualJSON
internal import PunctualSchedule

/// Reads the members of a text that a store kept.
///
/// A member that cannot be read fails the whole: a key whose end is unreadable must not become one without an end.
struct StoredMembers {
    private let object: JSONObject
    /// What it is, for the complaint.
    private let title: String

    /// - Parameter title: names the row, `user ID`.
    init(_ text: String, of title: String) throws(StoreError) {
        self.title = title
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: text) } catch {
            throw .corrupt("what is stored of \(title) cannot be read: \(error)")
        }
        guard let object = value.object else { throw .corrupt("what is stored of \(title) is \(value.kind)") }
        self.object = object
    }

    func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreError) -> Value {
        guard let value = try optional(name, read) else { throw complaint(name) }
        return value
    }

    /// nil when the member is missing or null.
    func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreError) -> Value? {
        guard let json = object[name], !json.isNull else { return nil }
        guard let value = read(json) else { throw complaint(name) }
        return value
    }

    private func complaint(_ name: String) -> StoreError { .corrupt("the stored \(name) of \(title) cannot be read") }
}

extension JSONValue {
    /// Milliseconds since 1970, for what only stores read.
    static func instant(_ instant: Timestamp?) -> JSONValue { instant.map { .int($0.milliseconds) } ?? .null }
    static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// Two lower-case digits a byte.
    static func hexadecimal(_ bytes: [UInt8]) -> JSONValue {
        let digits = Array("0123456789abcdef".utf8)
        return .string(String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
    }

    var instant: Timestamp? { int.map(Timestamp.init(milliseconds:)) }

    /// What `hexadecimal` wrote.
    var bytes: [UInt8]? {
        guard let digits = string?.utf8.map({ $0 }), digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[place]), let low = nibble(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// nil unless every element can be read.
    func all<Value>(_ read: (JSONValue) -> Value?) -> [Value]? {
        guard let array else { return nil }
        let values = array.compactMap(read)
        return values.count == array.count ? values : nil
    }
}

private func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 97...102: digit - 87
    default: nil
    }
}
