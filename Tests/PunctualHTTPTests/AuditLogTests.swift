import HTTPTypes
import HummingbirdTesting
import NIOCore
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// An audit store that can be made to fail, and counts its appends.
private final class BrittleAudit: AuditStore {
    let store: MemoryIdentityStore
    let isBroken = Mutex(false)
    let appends = Mutex(0)

    init(_ store: MemoryIdentityStore) { self.store = store }

    func append(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry] {
        appends.withLock { $0 += 1 }
        await Task.yield()
        if isBroken.withLock({ $0 }) { throw .unavailable("broken") }
        return try await store.append(drafts)
    }

    func auditHead() async throws(StoreError) -> AuditHead { try await store.auditHead() }
    func auditEntries(from sequence: Int64, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await store.auditEntries(from: sequence, limit: limit)
    }
    func auditEntries(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        try await store.auditEntries(query)
    }
}

@Suite("The audit log", .timeLimit(.minutes(10)))
struct AuditLogTests {
    @Test("tells who changed what, from what to what, and hides what a secret could be")
    func story() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.editor, service: "default")])
        let (key, text) = try await scene.key(of: .user(user.id))
        let admin = try await scene.admin()
        try await scene.run { client in
            var headers = bearer(text)
            headers[HTTPField.Name("X-Request-Id")!] = "r1"
            let body = """
                {"name":"n","schedule":{"type":"manual"},
                 "target":{"type":"http","url":"https://example.com","headers":{"Authorization":"hunter2"}}}
                """
            let id = try #require(
                try await client.send(.post, "/api/v1/jobs", body, headers: headers).json["id"]?.string)
            _ = try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"priority":9}"#, headers: headers)
            _ = try await client.send(.post, "/api/v1/jobs/\(id)/pause", headers: headers)
            let other = #"{"name":"n","service":"other","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
            #expect(try await client.send(.post, "/api/v1/jobs", other, headers: headers).status == 403)
            _ = try await client.send(.get, "/api/v1/jobs", headers: headers)
            let page = try await client.send(.get, "/api/v1/audit?principal=user:\(user.id)", headers: admin)
            let entries = page.json["items"]?.array ?? []
            #expect(
                entries.compactMap { $0["operation"]?.string } == ["createJob", "pauseJob", "patchJob", "createJob"])
            #expect(entries.allSatisfy { $0["credential"]?.string == "key:\(key.id)" && $0["request_id"] == "r1" })
            #expect(entries[0]["allowed"] == false && entries[0]["resource"] == .null)
            #expect(entries[1]["before"]?["status"] == "active" && entries[1]["after"]?["status"] == "paused")
            #expect(entries[2]["before"]?["priority"] == 5 && entries[2]["after"]?["priority"] == 9)
            #expect(entries[3]["before"] == .null && entries[3]["resource"]?.string == "job:\(id)")
            #expect(!"\(page.json)".contains("hunter2"))
            let mine = try await client.send(.get, "/api/v1/audit?resource=job:\(id)&limit=2", headers: admin)
            #expect(mine.json["items"]?.array?.count == 2)
            let cursor = try #require(mine.json["next_cursor"]?.string)
            let rest = try await client.send(
                .get, "/api/v1/audit?resource=job:\(id)&limit=2&cursor=\(cursor)", headers: admin)
            #expect(rest.json["items"]?.array?.count == 1)
        }
    }

    @Test("is exported whole, in order, with all that its hashes are made of")
    func export() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let now = scene.clock.now()
        let drafts = (0..<1200).map { AuditDraft(at: now, principal: "system", operation: "op\($0)") }
        _ = try await scene.identities.append(drafts)
        try await scene.run { client in
            let answer = try await client.send(.get, "/api/v1/audit/export", headers: admin)
            #expect(answer.headers[.contentType] == "application/x-ndjson")
            let lines = String(buffer: answer.body).split(separator: "\n")
            #expect(lines.count == 1200)
            var previous = String(repeating: "0", count: 64)
            for (index, line) in lines.enumerated() {
                let entry = try JSONValue(parsing: String(line))
                #expect(entry["sequence"]?.int == Int64(index + 1) && entry["previous"]?.string == previous)
                previous = entry["hash"]?.string ?? ""
            }
            let tail = try await client.send(.get, "/api/v1/audit/export?from_sequence=1201", headers: admin)
            let last = String(buffer: tail.body).split(separator: "\n")
            #expect(last.count == 1 && last[0].contains("exportAudit"))
        }
    }

    @Test("drafts of many go together, each of their own waits for his, and a failure is everybody's of that append")
    func batches() async throws {
        let store = MemoryIdentityStore()
        let brittle = BrittleAudit(store)
        let log = AuditLog(store: brittle)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    try await log.append([
                        AuditDraft(at: ManualClock.start, principal: "system", operation: "op\(number)")
                    ])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.auditHead().sequence == 500)
        #expect(brittle.appends.withLock { $0 } < 500)
        brittle.isBroken.withLock { $0 = true }
        await #expect(throws: StoreError.self) {
            try await log.append([AuditDraft(at: ManualClock.start, principal: "system", operation: "op")])
        }
        brittle.isBroken.withLock { $0 = false }
        try await log.append([AuditDraft(at: ManualClock.start, principal: "system", operation: "op")])
        #expect(try await store.auditHead().sequence == 501)
    }
}
