/// An address of IPv4 or IPv6, as its bytes.
public struct IPAddress: Hashable, Sendable {
    /// 4 or 16.
    public let bytes: [UInt8]

    /// - Returns: nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads the text forms that `inet_pton` takes, `192.0.2.1` and `2001:db8::1`; nil for anything else, zone ids and
    /// numbers with leading zeros included.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        let characters = Array(text.utf8)
        guard let bytes = IPAddress.four(characters[...]) ?? IPAddress.sixteen(characters) else { return nil }
        self.bytes = bytes
    }

    /// Four decimal numbers up to 255 with dots between them.
    private static func four(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (48...57).contains($0) }),
                part.count == 1 || part.first != 48, let byte = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Eight groups of up to four hexadecimal digits; `::` once for one or more zero groups, IPv4 for the last two.
    private static func sixteen(_ text: [UInt8]) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        var (bytes, gap, rest): ([UInt8], Int?, ArraySlice<UInt8>) = ([], nil, text[...])
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != colon }
            if group.contains(UInt8(ascii: ".")) {
                guard group.endIndex == rest.endIndex, let last = four(group) else { return nil }
                bytes += last
                break
            }
            guard (1...4).contains(group.count), group.allSatisfy({ isHexadecimal($0) }),
                let number = UInt16(String(decoding: group, as: UTF8.self), radix: 16)
            else { return nil }
            bytes += [UInt8(number >> 8), UInt8(number & 0xFF)]
            rest = rest[group.endIndex...]
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.first == colon {
                if gap != nil { return nil }
                gap = bytes.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        guard let gap else { return bytes.count == 16 ? bytes : nil }
        guard bytes.count <= 14 else { return nil }
        return bytes[..<gap] + [UInt8](repeating: 0, count: 16 - bytes.count) + bytes[gap...]
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    /// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64, 6to4 and Teredo.
    public var embedded: IPAddress? {
        guard bytes.count == 16 else { return nil }
        if let mapped { return mapped }
        if bytes[0..<12].allSatisfy({ $0 == 0 }), bytes[12] != 0 { return IPAddress(bytes: Array(bytes[12...])) }
        if bytes[0..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] {
            return IPAddress(bytes: Array(bytes[12...]))
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return IPAddress(bytes: Array(bytes[2..<6])) }
        if bytes[0..<4] == [0x20, 0x01, 0, 0] { return IPAddress(bytes: bytes[12...].map { $0 ^ 0xFF }) }
        return nil
    }

    /// The IPv4 address of a socket that takes both kinds, `::ffff:192.0.2.1`; nil for any other.
    public var mapped: IPAddress? {
        guard bytes.count == 16, bytes[0..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] else { return nil }
        return IPAddress(bytes: Array(bytes[12...]))
    }
}

extension IPAddress: CustomStringConvertible {
    /// The form of RFC 5952, as `inet_ntop` writes it.
    public var description: String {
        if bytes.count == 4 {
            // At most 15 characters, which a string holds without an allocation.
            return bytes.reduce(into: "") { text, byte in
                if !text.isEmpty { text += "." }
                text += String(byte)
            }
        }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let gap = IPAddress.longestZeros(groups)
        // The IPv4 inside is written as such where the zeros say that there is one.
        let isDotted = gap == 0..<6 || mapped != nil
        let words = groups.prefix(isDotted ? 6 : 8).map { String($0, radix: 16) }
        let dotted = isDotted ? [IPAddress(bytes: Array(bytes[12...]))!.description] : []
        guard let gap else { return (words + dotted).joined(separator: ":") }
        let tail = words[min(gap.upperBound, words.count)...] + dotted
        return words[..<gap.lowerBound].joined(separator: ":") + "::" + tail.joined(separator: ":")
    }

    /// The first of the longest runs of two or more zero groups; nil when there is none.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var (best, start): (Range<Int>?, Int) = (nil, 0)
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start >= max(2, (best?.count ?? 0) + 1) { best = start..<index }
            start = index + 1
        }
        return best
    }
}

/// A range of addresses, `10.0.0.0/8`.
public struct IPRange: Hashable, Sendable {
    /// The address it was written with; bits past the prefix do not count.
    public let base: IPAddress
    /// The length of the prefix in bits.
    public let bits: Int

    /// Reads an address, or an address with a prefix length; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(parts[0]) else { return nil }
        let width = address.bytes.count * 8
        if parts.count == 2, !parts[1].utf8.allSatisfy({ (48...57).contains($0) }) { return nil }
        guard let bits = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(bits) else { return nil }
        base = address
        self.bits = bits
    }

    /// Whether the address is of the same kind and shares the prefix.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        for index in 0..<address.bytes.count {
            let rest = bits - index * 8
            if rest <= 0 { return true }
            let mask: UInt8 = rest >= 8 ? 0xFF : ~(0xFF >> UInt8(rest))
            if (address.bytes[index] ^ base.bytes[index]) & mask != 0 { return false }
        }
        return true
    }

    /// Whether all addresses of another range are in this one.
    public func contains(_ range: IPRange) -> Bool { range.bits >= bits && contains(range.base) }
}

extension IPRange: CustomStringConvertible {
    /// `10.0.0.0/8`, the base as it was written.
    public var description: String { "\(base)/\(bits)" }
}
