import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Months of history")
struct MonthTests {
    @Test("what ended goes to its month, is found there by id, and leaves as a file")
    func archive() async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        let start = Month(of: now).start
        let job = Job(
            id: .random(at: now), draft: JobDraft(name: "a", schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: now)
        _ = try await store.create([job])
        let old = (0..<25).map { job.execution(at: start + .seconds($0), trigger: .backfill, now: now) }
        let ancient = job.execution(at: Timestamp(seconds: -5), trigger: .backfill, now: now)
        _ = try await store.enqueue(old + [ancient], of: job.id, overlap: .allowAll)
        let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 100, lease: .seconds(60)))
        for one in claimed { _ = try await store.finish(Completion(lease: one.lease, outcome: .succeeded)) }
        #expect(claimed.count == 26)
        let database = String(uri.split(separator: "/").last ?? "")
        func count(_ table: String) throws -> String {
            try PostgresServer.shared.psql("SELECT count(*) FROM \(table)", in: database)
        }
        #expect(try count(Month(of: now).table) == "25")
        #expect(try count("ended_executions_rest") == "1")
        #expect(try await store.execution(old[3].id, of: nil)?.status == .succeeded)
        #expect(try await store.execution(ancient.id, of: nil)?.status == .succeeded)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "punctual-archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(try await store.archiveMonths(endedBy: now, into: folder.path) == [])
        let gone = try await store.archiveMonths(endedBy: Month(of: now).next.start, into: folder.path)
        #expect(gone.map(\.month) == ["1970-01", Month(of: now).text], "what came for a month without a table too")
        #expect(gone.map(\.executions) == [1, 25])
        let text = try runTool("/bin/gzip", ["-dc", try #require(gone.last).path])
        let ids = try text.split(separator: "\n").map { try JSONValue(parsing: String($0))["id"]?.string }
        #expect(ids == old.map(\.id.description).sorted())
        let manifest = folder.appendingPathComponent("executions-\(Month(of: now).text).json")
        let told = try JSONValue(parsing: String(contentsOf: manifest, encoding: .utf8))
        #expect(told["executions"]?.int == 25)
        let sum = try runTool("/usr/bin/sha256sum", [try #require(gone.last).path])
        #expect(sum.split(separator: " ").first.map(String.init) == told["sha256"]?.string)
        #expect(try await store.execution(old[3].id, of: nil) == nil)
        #expect(try await store.counts().executions[.succeeded, default: 0] == 0)
        #expect(try await store.archiveMonths(endedBy: Month(of: now).next.start, into: folder.path) == [])

        // The same month again: what a backfill adds has a file of its own, also when the first call broke off.
        let later = job.execution(at: start + .seconds(99), trigger: .backfill, now: now)
        _ = try await store.enqueue([later], of: job.id, overlap: .allowAll)
        _ = try await store.cancel(later.id, of: job.id)
        #expect(try count("ended_executions_rest") == "1")
        let second = try await store.archiveMonths(endedBy: Month(of: now).next.start, into: folder.path)
        #expect(second.map(\.path) == ["\(folder.path)/executions-\(Month(of: now).text).2.ndjson.gz"])
        #expect(try runTool("/bin/gzip", ["-dc", try #require(gone.last).path]) == text)
        try FileManager.default.removeItem(at: folder)
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test(
        "an archive that broke off is written again under the same name, and over no other", arguments: [false, true])
    func brokeOff(elsewhere: Bool) async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "punctual-archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let job = Job(
            id: .random(at: now), draft: JobDraft(name: "a", schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: now)
        _ = try await store.create([job])
        let one = job.execution(at: Month(of: now).start, trigger: .backfill, now: now)
        _ = try await store.enqueue([one], of: job.id, overlap: .allowAll)
        _ = try await store.cancel(one.id, of: job.id)
        let path = "\(folder.path)/executions-\(Month(of: now).text)"
        // The manifest cannot be written: a folder has its name.
        try FileManager.default.createDirectory(atPath: path + ".json/x", withIntermediateDirectories: true)
        await #expect(throws: StoreError.self) {
            try await store.archiveMonths(endedBy: Month(of: now).next.start, into: folder.path)
        }
        #expect(FileManager.default.fileExists(atPath: path + ".ndjson.gz"))
        #expect(try await store.execution(one.id, of: nil) != nil, "until it is archived it is read")
        // The next node's folder holds another part of the month under that name.
        let other = folder.path + "-other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        for ending in ["ndjson.gz", "json"] {
            try #"{"table":7}"#.write(
                toFile: "\(other)/executions-\(Month(of: now).text).\(ending)", atomically: false, encoding: .utf8)
        }
        try FileManager.default.removeItem(atPath: path + ".json")
        let next = elsewhere ? other : folder.path
        let gone = try await store.archiveMonths(endedBy: Month(of: now).next.start, into: next)
        #expect(
            gone.map(\.path) == [
                elsewhere ? "\(other)/executions-\(Month(of: now).text).2.ndjson.gz" : path + ".ndjson.gz"
            ])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == (elsewhere ? 1 : 2))
        let kept = try String(contentsOfFile: "\(other)/executions-\(Month(of: now).text).ndjson.gz", encoding: .utf8)
        #expect(kept == #"{"table":7}"#)
        try FileManager.default.removeItem(atPath: other)
        try FileManager.default.removeItem(at: folder)
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("with archived months, what a job keeps long leaves with its month, what it keeps shortly by itself")
    func leavesWithMonth() async throws {
        let uri = try PostgresServer.shared.database()
        let day = Duration.seconds(86_400)
        let store = try await PostgresStore(uri: uri)
        try await store.tellHistory(of: "n1", keptFor: day * 30, archives: true)
        let now = try await store.now()
        for (days, isLeft) in [(40, true), (30, true), (29, false)] {
            var draft = JobDraft(name: "days-\(days)", schedule: .manual, target: .noop)
            draft.retention = day * days
            let job = Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdAt: now)
            _ = try await store.create([job])
            let one = job.execution(at: now - day * 80, trigger: .backfill, now: now)
            _ = try await store.enqueue([one], of: job.id, overlap: .allowAll)
            _ = try await store.cancel(one.id, of: job.id)
            _ = try PostgresServer.shared.psql(
                "UPDATE ended_executions SET finished_at = scheduled_at WHERE id = '\(one.id)'",
                in: String(uri.split(separator: "/").last ?? ""))
            _ = try await store.prune(before: now - day * 3650, limit: 100, from: .start)
            #expect((try await store.execution(one.id, of: nil) != nil) == isLeft, "\(days) days")
        }
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("nodes that start at once over a new database make each month once", arguments: 0..<6)
    func together(round: Int) async throws {
        let uri = try PostgresServer.shared.database()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    let store = try await PostgresStore(uri: uri)
                    try await store.makeMonths(ahead: 6)
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a month that is made late takes in what came for it before")
    func late() async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        var far = Month(of: now)
        for _ in 0..<5 { far = far.next }
        let job = Job(
            id: .random(at: now), draft: JobDraft(name: "a", schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: now)
        _ = try await store.create([job])
        let one = job.execution(at: far.start, trigger: .backfill, now: now)
        _ = try await store.enqueue([one], of: job.id, overlap: .allowAll)
        _ = try await store.cancel(one.id, of: job.id)
        try await store.makeMonths(ahead: 6)
        let database = String(uri.split(separator: "/").last ?? "")
        #expect(try PostgresServer.shared.psql("SELECT count(*) FROM \(far.table)", in: database) == "1")
        #expect(try await store.execution(one.id, of: job.id)?.status == .cancelled)
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("of several nodes the most careful decides how long months stay; where one archives, only such let them go")
    func rules() async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        let day = Duration.seconds(86_400)
        let past = Month(of: now - day * 90)
        try await store.make(past)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await store.tellHistory(of: "hasty", keptFor: .seconds(60), archives: false)
        try await store.tellHistory(of: "careful", keptFor: day * 365, archives: true)
        #expect(try await store.keepMonths(endedBy: now, into: nil) == [])
        #expect(try await store.keepMonths(endedBy: now, into: folder.path) == [], "it is kept for a year")
        try await store.tellHistory(of: "careful", keptFor: day * 30, archives: true)
        #expect(try await store.keepMonths(endedBy: now, into: nil) == [], "somebody archives")
        #expect(try await store.keepMonths(endedBy: now, into: folder.path).map(\.month) == [past.text])
        try await store.make(past)
        try await store.forgetHistory(of: "careful")
        #expect(try await store.keepMonths(endedBy: now, into: nil).map(\.month) == [past.text])
        try FileManager.default.removeItem(at: folder)
        await store.close()
        try PostgresServer.shared.drop(uri)
    }

    @Test("a month waits for the longest retention that any job has of its own")
    func waits() async throws {
        let uri = try PostgresServer.shared.database()
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        var draft = JobDraft(name: "a", schedule: .manual, target: .noop)
        draft.retention = .seconds(200 * 86_400)
        let job = Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdAt: now)
        _ = try await store.create([job])
        let past = Month(of: now - .seconds(90 * 86_400))
        try await store.make(past)
        #expect(try await store.keepMonths(endedBy: now, into: nil) == [])
        draft.retention = .seconds(86_400)
        let change = JobChange(draft: draft, status: .active, pauseReason: nil, nextRunAt: nil, updatedAt: now)
        _ = try await store.update(job.id, change, ifVersion: 1)
        #expect(try await store.keepMonths(endedBy: now, into: nil).map(\.month) == [past.text])
        await store.close()
        try PostgresServer.shared.drop(uri)
    }
}
