import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Secrets", .timeLimit(.minutes(10)))
struct SecretTests {
    private static let content = "hunter2-of-billing"

    private func job(_ service: String, _ reference: String) -> String {
        """
        {"name":"n-\(reference.utf8.count)","service":"\(service)","queue":"q","schedule":{"type":"manual"},
         "target":{"type":"worker","task":"t","payload":{"key":"Bearer {{secret:\(reference)}}"}}}
        """
    }

    @Test("a secret is written, named, used by its service's work, and never shown")
    func life() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.editor, service: "billing")])
        let headers = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            let path = "/api/v1/secrets/billing/api-key"
            let body = #"{"value":"\#(Self.content)"}"#
            let made = try await client.send(.put, path, body, headers: headers)
            #expect(made.status == 201 && made.json["version"] == 1)
            #expect(try await client.send(.put, path, body, headers: headers).status == 200)
            let list = try await client.send(.get, "/api/v1/secrets?service=billing", headers: headers)
            #expect(list.json["items"]?.array?.count == 1 && list.json["items"]?[0]?["version"] == 2)
            #expect(try await client.send(.get, path, headers: headers).status == 405)
            let created = try await client.send(.post, "/api/v1/jobs", job("billing", "api-key"), headers: headers)
            #expect(created.status == 201, "\(created.json)")
            let id = try #require(created.json["id"]?.string)
            _ = try await client.send(.post, "/api/v1/jobs/\(id)/trigger", headers: headers)
            let claim = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
            let claimed = try await client.send(.post, "/api/v1/work/claim", claim, headers: headers)
            #expect(claimed.json["items"]?[0]?["payload"]?["key"]?.string == "Bearer \(Self.content)")
            for shown in [
                made, list, created, try await client.send(.get, "/api/v1/jobs/\(id)", headers: headers),
                try await client.send(.get, "/api/v1/executions/\(id)", headers: headers),
            ] { #expect(!"\(shown.json)".contains(Self.content)) }
            let log = try await scene.identities.auditEntries(from: 1, limit: 100).map { "\($0.draft.json)" }.joined()
            #expect(log.contains("putSecret") && !log.contains(Self.content))
            #expect(try await client.send(.delete, path, headers: headers).status == 204)
            #expect(try await client.send(.delete, path, headers: headers).status == 404)
        }
    }

    @Test("work whose secret is gone fails with its name, and the others go on")
    func missing() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        for name in ["one", "three"] { try await scene.put(name, "v", service: "billing") }
        try await scene.run { client in
            var ids: [String] = []
            for name in ["one", "three"] {
                let made = try await client.send(.post, "/api/v1/jobs", job("billing", name), headers: admin)
                ids.append(try #require(made.json["id"]?.string))
                _ = try await client.send(.post, "/api/v1/jobs/\(ids[ids.count - 1])/trigger", headers: admin)
            }
            _ = try await client.send(.delete, "/api/v1/secrets/billing/one", headers: admin)
            let claim = #"{"worker":"w","queues":["q"],"wait":"0s","max":10}"#
            let items = try await client.send(.post, "/api/v1/work/claim", claim, headers: admin).json["items"]?.array
            #expect(items?.compactMap { $0["job_id"]?.string } == [ids[1]])
            let history = try await client.send(.get, "/api/v1/executions/\(ids[0])", headers: admin)
            let attempt = history.json["items"]?[0]?["attempts"]?[0]
            #expect(attempt?["error"] == "there is no secret one of this service", "\(history.json)")
        }
    }

    @Test("a job that moved to another service takes no secret of the old one along, nor shows its past")
    func moved() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let user = try await scene.user("bob", [Permission(.editor, service: "shipping")])
        let headers = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.put("k", Self.content, service: "billing")
        try await scene.put("k", "of-shipping", service: "shipping")
        try await scene.run { client in
            let made = try await client.send(.post, "/api/v1/jobs", job("billing", "k"), headers: admin)
            let path = "/api/v1/jobs/\(try #require(made.json["id"]?.string))"
            let old = try await client.send(.post, "\(path)/trigger", headers: admin)
            let moved = try await client.send(.patch, path, #"{"service":"shipping"}"#, headers: admin)
            #expect(moved.status == 200, "\(moved.json)")
            let claim = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
            let claimed = try await client.send(.post, "/api/v1/work/claim", claim, headers: admin)
            #expect(claimed.json["items"]?[0]?["payload"]?["key"] == "Bearer of-shipping", "\(claimed.json)")
            let id = try #require(old.json["id"]?.string)
            let end = #"{"worker":"w","execution_id":"\#(id)","attempt":1,"status":"failed","error":"invoice 4711"}"#
            _ = try await client.send(.post, "/api/v1/work/complete", end, headers: admin)
            let explained = try await client.send(.get, "\(path)/explain", headers: headers)
            #expect(explained.status == 200 && !"\(explained.json)".contains("4711"), "\(explained.json)")
            let again = path.replacing("/jobs/", with: "/executions/") + "/retry"
            let named = try await client.send(.post, again, #"{"execution_id":"\#(id)"}"#, headers: headers)
            #expect(named.status == 404, "\(named.json)")
            #expect(try await client.send(.post, again, headers: headers).status == 409)
        }
    }

    @Test("a job names the secrets of its own service alone, and only where others cannot read them")
    func references() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        try await scene.put("k", "v", service: "a")
        try await scene.run { client in
            func create(_ body: String) async throws -> CallAnswer {
                try await client.send(.post, "/api/v1/jobs", body, headers: admin)
            }
            let made = try await create(job("a", "k"))
            #expect(made.status == 201)
            for body in [
                job("b", "k"), job("a", "other"), job("a", ""), job("a", "a b"),
                #"{"name":"n","service":"a","schedule":{"type":"manual"},"target":{"type":"http","url":"https://h/","headers":{"X":"{{ secret:k }}"}}}"#,
                #"{"name":"n","service":"a","schedule":{"type":"manual"},"target":{"type":"http","url":"https://h/","body":{"{{secret:k}}":1}}}"#,
                #"{"name":"n","service":"a","schedule":{"type":"manual"},"target":{"type":"http","url":"https://h/{{secret:k}}"}}"#,
                #"{"name":"n","service":"a","schedule":{"type":"manual"},"target":{"type":"command","argv":["/bin/echo","{{secret:k}}"]}}"#,
            ] {
                let refused = try await create(body)
                #expect(refused.status == 422 && refused.json["errors"]?[0]?["pointer"] == "/target", "\(refused.json)")
            }
            let path = "/api/v1/jobs/\(made.json["id"]?.string ?? "")"
            let moved = try await client.send(.patch, path, #"{"service":"b"}"#, headers: admin)
            #expect(moved.status == 422)
            #expect(try await client.send(.patch, path, #"{"priority":1}"#, headers: admin).status == 200)
        }
        try await withAPI { client, _ in
            let refused = try await client.send(.post, "/api/v1/jobs", job("a", "k"))
            #expect(refused.status == 422)
        }
    }

    @Test("an editor of jobs with certain labels writes no reference, and moves none, but runs and keeps the job")
    func labels() async throws {
        let scene = try await AccessScene()
        let whole = try await scene.user("whole", [Permission(.editor, service: "a")])
        let limited = try await scene.user("limited", [Permission(.editor, service: "a", labels: ["t": "x"])])
        let (all, some) = (
            bearer(try await scene.key(of: .user(whole.id)).text),
            bearer(try await scene.key(of: .user(limited.id)).text)
        )
        try await scene.put("k", "v")
        try await scene.run { client in
            func body(_ name: String, _ key: String, url: String = "https://good.example") -> String {
                """
                {"name":"\(name)","service":"a","labels":{"t":"x"},"schedule":{"type":"manual"},
                 "target":{"type":"http","url":"\(url)","headers":{"X-Key":"\(key)"}}}
                """
            }
            let made = try await client.send(.post, "/api/v1/jobs", body("j", "{{secret:k}}"), headers: all)
            let path = "/api/v1/jobs/\(try #require(made.json["id"]?.string))"
            let refusals = [
                try await client.send(.post, "/api/v1/jobs", body("n", "{{secret:k}}"), headers: some),
                // Whether there is such a secret is not told either.
                try await client.send(.post, "/api/v1/jobs", body("n", "{{secret:none}}"), headers: some),
                try await client.send(
                    .put, path, body("j", "{{secret:k}}", url: "https://evil.example"), headers: some),
                try await client.send(.patch, path, #"{"target":{"url":"https://evil.example"}}"#, headers: some),
            ]
            for refused in refusals { #expect(refused.status == 403, "\(refused.json)") }
            let bulk = try await client.send(
                .post, "/api/v1/jobs/bulk", "{\"items\":[\(body("n", "{{secret:k}}"))]}", headers: some)
            #expect(bulk.json["items"]?[0]?["status"] == 403)
            #expect(try await client.send(.post, "/api/v1/jobs", body("n", "plain"), headers: some).status == 201)
            #expect(try await client.send(.put, path, body("j", "{{secret:k}}"), headers: some).status == 200)
            #expect(try await client.send(.patch, path, #"{"priority":7}"#, headers: some).status == 200)
            #expect(try await client.send(.post, "\(path)/trigger", headers: some).status == 202)
            let plain = try await client.send(.patch, path, #"{"target":{"headers":{"X-Key":"p"}}}"#, headers: some)
            #expect(plain.status == 200, "\(plain.json)")
        }
    }

    @Test(
        "names and bodies that are none are refused",
        arguments: [
            ("a/b%20c", #"{"value":"v"}"#, 422), ("a%20b/c", #"{"value":"v"}"#, 422),
            ("a/\(String(repeating: "n", count: 129))", #"{"value":"v"}"#, 422),
            ("$installation/signing-key", #"{"value":"v"}"#, 422),
            ("%24installation/signing-key", #"{"value":"v"}"#, 422), ("a/b", #"{}"#, 422),
            ("a/b", #"{"value":""}"#, 422), ("a/b", #"{"value":"v","overlap":"-1s"}"#, 422),
            ("a/b", #"{"value":"v","overlap":"31d"}"#, 422), ("a/b", #"{"value":{"a":1}}"#, 422),
            ("a/webhook", #"{"value":"hunter2"}"#, 422), ("a/webhook", #"{"value":"whsec_AAAA"}"#, 422),
            ("a/webhook", #"{"value":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#, 201),
        ])
    func hostile(_ path: String, _ body: String, _ status: Int) async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        try await scene.run { client in
            let answer = try await client.send(.put, "/api/v1/secrets/\(path)", body, headers: admin)
            #expect(answer.status == status, "\(answer.json)")
            let keys = try await scene.identities.secret("signing-key", service: "$installation")
            #expect(keys.count == 1)
            for query in ["", "?service=", "?service=%24installation", "?service=a&x=1"] {
                let list = try await client.send(.get, "/api/v1/secrets\(query)", headers: admin)
                #expect(list.status == 422, "\(query)")
            }
        }
    }
}
