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
            #expect(entries[0]["service"] == "other")
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

    @Test("tells which thing of which service somebody was refused, of reads and claims once a minute")
    func refusals() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let user = try await scene.user("ada", [Permission(.viewer, service: "default")])
        let mine = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            let body = #"{"name":"n","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
            let id = try #require(
                try await client.send(.post, "/api/v1/jobs", body, headers: admin).json["id"]?.string)
            let execution = try await client.send(.post, "/api/v1/jobs/\(id)/trigger", headers: admin).json["id"]?
                .string
            let begin = try await scene.identities.auditHead().sequence
            let calls: [(HTTPRequest.Method, String, resource: String?, service: String?)] = [
                (.delete, "/jobs/\(id)", "job:\(id)", "default"), (.post, "/schedule/\(id)", "job:\(id)", "default"),
                (.post, "/executions/\(id)/\(execution ?? "")/cancel", "execution:\(execution ?? "")", "default"),
                (.post, "/queues/q/pause", "queue:q", nil),
                (.delete, "/secrets/default/s", "secret:default/s", "default"),
                (.delete, "/users/\(user.id)", "user:\(user.id)", nil),
                (.get, "/users/\(user.id)", "user:\(user.id)", nil),
                (.get, "/users", nil, nil), (.get, "/audit", nil, nil), (.get, "/grants", nil, nil),
                (.get, "/service-accounts", nil, nil), (.get, "/secrets?service=default", nil, nil),
                (.get, "/stats", nil, nil), (.post, "/work/claim", nil, nil), (.get, "/stats", nil, nil),
            ]
            for (method, path, _, _) in calls {
                let claim = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
                let answer = try await client.send(
                    method, "/api/v1\(path)", path == "/work/claim" ? claim : nil, headers: mine)
                #expect(answer.status == 403, "\(path)")
            }
            // What he may not know of is 404, and leaves nothing.
            let other = #"{"name":"n","service":"other","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
            let hidden = try await client.send(.post, "/api/v1/jobs", other, headers: admin).json["id"]?.string ?? ""
            #expect(try await client.send(.get, "/api/v1/jobs/\(hidden)", headers: mine).status == 404)
            let entries = try await scene.identities.auditEntries(from: begin + 1, limit: 100).map(\.draft)
                .filter { !$0.isAllowed }
            #expect(entries.map(\.resource) == calls.dropLast().map(\.resource))
            #expect(entries.map(\.service) == calls.dropLast().map(\.service))
            scene.clock.advance(by: .seconds(60))
            #expect(try await client.send(.get, "/api/v1/stats", headers: mine).status == 403)
            #expect(try await scene.identities.auditEntries(AuditQuery()).first?.draft.operation == "stats")
        }
    }

    @Test("tells where it ends, and that this was tampered with")
    func end() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let entries = try await scene.identities.append([
            AuditDraft(at: scene.clock.now(), principal: "system", operation: "op")
        ])
        try await scene.run { client in
            let sound = try await client.send(.get, "/api/v1/audit/head", headers: admin)
            #expect(sound.status == 200 && sound.json["status"] == "sound" && sound.json["detail"] == .null)
            #expect(sound.json["head"]?.string == entries[0].head.text && sound.json["last"] == sound.json["head"])
            await scene.identities.loseAuditHead()
            let lost = try await client.send(.get, "/api/v1/audit/head", headers: admin)
            #expect(lost.status == 200 && lost.json["status"] == "tampered" && lost.json["head"] == .null)
            #expect(lost.json["detail"]?.string?.contains("audit_head") == true)
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
