/// Random rules that RFC 5545 allows, with dates and times that clock changes touch.
struct RandomRecurrence {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// One rule without `COUNT` and `UNTIL`.
    mutating func rule() -> String {
        let frequency = generator.pick([
            "YEARLY", "YEARLY", "YEARLY", "MONTHLY", "MONTHLY", "MONTHLY", "WEEKLY", "WEEKLY", "DAILY", "DAILY",
            "HOURLY",
            "MINUTELY", "SECONDLY",
        ])
        var parts = ["FREQ=\(frequency)"]
        if generator.chance(40) { parts.append("INTERVAL=\(interval(frequency))") }
        let limited = ["MINUTELY", "SECONDLY"].contains(frequency)
        let chance = limited ? 8 : 25
        if generator.chance(chance) { parts.append("BYMONTH=\(numbers(1...12, most: 5))") }
        if frequency == "YEARLY", generator.chance(20) { parts.append("BYWEEKNO=\(signed(53, most: 4))") }
        if ["YEARLY", "HOURLY"].contains(frequency), generator.chance(20) {
            parts.append("BYYEARDAY=\(signed(366, most: 8))")
        }
        if frequency != "WEEKLY", generator.chance(chance) { parts.append("BYMONTHDAY=\(signed(31, most: 6))") }
        if generator.chance(limited ? 15 : 40) {
            // dateutil fails for a sixth weekday of a month.
            let hasMonths = parts.contains { $0.hasPrefix("BYMONTH=") }
            let weeks = parts.contains { $0.hasPrefix("BYWEEKNO") }
            let ordinals = ["YEARLY", "MONTHLY"].contains(frequency) && !weeks && generator.chance(50)
            parts.append("BYDAY=\(weekdays(ordinals ? (frequency == "YEARLY" && !hasMonths ? 20 : 5) : 0))")
        }
        if generator.chance(25) { parts.append("BYHOUR=\(hours())") }
        if generator.chance(20) { parts.append("BYMINUTE=\(numbers(0...59, most: 4))") }
        if generator.chance(10) { parts.append("BYSECOND=\(numbers(0...59, most: 3))") }
        if parts.contains(where: { $0.hasPrefix("BY") }), generator.chance(20) {
            parts.append("BYSETPOS=\(signed(generator.chance(70) ? 3 : 20, most: 3))")
        }
        if generator.chance(25) { parts.append("WKST=\(generator.pick(RandomRecurrence.names))") }
        return parts.joined(separator: ";")
    }

    static let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    private mutating func interval(_ frequency: String) -> Int {
        switch frequency {
        case "SECONDLY": generator.pick([2, 7, 15, 30, 45, 60, 90, 600, 3600, 7201])
        case "MINUTELY": generator.pick([2, 5, 7, 15, 20, 30, 45, 60, 90, 720, 1440])
        case "HOURLY": generator.pick([2, 3, 5, 6, 8, 12, 24, 36, 100])
        case "YEARLY": Int.random(in: 2...5, using: &generator)
        default: Int.random(in: 2...15, using: &generator)
        }
    }

    private mutating func some(_ most: Int, _ value: (inout SeededGenerator) -> String) -> String {
        let count = generator.chance(50) ? 1 : Int.random(in: 1...most, using: &generator)
        return (0..<count).map { _ in value(&generator) }.joined(separator: ",")
    }

    private mutating func numbers(_ range: ClosedRange<Int>, most: Int) -> String {
        some(most) { "\(Int.random(in: range, using: &$0))" }
    }

    private mutating func hours() -> String {
        some(4) { $0.chance(70) ? "\(Int.random(in: 0...4, using: &$0))" : "\(Int.random(in: 0...23, using: &$0))" }
    }

    private mutating func signed(_ range: Int, most: Int) -> String {
        some(most) {
            let number = Int.random(in: 1...range, using: &$0)
            return $0.chance(35) ? "-\(number)" : "\(number)"
        }
    }

    private mutating func weekdays(_ largest: Int) -> String {
        some(4) {
            let name = $0.pick(RandomRecurrence.names)
            guard largest > 0, $0.chance(85) else { return name }
            let number = Int.random(in: 1...largest, using: &$0)
            return ($0.chance(40) ? "-\(number)" : "\(number)") + name
        }
    }
}
