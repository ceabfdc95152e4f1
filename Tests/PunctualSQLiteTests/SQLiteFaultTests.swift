import Foundation
import GRDB
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Testing

@testable import PunctualSQLite

@Suite("A SQLite file")
struct SQLiteFaultTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.file("punctual.db") }

    private func open() throws -> SQLiteStore { try SQLiteStore(path: path, clock: clock) }

    private func job(_ name: String, description: String = "") -> Job {
        var draft = JobDraft(name: name, schedule: .manual, target: .noop)
        draft.description = description
        return Job(id: .random(at: clock.now()), draft: draft, nextRunAt: clock.now(), createdAt: clock.now())
    }

    @Test("keeps what was acknowledged when it is opened again")
    func reopens() async throws {
        let made = (0..<200).map { job("j\($0)") }
        let first = try open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in made { group.addTask { _ = try await first.create([job]) } }
            try await group.waitForAll()
        }
        first.close()
        let second = try open()
        defer { second.close() }
        for job in made { #expect(try await second.job(job.id) == job) }
        #expect(try await second.counts().jobs[.active] == 200)
        #expect(try await second.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }

    @Test("serves one process: a second opening names the one that has it")
    func locked() throws {
        let first = try open()
        defer { first.close() }
        let error = #expect(throws: StoreError.self) { _ = try open() }
        guard case .unavailable(let text) = error else {
            Issue.record("saw \(String(describing: error))")
            return
        }
        #expect(text.contains("another punctual process"))
        #expect(text.contains("\(ProcessInfo.processInfo.processIdentifier)"))
    }

    @Test("once closed holds everything in one file, for whoever copies it")
    func copied() async throws {
        let store = try open()
        _ = try await store.create((0..<50).map { job("j\($0)") })
        store.close()
        let copy = folder.file("copy.db")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let count = try await DatabaseQueue(path: copy).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs") }
        #expect(count == 50)
    }

    @Test("that is no database is refused as damaged, by name, and left as it is")
    func corrupt() throws {
        let junk = Data(repeating: 0x5A, count: 8192)
        try junk.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StoreError.self) { _ = try open() }
        guard case .damaged(let text) = error else {
            Issue.record("saw \(String(describing: error))")
            return
        }
        #expect(text.contains(path))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == junk)
    }

    @Test("of a newer version is refused, and the text says so")
    func newer() throws {
        try open().close()
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999-from-the-future')")
        }
        let error = #expect(throws: StoreError.self) { _ = try open() }
        guard case .corrupt(let text) = error else {
            Issue.record("saw \(String(describing: error))")
            return
        }
        #expect(text.contains("newer version"))
    }

    @Test("in a folder that is not there cannot be opened, and the text names it")
    func noFolder() throws {
        let error = #expect(throws: StoreError.self) {
            _ = try SQLiteStore(path: folder.file("none/punctual.db"), clock: clock)
        }
        guard case .unavailable(let text) = error else {
            Issue.record("saw \(String(describing: error))")
            return
        }
        #expect(text.contains("none/punctual.db"))
    }

    @Test("on a full disk refuses writes as full, keeps what was acknowledged, and goes on when there is room")
    func full() async throws {
        let store = try open()
        defer { store.close() }
        try await store.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 40)")
        }
        var acknowledged: [Job] = []
        var refusal: StoreError?
        for index in 0..<500 where refusal == nil {
            let new = job("j\(index)", description: String(repeating: "x", count: 1500))
            do {
                if case .success = try await store.create([new]).first { acknowledged.append(new) }
            } catch {
                refusal = error
            }
        }
        guard case .full = refusal else {
            Issue.record("saw \(String(describing: refusal))")
            return
        }
        for job in acknowledged { #expect(try await store.job(job.id) == job) }
        #expect(try await store.counts().jobs[.active] == acknowledged.count)
        try await store.pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        #expect(try await store.create([job("after")]).first != .failure(.nameTaken))
        #expect(try await store.counts().jobs[.active] == acknowledged.count + 1)
    }

    @Test("whose lock file was left by a dead process opens")
    func staleLock() throws {
        try Data("4194305\n".utf8).write(to: URL(fileURLWithPath: path + ".lock"))
        try open().close()
    }

    @Test("in a folder where nobody may write cannot be opened, and the text names it")
    func readOnlyFolder() throws {
        // Not even the superuser makes files there.
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(path: "/proc/punctual.db", clock: clock) }
        guard case .unavailable(let text) = error else {
            Issue.record("saw \(String(describing: error))")
            return
        }
        #expect(text.contains("/proc/punctual.db"))
    }

    @Test("that somebody else keeps locked refuses writes as unavailable, answers reads, and goes on afterwards")
    func busy() async throws {
        let store = try open()
        defer { store.close() }
        let known = job("known")
        _ = try await store.create([known])
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let refusal = await #expect(throws: StoreError.self) { _ = try await store.create([job("refused")]) }
        guard case .unavailable(let text) = refusal else {
            Issue.record("saw \(String(describing: refusal))")
            return
        }
        #expect(text.contains("locked"))
        #expect(try await store.job(known.id) == known)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        _ = try await store.create([job("after")])
        #expect(try await store.counts().jobs[.active] == 2)
    }

    @Test("damaged in its pages is reported as damaged, never read as if it were empty", arguments: [false, true])
    func damagedPages(isCutOff: Bool) async throws {
        let first = try open()
        _ = try await first.create((0..<500).map { job("j\($0)") })
        try await first.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        first.close()
        let url = URL(fileURLWithPath: path)
        let whole = try Data(contentsOf: url)
        // The first page stays, so that it looks like a database.
        var damaged = whole.prefix(4096)
        if !isCutOff { damaged += Data(repeating: 0x5A, count: whole.count - 4096) }
        try damaged.write(to: url)
        var refusal: StoreError?
        do {
            let store = try open()
            defer { store.close() }
            _ = try await store.jobs(JobQuery())
        } catch {
            refusal = error as? StoreError
        }
        guard case .damaged = refusal else {
            Issue.record("saw \(String(describing: refusal))")
            return
        }
    }
}
