import PunctualCore
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("The second wall")
struct ReaderRoleTests {
    /// A server of its own: roles belong to all databases of one.
    private static let server = Result {
        let server = try PostgresServer()
        try server.psql("CREATE ROLE punctual_reader NOLOGIN")
        return server
    }

    private func open(
        _ uri: String? = nil, clock: ManualClock, connections: Int = 4, role: String = "punctual_reader"
    ) async throws -> PostgresStore {
        try await PostgresStore(
            settings: ConnectionSettings(uri ?? Self.server.get().database()), clock: clock, connections: connections,
            reader: ReaderRole(role), limits: .patient)
    }

    @Test("lists read as another role keep every promise of a store")
    func checks() async throws {
        for check in StoreCheck.all where check.name.contains("lists") || check.name.contains("label") {
            let clock = ManualClock()
            let store = try await open(clock: clock)
            await #expect(throws: Never.self, "\(check.name)") { try await check.run(store, clock) }
            await store.close()
        }
    }

    @Test("behind PgBouncer in transaction mode too")
    func pooled() async throws {
        let bouncer = try await blocking { try PgBouncer(before: Self.server.get()) }
        for check in StoreCheck.all where check.name.contains("permissions") {
            let clock = ManualClock()
            let uri = try Self.server.get().database()
            await (try PostgresStore(uri: uri)).close()
            let store = try await open(bouncer.uri(through: uri), clock: clock)
            await #expect(throws: Never.self, "\(check.name)") { try await check.run(store, clock) }
            await store.close()
        }
        bouncer.stop()
    }

    /// Two jobs of each service, one with the label, each with an execution that waits and one that has ended.
    private func fill(_ store: PostgresStore, _ clock: ManualClock) async throws -> [Job] {
        var jobs: [Job] = []
        for (service, label) in [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")] {
            var draft = JobDraft(name: label, schedule: .manual, target: .noop)
            (draft.service, draft.labels) = (service, ["team": label])
            jobs.append(Job(id: .random(at: clock.now()), draft: draft, nextRunAt: nil, createdAt: clock.now()))
        }
        _ = try await store.create(jobs)
        for job in jobs {
            var rows = (1...2).map {
                job.execution(at: clock.now(), trigger: .manual, now: clock.now(), nonce: $0)
            }
            (rows[0].status, rows[0].finishedAt) = (.succeeded, clock.now())
            _ = try await store.enqueue(rows, of: job.id, overlap: .allowAll)
        }
        return jobs
    }

    static let filters: [(ServiceFilter, jobs: Int)] = [
        (.nothing, 0), (ServiceFilter([Permission(.viewer, service: "a")]), 2),
        (ServiceFilter([Permission(.viewer, service: "a"), Permission(.viewer, service: "b")]), 4),
        (ServiceFilter([Permission(.viewer, service: nil, labels: ["team": "x"])]), 2),
        (ServiceFilter([Permission(.viewer, service: "b", labels: ["team": "y"])]), 1),
    ]

    @Test("a query that forgets its filter shows nothing foreign", arguments: filters)
    func twin(_ visible: ServiceFilter, count: Int) async throws {
        let clock = ManualClock()
        let store = try await open(clock: clock)
        let all = try await fill(store, clock)
        let wanted = all.filter { visible.shows(service: $0.draft.service, labels: $0.draft.labels) }
        #expect(wanted.count == count)
        for sort in JobQuery.Sort.allCases {
            var query = JobQuery()
            query.sort = sort
            let seen = try await store.rows(of: query, showing: visible)
            #expect(Set(seen.map(\.id)) == Set(wanted.map(\.id)))
        }
        let seen = try await store.rows(of: ExecutionQuery(), showing: visible)
        #expect(seen.count == count * 2)
        #expect(Set(seen.map(\.jobID)) == Set(wanted.map(\.id)))
        // A job that is gone leaves what only those see who see its whole service.
        try await store.delete(all[0].id, ifVersion: nil)
        let left = try await store.rows(of: ExecutionQuery(), showing: visible).filter { $0.jobID == all[0].id }
        #expect(left.count == (visible.showsExecution(service: "a", labels: nil) ? 2 : 0))
        await store.close()
    }

    @Test("without a word of who asks, the role sees nothing, whatever it reads")
    func silent() async throws {
        let clock = ManualClock()
        let uri = try Self.server.get().database()
        let store = try await open(uri, clock: clock)
        _ = try await fill(store, clock)
        let tables = ["jobs", "job_progress", "open_executions", "ended_executions"]
        for said in ["", "SET punctual.visible = ''; ", "SET punctual.visible = '[]'; "] {
            for table in tables {
                let sql = "\(said)SET ROLE punctual_reader; SELECT 'rows: ' || count(*) FROM \(table)"
                let answer = try Self.server.get().psql(sql, in: database(uri))
                #expect(answer.contains("rows: 0"), "\(table): \(answer)")
            }
        }
        for table in tables {
            let answer = try Self.server.get().psql("SELECT 'rows: ' || count(*) FROM \(table)", in: database(uri))
            #expect(answer.contains("rows: 4"), "\(table): \(answer)")
        }
        await store.close()
    }

