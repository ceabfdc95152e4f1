import PunctualCore
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Output in PostgreSQL", .timeLimit(.minutes(10)))
struct OutputTests {
    private func job() -> Job {
        Job(
            id: .random(at: ManualClock.start), draft: JobDraft(name: "a", schedule: .manual, target: .noop),
            nextRunAt: nil, createdAt: ManualClock.start)
    }

    /// Executions that run, of those instants.
    private func running(_ instants: [Timestamp], in store: PostgresStore) async throws -> [ClaimedExecution] {
        let job = job()
        _ = try await store.create([job])[0].get()
        let now = try await store.now()
        let rows = instants.enumerated().map {
            job.execution(at: $1, trigger: .manual, now: now, nonce: UInt64($0) + 1)
        }
        _ = try await store.enqueue(rows, of: job.id, overlap: .allowAll)
        let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 500, lease: .seconds(600)))
        return claimed.sorted { $0.execution.id < $1.execution.id }
    }

    private func texts(_ claimed: ClaimedExecution, _ store: PostgresStore) async throws -> [String] {
        try await store.lines(of: claimed.execution.id, after: 0, limit: 10_000).map(\.text)
    }

    @Test("lines lie in the month of their execution and leave with it, but for those of what still runs")
    func months() async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let month = Month(of: try await store.now())
        let ancient = Timestamp(seconds: 5)
        let held = try await running(
            [ancient, ancient + .seconds(1), month.start, month.start + .seconds(1)], in: store)
        for one in held { _ = try await store.keep([AttemptReport(one.lease, lines: [SaidLine("x"), SaidLine("y")])]) }
        let database = String(uri.split(separator: "/").last ?? "")
        func count(_ table: String) throws -> String {
            try PostgresServer.shared.psql("SELECT count(*) FROM \(table)", in: database)
        }
        #expect(try count(month.outputTable) == "2")
        #expect(try count("output_pieces_rest") == "2")
        for one in [held[0], held[2]] { _ = try await store.finish(Completion(lease: one.lease, outcome: .succeeded)) }
        let gone = try await store.archiveMonths(endedBy: month.next.start, into: nil)
        #expect(gone.map(\.executions) == [1, 1])
        for (one, kept) in zip(held, [[], ["x", "y"], [], ["x", "y"]]) { #expect(try await texts(one, store) == kept) }
        // A node of the release before lets months go without their output; the next pass takes it.
        let old = Month(year: 2025, number: 1)
        try await store.makeOutput(of: old)
        #expect(try await store.archiveMonths(endedBy: month.next.start, into: nil) == [])
        #expect(
            try PostgresServer.shared.psql("SELECT to_regclass('\(old.outputTable)') IS NULL", in: database) == "t")
        // What runs on goes on where it was, and moves when its month is made again.
        _ = try await store.keep([AttemptReport(held[3].lease, lines: [SaidLine("z")], from: 3)])
        #expect(try await texts(held[3], store) == ["x", "y", "z"])
        try await store.makeMonths(ahead: 0)
        #expect(try count(month.outputTable) == "2" && count("output_pieces_rest") == "1")
        #expect(try await texts(held[3], store) == ["x", "y", "z"])
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("tables that were made before the step get their months of output when a node begins")
    func upgraded() async throws {
        let uri = try PostgresServer.shared.database()
        let settings = try ConnectionSettings(uri)
        let before = Schema(steps: Schema.current.steps.filter { $0.name != "output" })
        let connection = try await Connection.open(settings)
        _ = try await before.migrate(connection)
        let (month, old) = (Month(of: Timestamp(seconds: 1_780_000_000)), Month(year: 2025, number: 1))
        _ = try await connection.run(
            [
                "CREATE TABLE \(month.table) (LIKE ended_executions)",
                """
                ALTER TABLE ended_executions ATTACH PARTITION \(month.table)
                FOR VALUES FROM ('\(Identifier.first(at: month.start))') TO ('\(Identifier.first(at: month.next.start))')
                """,
                // What an archive left that broke off.
                "CREATE TABLE \(old.table) (LIKE ended_executions)",
            ].map { Call(composed: $0) })
        await connection.close()
        let store = try await PostgresStore(uri: uri)
        for table in ["open_executions", month.table, old.table] {
            #expect(try await store.run([Call(composed: "SELECT progress FROM \(table)")])[0].count == 0)
        }
        let held = try await running([try await store.now()], in: store)
        _ = try await store.keep([AttemptReport(held[0].lease, lines: [SaidLine("x")])])
        let table = Month(of: try await store.now()).outputTable
        #expect(try await store.run([Call(composed: "SELECT 1 FROM \(table)")])[0].count == 1)
        #expect(try await store.archiveMonths(endedBy: old.next.start, into: nil).map(\.month) == [old.text])
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("many say, renew and end at once: nobody waits for another for ever, and no line is lost or doubled")
    func crowd() async throws {
        try await withStore(connections: 8) { store in
            let now = try await store.now()
            let held = try await running((0..<40).map { now + .seconds(-$0) }, in: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<3 {
                    group.addTask {
                        for turn in 0..<20 {
                            // Each call names several, in an order of its own, as the heartbeats of a worker do.
                            let some = held.shuffled().prefix(4)
                            let reports = some.map {
                                AttemptReport(
                                    $0.lease, lines: (0..<5).map { SaidLine("\(task)-\(turn)-\($0)") },
                                    progress: ProgressReport(percent: Double(turn), message: nil))
                            }
                            let outcomes = try await store.keep(reports)
                            #expect(!outcomes.contains(.leaseLost))
                            let renewed = try await store.renew(some.reversed().map(\.lease), for: .seconds(600))
                            #expect(!renewed.contains(.lost))
                        }
                    }
                }
                try await group.waitForAll()
            }
            var total = 0
            for one in held {
                let lines = try await store.lines(of: one.execution.id, after: 0, limit: 10_000)
                #expect(lines.map(\.number) == lines.indices.map { $0 + 1 })
                #expect(Set(lines.map(\.text)).count == lines.count)
                total += lines.count
            }
            #expect(total == 3 * 20 * 4 * 5)
            // Ends beside what is said: whichever comes first, nothing is said behind an end.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in [held.prefix(20), held.suffix(20)] {
                    group.addTask {
                        let ends = part.reversed().map { Completion(lease: $0.lease, outcome: .succeeded) }
                        let outcomes = try await store.finish(ends)
                        #expect(!outcomes.contains(.leaseLost))
                    }
                    group.addTask {
                        _ = try await store.keep(part.map { AttemptReport($0.lease, lines: [SaidLine("late")]) })
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await store.keep(held.map { AttemptReport($0.lease, lines: [SaidLine("x")]) })
                    == held.map { _ in .leaseLost })
        }
    }
}
