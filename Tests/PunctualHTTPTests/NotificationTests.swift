import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Notifications over the API")
struct NotificationTests {
    private static let mail =
        #"{"service":"a","channel":{"type":"email","host":"mail.example.com","user":"u","password":"hunter2","from":"a@example.com","to":["b@example.com"]}}"#

    @Test("a rule is set, read, listed, replaced, tried and removed; what is secret in it is not shown")
    func life() async throws {
        try await withAPI { client, store in
            let path = "/api/v1/notifications/on-call"
            #expect(try await client.send(.get, path).status == 404)
            let made = try await client.send(.put, path, Self.mail)
            #expect(made.status == 201 && made.json["channel"]?["password"] == "***")
            #expect(made.json["group_wait"] == "30s" && made.json["on"] == ["failed", "recovered"])
            #expect(try await client.send(.get, path).json["notices"] == [])
            let slack =
                #"{"channel":{"type":"slack","url":"https://hooks.slack.com/services/T/B/secret"},"group_by":"job"}"#
            let other = try await client.send(.put, path, slack)
            #expect(other.status == 200 && other.json["channel"]?["url"] == "https://hooks.slack.com/***")
            let reference = #"{"channel":{"type":"slack","url":"{{secret:SLACK}}"}}"#
            #expect(
                try await client.send(.put, path, reference).json["channel"]?["url"] == "{{secret:SLACK}}")
            #expect(try await client.send(.get, "/api/v1/notifications").json["items"]?.array?.count == 1)
            #expect(try await client.send(.post, "\(path)/test").json["sent"] == true)
            #expect(try await client.send(.put, "/api/v1/notifications/fails", reference).status == 201)
            let failed = try await client.send(.post, "/api/v1/notifications/fails/test").json
            #expect(failed["sent"] == false && failed["error"]?.string?.contains("404") == true)
            let rule = try #require(try await store.notificationRules().last)
            let notice = Notice(
                .failed, of: rule, execution: .random(at: Timestamp(milliseconds: 1)), attempt: 1,
                job: .random(at: Timestamp(milliseconds: 1)), name: "j", service: "s", at: Timestamp(milliseconds: 1),
                text: "why", now: Timestamp(milliseconds: 1))
            try await store.add([notice], cursor: nil)
            let shown = try await client.send(.get, path).json["notices"]?[0]
            #expect(shown?["state"] == "waiting" && shown?["text"] == "why" && shown?["revision"] == nil)
            #expect(try await client.send(.delete, path).status == 204)
            #expect(try await client.send(.delete, path).status == 404)
            #expect(try await client.send(.post, "\(path)/test").status == 404)
        }
    }

    @Test("of sixteen that set a name at one moment one has made it, and the others have replaced it")
    func together() async throws {
        try await withAPI { client, store in
            for round in 0..<5 {
                let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<16 {
                        group.addTask {
                            try await client.send(.put, "/api/v1/notifications/n\(round)", Self.mail).status
                        }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(answers == [201: 1, 200: 15])
            }
            #expect(try await store.notificationRules().count == 5)
        }
    }

    @Test(
        "what is no rule is refused at the door",
        arguments: [
            ("on-call", "", 400), ("on-call", "{", 400), ("on-call", "[]", 422), ("on-call", "{}", 422),
            ("on-call", #"{"channel":{"type":"webhook","url":"https://e"},"x":1}"#, 422), ("a%20b", "{}", 404),
            ("a%0d%0ab", "{}", 404),
            // What was meant as a reference to a secret.
            ("on-call", #"{"channel":{"type":"webhook","url":"https://e/{{secret:a b}}"}}"#, 422),
            ("on-call", #"{"channel":{"type":"slack","url":"{{secret:"}}"#, 422),
            ("on-call", #"{"channel":{"type":"pagerduty","routing_key":"{{ secret:KEY }}"}}"#, 422),
            // What was read back with its secrets hidden.
            ("on-call", #"{"channel":{"type":"webhook","url":"https://example.com:8443/***"}}"#, 422),
            ("on-call", #"{"channel":{"type":"slack","url":"https://hooks.slack.com/***"}}"#, 422),
            ("on-call", #"{"channel":{"type":"pagerduty","routing_key":"***"}}"#, 422),
            ("on-call", #"{"channel":{"type":"email","host":"h","from":"a@b\r\nDATA","to":["a@b"]}}"#, 422),
        ])
    func hostile(name: String, body: String, status: Int) async throws {
        try await withAPI { client, store in
            let answer = try await client.send(.put, "/api/v1/notifications/\(name)", body)
            let rules = try await store.notificationRules()
            #expect(answer.status == status && rules.isEmpty)
        }
    }

    @Test(
        "what may be a token in a URL is not shown, of a webhook no more than of a chat",
        arguments: [
            ("https://example.com:8443/hooks/token?x=y", "https://example.com:8443/***"),
            ("https://example.com?token=x", "https://example.com/***"),
            ("http://[2001:db8::1]/token", "http://[2001:db8::1]/***"), ("https://example.com", "https://example.com"),
            ("https://example.com/", "https://example.com/"), ("{{secret:URL}}", "{{secret:URL}}"),
            ("https://example.com/{{secret:TOKEN}}", "https://example.com/{{secret:TOKEN}}"),
        ])
    func shown(url: String, shown: String) async throws {
        try await withAPI { client, store in
            for type in ["webhook", "slack"] {
                let path = "/api/v1/notifications/\(type)"
                let made = try await client.send(.put, path, #"{"channel":{"type":"\#(type)","url":"\#(url)"}}"#)
                #expect(made.status == 201 && made.json["channel"]?["url"] == .string(shown), "\(made.json)")
                #expect(try await client.send(.get, path).json["channel"]?["url"] == .string(shown))
            }
            let urls = try await store.notificationRules().map { $0.channel.json["url"] }
            #expect(urls == [.string(url), .string(url)])
        }
    }

    @Test(
        "a test that reaches some of a mail's receivers says whom it does not reach; what is the store's own is not shown"
    )
    func partly() async throws {
        try await withAPI { client, store in
            let path = "/api/v1/notifications/partly"
            #expect(try await client.send(.put, path, Self.mail).status == 201)
            let tested = try await client.send(.post, "\(path)/test").json
            #expect(tested["sent"] == false)
            #expect(tested["error"] == "some receivers have it; x@example.com: 550 no")
            let rule = try #require(try await store.notificationRules().first)
            let at = Timestamp(milliseconds: 1)
            var notice = Notice(
                .failed, of: rule, execution: .random(at: at), attempt: 1, job: .random(at: at), name: "j",
                service: "s", at: at, text: "", now: at)
            (notice.receivers, notice.refused) = (["b@example.com"], "x@example.com: 550 no")
            try await store.add([notice], cursor: nil)
            let shown = try await client.send(.get, path).json["notices"]?[0]
            #expect(shown?["state"] == "waiting" && shown?["receivers"] == nil && shown?["refused"] == nil)
        }
    }

    @Test("an editor of one service has rules of that service alone, and cannot take over those of others")
    func rights() async throws {
        let scene = try await AccessScene()
        let ada = try await scene.user("ada", [Permission(.editor, service: "a")])
        let bob = try await scene.user("bob", [Permission(.editor, service: "a", labels: ["t": "x"])])
        let eve = try await scene.user("eve", [Permission(.editor, service: nil)])
        var keys: [String] = []
        for user in [ada, bob, eve] { keys.append(try await scene.key(of: .user(user.id)).text) }
        let (first, second, third) = (bearer(keys[0]), bearer(keys[1]), bearer(keys[2]))
        try await scene.run { client in
            let hook = #""channel":{"type":"webhook","url":"https://example.com"}"#
            func put(_ name: String, _ service: String?, _ who: HTTPFields) async throws -> Int {
                let body = service.map { #"{"service":"\#($0)",\#(hook)}"# } ?? "{\(hook)}"
                return try await client.send(.put, "/api/v1/notifications/\(name)", body, headers: who).status
            }
            #expect(try await put("mine", "a", first) == 201)
            #expect(try await put("other", "b", first) == 403)
            #expect(try await put("all", nil, first) == 403)
            #expect(try await put("labels", "a", second) == 403)
            #expect(try await put("all", nil, third) == 201)
            #expect(try await put("theirs", "b", third) == 201)
            // Neither by the name of another's, which names alone tell of.
            #expect(try await put("theirs", "a", first) == 409)
            #expect(try await put("all", "a", first) == 409)
            // Who may make none is told nothing of names.
            for name in ["theirs", "all", "new"] { #expect(try await put(name, "a", second) == 403) }
            #expect(try await put("theirs", "b", first) == 403)
            for name in ["theirs", "all"] {
                let path = "/api/v1/notifications/\(name)"
                #expect(try await client.send(.get, path, headers: first).status == 404)
                #expect(try await client.send(.delete, path, headers: first).status == 404)
                #expect(try await client.send(.post, "\(path)/test", headers: first).status == 404)
            }
            for (who, names) in [(first, ["mine"]), (second, []), (third, ["all", "mine", "theirs"])] {
                let items = try await client.send(.get, "/api/v1/notifications", headers: who).json["items"]?.array
                #expect(items?.compactMap { $0["name"]?.string } == names)
            }
        }
    }
}
