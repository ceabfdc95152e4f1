import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("The schema")
struct SchemaTests {
    @Test("five nodes that begin at once take each step once")
    func together() async throws {
        let uri = try PostgresServer.shared.database()
        let taken = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<5 { group.addTask { try await PostgresStore.migrate(uri: uri) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken == Schema.current.steps.map(\.number))
    }

    private static let last = Schema.current.steps.map(\.number).max() ?? 0
    private static let next = last + 1

    /// A schema with a step more.
    private func extended(oldestBinary: Int) -> Schema {
        Schema(
            steps: Schema.current.steps + [
                .init(
                    number: Self.next, name: "test", oldestBinary: oldestBinary,
                    sql: "ALTER TABLE jobs ADD COLUMN note text NOT NULL DEFAULT ''")
            ])
    }

    @Test("a binary of the release before goes on over the tables of the next")
    func expand() async throws {
        let settings = try ConnectionSettings(PostgresServer.shared.database())
        let old = try await PostgresStore(settings: settings)
        await (try PostgresStore(settings: settings, schema: extended(oldestBinary: 1))).close()
        let job = Job(
            id: .random(at: .init(seconds: 0)), draft: JobDraft(name: "a", schedule: .manual, target: .noop),
            nextRunAt: nil,
            createdAt: .init(seconds: 0))
        _ = try await old.create([job])[0].get()
        #expect(try await old.job(job.id) == job)
        await old.close()
        // And begins anew.
        await (try PostgresStore(settings: settings)).close()
    }

    @Test("a binary that is too old for the tables says so in one line")
    func contract() async throws {
        let settings = try ConnectionSettings(PostgresServer.shared.database())
        await (try PostgresStore(settings: settings, schema: extended(oldestBinary: Self.next))).close()
        await #expect(
            throws: StoreError.corrupt(
                "the tables are of a newer version of punctual (step \(Self.next), this one knows \(Self.last)); use that version"
            )
        ) {
            await (try PostgresStore(settings: settings)).close()
        }
    }

    @Test("a role without rights is told what it lacks")
    func rights() async throws {
        let uri = try PostgresServer.shared.database()
        try PostgresServer.shared.psql("CREATE ROLE guest LOGIN")
        await #expect {
            await (try PostgresStore(uri: uri.replacing("punctual@", with: "guest@"))).close()
        } throws: { "\($0)".contains("GRANT CREATE") }
    }
}
