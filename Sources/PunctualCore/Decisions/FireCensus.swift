package import PunctualSchedule

/// The active jobs by what makes them fire: those that fire together are reckoned once, however many they are.
///
/// Made job by job, so that whoever counts may stop between any two and say how far he came.
package struct FireCensus: Sendable {
    /// What the jobs of a group have in common.
    package struct Key: Hashable, Sendable {
        /// Of intervals the phase alone is kept, of those of whole minutes to the minute, and of those below a minute not even
        /// that; and of what fires once its minute: to the minute they fire alike.
        package var schedule: Schedule
        /// Over how many minutes their jitter spreads each fire; 0 for one that stays within the minute.
        package var spread = 0
        /// nil when it makes no difference any more.
        package var startsAt: Timestamp?
        package var endsAt: Timestamp?
        /// How often they still run at most.
        package var runsLeft: Int?
    }

    package struct Group: Sendable {
        package let key: Key
        package fileprivate(set) var count = 0
        /// The first of them that were counted, at most `mostNamed`.
        package fileprivate(set) var named: [Identifier] = []
    }

    /// Of a group no more jobs are known by name.
    package static let mostNamed = 1000
    /// More groups are not kept: jobs that would need another are left out, and told of.
    package static let mostGroups = 200_000

    /// The store's instant at which counting began: what was due before is no plan any more.
    package let at: Timestamp
    /// How many jobs were looked at.
    package private(set) var counted = 0
    package private(set) var groups: [Group] = []
    /// How many wait for the end of their last execution: only their next fire is known.
    package private(set) var afterEnd = 0
    /// How many fire only when somebody asks.
    package private(set) var byHand = 0
    /// How many have a schedule that cannot be computed, or found no room.
    package private(set) var leftOut = 0

    private let zones: ZoneCatalog
    private var places: [Key: Int] = [:]
    /// Of schedules that are the same for every job; nil for one that cannot be computed.
    private var compiled: [JobSchedule: Schedule?] = [:]

    package init(at instant: Timestamp, zones: ZoneCatalog) {
        at = instant
        self.zones = zones
    }

    package mutating func add(_ job: Job) {
        counted += 1
        if job.draft.schedule == .manual {
            byHand += 1
            return
        }
        guard let schedule = schedule(of: job) else {
            leftOut += 1
            return
        }
        var key = Key(schedule: schedule)
        let draft = job.draft
        if draft.jitter >= .seconds(60) { key.spread = Int((draft.jitter.wholeMilliseconds + 59_999) / 60_000) }
        key.startsAt = draft.startsAt.flatMap { $0 > at ? $0 : nil }
        // Further ahead nobody looks.
        key.endsAt = draft.endsAt.flatMap { $0 < at + .seconds(400 * 86_400) ? $0 : nil }
        key.runsLeft = draft.maxRuns.map { max(0, $0 - job.runCount) }
        switch schedule {
        case .fixedDelay:
            afterEnd += 1
            // While an execution is under way nothing is known.
            guard let next = job.nextRunAt else { return }
            key.schedule = .once(once(next, key))
        case .once(let instant): key.schedule = .once(once(instant, key))
        case .interval(let interval):
            key.schedule = .interval(phase(of: interval, isCut: key.startsAt == nil && key.endsAt == nil))
            if interval.anchor > at {
                // Not behind the first fire, whose phase is without the fraction of its second.
                let first = Timestamp(milliseconds: interval.anchor.milliseconds / 1000 * 1000)
                key.startsAt = max(key.startsAt ?? first, first)
            }
        default: break
        }
        put(job.id, key)
    }

    private mutating func put(_ id: Identifier, _ key: Key) {
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            guard groups.count < Self.mostGroups else {
                leftOut += 1
                return
            }
            place = groups.count
            places[key] = place
            groups.append(Group(key: key))
        }
        groups[place].count += 1
        if groups[place].named.count < Self.mostNamed { groups[place].named.append(id) }
    }

    private mutating func schedule(of job: Job) -> Schedule? {
        let source = job.draft.schedule
        guard Self.isShared(source) else { return compile(job) }
        if let known = compiled[source] { return known }
        let schedule = compile(job)
        // However many there are, it takes no more room than the groups.
        if compiled.count < Self.mostGroups { compiled[source] = .some(schedule) }
        return schedule
    }

    private func compile(_ job: Job) -> Schedule? {
        let source = job.draft.schedule
        return try? source.compiled(for: job.id, createdAt: job.createdAt, zones: zones)  // Left out, and told of.
    }

    /// Whether it is the same for every job that has it: `H` is drawn from the job, and an interval counts from its creation.
    private static func isShared(_ schedule: JobSchedule) -> Bool {
        switch schedule {
        case .cron(let text, _, _, _): !text.utf8.contains { $0 == UInt8(ascii: "H") || $0 == UInt8(ascii: "h") }
        case .rrule: true
        // As quickly made as found.
        case .interval, .fixedDelay, .once, .onceLocal, .manual: false
        }
    }

    /// The last instant of its minute, so that in the minute under way it is still to come; exact where that may be wrong.
    private func once(_ instant: Timestamp, _ key: Key) -> Timestamp {
        instant > at && key.startsAt == nil && key.endsAt == nil ? instant.minute + .milliseconds(59_999) : instant
    }

    /// - Parameter isCut: whether the minute of its fires is enough.
    private func phase(of interval: IntervalSchedule, isCut: Bool) -> IntervalSchedule {
        let step = interval.every.wholeMilliseconds
        if step < 60_000 { return IntervalSchedule(every: interval.every, anchor: Timestamp(milliseconds: 0)) }
        var phase = interval.anchor.milliseconds % step
        if phase < 0 { phase += step }
        if isCut, step % 60_000 == 0 {
            // On its side of the instant of the count: in the minute under way it has fired, or is still to.
            let isOver = interval.anchor <= at && phase % 60_000 <= at.milliseconds % 60_000
            phase += (isOver ? 0 : 59_999) - phase % 60_000
        } else if step % 1000 == 0 {
            phase -= phase % 1000
        }
        return IntervalSchedule(every: interval.every, anchor: Timestamp(milliseconds: phase))
    }
}
