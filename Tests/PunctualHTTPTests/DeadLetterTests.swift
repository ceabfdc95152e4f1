import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualJSON
import PunctualTestKit
import Testing

@testable import PunctualHTTP

/// Executions of outside workers, which end as a test wants.
extension TestClientProtocol {
    /// Makes a job that outside workers take, each execution with one attempt.
    func outsideJob(
        _ name: String, service: String = "default", attempts: Int = 1, headers: HTTPFields = [:]
    ) async throws -> String {
        try await job(
            #"{"name":"\#(name)","service":"\#(service)","queue":"\#(name)","schedule":{"type":"manual"},"#
                + #""overlap_policy":"allow_all","retry_policy":{"maximum_attempts":\#(attempts),"initial_interval":"1s"},"#
                + #""target":{"type":"worker","task":"t","payload":{"a":1}}}"#, headers: headers)
    }

    /// Triggers the job and takes the execution.
    /// - Returns: its id.
    func claimed(_ job: String, _ name: String, headers: HTTPFields = [:]) async throws -> String {
        #expect(try await send(.post, "/api/v1/jobs/\(job)/trigger", headers: headers).status == 202)
        let claim = #"{"worker":"w","queues":["\#(name)"],"wait":"0s"}"#
        let answer = try await send(.post, "/api/v1/work/claim", claim, headers: headers)
        return try #require(answer.json["items"]?[0]?["id"]?.string, "\(answer.json)")
    }

    /// Ends the attempt.
    func endAttempt(
        _ id: String, attempt: Int = 1, error: String? = nil, output: String = "", headers: HTTPFields = [:]
    ) async throws {
        var body: JSONValue = [
            "id": .string(id), "attempt": .int(Int64(attempt)), "worker": "w", "output": .string(output),
            "status": error == nil ? "succeeded" : "failed",
        ]
        if let error { body = body.merging(["error": .string(error)]) }
        let answer = try await send(.post, "/api/v1/work/complete", body.description, headers: headers)
        #expect(answer.status == 200, "\(answer.json)")
    }

    /// One that has failed for good.
    func dead(_ job: String, _ name: String, _ error: String, headers: HTTPFields = [:]) async throws -> String {
        let id = try await claimed(job, name, headers: headers)
        try await endAttempt(id, error: error, headers: headers)
        return id
    }
}

@Suite("Dead letters and searches", .timeLimit(.minutes(2)))
struct DeadLetterTests {
    @Test("groups by job and error, whatever ids and numbers are in it, the largest group first")
    func groups() async throws {
        try await withAPI { client, _ in
            let (a, b) = (try await client.outsideJob("a"), try await client.outsideJob("b"))
            let newest = [
                try await client.dead(a, "a", "status 503, expected 200-299 after 812 ms"),
                try await client.dead(a, "a", "status 404, expected 200-299 after 7 ms"),
                try await client.dead(a, "a", "status 503, expected 200-299 after 1041 ms\nsecond line"),
            ]
            _ = try await client.dead(b, "b", "order 019d371d-8f40-8c31-9a52-6d1f0a7be7c2 of worker-17 is lost")
            _ = try await client.dead(b, "b", "order 019d3700-0000-7000-8000-000000000001 of worker-4 is lost")
            _ = try await client.dead(b, "b", "order 7 of worker-4 is lost")
            let good = try await client.claimed(b, "b")
            try await client.endAttempt(good)
            let answer = try await client.send(.get, "/api/v1/dead-letters")
            #expect(answer.status == 200 && answer.json["looked_at"] == 6 && answer.json["next_cursor"] == .null)
            let items = answer.json["items"]?.array ?? []
            #expect(items.map { $0["count"] } == [3, 2, 1], "\(answer.json)")
            #expect(items.first?["job_name"] == "b" && items.first?["error"]?.string?.contains("is lost") == true)
            #expect(Set(items[1]["execution_ids"]?.array ?? []) == [.string(newest[0]), .string(newest[2])])
            #expect(items[1]["key"] != items[2]["key"])
            let mine = try await client.send(.get, "/api/v1/dead-letters?job_id=\(a)").json["items"]?.array ?? []
            #expect(mine.map { $0["key"] } == items[1...].map { $0["key"] }, "the key is the same in every answer")
            // What has run again is none any more.
            let retry = #"{"execution_id":"\#(newest[1])"}"#
            #expect(try await client.send(.post, "/api/v1/executions/\(a)/retry", retry).status == 202)
            #expect(try await client.send(.get, "/api/v1/dead-letters").json["looked_at"] == 5)
        }
    }

