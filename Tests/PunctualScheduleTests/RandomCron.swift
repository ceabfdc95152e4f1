/// Random five-field expressions that every cron library reads, with times of day that clock changes touch.
struct RandomCron {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func expression() -> String {
        let minute = time(0...59, steps: [2, 5, 7, 10, 15, 20, 30], stars: 20)
        let hour =
            generator.chance(50)
            ? time(0...4, steps: [2, 3], stars: 0) : time(0...23, steps: [2, 3, 5, 6, 12], stars: 40)
        return "\(minute) \(hour) \(dayOfMonth()) \(month()) \(dayOfWeek())"
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func pair(_ range: ClosedRange<Int>) -> (Int, Int) {
        let first = number(range)
        return (first, number(first...range.upperBound))
    }

    private mutating func time(_ range: ClosedRange<Int>, steps: [Int], stars: Int) -> String {
        if generator.chance(stars) { return generator.chance(50) ? "*" : "*/\(generator.pick(steps))" }
        switch number(0...9) {
        case 0...4: return "\(number(range))"
        case 5, 6: return "\(number(range)),\(number(range))"
        case 7:
            let (low, high) = pair(range)
            return "\(low)-\(high)"
        case 8:
            let (low, high) = pair(range)
            return "\(low)-\(high)/\(generator.pick(steps))"
        default:
            let (low, high) = pair(range)
            return "\(number(range)),\(low)-\(high)"
        }
    }

    private mutating func dayOfMonth() -> String {
        switch number(0...19) {
        case 0...11: return "*"
        case 12, 13: return "\(number(1...31))"
        case 14: return "\(number(1...31)),\(number(1...28))"
        case 15, 16:
            let (low, high) = pair(1...31)
            return "\(low)-\(high)"
        case 17: return "*/\(number(2...6))"
        case 18: return "L"
        default:
            let (low, high) = pair(1...28)
            return "\(low)-\(high)/2"
        }
    }

    private mutating func month() -> String {
        switch number(0...9) {
        case 0...6: return "*"
        case 7: return "\(number(1...12)),\(number(1...12))"
        case 8: return generator.pick(["JAN-JUN", "mar", "Oct,NOV", "*/3", "3-11"])
        default: return "*/2"
        }
    }

    private mutating func dayOfWeek() -> String {
        switch number(0...19) {
        case 0...9: return "*"
        case 10, 11: return "\(number(0...7))"
        case 12: return generator.pick(["MON-FRI", "sun", "SAT,SUN", "1-5", "Tue", "5-7"])
        case 13, 14: return "\(number(0...7)),\(number(0...6))"
        case 15: return "*/\(number(2...4))"
        case 16: return "\(number(0...6))L"
        case 17, 18: return "\(number(0...6))#\(number(1...5))"
        default:
            let (low, high) = pair(0...6)
            return "\(low)-\(high)"
        }
    }
}
