import Foundation
import GRDB
import Logging
import PunctualAccess
import PunctualCore
import PunctualEngine
import PunctualExecutors
import PunctualSchedule
import PunctualTestKit
import Synchronization
import TestPeers
import Testing

@testable import PunctualServer

@Suite("The head of the audit log is put by", .timeLimit(.minutes(10)))
struct AuditAnchoringTests {
    /// A folder that is gone when nobody holds it any more.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID())").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        // What stays behind in the temporary folder harms nobody.
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func anchors() throws -> [AuditAnchor] {
            guard let bytes = FileManager.default.contents(atPath: file) else { return [] }
            return try AuditAnchor.list(Array(bytes))
        }

        var file: String { "\(path)/anchors.jsonl" }
    }

    /// Keeps what was logged.
    private struct Ear: LogHandler {
        let heard: Said
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        final class Said: Sendable {
            let lines = Mutex<[(level: Logger.Level, text: String)]>([])
            func count(_ level: Logger.Level) -> Int { lines.withLock { $0.count { $0.level == level } } }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            heard.lines.withLock { $0.append((event.level, "\(event.message) \(event.metadata ?? [:])")) }
        }
    }

    private let said = Ear.Said()
    private let begin = ContinuousClock.now
    private let isMine = Flag(true)

    private func anchoring(_ store: any AuditStore, _ places: any AnchorPlace...) -> AuditAnchoring {
        AuditAnchoring(
            audits: store, places: places, every: .seconds(3600),
            logger: Logger(label: "test") { [said] _ in Ear(heard: said) }, isMine: { [isMine] in isMine.value },
            now: { ManualClock.start })
    }

    private func fill(_ store: any AuditStore, _ numbers: Range<Int>) async throws {
        _ = try await store.append(numbers.map(AuditChain.draft))
    }

    @Test("once an hour, when there is something new, by the node whose turn it is")
    func rhythm() async throws {
        let (store, folder) = (MemoryIdentityStore(), try Folder())
        let node = anchoring(store, AnchorFile(path: folder.file))
        await node.step(at: begin)
        #expect(try folder.anchors().isEmpty, "of an empty log there is nothing to keep")
        try await fill(store, 0..<5)
        await node.step(at: begin)
        #expect(try folder.anchors().map(\.head.sequence) == [5])
        try await fill(store, 5..<9)
        await node.step(at: begin + .seconds(3599))
        #expect(try folder.anchors().count == 1)
        await node.step(at: begin + .seconds(3600))
        await node.step(at: begin + .seconds(7200))
        await node.step(at: begin + .seconds(10_800))
        #expect(try folder.anchors().map(\.head.sequence) == [5, 9])
        let head = try await store.auditHead()
        #expect(try folder.anchors().last?.head == head)
        // Another node takes over, with nothing new; then this one has a turn again.
        let other = anchoring(store, AnchorFile(path: folder.file))
        await other.step(at: begin)
        #expect(try folder.anchors().count == 2)
        try await fill(store, 9..<10)
        isMine.value = false
        await node.step(at: begin + .seconds(20_000))
        #expect(try folder.anchors().count == 2)
        isMine.value = true
        await node.step(at: begin + .seconds(20_001))
        #expect(try folder.anchors().map(\.head.sequence) == [5, 9, 10])
        #expect(said.lines.withLock { $0.isEmpty })
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Answers with what it is told to, and keeps what it was asked.
    private final class Receiver: Executor {
        let asked = Mutex<[AttemptRequest]>([])
        let fails = Flag(false)

        func execute(_ attempt: AttemptRequest) async -> AttemptResult {
            asked.withLock { $0.append(attempt) }
            if fails.value {
                return AttemptResult(.failed(reason: .connection, error: "refused", isRetryable: true, retryAfter: nil))
            }
            return AttemptResult(.succeeded)
        }
    }

    @Test("the same JSON is posted with one id for one head, again until it is taken, and a dead address stops no file")
    func posted() async throws {
        let (store, folder, receiver) = (MemoryIdentityStore(), try Folder(), Receiver())
        let node = anchoring(
            store, AnchorCall(url: "https://a.example.com/x?key=hunter2", http: receiver),
            AnchorFile(path: folder.file))
        try await fill(store, 0..<3)
        receiver.fails.value = true
        await node.step(at: begin)
        await node.step(at: begin + .seconds(10))
        #expect(try folder.anchors().count == 1)
        #expect(said.count(.error) == 2 && said.lines.withLock { $0.allSatisfy { !$0.text.contains("hunter2") } })
        receiver.fails.value = false
        await node.step(at: begin + .seconds(20))
        await node.step(at: begin + .seconds(30))
        let asked = receiver.asked.withLock { $0 }
        #expect(asked.count == 3 && Set(asked.map(\.executionID)).count == 1)
        let anchor = try #require(try folder.anchors().first)
        #expect(
            asked[2].target == .http(HTTPTarget(url: "https://a.example.com/x?key=hunter2", body: anchor.json)))
        try await fill(store, 3..<4)
        await node.step(at: begin + .seconds(4000))
        #expect(Set(receiver.asked.withLock { $0.map(\.executionID) }).count == 2)
    }

    @Test("a file that nobody can read or write, or whose last line is none, is told and left alone")
    func hostileFile() async throws {
        let (store, folder) = (MemoryIdentityStore(), try Folder())
        try await fill(store, 0..<3)
        for text in ["nonsense\n", "{}\n", "{\"at\":\"2026", String(repeating: "x", count: 9000) + "\n", "\n"] {
            try Data(text.utf8).write(to: URL(filePath: folder.file))
            await anchoring(store, AnchorFile(path: folder.file)).step(at: begin)
            #expect(FileManager.default.contents(atPath: folder.file) == Data(text.utf8))
        }
        #expect(said.count(.error) == 5)
        await anchoring(store, AnchorFile(path: folder.path)).step(at: begin)
        await anchoring(store, AnchorFile(path: "\(folder.path)/none/anchors")).step(at: begin)
        #expect(said.count(.error) == 7)
        for path in [folder.path, "\(folder.path)/none/anchors"] {
            var settings = Settings()
            settings.anchors.file = path
            #expect(throws: SettingsError.self) { try settings.checkAnchors() }
            settings.roles = [.api]
            #expect(throws: Never.self) { try settings.checkAnchors() }
        }
        var open = Settings.development
        open.anchors.url = "https://a.example.com"
        #expect(throws: SettingsError.self) { try open.checkAnchors() }
    }

    /// What somebody with all rights over the database does.
    enum Tampering: CaseIterable, Sendable { case cut, rewritten, emptied, extended }

    @Test(
        "a log that was cut off or written anew, consistent in itself, is found by what was put by",
        arguments: ["sqlite", "postgres"], Tampering.allCases)
    func tampered(_ kind: String, _ tampering: Tampering) async throws {
        let folder = try Folder()
        var settings = Settings()
        let isPostgres = kind == "postgres"
        settings.databaseURL =
            isPostgres
            ? try await blocking { try PostgresServer.shared.database() } : "sqlite:\(folder.path)/jobs.sqlite"
        settings.databaseConnections = 2
        let opened = try await OpenStore(
            settings, clock: ManualClock(), bell: SignalBell(), logger: Logger(label: "test"))
        let store = opened.access
        try await fill(store, 0..<10)
        await anchoring(store, AnchorFile(path: folder.file)).step(at: begin)
        try await fill(store, 10..<12)
        await anchoring(store, AnchorFile(path: folder.file)).step(at: begin)
        #expect(try folder.anchors().map(\.head.sequence) == [10, 12])
        #expect(try await verdict(store, anchors: []) == nil)
        #expect(try await verdict(store, anchors: folder.anchors()) == nil)

        let entries = try await store.auditEntries(from: 1, limit: 100)
        let sql = Self.sql(tampering, entries, isPostgres: isPostgres)
        if isPostgres {
            let database = String(settings.databaseURL.split(separator: "/").last ?? "")
            _ = try await blocking {
                try PostgresServer.shared.psql("SET session_replication_role = replica; \(sql)", in: database)
            }
        } else {
            let database = try DatabaseQueue(path: "\(folder.path)/jobs.sqlite")
            try await database.write { database in
                try database.execute(sql: "DROP TRIGGER audit_stays; DROP TRIGGER audit_grows; \(sql)")
            }
            try database.close()
        }

        // In itself it is whole, so who looks at it alone finds nothing.
        #expect(try await verdict(store, anchors: []) == nil)
        let wanted: AuditVerifier.Fault? =
            switch tampering {
            case .cut: .truncated(at: 11, expected: 12)
            case .rewritten: .anchor(at: 10)
            case .emptied: .truncated(at: 0, expected: 12)
            // What comes behind the newest anchor is beyond what it can tell.
            case .extended: nil
            }
        #expect(try await verdict(store, anchors: folder.anchors()) == wanted)
        // The node that puts heads by notices, too, and puts none over what was there.
        await anchoring(store, AnchorFile(path: folder.file)).step(at: begin)
        #expect(said.count(.critical) == (wanted == nil ? 0 : 1))
        #expect(try folder.anchors().count == (wanted == nil ? 3 : 2))
        await opened.close()
        // One that an error leaves behind goes with its server.
        if isPostgres { try await blocking { [settings] in try PostgresServer.shared.drop(settings.databaseURL) } }
    }

    /// What is at fault; nil when nothing is.
    private func verdict(_ store: any AuditStore, anchors: [AuditAnchor]) async throws -> AuditVerifier.Fault? {
        let (entries, head) = (try await store.auditEntries(from: 1, limit: 100), try await store.auditHead())
        do throws(AuditVerifier.Fault) {
            var verifier = try AuditVerifier(anchors: anchors.map(\.head))
            try verifier.check(entries)
            try verifier.finish(stored: head)
            return nil
        } catch { return error }
    }

    private static func sql(_ tampering: Tampering, _ entries: [AuditEntry], isPostgres: Bool) -> String {
        func blob(_ bytes: [UInt8]) -> String {
            let digits = bytes.map { String($0, radix: 16) }.map { $0.count == 1 ? "0" + $0 : $0 }.joined()
            return isPostgres ? "'\\x\(digits)'" : "x'\(digits)'"
        }
        func head(_ head: AuditHead) -> String {
            "UPDATE audit_head SET sequence = \(head.sequence), hash = \(blob(head.hash));"
        }
        switch tampering {
        case .cut: return "DELETE FROM audit_entries WHERE sequence > 11; " + head(entries[10].head)
        case .emptied: return "DELETE FROM audit_entries; " + head(.empty)
        case .rewritten:
            // Entry 4 is somebody else's deed now, and all that follow are chained to it.
            var (last, text) = (entries[2].head, "")
            for entry in entries[3...] {
                var draft = entry.draft
                if entry.sequence == 4 { draft.principal = "user:mallory" }
                let new = AuditEntry(draft, after: last)
                text += """
                    UPDATE audit_entries SET principal = '\(draft.principal)', previous = \(blob(new.previous)),
                    hash = \(blob(new.hash)) WHERE sequence = \(new.sequence);
                    """
                last = new.head
            }
            return text + head(last)
        case .extended:
            let new = AuditEntry(entries[11].draft, after: entries[11].head)
            let columns =
                "at, principal, credential, address, operation, resource, service, is_allowed, before, after, request_id"
            let more = isPostgres ? (", written_by", ", written_by") : ("", "")
            return """
                INSERT INTO audit_entries (sequence, previous, hash, \(columns)\(more.0))
                SELECT 13, \(blob(new.previous)), \(blob(new.hash)), \(columns)\(more.1) FROM audit_entries WHERE sequence = 12;
                """ + head(new.head)
        }
    }
}
