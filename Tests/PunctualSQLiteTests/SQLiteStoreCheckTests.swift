import Foundation
import PunctualSQLite
import PunctualTestKit
import Testing

@Suite("The SQLite store")
struct SQLiteStoreCheckTests {
    @Test("keeps every promise of a store", arguments: StoreCheck.all)
    func holds(_ check: StoreCheck) async throws {
        let clock = ManualClock()
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        await #expect(throws: Never.self) { try await check.run(store, clock) }
    }

    @Test("tells what waits", arguments: OutboxCheck.all)
    func tells(_ check: OutboxCheck) async throws {
        let clock = ManualClock()
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        await #expect(throws: Never.self) { try await check.run(store, clock) }
    }

    @Test("keeps what is to be told", arguments: NotificationCheck.all)
    func notifies(_ check: NotificationCheck) async throws {
        let clock = ManualClock()
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        await #expect(throws: Never.self) { try await check.run(store, clock) }
    }

    @Test("keeps figures of minutes", arguments: FigureCheck.all)
    func counts(_ check: FigureCheck) async throws {
        let clock = ManualClock()
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        await #expect(throws: Never.self) { try await check.run(store, clock) }
    }

    @Test("is carried whole to another", arguments: TransferCheck.all)
    func carried(_ check: TransferCheck) async throws {
        let clock = ManualClock()
        let folder = try TemporaryFolder()
        let source = try SQLiteStore(path: folder.file("source.db"), clock: clock)
        let target = try SQLiteStore(path: folder.file("target.db"), clock: clock)
        defer {
            source.close()
            target.close()
        }
        await #expect(throws: Never.self) { try await check.run(source, target, clock) }
    }
}

/// A folder that is gone when nobody holds it any more.
final class TemporaryFolder: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("punctual-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // The system clears what is left of its temporary folder.
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.path }

    func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}
