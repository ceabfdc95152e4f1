import PunctualCore
import PunctualSchedule
import Synchronization
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Limits over several nodes", .timeLimit(.minutes(5)))
struct LimitTests {
    /// What was seen to run at once.
    private final class Running: Sendable {
        private let state = Mutex((now: 0, most: 0, done: 0))

        func began(_ count: Int) {
            state.withLock {
                $0.now += count
                $0.most = max($0.most, $0.now)
            }
        }

        func ends(_ count: Int) {
            state.withLock {
                $0.now -= count
                $0.done += count
            }
        }

        var seen: (most: Int, done: Int) { state.withLock { ($0.most, $0.done) } }
    }

    /// Three nodes over one database, of four workers each, claim from a limited queue until nothing waits.
    /// - Returns: how many ran at once at most, and how many ran in all.
    private func hammer(countsFirst: Bool, atMost limit: Int, of count: Int) async throws -> (most: Int, done: Int) {
        let uri = try PostgresServer.shared.database()
        let settings = try ConnectionSettings(uri)
        var stores: [PostgresStore] = []
        for _ in 0..<3 {
            stores.append(
                try await PostgresStore(settings: settings, connections: 6, limits: .patient, countsFirst: countsFirst))
        }
        let now = try await stores[0].now()
        var draft = JobDraft(name: "a", schedule: .manual, target: .noop)
        draft.queue = "q"
        let job = Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdAt: now)
        _ = try await stores[0].create([job])[0].get()
        let rows = (0..<count).map { job.execution(at: now, trigger: .manual, now: now, nonce: UInt64($0) + 1) }
        _ = try await stores[0].enqueue(rows, of: job.id, overlap: .allowAll)
        try await stores[0].setLimit(WorkLimit(.init(.queues, "q"), concurrency: limit))
        let running = Running()
        try await withThrowingDiscardingTaskGroup { group in
            for (node, store) in stores.enumerated() {
                for worker in 0..<4 {
                    group.addTask {
                        while running.seen.done < count {
                            let taken = try await store.claim(
                                ClaimRequest(worker: "w\(node)-\(worker)", limit: 3, lease: .seconds(600)))
                            running.began(taken.count)
                            if taken.isEmpty {
                                await Task.yield()
                                continue
                            }
                            // Told to be over before it is, so that what is seen is never too much.
                            running.ends(taken.count)
                            _ = try await store.finish(
                                taken.map { Completion(lease: $0.lease, outcome: .succeeded) })
                        }
                    }
                }
            }
        }
        for store in stores { await store.close() }
        let most = try PostgresServer.shared.psql(
            """
            SELECT max(n) FROM (
                SELECT sum(d) OVER (ORDER BY at, d) AS n FROM (
                    SELECT started_at AS at, 1 AS d FROM ended_executions UNION ALL SELECT finished_at, -1 FROM ended_executions
                ) s
            ) m
            """, in: String(uri.split(separator: "/").last ?? ""))
        try PostgresServer.shared.drop(uri)
        // By the database's clock, where what ended and what began in one millisecond did not overlap.
        return (max(running.seen.most, Int(most.filter(\.isNumber)) ?? .max), running.seen.done)
    }

    @Test("never more run at once than the limit says, however many claim")
    func exact() async throws {
        let seen = try await hammer(countsFirst: false, atMost: 4, of: 300)
        #expect(seen.done == 300)
        #expect((1...4).contains(seen.most), "\(seen)")
    }

    @Test("a store that counts before it locks lets too many run, and is noticed")
    func twin() async throws {
        var most = 0
        for _ in 0..<5 where most <= 4 {
            most = try await hammer(countsFirst: true, atMost: 4, of: 300).most
        }
        #expect(most > 4)
    }

    @Test("limits of jobs of which nothing waits keep no claim waiting, even while somebody has locked them")
    func idleJobs() async throws {
        let uri = try PostgresServer.shared.database()
        let settings = try ConnectionSettings(uri)
        let store = try await PostgresStore(settings: settings, connections: 4, limits: .patient)
        let now = try await store.now()
        func job(_ name: String) async throws -> Job {
            let draft = JobDraft(name: name, schedule: .manual, target: .noop)
            return try await store.create([
                Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdAt: now)
            ])[0].get()
        }
        let (limited, free) = (try await job("limited"), try await job("free"))
        try await store.setLimit(WorkLimit(.init(.jobs, "\(limited.id)"), concurrency: 1))
        func trigger(_ job: Job, _ nonce: UInt64) async throws {
            let row = job.execution(at: now, trigger: .manual, now: now, nonce: nonce)
            _ = try await store.enqueue([row], of: job.id, overlap: .allowAll)
        }
        func claim() async throws -> [Identifier] {
            try await store.claim(ClaimRequest(worker: "w", limit: 5, lease: .seconds(600))).map(\.execution.jobID)
        }
        try await trigger(free, 1)
        let holder = try await PostgresStore(settings: settings, connections: 2, limits: .patient)
        let (locked, done) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await holder.pool.lend { connection, _ throws(PostgresFault) in
                    let statements = ["BEGIN", "SELECT 1 FROM work_limits FOR UPDATE"]
                    _ = try await connection.run(statements.map { Call(composed: $0) })
                    locked.continuation.finish()
                    for await _ in done.stream {}
                    await connection.rollBack()
                }
            }
            for await _ in locked.stream {}
            // That it returns at all is the point.
            #expect(try await claim() == [free.id])
            done.continuation.finish()
            try await group.waitForAll()
        }
        try await trigger(limited, 2)
        try await trigger(free, 3)
        var taken: Set<Identifier> = []
        while taken.count < 2 { taken.formUnion(try await claim()) }
        #expect(taken == [limited.id, free.id])
        for one in [store, holder] { await one.close() }
        try PostgresServer.shared.drop(uri)
    }

    @Test("never more begin than the rate says, however many claim")
    func rate() async throws {
        let uri = try PostgresServer.shared.database()
        let settings = try ConnectionSettings(uri)
        var stores: [PostgresStore] = []
        for _ in 0..<3 { stores.append(try await PostgresStore(settings: settings, connections: 4, limits: .patient)) }
        let now = try await stores[0].now()
        var draft = JobDraft(name: "a", schedule: .manual, target: .noop)
        draft.service = "s"
        let job = Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdAt: now)
        _ = try await stores[0].create([job])[0].get()
        let rows = (0..<100).map { job.execution(at: now, trigger: .manual, now: now, nonce: UInt64($0) + 1) }
        _ = try await stores[0].enqueue(rows, of: job.id, overlap: .allowAll)
        // After the first twenty the next is due in three minutes.
        try await stores[0].setLimit(WorkLimit(.init(.services, "s"), rate: .init(count: 20, per: .seconds(3600))))
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for (node, store) in stores.enumerated() {
                for worker in 0..<4 {
                    group.addTask {
                        var taken = 0
                        for _ in 0..<10 {
                            taken += try await store.claim(
                                ClaimRequest(worker: "w\(node)-\(worker)", limit: 3, lease: .seconds(600))
                            ).count
                        }
                        return taken
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(taken == 20)
        for store in stores { await store.close() }
        try PostgresServer.shared.drop(uri)
    }
}
