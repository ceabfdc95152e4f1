/// One of the seven places of a cron expression.
enum CronField: Int {
    case second, minute, hour, dayOfMonth, month, dayOfWeek, year

    var name: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        case .year: "year"
        }
    }

    /// The numbers that may be written. OCPS counts weekdays from 0 (Sunday) to 7 (Sunday again), Quartz from 1 to 7.
    func range(_ dialect: CronDialect) -> ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: dialect == .quartz ? 1...7 : 0...7
        case .year: dialect == .quartz ? 1970...2199 : CronYears.all
        }
    }

    /// What `*` stands for: every value once; steps over years count from 1970 (OCPS 1.2).
    func wildcard(_ dialect: CronDialect) -> ClosedRange<Int> {
        switch self {
        case .dayOfWeek: dialect == .quartz ? 1...7 : 0...6
        case .year: 1970...range(dialect).upperBound
        default: range(dialect)
        }
    }

    /// What `H` is drawn from: `H` in the day of month stays within the 28 days that each month has.
    func hashed(_ dialect: CronDialect) -> ClosedRange<Int> {
        self == .dayOfMonth ? 1...28 : wildcard(dialect)
    }

    /// Three-letter names, and the number of the first.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// The number that a dialect writes for the name; nil when the field knows no such name.
    func number(named name: String, _ dialect: CronDialect) -> Int? {
        guard let index = names.firstIndex(of: name) else { return nil }
        return self == .month || dialect == .quartz ? index + 1 : index
    }
}
