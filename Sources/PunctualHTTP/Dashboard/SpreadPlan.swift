internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// What is changed of a job so that it fires somewhere within a span instead of all at once with others.
struct SpreadPlan: Sendable {
    enum Way: String, CaseIterable, Sendable {
        /// The schedule stays as it is written; each fire waits for its own part of the span.
        case jitter
        /// The minute of the cron expression becomes one of the span's, drawn from the job: the same every day.
        case minute
    }

    /// Why a job is left as it is.
    struct Unfit: Error, Equatable { let text: String }

    /// The merge patch.
    let patch: JSONValue
    /// What it says afterwards.
    let text: String
    /// When it then fires instead.
    let at: Timestamp

    /// - Parameters:
    ///   - job: as the API shows it.
    ///   - instant: the beginning of the minute in which it fires.
    ///   - minutes: the span.
    init(
        of job: JSONValue, at instant: Timestamp, over minutes: Int, by way: Way, zones: ZoneCatalog
    ) throws(Unfit) {
        guard let id = (job["id"]?.string).flatMap({ Identifier($0) }),
            let created = (job["created_at"]?.string).flatMap({ Timestamp(rfc3339: $0) }),
            let definition = Self.definition(job["schedule"])
        else { throw Unfit(text: "its schedule cannot be read") }
        let span = Duration.seconds(60 * Int64(minutes))
        let schedule = try Self.compiled(definition, id, created, zones)
        guard let fire = schedule.next(after: instant - .milliseconds(1)), fire < instant + .seconds(60) else {
            throw Unfit(text: "it does not fire in this minute any more")
        }
        // What fires again within the span would only run into itself.
        if let again = schedule.next(after: fire), again - fire <= span {
            throw Unfit(text: "it fires more often than that")
        }
        switch way {
        case .jitter:
            patch = ["jitter": .string(span.text)]
            text = "jitter \(span.text)"
            var draft = JobDraft(name: "n", schedule: definition, target: .noop)
            draft.jitter = span
            // The engine's own reckoning, so that the preview says what will be.
            let job = Job(id: id, draft: draft, nextRunAt: nil, createdBy: "", createdAt: created)
            at = job.execution(at: fire, trigger: .schedule, now: fire).availableAt
        case .minute:
            guard case .cron(let expression, let zone, let dialect, let dst) = definition else {
                throw Unfit(text: "it has no cron expression whose minute could be drawn")
            }
            let drawn = try Self.drawing(expression, dialect, minutes)
            patch = ["schedule": ["expression": .string(drawn)]]
            text = drawn
            let after = try Self.compiled(
                .cron(expression: drawn, timezone: zone, dialect: dialect, dst: dst), id, created, zones)
            at = after.next(after: instant - .milliseconds(1)) ?? fire
        }
    }

    private static func definition(_ json: JSONValue?) -> JobSchedule? {
        guard let json else { return nil }
        let list = FaultList()
        var fields = Fields(json, into: list)
        return JobSchedule(fields: &fields)
    }

    private static func compiled(
        _ definition: JobSchedule, _ id: Identifier, _ created: Timestamp, _ zones: ZoneCatalog
    ) throws(Unfit) -> Schedule {
        do throws(ScheduleFault) {
            return try definition.compiled(for: id, createdAt: created, zones: zones)
        } catch {
            throw Unfit(text: "its schedule cannot be computed: \(error.detail)")
        }
    }

    /// The expression with `H(a-b)` for its minute.
    static func drawing(_ expression: String, _ dialect: CronDialect, _ minutes: Int) throws(Unfit) -> String {
        if dialect == .unix { throw Unfit(text: "expressions of the dialect unix know no H") }
        let known = [
            "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
            "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
        ]
        let text = dialect == .ocps ? known[expression.lowercased()] ?? expression : expression
        var parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        // With six fields or more the first is the second.
        let place = parts.count == 5 ? 0 : 1
        guard (5...7).contains(parts.count), let minute = Int(parts[place]) else {
            throw Unfit(text: "its minute is not a single one")
        }
        guard minute + minutes <= 60 else { throw Unfit(text: "the span would reach into the next hour") }
        parts[place] = "H(\(minute)-\(minute + minutes - 1))"
        return parts.joined(separator: " ")
    }
}
