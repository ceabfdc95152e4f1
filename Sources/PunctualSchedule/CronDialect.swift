/// Which of the cron languages an expression is written in.
public enum CronDialect: String, Sendable, Hashable, CaseIterable {
    /// The Open Cron Pattern Specification 1.4: 5 fields, 6 with leading seconds, 7 with a trailing year, all modifiers.
    case ocps
    /// Classic Vixie cron: 5 fields and the nicknames, no modifiers.
    case unix
    /// Quartz: 6 or 7 fields, Sunday is 1, `?` in exactly one of the two day fields, ranges may wrap.
    case quartz
}