    @Test("a standby has the wall as well")
    func standby() async throws {
        let primary = try await blocking { try PostgresServer() }
        try primary.psql("CREATE ROLE punctual_reader NOLOGIN")
        let (uri, clock) = (try primary.database(), ManualClock())
        let store = try await open(uri, clock: clock)
        let jobs = try await fill(store, clock)
        // It begins with all that was there.
        let server = try await blocking { try PostgresServer(standbyOf: primary) }
        let replica = try PostgresReplica(
            uri: server.uri(database(uri)), of: store, connections: 2, readerRole: "punctual_reader")
        let visible = ServiceFilter([Permission(.viewer, service: "a", labels: ["team": "x"])])
        let seen = try await replica.store.rows(of: JobQuery(), showing: visible)
        #expect(seen.map(\.id) == [jobs[0].id])
        let rows = try await replica.store.rows(of: ExecutionQuery(), showing: visible)
        #expect(rows.map(\.jobID) == [jobs[0].id, jobs[0].id])
        await replica.store.close()
        await store.close()
        try server.stop()
        try primary.stop()
    }

    @Test("what a list becomes ends with it")
    func ends() async throws {
        let clock = ManualClock()
        let store = try await open(clock: clock, connections: 1)
        let jobs = try await fill(store, clock)
        var query = JobQuery()
        query.visible = ServiceFilter([Permission(.viewer, service: "a")])
        #expect(try await store.jobs(query).items.count == 2)
        let said = try await store.run([
            Call(
                composed:
                    "SELECT current_user = session_user, coalesce(current_setting('punctual.visible', true), '') = ''")
        ])[0].first { ($0.bool(), $0.bool()) }
        #expect(said?.0 == true && said?.1 == true)
        #expect(try await store.jobs(JobQuery()).items.count == jobs.count)
        await store.close()
    }

    @Test("a role that is missing, or may not be taken, or sees everything, is refused with what to do")
    func refused() async throws {
        let server = try Self.server.get()
        try server.psql("CREATE ROLE punctual_above NOLOGIN BYPASSRLS; CREATE ROLE punctual_foreign NOLOGIN")
        try server.psql("CREATE ROLE punctual_node LOGIN PASSWORD 'secret'")
        let uri = try server.database()
        try server.psql("GRANT ALL ON SCHEMA public TO punctual_node", in: database(uri))
        // Another one than the owner of everything.
        let parts = uri.split(separator: "@")
        let node = "postgres://punctual_node:secret@\(parts[parts.count - 1])"
        for (uri, role, hint) in [
            (node, "no such", "CREATE ROLE \"no such\" NOLOGIN; GRANT \"no such\" TO punctual_node"),
            (node, "punctual_foreign", "GRANT \"punctual_foreign\" TO punctual_node"),
            (uri, "punctual_above", "above row-level security"),
        ] {
            do {
                await (try open(uri, clock: ManualClock(), role: role)).close()
                Issue.record("\(role) is taken")
            } catch StoreError.unavailable(let text) {
                #expect(text.contains(hint) && !text.contains("\n"), "\(text)")
            }
        }
        // With what the hint said it goes.
        try server.psql("GRANT punctual_foreign TO punctual_node")
        let store = try await open(node, clock: ManualClock(), role: "punctual_foreign")
        _ = try await fill(store, ManualClock())
        var query = JobQuery()
        query.visible = ServiceFilter([Permission(.viewer, service: "a")])
        #expect(try await store.jobs(query).items.count == 2)
        await store.close()
    }

    @Test("a node that does not own the tables goes on over them, with the wall and without")
    func notOwner() async throws {
        let server = try Self.server.get()
        try server.psql("CREATE ROLE punctual_guest LOGIN PASSWORD 'secret'")
        let uri = try server.database()
        let steps = try await PostgresStore.migrate(uri: uri, readerRole: "punctual_reader")
        #expect(steps.last == Schema.current.steps.last?.number)
        try server.psql(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO punctual_guest; GRANT punctual_reader TO punctual_guest",
            in: database(uri))
        let parts = uri.split(separator: "@")
        let settings = try ConnectionSettings("postgres://punctual_guest:secret@\(parts[parts.count - 1])")
        for reader in [nil, ReaderRole("punctual_reader")] {
            let clock = ManualClock()
            let store = try await PostgresStore(
                settings: settings, clock: clock, schema: nil, reader: reader, limits: .patient)
            let before = try await store.jobs(JobQuery()).items.count
            if before == 0 { _ = try await fill(store, clock) }
            #expect(try await store.jobs(JobQuery()).items.count == 4)
            var query = ExecutionQuery()
            query.visible = ServiceFilter([Permission(.viewer, service: nil, labels: ["team": "x"])])
            #expect(try await store.executions(query).items.count == 4)
            let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 1, lease: .seconds(60)))
            #expect(claimed.count == 1)
            await store.close()
        }
    }

    private func database(_ uri: String) -> String { String(uri.split(separator: "/").last ?? "") }
}
