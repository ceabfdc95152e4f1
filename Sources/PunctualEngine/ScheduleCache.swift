internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Compiled schedules by job and version, bounded; when it is full it begins anew.
final class ScheduleCache: Sendable {
    private struct Entry {
        let version: Int
        let outcome: Result<Schedule, ScheduleFault>
    }

    private let entries = Mutex<[Identifier: Entry]>([:])
    private let zones: ZoneCatalog
    private let limit: Int

    init(zones: ZoneCatalog, limit: Int) {
        self.zones = zones
        self.limit = limit
    }

    /// The job's schedule, or why there is none; `isNew` tells that it was compiled just now.
    func schedule(of job: Job) -> (outcome: Result<Schedule, ScheduleFault>, isNew: Bool) {
        if let entry = entries.withLock({ $0[job.id] }), entry.version == job.version { return (entry.outcome, false) }
        let outcome: Result<Schedule, ScheduleFault>
        do throws(ScheduleFault) {
            outcome = .success(try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones))
        } catch {
            outcome = .failure(error)
        }
        entries.withLock { entries in
            if entries.count >= limit { entries.removeAll(keepingCapacity: true) }
            entries[job.id] = Entry(version: job.version, outcome: outcome)
        }
        return (outcome, true)
    }
}
