package import PunctualCore
package import PunctualSchedule
internal import Synchronization

/// Compiled schedules by job and version, bounded.
///
/// It keeps two generations: what was not asked for while a whole new one filled up is dropped, so jobs that come up
/// often stay, however many others pass through.
package final class ScheduleCache: Sendable {
    private struct Entry {
        let version: Int
        let outcome: Result<Schedule, ScheduleFault>
    }

    private struct Generations {
        var young: [Identifier: Entry] = [:]
        var old: [Identifier: Entry] = [:]
    }

    private let generations = Mutex(Generations())
    private let zones: ZoneCatalog
    private let limit: Int

    /// - Parameter limit: how many schedules are kept at most.
    package init(zones: ZoneCatalog, limit: Int) {
        self.zones = zones
        self.limit = limit
    }

    /// How many schedules are kept now; an old one that was asked for again counts twice.
    package var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    /// The job's schedule, or why there is none; `isNew` tells that it was compiled just now.
    package func schedule(of job: Job) -> (outcome: Result<Schedule, ScheduleFault>, isNew: Bool) {
        if let outcome = known(job) { return (outcome, false) }
        let outcome: Result<Schedule, ScheduleFault>
        do throws(ScheduleFault) {
            outcome = .success(try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones))
        } catch {
            outcome = .failure(error)
        }
        generations.withLock { keep(Entry(version: job.version, outcome: outcome), for: job.id, in: &$0) }
        return (outcome, true)
    }

    private func known(_ job: Job) -> Result<Schedule, ScheduleFault>? {
        generations.withLock { generations in
            if let entry = generations.young[job.id] { return entry.version == job.version ? entry.outcome : nil }
            guard let entry = generations.old[job.id], entry.version == job.version else { return nil }
            keep(entry, for: job.id, in: &generations)
            return entry.outcome
        }
    }

    private func keep(_ entry: Entry, for id: Identifier, in generations: inout Generations) {
        if generations.young[id] == nil, generations.young.count >= max(1, limit / 2) {
            generations = Generations(young: [:], old: generations.young)
        }
        generations.young[id] = entry
    }
}
