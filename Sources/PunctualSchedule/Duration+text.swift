extension Duration {
    /// Milliseconds, rounded towards zero and held within Int64.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        return whole + attoseconds / 1_000_000_000_000_000
    }

    /// The contract's short form, largest units first, exact to the millisecond: `250ms`, `30s`, `1h30m`, `2d`, `0s`.
    ///
    /// A day is 24 hours; weeks are written as days.
    public var text: String {
        var rest = wholeMilliseconds.magnitude
        if rest == 0 { return "0s" }
        var result = wholeMilliseconds < 0 ? "-" : ""
        for (unit, size) in Duration.writtenUnits where rest >= size {
            result += "\(rest / size)\(unit)"
            rest %= size
        }
        return result
    }

    private static let writtenUnits: [(String, UInt64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads `250ms`, `30s`, `1h30m`, `1.5h`, `2d`, `1w` or ISO 8601 `PT30S`, `P1DT12H`, `P2W`.
    ///
    /// Units come once each and largest first; a fraction is allowed on the last one. A day is 24 hours. Years and
    /// months have no fixed length and are refused.
    /// - Returns: nil for anything else, for signs, and for more than 10,000 years.
    public init?(text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
        let parsed =
            bytes[0] == UInt8(ascii: "P") || bytes[0] == UInt8(ascii: "p")
            ? Duration.iso8601(bytes) : Duration.short(bytes[...])
        guard let parsed, parsed <= 315_576_000_000_000 else { return nil }
        self = .milliseconds(parsed)
    }

    private typealias Units = [(letters: [UInt8], milliseconds: Int64)]
    private static let shortUnits: Units = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ].map { (Array($0.0.utf8), $0.1) }
    private static let longDays: Units = [("W", 604_800_000), ("D", 86_400_000)].map { (Array($0.0.utf8), $0.1) }
    private static let longTimes: Units = [("H", 3_600_000), ("M", 60_000), ("S", 1000)].map {
        (Array($0.0.utf8), $0.1)
    }

    private static func short(_ bytes: ArraySlice<UInt8>) -> Int64? {
        sum(bytes, units: shortUnits)
    }

    private static func iso8601(_ bytes: [UInt8]) -> Int64? {
        let upper = bytes.map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 }
        let parts = upper.dropFirst().split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 2 else { return nil }
        var total: Int64 = 0
        if !parts[0].isEmpty {
            guard let days = sum(parts[0], units: longDays) else { return nil }
            total += days
        } else if parts.count == 1 {
            return nil
        }
        if parts.count == 2 {
            guard let time = sum(parts[1], units: longTimes) else { return nil }
            total += time
        }
        return total
    }

    /// Adds up runs of number and unit; nil when one is unknown, repeated, out of order, or missing.
    private static func sum(_ bytes: ArraySlice<UInt8>, units: Units) -> Int64? {
        var rest = bytes
        var total: Int64 = 0
        var last = Int64.max
        var fractionSeen = false
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard !fractionSeen else { return nil }
            let whole = rest.prefix { $0 >= 48 && $0 <= 57 }
            rest = rest.dropFirst(whole.count)
            guard !whole.isEmpty, whole.count <= 15 else { return nil }
            var value: Int64 = 0
            for byte in whole { value = value * 10 + Int64(byte - 48) }
            var fraction: ArraySlice<UInt8> = []
            if let point = rest.first, point == 46 || point == 44 {
                rest = rest.dropFirst()
                fraction = rest.prefix { $0 >= 48 && $0 <= 57 }
                rest = rest.dropFirst(fraction.count)
                guard !fraction.isEmpty else { return nil }
                fractionSeen = true
            }
            let letters = rest.prefix { ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) }
            rest = rest.dropFirst(letters.count)
            guard let size = units.first(where: { letters.elementsEqual($0.letters) })?.milliseconds, size < last else {
                return nil
            }
            last = size
            let (product, overflow) = value.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            var part: Int64 = 0
            var scale = size
            for byte in fraction {
                scale /= 10
                if scale == 0 { break }
                part += Int64(byte - 48) * scale
            }
            let (next, tooLarge) = total.addingReportingOverflow(product + part)
            guard !tooLarge else { return nil }
            total = next
        }
        return total
    }
}
