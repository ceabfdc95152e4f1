package import NIOCore

/// What a Redis server answers, in RESP2 or RESP3.
package enum RedisValue: Hashable, Sendable {
    /// Nothing is there.
    case null
    case integer(Int64)
    /// A short word such as `OK`.
    case text(String)
    case bulk(ByteBuffer)
    case double(Double)
    case boolean(Bool)
    /// An integer of any length, as digits.
    case bigNumber(String)
    case array([RedisValue])
    case set([RedisValue])
    /// Keys and values in turn.
    case map([RedisValue])
    /// What the server says unasked.
    case push([RedisValue])
    /// An error inside an array, or as the answer of one command among several.
    case refusal(RedisError)

    package var isNull: Bool { self == .null }

    /// The bytes of a text or bulk; nil for anything else.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let buffer): Array(buffer.readableBytesView)
        case .text(let text): Array(text.utf8)
        default: nil
        }
    }

    /// A text, bulk or number as text; what is no UTF-8 is replaced. nil for anything else.
    package var string: String? {
        switch self {
        case .bulk(let buffer): String(buffer: buffer)
        case .text(let text), .bigNumber(let text): text
        case .integer(let number): "\(number)"
        default: nil
        }
    }

    /// An integer, or a text that is one.
    package var int: Int64? {
        switch self {
        case .integer(let number): number
        case .boolean(let flag): flag ? 1 : 0
        default: string.flatMap { Int64($0) }
        }
    }

    /// The items of an array, a set, a push or a map, whose keys and values come in turn; nil for anything else.
    package var items: [RedisValue]? {
        switch self {
        case .array(let items), .set(let items), .map(let items), .push(let items): items
        default: nil
        }
    }

    /// The pairs of a map, or of an array of keys and values in turn, as RESP2 has it.
    package var pairs: [(key: RedisValue, value: RedisValue)]? {
        guard let items, items.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
    }

    /// The value of a map by the name of its key; nil when there is none.
    package func value(_ name: String) -> RedisValue? { pairs?.first { $0.key.string == name }?.value }

    /// A complaint that this is not what was asked for.
    package func unexpected(_ command: String) -> RedisError {
        RedisError(.unreadable, "\(command) was answered with something else than Redis 7 answers: \(kind)")
    }

    private var kind: String {
        switch self {
        case .null: "nothing"
        case .integer: "an integer"
        case .text: "a word"
        case .bulk: "bytes"
        case .double: "a number"
        case .boolean: "a boolean"
        case .bigNumber: "a big number"
        case .array(let items): "an array of \(items.count)"
        case .set(let items): "a set of \(items.count)"
        case .map(let items): "a map of \(items.count / 2)"
        case .push(let items): "a push of \(items.count)"
        case .refusal(let error): error.message
        }
    }
}
