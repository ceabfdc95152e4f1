import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Pages of notifications", .timeLimit(.minutes(2)))
struct NotificationPageTests {
    private static let webhook = [
        ("name", "on-call"), ("on", "failed"), ("on", "late"), ("channel_type", "webhook"),
        ("webhook_url", "https://example.com/hook"), ("service", "billing"), ("labels", "team=money"),
        ("group_wait", "1m"),
    ]

    @Test("one is made, listed with its last result, tried, changed and deleted")
    func story() async throws {
        try await withAPI { client, store in
            #expect(try await client.page("/notifications").text.contains("Make the first notification"))
            let made = try await client.post("/new-notification", Self.webhook)
            #expect(made.status == 303 && made.location == "/notifications/on-call", "\(made.text)")
            let rule = try #require(try await store.notificationRules().first)
            #expect(rule.on == [.failed, .late] && rule.service == "billing" && rule.labels == ["team": "money"])
            #expect(rule.groupWait == .seconds(60) && rule.channel == .webhook(url: "https://example.com/hook"))
            #expect(try await client.page("/notifications").text.contains("nothing to tell yet"))
            var notice = Notice(
                .failed, of: rule, execution: .random(at: Timestamp(milliseconds: 1)), attempt: 1,
                job: .random(at: Timestamp(milliseconds: 1)), name: "report", service: "billing",
                at: Timestamp(milliseconds: 1), text: "exit status 7", now: Timestamp(milliseconds: 1))
            (notice.state, notice.error) = (.failed, "status 404, expected 200-299")
            try await store.add([notice], cursor: nil)
            let list = try await client.page("/notifications")
            for text in ["on-call", "https://example.com/***", "billing", "failed, late", "Failed", "status 404"] {
                #expect(list.text.contains(text), "\(text)")
            }
            let page = try await client.page("/notifications/on-call")
            for text in ["exit status 7", "report", "status 404", "team&#61;money", "Send a test"] {
                #expect(page.text.contains(text), "\(text)")
            }
            let tried = try await client.post("/notifications/on-call", [("action", "test")])
            #expect(tried.flash.hasPrefix("good:The test of on-call was sent"))
            let edit = try await client.page("/notifications/on-call/edit")
            // An address may hold a token behind the host: it is not shown, and asked for once more.
            let field = try #require(edit.fields.first { $0.0.hasSuffix("_url") && $0.0.hasPrefix("webhook") }?.0)
            let rest = edit.fields.filter { $0.0 != "on" && $0.0 != field } + [("on", "missed")]
            #expect(try await client.post("/notifications/on-call/edit", rest).status == 422)
            let saved = try await client.post(
                "/notifications/on-call/edit", rest + [(field, "https://example.com/hook")])
            #expect(saved.status == 303, "\(saved.text)")
            #expect(try await store.notificationRules().first?.on == [.missed])
            let asked = try await client.post("/notifications/on-call", [("action", "delete")])
            #expect(asked.text.contains("Delete the notification on-call?"))
            let gone = try await client.post("/notifications/on-call", asked.fields.filter { $0.0 != "csrf" })
            #expect(gone.location == "/notifications" && gone.flash.hasPrefix("good:"))
            #expect(try await client.page("/notifications/on-call").status == 404)
        }
    }

    @Test("a test that does not go says why")
    func failingTest() async throws {
        try await withAPI { client, _ in
            let fields = Self.webhook.map { ($0.0, $0.0 == "name" ? "fails" : $0.1) }
            #expect(try await client.post("/new-notification", fields).status == 303)
            let tried = try await client.post(
                "/notifications/fails", [("action", "test"), ("return_to", "/notifications")])
            #expect(tried.location == "/notifications" && tried.flash.contains("was not sent: status 404"))
            #expect(try await client.post("/notifications/gone", [("action", "test")]).flash.hasPrefix("bad:"))
        }
    }

    static let channels = [
        #"{"type":"webhook","url":"https://example.com/{{secret:HOOK}}"}"#,
        #"{"type":"slack","url":"{{secret:SLACK}}"}"#,
        #"{"type":"pagerduty","routing_key":"{{secret:PD}}","severity":"critical"}"#,
        #"{"type":"email","host":"mail.example.com","port":2525,"security":"tls","user":"u","password":"{{secret:M}}","from":"a@example.com","to":["b@example.com","c@example.com"]}"#,
        #"{"type":"email","host":"mail.example.com","from":"a@example.com","to":["b@example.com"]}"#,
    ]

