import PunctualCore
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

/// Databases that hold a share of the jobs each, by the job's id, and all that belongs to them.
private struct Shards {
    let stores: [PostgresStore]
    let clock: ManualClock

    /// Splits a batch by its items' jobs, as a router in front of the databases would, and hands each its part.
    func each<Item, Answer>(
        _ items: [Item], of job: (Item) -> Identifier, _ body: (PostgresStore, [Item]) async throws -> [Answer]
    ) async throws -> [Answer] {
        var answers: [Answer] = []
        let parts = Dictionary(grouping: items) { Int(job($0).hashKey % UInt64(stores.count)) }
        for (shard, part) in parts.sorted(by: { $0.key < $1.key }) { answers += try await body(stores[shard], part) }
        return answers
    }

    /// Asks every database.
    func all<Answer>(_ body: (PostgresStore) async throws -> [Answer]) async throws -> [Answer] {
        var answers: [Answer] = []
        for store in stores { answers += try await body(store) }
        return answers
    }

    /// Everything that the databases hold, whatever holds it.
    func contents() async throws -> (jobs: [Job], executions: [Execution]) {
        let jobs = try await all { try await $0.exportJobs(after: nil, limit: 10_000) }
        let executions = try await all { try await $0.exportExecutions(after: nil, limit: 10_000) }
        return (jobs.sorted { $0.id < $1.id }, executions.map(\.execution).sorted { $0.id < $1.id })
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct Draws {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

@Suite("Distributed by job id", .timeLimit(.minutes(10)))
struct DistributionTests {
    /// Runs the body with one database and with three, both empty, and gives what each came to.
    private func sideBySide<Value: Sendable>(_ body: (Shards) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for count in [1, 3] {
            let clock = ManualClock()
            var uris: [String] = []
            var stores: [PostgresStore] = []
            for _ in 0..<count {
                let uri = try await PostgresServer.shared.database(like: "punctual_template") { uri in
                    await (try PostgresStore(uri: uri)).close()
                }
                uris.append(uri)
                stores.append(
                    try await PostgresStore(
                        settings: ConnectionSettings(uri), clock: clock, connections: 2, schema: nil, limits: .patient))
            }
            values.append(try await body(Shards(stores: stores, clock: clock)))
            for store in stores { await store.close() }
            for uri in uris { try PostgresServer.shared.drop(uri) }
        }
        return values
    }

    /// Jobs of every overlap policy, some of which count from ends.
    private func jobs(_ seed: UInt64) -> [Job] {
        var draws = Draws(state: seed)
        return (0..<60).map { number in
            let every = Duration.seconds(Int64(5 + number % 7))
            let schedule: JobSchedule =
                number % 5 == 0 ? .fixedDelay(every: every) : .interval(every: every, anchor: ManualClock.start)
            var draft = JobDraft(name: "job-\(number)", schedule: schedule, target: .noop)
            draft.overlapPolicy = OverlapPolicy.allCases[number % OverlapPolicy.allCases.count]
            draft.queue = "q\(number % 4)"
            return Job(
                id: Identifier(
                    high: UInt64(ManualClock.start.milliseconds) << 16 | 0x7000, low: 1 << 63 | draws.next() >> 2),
                draft: draft, nextRunAt: ManualClock.start + every,
                createdAt: ManualClock.start)
        }
    }

    /// Creates, ticks, claims, renews, ends, reclaims, triggers, changes and deletes, all in batches over many jobs, drawn
    /// from a seed; what every step answered, in the order of ids, and what is left.
    private func play(_ shards: Shards, _ jobs: [Job], seed: UInt64) async throws -> [String] {
        var draws = Draws(state: seed)
        var said: [String] = []
        _ = try await shards.each(jobs, of: \.id) { try await $0.create($1) }
        for round in 0..<6 {
            shards.clock.advance(by: .seconds(11))
            let due = try await shards.all { try await $0.dueJobs(shards: nil, limit: 1000).jobs }
            let plans = due.sorted { $0.id < $1.id }.compactMap { job in
                job.plan(at: shards.clock.now(), schedule: schedule(of: job))
            }
            let outcomes = try await shards.each(plans, of: \.jobID) { store, part in
                zip(part, try await store.apply(part)).map { "\($0.jobID) \($1)" }
            }
            said += outcomes.sorted()
            var claimed: [ClaimedExecution] = []
            while true {
                let more = try await shards.all {
                    try await $0.claim(ClaimRequest(worker: "w", limit: 1000, lease: .seconds(30)))
                }
                if more.isEmpty { break }
                claimed += more
            }
            claimed.sort { $0.execution.id < $1.execution.id }
            said.append("round \(round): \(claimed.map(\.lease))")
            let completions = claimed.compactMap { one -> (job: Identifier, Completion)? in
                let outcomes: [AttemptOutcome?] = [
                    .succeeded, .succeeded, .failed, .retry(after: .seconds(3)), .handedBack, nil,
                ]
                return outcomes[draws.next(below: outcomes.count)].map {
                    (one.execution.jobID, Completion(lease: one.lease, outcome: $0))
                }
            }
            _ = try await shards.each(claimed, of: \.execution.jobID) {
                try await $0.renew($1.map(\.lease), for: .seconds(40))
            }
            let ends = try await shards.each(completions, of: \.job) { store, part in
                zip(part, try await store.finish(part.map(\.1))).map { "\($0.1.lease) \($1)" }
            }
            said += ends.sorted()
            let back = try await shards.all { try await $0.reclaimExpired(limit: 1000, random: 0.5) }
            said += back.map { "\($0)" }.sorted()
            let (hand, gone) = (jobs[draws.next(below: 30)], jobs[30 + round])
            _ = try await shards.each([hand], of: \.id) { store, _ in
                let run = hand.execution(
                    at: shards.clock.now(), trigger: .manual, now: shards.clock.now(), nonce: UInt64(round) + 1)
                return try await store.enqueue([run], of: hand.id, overlap: hand.draft.overlapPolicy)
            }
            _ = try await shards.each([gone], of: \.id) { store, _ -> [Int] in
                try await store.delete(gone.id, ifVersion: nil)
                return []
            }
        }
        let (left, rows) = try await shards.contents()
        let byID = try await shards.each(left, of: \.id) { try await $0.jobs($1.map(\.id)).compactMap { $0 } }
        #expect(byID.sorted { $0.id < $1.id } == left)
        return said + left.map { "\($0)" } + rows.map { "\($0)" }
    }

    private func schedule(of job: Job) -> Schedule {
        switch job.draft.schedule {
        case .interval(let every, let anchor):
            .interval(IntervalSchedule(every: every, anchor: anchor ?? job.createdAt))
        case .fixedDelay(let every): .fixedDelay(every)
        default: .manual
        }
    }

    @Test("what the hot statements do to many jobs at once, they do to each shard alone", arguments: [1, 2, 3])
    func decomposes(seed: UInt64) async throws {
        let jobs = jobs(seed)
        let played = try await sideBySide { try await play($0, jobs, seed: seed) }
        #expect(played[0].count > 500)
        #expect(played[0].count == played[1].count)
        for (whole, parts) in zip(played[0], played[1]) where whole != parts {
            Issue.record("seed \(seed): in one database \(whole)\nin three \(parts)")
            break
        }
    }

    @Test("a statement that looks across jobs is noticed")
    func twin() async throws {
        let jobs = jobs(1)
        let played = try await sideBySide { shards in
            _ = try await shards.each(jobs, of: \.id) { try await $0.create($1) }
            for store in shards.stores {
                _ = try await store.run([
                    Call(composed: "UPDATE job_progress SET run_count = (SELECT count(*) FROM jobs)")
                ])
            }
            return try await shards.contents().jobs.map { "\($0)" }
        }
        #expect(played[0] != played[1])
    }

    @Test("the keys that would cross shards are those that ADR 11 names")
    func keys() async throws {
        let uri = try PostgresServer.shared.database()
        let database = String(uri.split(separator: "/").last ?? "")
        await (try PostgresStore(uri: uri)).close()
        let rows = try PostgresServer.shared.psql(
            """
            SELECT c.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')' FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
            WHERE i.indisunique AND c.relname IN ('jobs', 'job_progress', 'open_executions', 'ended_executions')
            GROUP BY c.relname, i.indexrelid ORDER BY 1
            """, in: database)
        #expect(
            rows.split(separator: "\n").map(String.init) == [
                "ended_executions (id)", "job_progress (id)", "jobs (id)", "jobs (service, name)",
                "open_executions (id)",
            ])
        try PostgresServer.shared.drop(uri)
    }
}
