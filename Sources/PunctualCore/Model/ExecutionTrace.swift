internal import Crypto

/// The trace of an execution (W3C Trace Context), derived from its id: every node, attempt and receiver names the same one,
/// and nothing of it has to be kept.
///
/// Not the id itself, whose version and variant bits would deceive samplers that take a trace's id for random.
public struct ExecutionTrace: Hashable, Sendable {
    /// The 128 bits of the trace's id; never all zero.
    public let high: UInt64
    public let low: UInt64
    /// The id of its first span, which tells when and by whom the execution was made; never zero.
    public let root: UInt64
    private let execution: Identifier

    public init(_ execution: Identifier) {
        self.execution = execution
        (high, low, root) = Self.digest(execution, 0)
    }

    /// The id of the span of an attempt, numbered from 1; never zero.
    public func span(ofAttempt attempt: Int) -> UInt64 { Self.digest(execution, UInt64(max(1, attempt))).2 }

    /// The value of a `traceparent` that names the attempt.
    /// - Parameter isSampled: whether somebody keeps the trace.
    public func traceparent(attempt: Int, isSampled: Bool) -> String {
        "00-\(id)-\(Self.hex(span(ofAttempt: attempt)))-\(isSampled ? "01" : "00")"
    }

    /// The trace's id as 32 digits, as every tool shows it.
    public var id: String { Self.hex(high) + Self.hex(low) }

    /// 16 digits.
    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static let prefix = Array("punctual trace".utf8)

    private static func digest(_ execution: Identifier, _ number: UInt64) -> (UInt64, UInt64, UInt64) {
        var hash = SHA256()
        hash.update(data: prefix)
        withUnsafeBytes(of: (execution.high.bigEndian, execution.low.bigEndian, number.bigEndian)) {
            hash.update(bufferPointer: $0)
        }
        return hash.finalize().withUnsafeBytes { bytes in
            func word(_ at: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).bigEndian }
            return (word(0), max(1, word(8)), max(1, word(16)))
        }
    }
}