    @Test("goes on behind what was looked at, under the same filters alone")
    func pages() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            let all = [
                try await client.dead(a, "a", "one"), try await client.dead(a, "a", "two"),
                try await client.dead(a, "a", "three"),
            ]
            var (seen, path): ([String], String) = ([], "/api/v1/dead-letters?limit=2")
            while true {
                let answer = try await client.send(.get, path)
                #expect(answer.status == 200)
                for item in answer.json["items"]?.array ?? [] {
                    seen += (item["execution_ids"]?.array ?? []).compactMap(\.string)
                }
                guard let cursor = answer.json["next_cursor"]?.string else { break }
                let other = "/api/v1/dead-letters?limit=2&service=x&cursor=\(cursor)"
                #expect(try await client.send(.get, other).status == 422)
                path = "/api/v1/dead-letters?limit=2&cursor=\(cursor)"
            }
            #expect(Set(seen) == Set(all) && seen.count == 3)
            for wrong in ["limit=2001", "limit=0", "status=failed", "reason=none", "job_id=x"] {
                #expect(try await client.send(.get, "/api/v1/dead-letters?\(wrong)").status == 422, "\(wrong)")
            }
        }
    }

    @Test("shows nothing of services that somebody may not see")
    func tenants() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("looker", [Permission(.viewer, service: "a")])
        try await scene.run { client in
            let a = try await client.outsideJob("a", service: "a", headers: admin)
            let b = try await client.outsideJob("b", service: "b", headers: admin)
            let mine = try await client.dead(a, "a", "mine", headers: admin)
            let foreign = try await client.dead(b, "b", "theirs", headers: admin)
            let (reading, _) = try await client.session("looker")
            let answer = try await client.send(.get, "/api/v1/dead-letters", headers: reading)
            #expect(answer.json["looked_at"] == 1 && answer.json["items"]?[0]?["error"] == "mine")
            let found = try await client.send(.get, "/api/v1/executions?q=the", headers: reading)
            #expect(found.json["items"]?.array?.isEmpty == true)
            for path in ["/executions", "/dead-letters"] {
                let page = try await client.page(path, headers: reading)
                #expect(page.status == 200 && page.text.contains(mine) && !page.text.contains(foreign))
                for text in ["theirs", "type=\"checkbox\"", "name=\"action\""] {
                    #expect(!page.text.contains(text), "\(path) \(text)")
                }
            }
            #expect(try await client.page("/executions/\(b)/\(foreign)", headers: reading).status == 404)
            let own = try await client.page("/executions/\(a)/\(mine)", headers: reading)
            #expect(own.status == 200 && !own.text.contains("name=\"action\"") && !own.text.contains("/edited"))
            #expect(try await client.page("/executions/\(a)/\(mine)/edited", headers: reading).status == 403)
            // What is sent all the same is refused and told to the audit log.
            let csrf = try #require(own.hidden("csrf"))
            let group = try #require(answer.json["items"]?[0].flatMap { DeadLetterActions.Group($0)?.text })
            let before = try await scene.identities.auditHead().sequence
            for (path, fields) in [
                ("/executions/actions", [("action", "retry"), ("id", "\(a)/\(mine)")]),
                ("/executions/actions", [("action", "retry"), ("id", "\(b)/\(foreign)")]),
                ("/dead-letters/actions", [("action", "redrive"), ("group", group), ("confirmed", "yes")]),
                (
                    "/dead-letters/actions",
                    [("action", "redrive"), ("group", group.replacing(a, with: b)), ("confirmed", "yes")]
                ),
                ("/executions/\(a)/\(mine)/edited", [("name", "x"), ("target_type", "noop")]),
            ] {
                let sent = try await client.post(path, fields + [("csrf", csrf)], headers: reading)
                #expect(sent.status == 303 || sent.status == 403, "\(path) \(fields)")
            }
            let entries = try await scene.identities.auditEntries(from: before + 1, limit: 10).map(\.draft)
            #expect(
                entries.map(\.operation) == ["retryExecution", "retryExecution", "retryExecution", "sendForm"],
                "\(entries)")
            #expect(entries.allSatisfy { !$0.isAllowed })
            for (job, id) in [(a, mine), (b, foreign)] {
                let now = try await client.send(.get, "/api/v1/executions/\(job)/\(id)", headers: admin).json["status"]
                #expect(now == "failed")
            }
            #expect(
                try await client.post("/dead-letters/actions", [("action", "redrive")], headers: reading).status == 403)
        }
    }

    @Test("a text is found in name and error; brief lists leave out what is large")
    func search() async throws {
        try await withAPI { client, _ in
            let (a, b) = (try await client.outsideJob("import-orders"), try await client.outsideJob("other"))
            let first = try await client.claimed(a, "import-orders")
            try await client.endAttempt(first, output: String(repeating: "x", count: 1000))
            let second = try await client.dead(b, "other", "100% of ORDERS_lost")
            func found(_ query: String) async throws -> [JSONValue] {
                let answer = try await client.send(.get, "/api/v1/executions?\(query)")
                #expect(answer.status == 200, "\(query) \(answer.json)")
                return answer.json["items"]?.array ?? []
            }
            #expect(Set(try await found("q=Orders").map { $0["id"]?.string }) == [first, second])
            #expect(try await found("q=0%25%20of").map { $0["id"]?.string } == [second])
            #expect(try await found("q=s_lost&status=failed").count == 1)
            #expect(try await found("q=0_of").isEmpty)
            #expect(try await found("q=orders&status=succeeded")[0]["result"]?["output"]?.string?.count == 1000)
            #expect(try await found("q=orders&status=succeeded&brief=true")[0]["result"] == .null)
            for wrong in ["q=", "brief=yes", "q=a&q=b"] {
                #expect(try await client.send(.get, "/api/v1/executions?\(wrong)").status == 422, "\(wrong)")
            }
        }
    }

    @Test("one attempt is not called attempts")
    func words() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            _ = try await client.dead(a, "a", "gone")
            let answer = try await client.send(.get, "/api/v1/jobs/\(a)/explain")
            #expect(answer.json["decisions"]?[0]?["detail"] == "It failed after 1 attempt: gone")
        }
    }
}
