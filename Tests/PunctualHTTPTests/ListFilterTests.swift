import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("What lists of people, roles and notifications may be asked for")
struct ListFilterTests {
    @Test("the user of a name, the roles of several, and who has a password")
    func people() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let ada = try await scene.user("ada", [Permission(.viewer, service: "a")])
        let deploy = try await scene.account("deploy", [Permission(.operator, service: "b")])
        _ = try await scene.user("eve", [Permission(.editor, service: "c")])
        let key = bearer(try await scene.key(of: .serviceAccount(deploy.id)).text)
        try await scene.run { client in
            func get(_ path: String) async throws -> CallAnswer {
                try await client.send(.get, "/api/v1/\(path)", headers: admin)
            }
            let found = try await get("users?name=Ada").json["items"]?.array ?? []
            #expect(found.map { $0["id"]?.string } == ["\(ada.id)"])
            #expect(try await get("users?name=nobody").json == ["items": [], "next_cursor": .null])
            #expect(try await get("users?name=").status == 422)
            let subjects = "subject=user:\(ada.id)&subject=service_account:\(deploy.id)"
            let grants = try await get("grants?\(subjects)").json["items"]?.array ?? []
            #expect(Set(grants.map { $0["service"]?.string }) == ["a", "b"] && grants.count == 2)
            let first = try await get("grants?\(subjects)&limit=1")
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = try await get("grants?\(subjects)&limit=1&cursor=\(cursor)").json
            #expect([first.json["items"]?[0], second["items"]?[0]] == [grants.first, grants.last])
            #expect(try await get("grants?subject=user:\(ada.id)&subject=x").status == 422)
            let many = Array(repeating: "subject=user:\(ada.id)", count: 201).joined(separator: "&")
            #expect(try await get("grants?\(many)").status == 422)
            #expect(try await get("me").json["has_password"] == true)
            #expect(try await client.send(.get, "/api/v1/me", headers: key).json["has_password"]?.isNull == true)
        }
    }

    @Test("the newest of what a notification wanted told comes along only where it is asked for")
    func lastNotice() async throws {
        try await withAPI { client, store in
            let now = Timestamp(milliseconds: 1)
            for name in ["a", "b"] {
                let rule = NotificationRule(
                    name: name, channel: .webhook(url: "https://example.com"), createdAt: now, updatedAt: now)
                try await store.setNotificationRule(rule)
                if name == "b" {
                    for text in ["first", "second"] {
                        let notice = Notice(
                            .failed, of: rule, execution: .random(at: now), attempt: 1, job: .random(at: now),
                            name: "j", service: "s", at: now + .seconds(text == "first" ? 1 : 2), text: text, now: now)
                        try await store.add([notice], cursor: nil)
                    }
                }
            }
            func items(_ query: String) async throws -> [JSONValue] {
                try await client.send(.get, "/api/v1/notifications\(query)").json["items"]?.array ?? []
            }
            #expect(try await items("").allSatisfy { $0["last_notice"] == nil })
            #expect(try await items("?last=false").allSatisfy { $0["last_notice"] == nil })
            let told = try await items("?last=true")
            #expect(told.map { $0["last_notice"]?["text"]?.string } == [nil, "second"])
            #expect(told[0]["last_notice"]?.isNull == true && told[1]["last_notice"]?["rule"] == nil)
            #expect(try await client.send(.get, "/api/v1/notifications?last=1").status == 422)
        }
    }
}
