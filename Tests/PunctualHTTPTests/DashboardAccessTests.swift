import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// Lets everything through and remembers what was counted.
private final class Counter: Limiter {
    private let names = Mutex<[String]>([])

    func take(_ keys: [LimitKey], cost: Int) async -> LimitDecision {
        if cost > 0 { names.withLock { $0 += keys.map(\.policy.name) } }
        return LimitDecision(allowances: [])
    }

    func taken() -> [String] {
        names.withLock { names in
            defer { names = [] }
            return names.sorted()
        }
    }
}

@Suite("Who sees what of the dashboard", .timeLimit(.minutes(2)))
struct DashboardAccessTests {
    private func job(
        _ client: any TestClientProtocol, _ admin: HTTPFields, service: String = "a"
    ) async throws -> String {
        try await client.job(
            #"{"name":"n","service":"\#(service)","schedule":{"type":"manual"},"target":{"type":"noop"}}"#,
            headers: admin)
    }

    @Test("a stranger is sent to the sign-in from every page, and comes back")
    func stranger() async throws {
        let scene = try await AccessScene()
        try await scene.run { client in
            for route in buildRouter(scene.scene.services).pages where route.operation == .viewPage {
                let path = route.path.replacingOccurrences(of: "{id}", with: UUID().uuidString.lowercased())
                    .replacingOccurrences(of: "{job_id}", with: UUID().uuidString.lowercased())
                let answer = try await client.page(path)
                let place = path == "/" ? "" : "?return_to=\(path.replacingOccurrences(of: "/", with: "%2F"))"
                #expect(answer.status == 303 && answer.location == "/sign-in\(place)", "\(path)")
            }
            for route in buildRouter(scene.scene.services).pages where route.operation == .sendForm {
                let path = route.path.replacingOccurrences(of: "{id}", with: "x")
                    .replacingOccurrences(of: "{job_id}", with: "x")
                #expect(try await client.post(path, [("action", "delete")]).status == 303, "\(path)")
            }
            let page = try await client.page("/sign-in?return_to=%2Fjobs%3Fq%3Da")
            #expect(page.status == 200 && page.hidden("return_to") == "/jobs?q&#61;a")
            #expect(!page.text.contains("<nav"))
            #expect(try await client.page("/sign-in?return_to=%2F%2Fevil.example").hidden("return_to") == "/")
        }
    }

