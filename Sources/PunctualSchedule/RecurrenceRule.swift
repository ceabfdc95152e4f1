/// A recurrence rule of RFC 5545, independent of any start and zone: `FREQ=MONTHLY;BYDAY=-1FR`.
///
/// The text is one rule, with or without `RRULE:`, and on further lines more rules (`RRULE:`), dates to add (`RDATE:`)
/// and dates to leave out (`EXDATE:`).
public struct RecurrenceRule: Sendable, Hashable {
    /// An `RDATE` or `EXDATE` value.
    struct Date: Sendable, Hashable {
        var moment: RecurrenceMoment
        /// The `TZID` it was written with; nil means the schedule's zone, or UTC for an instant.
        var zone: String?
        /// Where it stands, for faults.
        var line: Int
        var column: Int
    }

    /// A longer text is refused; it also bounds the lengths of lists.
    public static let longestText = 4096
    /// A larger `COUNT` is refused: its end is found by counting when the schedule is made.
    public static let largestCount = 100_000
    /// More `RRULE` lines are refused: each of them is searched for each occurrence.
    public static let mostRules = 8

    /// The text as it was given.
    public let text: String
    let patterns: [RecurrencePattern]
    let additions: [Date]
    let exclusions: [Date]

    /// Reads the text.
    ///
    /// - Throws: `RecurrenceError` with line and column for anything that RFC 5545 forbids, and for `EXRULE`, `DTSTART`
    ///   and the parts of other RFCs.
    public init(_ text: String) throws(RecurrenceError) {
        var parser = RecurrenceParser(text: text)
        try parser.readLines()
        self.text = text
        patterns = parser.patterns
        additions = parser.additions
        exclusions = parser.exclusions
    }
}

extension RecurrenceRule: CustomStringConvertible {
    /// The text as it was given.
    public var description: String { text }
}
