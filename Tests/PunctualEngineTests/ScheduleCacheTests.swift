import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The cache of compiled schedules")
struct ScheduleCacheTests {
    private func job(_ number: Int, every seconds: Int = 60) -> Job {
        let draft = JobDraft(
            name: "job-\(number)", schedule: .interval(every: .seconds(seconds), anchor: nil), target: .noop)
        return Job(
            id: .random(at: ManualClock.start), draft: draft, nextRunAt: nil, createdAt: ManualClock.start)
    }

    @Test("never holds more than its limit, and what is asked for often stays", arguments: [2, 3, 10, 100])
    func bounded(limit: Int) {
        let cache = ScheduleCache(zones: ZoneCatalog { _ in nil }, limit: limit)
        let hot = job(0)
        #expect(cache.schedule(of: hot).isNew)
        for number in 1...limit * 10 {
            #expect(cache.schedule(of: job(number)).isNew)
            #expect(cache.count <= limit)
            if limit > 2 { #expect(!cache.schedule(of: hot).isNew, "after \(number) others") }
        }
    }

    @Test("what fits is compiled once")
    func fits() {
        let cache = ScheduleCache(zones: ZoneCatalog { _ in nil }, limit: 100)
        let jobs = (0..<50).map { job($0) }
        for round in 0..<5 {
            for job in jobs { #expect(cache.schedule(of: job).isNew == (round == 0)) }
        }
    }

    @Test("a changed job is compiled anew, whichever generation knew it")
    func versions() throws {
        let cache = ScheduleCache(zones: ZoneCatalog { _ in nil }, limit: 4)
        var changed = job(0)
        for version in 1...6 {
            changed.version = version
            changed.draft.schedule = .interval(every: .seconds(version), anchor: nil)
            let schedule = try cache.schedule(of: changed).outcome.get()
            #expect(schedule.next(after: ManualClock.start) == ManualClock.start + .seconds(version))
            for number in 0..<version { _ = cache.schedule(of: job(number)) }
        }
    }
}
