import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import Testing

@Suite("Queues and workers on the dashboard", .timeLimit(.minutes(2)))
struct DashboardQueuesTests {
    private static let work =
        #"{"name":"w","service":"billing","queue":"mail","overlap_policy":"allow_all","schedule":{"type":"manual"},"target":{"type":"worker","task":"t","payload":1}}"#

    @Test("each queue is told with what waits, what runs, its limit and how much of it is used, and who works")
    func contents() async throws {
        try await withAPI { client, _ in
            #expect(try await client.page("/queues").text.contains("There are no queues yet"))
            let id = try await client.job(Self.work)
            for _ in 0..<5 { #expect(try await client.send(.post, "/api/v1/jobs/\(id)/trigger").status == 202) }
            let limit = #"{"concurrency":2,"rate":{"count":100,"per":"1d"}}"#
            #expect(try await client.send(.put, "/api/v1/limits/queues/mail", limit).status == 200)
            let daily = #"{"concurrency":7,"rate":{"count":5,"per":"1d"}}"#
            #expect(try await client.send(.put, "/api/v1/limits/services/billing", daily).status == 200)
            #expect(try await client.send(.put, "/api/v1/limits/jobs/\(id)", #"{"concurrency":9}"#).status == 200)
            let claim = #"{"worker":"machine-1","queues":["mail"],"wait":"0s","max":2}"#
            let work = try await client.send(.post, "/api/v1/work/claim", claim).json["items"]?.array ?? []
            #expect(work.count == 2)
            let page = try await client.page("/queues")
            for text in [
                ">mail</a>", "2 of 2", "2 of 7 run", "2 of 9 run", "2 at once, 100 per 1d", "machine-1", "b-full",
                "2 of 100 begun in 1d", "2 of 5 begun in 1d",
                "Store, brokers and caches",
                "Job of billing",
            ] {
                #expect(page.text.contains(text), "\(text) \(page.text)")
            }
            let end =
                #"{"id":"\#(work[0]["id"]?.string ?? "")","attempt":1,"worker":"machine-1","status":"failed","error":"e"}"#
            #expect(try await client.send(.post, "/api/v1/work/complete", end).status == 200)
            let minutes = try await client.send(.get, "/api/v1/stats/minutes?by=queue").json["queues"]
            // Tried again, it has not ended yet.
            #expect(minutes == [])
            let second =
                #"{"id":"\#(work[1]["id"]?.string ?? "")","attempt":1,"worker":"machine-1","status":"succeeded"}"#
            #expect(try await client.send(.post, "/api/v1/work/complete", second).status == 200)
            let ended = try await client.send(.get, "/api/v1/stats/minutes?by=queue").json["queues"]?[0]
            #expect(ended?["name"] == "mail" && ended?["ended"] == 1 && ended?["failed"] == 0)
            #expect(ended?["ended_by_minute"]?.array?.count == 60)
            #expect(try await client.send(.get, "/api/v1/stats/minutes").json["queues"] == nil)
            #expect(try await client.send(.get, "/api/v1/stats/minutes?by=service").status == 422)
            #expect(try await client.page("/queues").text.contains("<path d=\"M59.5 16v-15\"/>"))
            #expect(try await client.page("/queues?q=none").text.contains("No queue is called like that."))
        }
    }

    @Test("a queue is paused and resumed")
    func pause() async throws {
        try await withAPI { client, _ in
            _ = try await client.job(Self.work)
            for (action, word, state) in [("pause", "Paused", true), ("resume", "Resumed", false)] {
                let sent = try await client.post(
                    "/queues/actions", [("action", action), ("name", "mail"), ("return_to", "/queues?q=ma")])
                #expect(sent.status == 303 && sent.location == "/queues?q=ma")
                #expect(
                    sent.headers[.setCookie]?.contains("good%3A\(word)%20the%20queue%20mail.") == true,
                    "\(sent.headers)")
                let queues = try await client.send(.get, "/api/v1/queues").json["items"]
                #expect(queues?[0]?["paused"]?.bool == state && (queues?[0]?["paused_at"]?.string != nil) == state)
                #expect(try await client.page("/queues").text.contains(">since <time") == state)
                #expect(try await client.page("/queues").text.contains(state ? "Resume mail" : "Pause mail"))
            }
            for fields in [
                [("action", "drop"), ("name", "mail")], [("action", "pause")], [("action", "pause"), ("name", "a b")],
            ] {
                let sent = try await client.post("/queues/actions", fields)
                #expect(sent.status == 303 && sent.headers[.setCookie]?.contains("bad") == true)
            }
        }
    }

