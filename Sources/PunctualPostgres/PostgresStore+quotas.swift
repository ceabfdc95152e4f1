internal import PunctualCore
internal import PunctualSchedule

// What a service may have is judged under a lock of its own, so that the callers of all nodes are judged one after another.
// Whoever asks for no quota never comes here.

extension PostgresStore {
    /// Adds jobs as far as their services have room, in order.
    /// - Parameter jobs: of different ids.
    /// - Returns: the ids that were added, and those that had no room; the others were there, by id or by name.
    func insertWithin(
        _ limits: [String: Int], _ jobs: [Job]
    ) async throws(StoreError) -> (added: Set<Identifier>, refused: Set<Identifier>) {
        try await transact(.init(countsOpen: false)) { [self] transaction, _ in
            let limited = jobs.filter { limits[$0.draft.service] != nil }
            let services = Set(limited.map(\.draft.service))
            var counts = try await transaction.jobCounts(upTo: limits.filter { services.contains($0.key) })
            let present = try await transaction.present(limited)
            var names: [String: Set<String>] = [:]
            var refused: Set<Identifier> = []
            for job in limited where !present.contains(job.id) {
                let (service, name) = (job.draft.service, job.draft.name)
                // The second of a name finds it taken, and takes no room.
                if names[service, default: []].contains(name) { continue }
                if counts[service, default: 0] >= limits[service, default: 0] {
                    refused.insert(job.id)
                } else {
                    counts[service, default: 0] += 1
                    names[service, default: []].insert(name)
                }
            }
            let rows = PostgresStore.lockOrder(jobs.filter { !refused.contains($0.id) })
            let added = try await transaction.connection.run(insertion(of: rows))[1].map { $0.identifier() }
            return (Set(added), refused)
        }
    }
}

extension Transaction {
    /// How many jobs each service has, under the locks of these services; each stops at its limit.
    func jobCounts(upTo limits: [String: Int]) async throws -> [String: Int] {
        let services = limits.keys.sorted()
        let calls = [Self.lockServices(services), Self.countJobs(services, services.map { limits[$0] ?? 0 })]
        let rows = try await connection.run(calls)[1].map { (service: $0.text(), count: $0.int()) }
        return Dictionary(rows.map { ($0.service, $0.count) }) { first, _ in first }
    }

    /// In the order of their names: two that want the same wait for each other in one direction alone.
    private static let lockServices = Statement(
        """
        SELECT pg_advisory_xact_lock(hashtextextended(s.service, 5021786245))
        FROM (SELECT unnest($1::text[]) AS service ORDER BY 1) s
        """)
    /// A second statement: it sees what others did before the locks were had.
    private static let countJobs = Statement(
        """
        SELECT g.service, (SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE j.service = g.service LIMIT g.most) c)
        FROM unnest($1::text[], $2::int8[]) AS g (service, most)
        """)

    /// Those of the jobs whose id or name is there.
    func present(_ jobs: [Job]) async throws -> Set<Identifier> {
        let call = Self.findJobs(jobs.map(\.id), jobs.map(\.draft.service), jobs.map(\.draft.name))
        return Set(try await connection.run([call])[0].map { $0.identifier() })
    }

    private static let findJobs = Statement(
        """
        SELECT g.id FROM unnest($1::uuid[], $2::text[], $3::text[]) AS g (id, service, name)
        WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.id = g.id)
            OR EXISTS (SELECT 1 FROM jobs j WHERE j.service = g.service AND j.name = g.name)
        """)

    /// How many of the service wait in the queue, up to 100,000, after the changes so far.
    func waiting(_ service: String, _ queue: String) async throws -> Int {
        let calls = [Self.lockLine("\(service) \(queue)"), Self.countWaiting(queue, service)]
        return (try await connection.run(calls)[1].first { $0.int() } ?? 0) + waitingGrowth
    }

    private static let lockLine = Statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 5021786246))")
    private static let countWaiting = Statement(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM generate_series(0, 2) AS l (lane), generate_series(0, 9) AS p (priority)
            CROSS JOIN LATERAL (
                SELECT 1 FROM open_executions o
                WHERE o.lane = l.lane AND o.queue = $1 AND o.priority = p.priority AND o.service = $2
                    AND \(PostgresStore.waits("o"))
            ) w LIMIT 100000
        ) s
        """)
}
