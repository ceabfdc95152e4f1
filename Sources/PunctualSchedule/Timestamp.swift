/// A UTC instant in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// An integer on purpose: SQLite, PostgreSQL, JSON and Swift all round-trip it exactly.
/// Leap seconds are not counted, as in POSIX time.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch; negative before 1970.
    public let milliseconds: Int64

    /// The instant that many milliseconds after (negative: before) 1970-01-01T00:00:00Z.
    @inlinable public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The instant that many whole seconds after 1970-01-01T00:00:00Z.
    @inlinable public init(seconds: Int64) {
        self.milliseconds = seconds &* 1000
    }

    /// Whole seconds since the Unix epoch, rounded down.
    @inlinable public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    /// 0001-01-01T00:00:00.000Z, the first instant that a schedule may name.
    public static let earliest = Timestamp(milliseconds: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
    public static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `duration` later, held within `earliest ... latest`.
    public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        if overflow { return duration < .zero ? earliest : latest }
        return Timestamp(milliseconds: min(max(sum, earliest.milliseconds), latest.milliseconds))
    }

    /// The instant `duration` earlier, held within `earliest ... latest`.
    public static func - (instant: Timestamp, duration: Duration) -> Timestamp {
        instant + (.zero - duration)
    }

    /// The time from `right` to `left`; negative when `left` is the earlier one.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds &- right.milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, `2026-03-29T01:30:00.000Z`.
    public var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(to: buffer)
            return 24
        }
    }

    /// Writes the 24 ASCII bytes of `description`; the buffer must hold at least 24.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let held = min(max(self, .earliest), .latest)
        let local = LocalDateTime(secondsSinceEpoch: held.seconds)
        let fraction = Int(held.milliseconds - held.seconds * 1000)
        func digits(_ value: Int, _ count: Int, at offset: Int) {
            var rest = value
            for index in stride(from: offset + count - 1, through: offset, by: -1) {
                buffer[index] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
        digits(local.year, 4, at: 0)
        buffer[4] = 45
        digits(local.month, 2, at: 5)
        buffer[7] = 45
        digits(local.day, 2, at: 8)
        buffer[10] = 84
        digits(local.hour, 2, at: 11)
        buffer[13] = 58
        digits(local.minute, 2, at: 14)
        buffer[16] = 58
        digits(local.second, 2, at: 17)
        buffer[19] = 46
        digits(fraction, 3, at: 20)
        buffer[23] = 90
    }
}

extension Timestamp {
    /// Reads an RFC 3339 instant with any offset: `2026-03-29T01:30:00Z`, `2026-03-29 03:30:00.5+02:00`.
    ///
    /// Digits past the millisecond are cut off. A leap second (`:60`) is read as the second after it.
    /// - Returns: nil when the text is not RFC 3339, names a day that does not exist, or lies outside years 1 to 9999.
    public init?(rfc3339 text: some StringProtocol) {
        var text = String(text)
        let parsed: Timestamp? = text.withUTF8 { bytes in Timestamp.parse(bytes) }
        guard let parsed else { return nil }
        self = parsed
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        guard bytes.count >= 20, bytes.count <= 64 else { return nil }
        func number(_ offset: Int, _ count: Int) -> Int? {
            guard offset + count <= bytes.count else { return nil }
            var value = 0
            for index in offset..<(offset + count) {
                guard bytes[index] >= 48, bytes[index] <= 57 else { return nil }
                value = value * 10 + Int(bytes[index] - 48)
            }
            return value
        }
        guard let year = number(0, 4), bytes[4] == 45, let month = number(5, 2), bytes[7] == 45,
            let day = number(8, 2), bytes[10] == 84 || bytes[10] == 116 || bytes[10] == 32,
            let hour = number(11, 2), bytes[13] == 58, let minute = number(14, 2), bytes[16] == 58,
            let second = number(17, 2), hour < 24, minute < 60, second <= 60,
            let local = LocalDateTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: min(second, 59)),
            year >= 1
        else { return nil }
        var index = 19
        var fraction = 0
        if index < bytes.count, bytes[index] == 46 {
            index += 1
            let start = index
            var scale = 100
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 {
                fraction += Int(bytes[index] - 48) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < bytes.count else { return nil }
        var offset = 0
        switch bytes[index] {
        case 90, 122:
            guard index + 1 == bytes.count else { return nil }
        case 43, 45:
            guard index + 6 == bytes.count, let hours = number(index + 1, 2), bytes[index + 3] == 58,
                let minutes = number(index + 4, 2), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == 43 ? 60 : -60)
        default:
            return nil
        }
        let seconds = local.secondsSinceEpoch - Int64(offset) + (second == 60 ? 1 : 0)
        let result = Timestamp(milliseconds: seconds * 1000 + Int64(fraction))
        return result >= earliest && result <= latest ? result : nil
    }
}
