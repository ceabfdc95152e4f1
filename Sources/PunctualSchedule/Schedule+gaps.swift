extension Schedule {
    /// The first two occurrences in a row that are less than `least` apart.
    ///
    /// Looks at the next `limit` occurrences after the instant and no further than five years, in which every weekday, month
    /// and leap day has had its turn; what a calendar does only once in a century is not looked for.
    /// - Returns: nil when there are none, and always for fixed delays and manual schedules.
    public func occurrences(
        closerThan least: Duration, after instant: Timestamp, limit: Int = 2000
    ) -> (first: Timestamp, second: Timestamp)? {
        let end = instant + .seconds(5 * 366 * 86_400)
        var last: Timestamp?
        for _ in 0..<limit {
            guard let next = next(after: last ?? instant), next <= end else { return nil }
            if let last, next - last < least { return (last, next) }
            last = next
        }
        return nil
    }
}
