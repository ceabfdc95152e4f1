public import PunctualSchedule

/// When a job runs, as its owner wrote it; `compiled(for:)` makes the maths of it.
public enum JobSchedule: Hashable, Sendable {
    case cron(expression: String, timezone: String, dialect: CronDialect, dst: DSTPolicy)
    /// `anchor` nil means the job's creation.
    case interval(every: Duration, anchor: Timestamp?)
    case fixedDelay(every: Duration)
    case once(at: Timestamp)
    case onceLocal(LocalDateTime, timezone: String)
    case rrule(rule: String, start: LocalDateTime, timezone: String)
    case manual

    /// The word of the contract's `type` field.
    public var type: String {
        switch self {
        case .cron: "cron"
        case .interval: "interval"
        case .fixedDelay: "fixed_delay"
        case .once, .onceLocal: "once"
        case .rrule: "rrule"
        case .manual: "manual"
        }
    }
}

/// Why a schedule cannot be computed, and which of its fields is at fault.
public struct ScheduleFault: Error, Hashable, Sendable {
    /// The field's name within the schedule: `expression`, `timezone`, `rule`, `local`.
    public let field: String
    public let detail: String
}

extension JobSchedule {
    /// The schedule ready to be asked for its instants.
    /// - Parameters:
    ///   - job: seeds `H` in cron expressions.
    ///   - createdAt: the anchor of an interval that names none.
    /// - Throws: `ScheduleFault` for an unknown zone, an expression or rule that cannot be read or can never fire.
    public func compiled(
        for job: Identifier, createdAt: Timestamp, zones: ZoneCatalog
    ) throws(ScheduleFault) -> Schedule {
        switch self {
        case .cron(let text, let timezone, let dialect, let dst):
            let zone = try zones.schedule(timezone)
            do throws(CronError) {
                let expression = try CronExpression(text, dialect: dialect, hashKey: job.hashKey)
                return .cron(try CronSchedule(expression: expression, zone: zone, dst: dst))
            } catch {
                throw ScheduleFault(field: "expression", detail: "\(error)")
            }
        case .interval(let every, let anchor):
            return .interval(IntervalSchedule(every: every, anchor: anchor ?? createdAt))
        case .fixedDelay(let every):
            return .fixedDelay(every)
        case .once(let at):
            return .once(at)
        case .onceLocal(let local, let timezone):
            switch try zones.schedule(timezone).resolve(local) {
            case .unique(let instant): return .once(instant)
            case .gap(_, _, let transition): return .once(transition)
            case .overlap(let first, _): return .once(first)
            }
        case .rrule(let text, let start, let timezone):
            let zone = try zones.schedule(timezone)
            do throws(RecurrenceError) {
                return .recurrence(try RecurrenceSchedule(rule: RecurrenceRule(text), start: start, zone: zone))
            } catch {
                throw ScheduleFault(field: "rule", detail: "\(error)")
            }
        case .manual:
            return .manual
        }
    }
}

extension JobSchedule {
    /// Everything for which it cannot be computed; none when it can.
    public func faults(zones: ZoneCatalog) -> [ScheduleFault] {
        fault(zones: zones).map { faults(first: $0, zones: zones) } ?? []
    }

    /// All that is wrong, of which `compiled` has told the first.
    func faults(first: ScheduleFault, zones: ZoneCatalog) -> [ScheduleFault] {
        // Without the zone the rest is not looked at; any other zone shows whether that is well.
        guard first.field == "timezone", let rest = inUTC?.fault(zones: zones) else { return [first] }
        return [first, rest]
    }

    private func fault(zones: ZoneCatalog) -> ScheduleFault? {
        do throws(ScheduleFault) {
            // The identity seeds only `H`; any does for a check.
            _ = try compiled(
                for: Identifier(high: 0, low: 0), createdAt: Timestamp(milliseconds: 0), zones: zones)
            return nil
        } catch {
            return error
        }
    }

    private var inUTC: JobSchedule? {
        switch self {
        case .cron(let expression, _, let dialect, let dst):
            .cron(expression: expression, timezone: "UTC", dialect: dialect, dst: dst)
        case .rrule(let rule, let start, _): .rrule(rule: rule, start: start, timezone: "UTC")
        case .interval, .fixedDelay, .once, .onceLocal, .manual: nil
        }
    }
}

extension ZoneCatalog {
    fileprivate func schedule(_ name: String) throws(ScheduleFault) -> ZoneRules {
        do throws(ZoneError) { return try rules(named: name) } catch {
            throw ScheduleFault(field: "timezone", detail: "\(error)")
        }
    }
}