    @Test("a form that is opened and saved changes nothing", arguments: channels)
    func unchanged(channel: String) async throws {
        try await withAPI { client, _ in
            let path = "/api/v1/notifications/n"
            let body = """
                {"service":"s","labels":{"a":"b=c"},"on":["late","missed"],"late_after":"90s","group_wait":"0s",
                 "group_by":"job","repeat_interval":"1d","channel":\(channel)}
                """
            #expect(try await client.send(.put, path, body).status == 201)
            let before = try await client.send(.get, path).json
            let page = try await client.page("/notifications/n/edit")
            let ticked = page.text.matches(of: /name="on" value="([a-z]+)" checked/).map { ("on", String($0.1)) }
            let fields = page.fields.filter { $0.0 != "on" } + ticked
            #expect(try await client.post("/notifications/n/edit", fields).status == 303)
            let after = try await client.send(.get, path).json
            for name in before.object?.names ?? [] where name != "updated_at" {
                #expect(after[name] == before[name], "\(name)")
            }
        }
    }

    @Test("what is secret and written plainly is asked for once more, and never shown")
    func hidden() async throws {
        try await withAPI { client, store in
            let mail =
                #"{"channel":{"type":"email","host":"h","user":"u","password":"hunter2","from":"a@b","to":["a@b"]}}"#
            #expect(try await client.send(.put, "/api/v1/notifications/n", mail).status == 201)
            for path in ["/notifications", "/notifications/n", "/notifications/n/edit"] {
                #expect(try await !client.page(path).text.contains("hunter2"))
            }
            let page = try await client.page("/notifications/n/edit")
            #expect(page.text.contains("What is secret in it is not shown"))
            let ticked = [("on", "failed")]
            let refused = try await client.post(
                "/notifications/n/edit", page.fields.filter { $0.0 != "on" } + ticked)
            #expect(refused.status == 422 && refused.text.contains("email_password-fault"))
            let fields = page.fields.filter { $0.0 != "on" && $0.0 != "email_password" } + ticked
            let given = try await client.post("/notifications/n/edit", fields + [("email_password", "other")])
            #expect(given.status == 303)
            let rule = try #require(try await store.notificationRules().first)
            guard case .email(let server) = rule.channel else { return #expect(Bool(false)) }
            #expect(server.password == "other")
        }
    }

    @Test("faults stand beside their fields, and a name that is taken is not taken over")
    func faults() async throws {
        try await withAPI { client, store in
            #expect(try await client.post("/new-notification", Self.webhook).status == 303)
            let taken = try await client.post("/new-notification", Self.webhook)
            #expect(taken.status == 409 && taken.text.contains("There is a notification on-call already"))
            let wrong = try await client.post(
                "/new-notification",
                [("name", "other"), ("channel_type", "webhook"), ("webhook_url", "nowhere"), ("group_wait", "soon")])
            #expect(wrong.status == 422)
            for text in ["webhook_url-fault", "group_wait-fault", "value=\"nowhere\""] {
                #expect(wrong.text.contains(text), "\(text)")
            }
            for fields in [[], [("name", "a b"), ("on", "failed")], [("name", "n"), ("channel_type", "pigeon")]] {
                let answer = try await client.post("/new-notification", fields)
                #expect((400...499).contains(answer.status))
            }
            #expect(try await store.notificationRules().count == 1)
        }
    }

    @Test("what somebody typed stays a text", arguments: DashboardPageTests.hostile)
    func hostile(text: String) async throws {
        try await withAPI { client, _ in
            let fields = Self.webhook.map {
                ($0.0, ["service", "labels", "webhook_url", "name"].contains($0.0) ? text : $0.1)
            }
            let refused = try await client.post(
                "/new-notification", fields + [("slack_url", text), ("email_to", text)])
            #expect((400...499).contains(refused.status))
            refused.expectEscaped(text)
            let channel = JSONValue.object(JSONObject()).merging([
                "type": "slack", "url": .string("{{secret:\(text)"),
            ])
            let body: JSONValue = ["channel": channel, "labels": ["a": .string(text)]]
            _ = try await client.send(.put, "/api/v1/notifications/n", body.description)
            for path in ["/notifications", "/notifications/n", "/notifications/n/edit"] {
                let page = try await client.page(path)
                page.expectEscaped(text)
            }
        }
    }
}