    @Test(
        "limits are set, changed and removed by a form that keeps what was typed when it is wrong",
        arguments: ["queues", "services"])
    func limits(kind: String) async throws {
        try await withAPI { client, _ in
            let path = "/api/v1/limits/\(kind)/mail"
            let new = try await client.page("/queues/limit?kind=\(kind)")
            #expect(new.status == 200 && new.text.contains("<select id=\"kind\""))
            func send(_ fields: [(String, String)]) async throws -> PageAnswer {
                try await client.post("/queues/limit", [("kind", kind), ("name", "mail"), ("action", "set")] + fields)
            }
            let set = try await send([("concurrency", " 4 "), ("rate_count", "100"), ("rate_per", "1m")])
            #expect(set.status == 303 && set.location == "/queues", "\(set.text)")
            let json = try await client.send(.get, path).json
            #expect(json["concurrency"] == 4 && json["rate"] == ["count": 100, "per": "1m"])
            let page = try await client.page("/queues/limit?kind=\(kind)&name=mail")
            #expect(page.text.contains("value=\"4\"") && page.text.contains("value=\"remove\""))
            let only = try await send([("concurrency", ""), ("rate_count", "5"), ("rate_per", "")])
            #expect(only.status == 303)
            #expect(try await client.send(.get, path).json["concurrency"] == .null)
            for (fields, words) in [
                ([("concurrency", "many")], "How many run at once must be a whole number."),
                ([("concurrency", "0")], "How many run at once must be"),
                ([("concurrency", "")], "is required unless rate is given"),
                ([("rate_count", "1"), ("rate_per", "2d")], "The time in which they begin must be"),
                ([("rate_count", "1"), ("rate_per", "<b>")], "The time in which they begin"),
            ] {
                let wrong = try await send(fields)
                #expect(wrong.status == 422 && wrong.text.contains(words), "\(wrong.text)")
                #expect(!wrong.text.contains("<b>"))
            }
            let nameless = try await client.post("/queues/limit", [("kind", kind), ("concurrency", "1")])
            #expect(nameless.status == 422 && nameless.text.contains("Name the"))
            let gone = try await client.post("/queues/limit", [("kind", kind), ("name", "mail"), ("action", "remove")])
            #expect(gone.status == 303)
            #expect(try await client.send(.get, path).status == 404)
            #expect(try await client.page("/queues/limit?kind=workers&name=x").status == 404)
        }
    }

    @Test("a viewer of one service sees its limits and nothing of the installation, and no button")
    func viewer() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("looker", [Permission(.viewer, service: "billing")])
        _ = try await scene.user("ed", [Permission(.editor, service: "billing")])
        try await scene.run { client in
            _ = try await client.job(Self.work, headers: admin)
            for service in ["billing", "foreign"] {
                let path = "/api/v1/limits/services/\(service)"
                #expect(try await client.send(.put, path, #"{"concurrency":3}"#, headers: admin).status == 200)
            }
            let reading = try await client.session("looker").reading
            let page = try await client.page("/queues", headers: reading)
            #expect(page.status == 200 && page.text.contains("billing") && !page.text.contains("foreign"))
            for text in ["value=\"pause\"", "/queues/limit", "id=\"nodes\"", "id=\"shards\"", ">mail</a>"] {
                #expect(!page.text.contains(text), "\(text)")
            }
            let (editing, changing) = try await client.session("ed")
            #expect(try await client.page("/queues", headers: editing).text.contains("Change the limit of billing"))
            let csrf = changing[HTTPField.Name("X-CSRF-Token")!] ?? ""
            for (name, status) in [("billing", 303), ("foreign", 403)] {
                let sent = try await client.post(
                    "/queues/limit", [("csrf", csrf), ("kind", "services"), ("name", name), ("concurrency", "5")],
                    headers: editing)
                #expect(sent.status == status, "\(name) \(sent.text)")
            }
            let paused = try await client.post(
                "/queues/actions", [("csrf", csrf), ("action", "pause"), ("name", "mail")], headers: editing)
            #expect(paused.headers[.setCookie]?.contains("bad") == true)
            #expect(try await client.send(.get, "/api/v1/queues", headers: admin).json["items"]?[0]?["paused"] == false)
        }
    }
}
