internal import PunctualSchedule

/// The pause that a `Retry-After` field asks for (RFC 9110, 10.2.3).
enum RetryAfter {
    /// The longest pause that is granted; who asks for more gets this.
    static let longest = Duration.seconds(86_400)

    /// Reads seconds, or an HTTP date in any of its three forms; nil for anything else. An instant that has gone is no pause.
    static func pause(_ text: String, now: Timestamp) -> Duration? {
        let text = text.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            // A number too large for Int is still a number.
            return Int64(text).map { min(.seconds($0), longest) } ?? longest
        }
        return date(text).map { min(max($0 - now, .zero), longest) }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov 6 08:49:37 1994` (RFC 9110, 5.6.7).
    static func date(_ text: String) -> Timestamp? {
        let parts = text.split { " ,-:".contains($0) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func number(_ index: Int) -> Int? {
            parts[index].utf8.allSatisfy { (48...57).contains($0) } && parts[index].utf8.count <= 4
                ? Int(parts[index]) : nil
        }
        let isPlain = parts.count == 7
        guard isPlain || (parts.count == 8 && parts[7] == "GMT"),
            let month = months.firstIndex(of: String(parts[isPlain ? 1 : 2])),
            let day = number(isPlain ? 2 : 1), var year = number(isPlain ? 6 : 3),
            let hour = number(isPlain ? 3 : 4), let minute = number(isPlain ? 4 : 5),
            let second = number(isPlain ? 5 : 6)
        else { return nil }
        // Two digits are of the years until 2069, as POSIX reads them.
        if !isPlain, parts[3].utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
        // A leap second is the last one that clocks know.
        return LocalDateTime(
            year: year, month: month + 1, day: day, hour: hour, minute: minute, second: min(second, 59)
        ).map { Timestamp(seconds: $0.secondsSinceEpoch) }
    }
}
