/// What names a span everywhere (W3C Trace Context, level 2).
package struct SpanIdentity: Hashable, Sendable {
    /// The 128 bits of the trace's id; never all zero.
    package var traceHigh: UInt64
    package var traceLow: UInt64
    /// Never zero.
    package var span: UInt64
    /// Bit 0: somebody keeps the trace. Bit 1: the trace's id is random.
    package var flags: UInt8
    /// What other systems along the way carry, as it came; nothing is added.
    package var state = ""
    /// Whether another process made it.
    package var isRemote = false

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8, isRemote: Bool = false) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
        self.isRemote = isRemote
    }

    package var isSampled: Bool { flags & 1 != 0 }

    /// 32 digits.
    package var traceID: String { Self.hex(traceHigh, 16) + Self.hex(traceLow, 16) }
    /// 16 digits.
    package var spanID: String { Self.hex(span, 16) }

    package var traceparent: String { "00-\(traceID)-\(spanID)-\(Self.hex(UInt64(flags & 3), 2))" }

    /// Reads a `traceparent`; nil for one that the standard lets nobody use.
    package init?(traceparent text: String, tracestate: String? = nil) {
        let bytes = Array(text.utf8)
        // A later version may have more behind another dash; of version 00 there is no more.
        guard bytes.count >= 55, bytes[2] == 45, bytes[35] == 45, bytes[52] == 45,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == 45,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
            let span = Self.number(bytes[36..<52]), span != 0, let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, flags: UInt8(flags) & 3, isRemote: true)
        state = Self.state(tracestate ?? "")
    }

    /// The list as it came, without what is empty; nothing of a list that breaks the rules.
    private static func state(_ text: String) -> String {
        let members = text.split(separator: ",").map { $0.trimming { $0 == " " || $0 == "\t" } }.filter { !$0.isEmpty }
        var keys: Set<Substring> = []
        for member in members {
            guard let equals = member.firstIndex(of: "="), isKey(member[..<equals]),
                isValue(member[member.index(after: equals)...]), keys.insert(member[..<equals]).inserted
            else { return "" }
        }
        guard members.count <= 32 else { return "" }
        // Whole members at most, the newest first.
        var kept = members[...]
        while kept.reduce(kept.count - 1, { $0 + $1.utf8.count }) > 512 { kept.removeLast() }
        return kept.joined(separator: ",")
    }

    private static func isKey(_ key: Substring) -> Bool {
        guard (1...256).contains(key.utf8.count), let first = key.utf8.first,
            (97...122).contains(first) || (48...57).contains(first)
        else { return false }
        return key.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || [95, 45, 42, 47, 64].contains($0)
        }
    }

    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 44 && $0 != 61 }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in digits {
            switch byte {
            case 48...57: value = value << 4 | UInt64(byte - 48)
            // Upper-case digits are none here.
            case 97...102: value = value << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return value
    }

    private static func hex(_ value: UInt64, _ count: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: count - text.count) + text
    }
}

extension StringProtocol {
    fileprivate func trimming(_ matches: (Character) -> Bool) -> SubSequence {
        var (start, end) = (startIndex, endIndex)
        while start < end, matches(self[start]) { start = index(after: start) }
        while start < end, matches(self[index(before: end)]) { end = index(before: end) }
        return self[start..<end]
    }
}
