/// A parsed cron expression, independent of any zone.
public struct CronExpression: Sendable, Hashable {
    /// The text as it was given.
    public let text: String
    public let dialect: CronDialect
    let fields: CronFields

    /// Reads and compiles the text.
    ///
    /// - Parameters:
    ///   - hashKey: what `H` is drawn from, usually made of the job's id; nil reads `H` with key 0, which is enough to
    ///     validate.
    /// - Throws: `CronError` with the column, also for expressions that no date can match, such as `0 0 30 2 *`.
    public init(_ text: String, dialect: CronDialect = .ocps, hashKey: UInt64? = nil) throws(CronError) {
        var parser = CronParser(text: text, dialect: dialect, hashKey: hashKey ?? 0)
        fields = try parser.fields()
        self.text = text
        self.dialect = dialect
    }

    /// Whether the expression matches the wall time, DST aside.
    public func matches(_ local: LocalDateTime) -> Bool {
        let wall = local.secondsSinceEpoch
        return fields.next(from: wall) == wall
    }

    /// True when second, minute or hour is `*`, a range or a step: such an expression follows the wall clock through
    /// DST changes, whatever the policy.
    public var isInterval: Bool { fields.isInterval }
}

extension CronExpression: CustomStringConvertible {
    /// The text as it was given.
    public var description: String { text }
}
