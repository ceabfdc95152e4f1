import Foundation
import GRDB
import Logging
import PunctualAccess
import PunctualCore
import PunctualEngine
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualServer

@Suite("The end of the audit log", .timeLimit(.minutes(10)))
struct AuditEndTests {
    /// What somebody does who gets at the tables, and what is said of it; nil when nothing is.
    private static let edits: [(sql: String, isSaid: String?)] = [
        ("SELECT 1", nil),
        ("DELETE FROM audit_entries WHERE sequence > 9", "it ends at entry 9, but the table audit_head says entry 12"),
        ("DELETE FROM audit_entries", "it ends at entry 0, but the table audit_head says entry 12"),
        ("UPDATE audit_head SET sequence = 15", "it ends at entry 12, but the table audit_head says entry 15"),
        (
            "UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit_entries WHERE sequence = 3)",
            "entry 12 is there, but the table audit_head says that it ends at 3"
        ),
        (
            "UPDATE audit_head SET hash = (SELECT hash FROM audit_entries WHERE sequence = 3)",
            "the table audit_head has another hash of entry 12"
        ),
        ("DELETE FROM audit_head", "the table audit_head cannot be read"),
    ]

    @Test(
        "is what its table and its entries say, and is told where they differ",
        arguments: ["sqlite", "postgres"], edits.indices)
    func edited(_ kind: String, _ number: Int) async throws {
        let (sql, isSaid) = Self.edits[number]
        let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What stays behind in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = Settings()
        let isPostgres = kind == "postgres"
        settings.databaseURL =
            isPostgres ? try await blocking { try PostgresServer.shared.database() } : "sqlite:\(folder)/jobs.sqlite"
        settings.databaseConnections = 2
        let opened = try await OpenStore(
            settings, clock: ManualClock(), bell: SignalBell(), logger: Logger(label: "test"))
        let store = opened.access
        #expect(try await AuditEnd.read(store).fault == nil, "an empty log ends at its beginning")
        _ = try await store.append((0..<12).map(AuditChain.draft))
        if isPostgres {
            let database = String(settings.databaseURL.split(separator: "/").last ?? "")
            _ = try await blocking {
                try PostgresServer.shared.psql("SET session_replication_role = replica; \(sql)", in: database)
            }
        } else {
            let database = try DatabaseQueue(path: "\(folder)/jobs.sqlite")
            try await database.write { database in
                try database.execute(sql: "DROP TRIGGER audit_stays; DROP TRIGGER audit_grows; \(sql)")
            }
            try database.close()
        }
        #expect(try await AuditEnd.read(store).fault == isSaid)
        await opened.close()
        // One that an error leaves behind goes with its server.
        if isPostgres { try await blocking { [settings] in try PostgresServer.shared.drop(settings.databaseURL) } }
    }

    @Test("is one while others append")
    func meanwhile() async throws {
        let store = MemoryIdentityStore()
        async let appended: Void = append(500, to: store)
        for _ in 0..<500 {
            let end = try await AuditEnd.read(store)
            #expect(end.fault == nil)
        }
        try await appended
    }

    private func append(_ count: Int, to store: MemoryIdentityStore) async throws {
        for number in 0..<count { _ = try await store.append([AuditChain.draft(number)]) }
    }
}