    @Test("name and password make a session, and signing out ends it")
    func session() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("grace", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let wrong = try await client.post("/sign-in", [("name", "grace"), ("password", "not a password of mine")])
            #expect(wrong.status == 401 && wrong.text.contains("role=\"alert\""))
            #expect(!wrong.text.contains("not a password of mine"))
            let good = try await client.post(
                "/sign-in", [("name", "grace"), ("password", AccessScene.password), ("return_to", "/jobs")])
            #expect(good.status == 303 && good.location == "/jobs")
            let cookie = try #require(good.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let headers: HTTPFields = [.cookie: cookie]
            let page = try await client.page("/jobs", headers: headers)
            #expect(page.status == 200 && page.text.contains("grace") && page.text.contains("Sign out"))
            #expect(try await client.post("/sign-out", [], headers: headers).status == 403, "no token")
            let csrf = try #require(page.hidden("csrf"))
            let out = try await client.post("/sign-out", [("csrf", csrf)], headers: headers)
            #expect(out.status == 303 && out.location == "/sign-in")
            #expect(try await client.page("/jobs", headers: headers).status == 303)
        }
    }

    @Test("a viewer sees no buttons, and what he sends all the same is refused and told to the audit log")
    func viewer() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("looker", [Permission(.viewer, service: "a")])
        try await scene.run { client in
            let id = try await job(client, admin)
            let foreign = try await job(client, admin, service: "b")
            let (reading, changing) = try await client.session("looker")
            let csrf = changing[HTTPField.Name("X-CSRF-Token")!] ?? ""
            for path in ["/", "/jobs", "/jobs/\(id)"] {
                let page = try await client.page(path, headers: reading)
                #expect(page.status == 200)
                for text in [#"name="action""#, "/jobs/new", "/edit", "type=\"checkbox\""] {
                    #expect(!page.text.contains(text), "\(path) \(text)")
                }
            }
            #expect(try await client.page("/jobs", headers: reading).text.contains(id))
            #expect(try await !client.page("/jobs", headers: reading).text.contains(foreign))
            #expect(try await client.page("/jobs/\(foreign)", headers: reading).status == 404)
            for path in ["/jobs/new", "/jobs/\(id)/edit"] {
                #expect(try await client.page(path, headers: reading).status == 403, "\(path)")
            }
            let before = try await scene.identities.auditHead().sequence
            let sent = try await client.post(
                "/jobs/actions", [("csrf", csrf), ("id", id), ("action", "pause")], headers: reading)
            #expect(sent.headers[.setCookie]?.contains("bad") == true)
            let entries = try await scene.identities.auditEntries(from: before + 1, limit: 10).map(\.draft)
            #expect(entries.map(\.operation) == ["pauseJob"] && entries.first?.isAllowed == false)
            let made = try await client.post("/jobs/new", jobFields + [("csrf", csrf)], headers: reading)
            #expect(made.status == 403)
            #expect(try await client.send(.get, "/api/v1/jobs/\(id)", headers: admin).json["status"] == "active")
        }
    }

    @Test("who looks at the Overview in the same moment as others sees what is his, by his clock")
    func sameMoment() async throws {
        let gate = ListGate()
        var gated = try await AccessScene()
        var store = AmbiguousStore(inner: gated.scene.store, fault: AmbiguousStore.Fault())
        store.gate = gate
        gated.scene.services.store = store
        let scene = gated
        let soon = Timestamp(milliseconds: scene.clock.now().milliseconds + 300_000)
        let admin = try await scene.admin()
        _ = try await scene.user("ann", [Permission(.viewer, service: "a")])
        _ = try await scene.user("ben", [Permission(.operator, service: "b")])
        try await scene.run { client in
            for service in ["a", "b"] {
                let timing = #""schedule":{"type":"once","at":"\#(soon)"}"#
                _ = try await client.job(
                    #"{"name":"of-\#(service)","service":"\#(service)",\#(timing),"target":{"type":"noop"}}"#,
                    headers: admin)
            }
            var (ann, _) = try await client.session("ann")
            let (ben, _) = try await client.session("ben")
            let plain = ann
            ann[.cookie] = (ann[.cookie] ?? "") + "; punctual_zone=Asia%2FTokyo"
            gate.stop(after: gate.lists)
            let kinds: [(headers: HTTPFields, mine: String, zone: String)] = [
                (ann, "a", "Asia/Tokyo"), (plain, "a", "UTC"), (ben, "b", "UTC"),
            ]
            try await withThrowingTaskGroup(of: (Int, PageAnswer).self) { group in
                // The third of a kind and those behind it share what others make.
                for number in 0..<12 {
                    let headers = kinds[number % 3].headers
                    group.addTask { (number % 3, try await client.page("/", headers: headers)) }
                }
                try await until { gate.waiting == 3 }
                try await Task.sleep(for: .milliseconds(200))
                #expect(gate.waiting == 3, "one making of a kind at a time")
                gate.goOn()
                for try await (kind, page) in group {
                    let (mine, foreign) = kinds[kind].mine == "a" ? ("a", "b") : ("b", "a")
                    #expect(page.text.contains("of-\(mine)") && !page.text.contains("of-\(foreign)"))
                    #expect(page.text.contains(#"title="\#(mine == "a" ? "ann" : "ben")""#))
                    #expect(page.text.contains("Asia/Tokyo") == (kinds[kind].zone == "Asia/Tokyo"))
                }
            }
        }
    }

    @Test("an operator of one service gets the buttons of his jobs alone")
    func operatorOfOne() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("op", [Permission(.operator, service: "a"), Permission(.viewer, service: "b")])
        try await scene.run { client in
            let (mine, foreign) = (try await job(client, admin), try await job(client, admin, service: "b"))
            let (reading, _) = try await client.session("op")
            let list = try await client.page("/jobs", headers: reading)
            #expect(list.text.matches(of: /data-pick="/).count == 1)
            #expect(!list.text.contains(#"value="delete""#) && list.text.contains(#"value="pause""#))
            #expect(try await client.page("/jobs/\(mine)", headers: reading).text.contains("Trigger now"))
            #expect(try await !client.page("/jobs/\(foreign)", headers: reading).text.contains("Trigger now"))
            let csrf = try #require(list.hidden("csrf"))
            let fields = [("csrf", csrf), ("id", mine), ("action", "trigger"), ("key", "k")]
            for _ in 1...2 { #expect(try await client.post("/jobs/actions", fields, headers: reading).status == 303) }
            let runs = try await client.send(.get, "/api/v1/executions/\(mine)", headers: admin).json["items"]?.array
            #expect(runs?.count == 1, "the form was sent twice")
        }
    }

    @Test("a change needs the session's token, which another session's is not", arguments: ["", "x", nil])
    func token(csrf: String?) async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("ed", [Permission(.editor, service: nil)])
        try await scene.run { client in
            let id = try await job(client, admin)
            let (reading, _) = try await client.session("ed")
            let other = try await client.session("ed").changing[HTTPField.Name("X-CSRF-Token")!] ?? ""
            let fields = [("csrf", csrf ?? other), ("id", id), ("action", "pause")]
            #expect(try await client.post("/jobs/actions", fields, headers: reading).status == 403)
            #expect(try await client.send(.get, "/api/v1/jobs/\(id)", headers: admin).json["status"] == "active")
        }
    }

    @Test("a page is one request, however many calls it is made of, and asks no service twice")
    func limits() async throws {
        var scene = try await AccessScene()
        let counter = Counter()
        let admin = try await scene.admin()
        _ = try await scene.user("ed", [Permission(.editor, service: nil)])
        scene.scene.services.doorkeeper.limiter = counter
        try await scene.run { client in
            let id = try await job(client, admin)
            let (reading, _) = try await client.session("ed")
            _ = counter.taken()
            #expect(try await client.page("/jobs/\(id)", headers: reading).status == 200)
            #expect(counter.taken().filter { $0 != "address" } == ["service", "user"])
            #expect(try await client.page("/", headers: reading).status == 200)
            #expect(counter.taken().filter { $0 != "address" } == ["user"])
        }
    }
}
