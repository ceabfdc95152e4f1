import Foundation
import GRDB
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualSQLite

@Suite("A row that cannot be read")
struct ContainmentTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()
    private let store: SQLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
    }

    /// Three jobs, due now.
    private func threeJobs() async throws -> [Job] {
        let jobs = ["a", "b", "c"].map { name in
            Job(
                id: .random(at: clock.now()),
                draft: JobDraft(
                    name: name, schedule: .interval(every: .seconds(60), anchor: clock.now()), target: .noop),
                nextRunAt: clock.now(), createdAt: clock.now())
        }
        _ = try await store.create(jobs)
        return jobs
    }

    private func plant(_ sql: String, _ id: Identifier) async throws {
        _ = try await store.lane.write { try $0.database.run(sql, id) }
    }

    private func tick() async throws -> Int {
        let due = try await store.dueJobs(shards: nil, limit: 10)
        let plans = due.jobs.compactMap {
            $0.plan(
                at: due.now, schedule: .interval(IntervalSchedule(every: .seconds(60), anchor: $0.createdAt)))
        }
        return try await store.apply(plans).count
    }

    @Test(
        "pauses its job with a reason; the others fall due",
        arguments: [
            "UPDATE jobs SET definition = '{\"name\"' WHERE id = ?", "UPDATE jobs SET definition = '{}' WHERE id = ?",
            "UPDATE jobs SET status = 'sleepy' WHERE id = ?", "UPDATE jobs SET definition = x'ff00' WHERE id = ?",
        ])
    func job(_ damage: String) async throws {
        defer { store.close() }
        let jobs = try await threeJobs()
        try await plant(damage, jobs[1].id)
        #expect(try await tick() == 2)
        let seen = try #require(try await store.job(jobs[1].id))
        #expect(seen.status == .paused)
        #expect(seen.draft.name == "b")
        #expect(seen.nextRunAt == nil)
        #expect(seen.pauseReason?.contains("the stored") == true)
        #expect(try await store.jobs(JobQuery()).items.map(\.draft.name) == ["a", "b", "c"])
        // It is not met again, and a new definition brings it back.
        #expect(try await store.dueJobs(shards: nil, limit: 10).jobs.isEmpty)
        let change = JobChange(
            draft: jobs[1].draft, status: .active, pauseReason: nil, nextRunAt: clock.now(), updatedAt: clock.now())
        _ = try await store.update(jobs[1].id, change, ifVersion: seen.version)
        #expect(try await store.dueJobs(shards: nil, limit: 10).jobs.map(\.draft) == [jobs[1].draft])
    }

    @Test("a damaged job's waiting execution fails with the reason; the others are claimed")
    func claimOfDamagedJob() async throws {
        defer { store.close() }
        let jobs = try await threeJobs()
        #expect(try await tick() == 3)
        try await plant("UPDATE jobs SET definition = '[]' WHERE id = ?", jobs[1].id)
        let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 10, lease: .seconds(60)))
        #expect(Set(claimed.map(\.execution.jobID)) == [jobs[0].id, jobs[2].id])
        var query = ExecutionQuery()
        query.jobID = jobs[1].id
        let failed = try #require(try await store.executions(query).items.first)
        #expect(failed.status == .failed)
        #expect(failed.error?.contains("the stored definition cannot be read") == true)
        #expect(try await store.job(jobs[1].id)?.status == .paused)
        #expect(try await store.counts().executions[.failed] == 1)
    }

    @Test(
        "a damaged execution fails with the reason; the others are claimed",
        arguments: [
            "UPDATE executions SET past_attempts = '[{' WHERE job_id = ?",
            "UPDATE executions SET past_attempts = '[{}]' WHERE job_id = ?",
            "UPDATE executions SET result = 'x' WHERE job_id = ?",
            "UPDATE executions SET trigger = 'whim' WHERE job_id = ?",
        ])
    func claimOfDamagedExecution(_ damage: String) async throws {
        defer { store.close() }
        let jobs = try await threeJobs()
        #expect(try await tick() == 3)
        try await plant(damage, jobs[1].id)
        let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 10, lease: .seconds(60)))
        #expect(Set(claimed.map(\.execution.jobID)) == [jobs[0].id, jobs[2].id])
        let all = try await store.executions(ExecutionQuery()).items
        #expect(all.count == 3)
        let failed = try #require(all.first { $0.jobID == jobs[1].id })
        #expect(failed.status == .failed)
        #expect(failed.error?.contains("the stored") == true)
    }

    @Test("a damaged execution that runs is given up when its lease ends, like any other")
    func reclaim() async throws {
        defer { store.close() }
        let jobs = try await threeJobs()
        #expect(try await tick() == 3)
        _ = try await store.claim(ClaimRequest(worker: "w", limit: 10, lease: .seconds(60)))
        try await plant("UPDATE executions SET past_attempts = '[{' WHERE job_id = ?", jobs[1].id)
        clock.advance(by: .seconds(61))
        #expect(try await store.reclaimExpired(limit: 10, random: 0).count == 3)
    }

    @Test("a write that fails half-way changes nothing, and those that share its commit go on")
    func halfway() async throws {
        defer { store.close() }
        let jobs = try await threeJobs()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask { [store] in
                    do {
                        try await store.lane.write { transaction in
                            try transaction.database.run(
                                "UPDATE jobs SET run_count = run_count + 1 WHERE id = ?", jobs[0].id)
                            if index.isMultiple(of: 3) { throw StoreError.conflict("half-way") }
                        }
                        return true
                    } catch StoreError.conflict {
                        return false
                    }
                }
            }
            var done = 0
            for try await went in group where went { done += 1 }
            #expect(done == 133)
        }
        #expect(try await store.job(jobs[0].id)?.runCount == 133)
    }
}

@Suite("The clock of the SQLite store")
struct StoreClockTests {
    @Test("is read when a call's turn comes, not when it is made: a lease that ran out while it waited is not valid")
    func turn() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        _ = try await store.acquire([1], holder: "old", duration: .seconds(10))
        let gate = DispatchSemaphore(value: 0)
        let isHeld = AsyncStream<Void>.makeStream()
        let holding = Task {
            // Holds the writer's thread, which nothing else of this test needs.
            try await store.lane.write { _ in
                isHeld.continuation.yield()
                gate.wait()
            }
        }
        for await _ in isHeld.stream { break }
        async let taken = store.acquire([1], holder: "new", duration: .seconds(10))
        // The call waits in the lane, or will: either way the time goes on before its turn.
        while store.lane.waitingCount == 0 { await Task.yield() }
        clock.advance(by: .seconds(11))
        gate.signal()
        try await holding.value
        #expect(try await taken.map(\.holder) == ["new"])
        #expect(try await store.leases().first?.expiresAt == ManualClock.start + .seconds(21))
    }
}
