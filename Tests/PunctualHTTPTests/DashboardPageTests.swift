import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Testing

@Suite("Pages of the dashboard", .timeLimit(.minutes(2)))
struct DashboardPageTests {
    static let paths = [
        "/", "/jobs", "/jobs?q=n&status=active&sort=-next_run_at", "/jobs/new", "/jobs/{id}", "/jobs/{id}/edit",
        "/executions", "/executions?q=n&status=failed&within=24h", "/dead-letters",
        "/queues", "/queues?q=x", "/queues/limit", "/queues/limit?kind=jobs&name={id}", "/calendar",
        "/calendar?week=2026-03-27",
        "/calendar?hour=2026-01-02T09:00:00Z&minute=2026-01-02T09:00:00Z", "/calendar/spread?at=2026-01-02T09:00:00Z",
    ]

    @Test("each is a whole page without inline script or style, under a strict policy", arguments: paths)
    func whole(path: String) async throws {
        try await withAPI { client, _ in
            let id = try await client.job()
            let page = try await client.page(path.replacingOccurrences(of: "{id}", with: id))
            #expect(page.status == 200 && page.text.hasPrefix("<!doctype html>"), "\(page.text)")
            #expect(page.text.hasSuffix("</html>\n"))
            #expect(page.text.contains("<main id=\"main\"") && page.text.contains("class=\"skip\""))
            #expect(page.text.components(separatedBy: "<h1").count == 2)
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(!page.text.contains(" style=") && !page.text.contains("<style"))
            #expect(page.text.matches(of: /<script/).count == 1)
            #expect(page.text.firstMatch(of: /\son[a-z]+=/) == nil)
            // A form's origin is told to this installation alone: it is what it goes by without access control.
            #expect(page.headers[HTTPField.Name("Referrer-Policy")!] == "same-origin")
            for match in page.text.matches(of: /\s(?:src|href|action)="([^"]*)"/) {
                #expect(match.1.hasPrefix("/") || match.1.hasPrefix("#"), "\(match.1)")
            }
        }
    }

    @Test("shows what the API says")
    func contents() async throws {
        try await withAPI { client, _ in
            let id = try await client.job(
                #"{"name":"report/daily","service":"billing","labels":{"team":"money"},"description":"All of it","#
                    + #""schedule":{"type":"cron","expression":"0 9 * * MON-FRI","timezone":"Europe/Berlin"},"target":{"type":"noop"}}"#
            )
            let list = try await client.page("/jobs")
            for text in ["report/daily", "/jobs/\(id)", "0 9 * * MON-FRI", "team&#61;money", "Active"] {
                #expect(list.text.contains(text), "\(text)")
            }
            let job = try await client.page("/jobs/\(id)")
            for text in ["All of it", "every weekday at 09:00 in Europe/Berlin", "It runs next at", "Trigger now"] {
                #expect(job.text.contains(text), "\(text)")
            }
            #expect(try await client.page("/jobs?q=nothing-like-it").text.contains("No job is like that."))
            let wrong = try await client.page("/jobs?sort=sideways")
            #expect(wrong.status == 200 && wrong.text.contains("sort must be name"))
            #expect(try await client.page("/jobs/\(id)x").status == 404)
            #expect(try await client.page("/jobs/\(UUID().uuidString.lowercased())").status == 404)
            #expect(try await client.page("/").text.contains("Healthy"))
        }
    }

    @Test("what fails now is told of each job, however often another fails; what has recovered is not")
    func failing() async throws {
        let scene = APIScene()
        try await scene.run { [store = scene.store] client in
            func run(_ job: String, times: Int, _ outcome: AttemptOutcome) async throws {
                scene.clock.advance(by: .seconds(1))
                for _ in 0..<times { _ = try await client.send(.post, "/api/v1/jobs/\(job)/trigger") }
                while true {
                    let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 500, lease: .seconds(60)))
                    if claimed.isEmpty { return }
                    _ = try await store.finish(claimed.map { Completion(lease: $0.lease, outcome: outcome) })
                }
            }
            func job(_ name: String) async throws -> String {
                try await client.job(
                    #"{"name":"\#(name)","schedule":{"type":"manual"},"overlap_policy":"allow_all","#
                        + #""target":{"type":"noop"}}"#)
            }
            let (payroll, cured, noisy) = (try await job("payroll"), try await job("cured"), try await job("noisy"))
            try await run(payroll, times: 1, .failed)
            try await run(cured, times: 1, .failed)
            try await run(cured, times: 1, .succeeded)
            try await run(noisy, times: 230, .failed)
            let page = try await client.page("/").text
            let card = try #require(page.firstMatch(of: #/id="failing"[\s\S]*?<\/section>/#)).0
            #expect(card.contains("/jobs/\(payroll)") && card.contains("/jobs/\(noisy)"), "\(card)")
            #expect(card.contains("230 times") && !card.contains("/jobs/\(cured)"), "\(card)")
        }
    }

    /// Each with what must not reach the page as it is.
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "</textarea><script>alert(1)</script>", "\"\u{301} autofocus onfocus=alert(1) x=\"\u{301}",
        "<\u{338}img src=x>", "{{csrf}}{{{csrf}}}", "javascript:alert(1)", "`onclick=alert(1)",
    ]

    @Test("a name is a name, whatever it looks like", arguments: hostile)
    func escaped(text: String) async throws {
        try await withAPI { client, _ in
            var draft = try JSONValue(parsing: Array(least.utf8))
            draft = draft.merging([
                "description": .string(text), "labels": ["k": .string(text)],
                "target": ["type": "worker", "task": "t", "payload": .string(text)],
            ])
            let id = try await client.job(draft.description)
            let pause = JSONValue.object(JSONObject()).merging(["reason": .string(text)])
            _ = try await client.send(.post, "/api/v1/jobs/\(id)/pause", pause.description)
            let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let form = jobFields.map { ($0.0, $0.0 == "cron_expression" || $0.0 == "name" ? text : $0.1) }
            let refused = try await client.post("/jobs/new", form + [("description", text), ("labels", text)])
            #expect(refused.status == 422)
            var pages = [refused, try await client.post("/jobs/preview", form)]
            for path in [
                "/jobs", "/jobs?q=\(query)&service=\(query)&label=\(query)", "/jobs/\(id)", "/jobs/\(id)/edit",
            ] {
                pages.append(try await client.page(path))
            }
            for page in pages {
                // By scalars: as characters, a quote with a mark on it is none.
                let scalars = Array(page.text.unicodeScalars)
                let special = Set("<>\"'`".unicodeScalars)
                if text.unicodeScalars.contains(where: special.contains) {
                    #expect(!scalars.contains(Array(text.unicodeScalars)), "\(page.text)")
                }
                for (index, scalar) in scalars.enumerated().dropLast() where scalar == "\"" || scalar == "<" {
                    #expect(scalars[index + 1] != "\u{301}" && scalars[index + 1] != "\u{338}")
                }
                #expect(page.text.firstMatch(of: /<img|<script>|\son[a-z]+=/) == nil)
                #expect(!page.text.contains("href=\"javascript"))
            }
            #expect(try await client.page("/jobs/\(id)").text.contains("alert(1)") || !text.contains("alert"))
        }
    }

    @Test("no template puts text in as it is, and what is sent along is small")
    func templates() {
        var (script, style) = (0, 0)
        for file in EmbeddedResources.dashboard {
            let text = String(decoding: file.bytes, as: UTF8.self)
            if file.name == "rendered.mustache" {
                // Takes what another template has made, and nothing else.
                #expect(text == "{{{html}}}\n")
            } else if file.name.hasSuffix(".mustache") {
                #expect(!text.contains("{{{") && !text.contains("{{&"), "\(file.name)")
            } else if file.name.hasSuffix(".js") {
                script += file.bytes.count
                #expect(!text.contains("innerHTML = ") && !text.contains("eval("), "\(file.name)")
            } else if file.name.hasSuffix(".css") {
                style += file.bytes.count
                // A brace that is missing would make all that follows hold for narrow windows alone.
                #expect(text.count { $0 == "{" } == text.count { $0 == "}" }, "\(file.name)")
            }
        }
        #expect(script <= 30_000 && style <= 30_000, "\(script) \(style)")
    }

    @Test("fifty jobs and their page's files are 60 KB at most as they are sent")
    func size() async throws {
        try await withAPI { client, _ in
            let items = (0..<60).map { least.replacingOccurrences(of: #""n""#, with: #""job-\#($0)""#) }
            let made = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(items.joined(separator: ","))]}"#)
            #expect(made.status == 200)
            let packed: HTTPFields = [.acceptEncoding: "gzip"]
            let page = try await client.page("/jobs")
            #expect(page.text.contains("rel=\"next\"") && page.text.matches(of: /data-row="/).count == 50)
            var size = try await client.send(.get, "/jobs", headers: packed).body.readableBytes
            for match in page.text.matches(of: /"(\/dashboard\/[a-z0-9]+\/)dashboard.css"/) {
                for file in EmbeddedResources.dashboard where !file.name.hasSuffix(".mustache") {
                    let answer = try await client.send(.get, "\(match.1)\(file.name)", headers: packed)
                    #expect(answer.status == 200)
                    #expect(answer.headers[.cacheControl]?.contains("immutable") == true)
                    size += answer.body.readableBytes
                }
            }
            #expect(size <= 60_000, "\(size)")
        }
    }

    @Test("theme and zone are cookies that the next page is rendered by")
    func preferences() async throws {
        try await withAPI { client, _ in
            _ = try await client.job()
            let dark = try await client.post("/preferences", [("theme", "dark"), ("return_to", "/jobs")])
            #expect(dark.status == 303 && dark.location == "/jobs")
            let theme = try #require(dark.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let zone = try await client.post("/preferences", [("zone", "Asia/Tokyo"), ("return_to", "//evil.example")])
            #expect(zone.location == "/")
            let tokyo = try #require(
                zone.headers[values: .setCookie].first?.split(separator: ";").first.map(String.init))
            let page = try await client.page("/jobs", headers: [.cookie: "\(theme); \(tokyo)"])
            #expect(page.text.contains(#"data-theme="dark""#) && page.text.contains("Asia/Tokyo"))
            #expect(page.text.contains("18:00"), "09:00 UTC is 18:00 in Tokyo")
            let wrong = try await client.post("/preferences", [("zone", "Mars/Base")])
            #expect(wrong.headers[values: .setCookie].count == 1)
        }
    }

    @Test("what ended is counted by the minute, and drawn")
    func minutes() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let id = try await client.job(
                #"{"name":"w","queue":"q","schedule":{"type":"manual"},"target":{"type":"worker","task":"t","payload":1}}"#
            )
            #expect(try await client.send(.post, "/api/v1/jobs/\(id)/trigger").status == 202)
            let claim = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
            let work = try await client.send(.post, "/api/v1/work/claim", claim).json["items"]?[0]
            let end = #"{"id":"\#(work?["id"]?.string ?? "")","attempt":1,"worker":"w","status":"succeeded"}"#
            #expect(try await client.send(.post, "/api/v1/work/complete", end).status == 200)
            let items = try await client.send(.get, "/api/v1/stats/minutes").json["items"]?.array ?? []
            #expect(items.count == 60 && items.last?["succeeded"] == 1 && items.first?["succeeded"] == 0)
            let page = try await client.page("/")
            #expect(page.text.contains("1 succeeded, 0 failed") && page.text.contains("role=\"img\""))
            let job = try await client.page("/jobs/\(id)")
            #expect(job.text.contains("100 %") && job.text.contains("It succeeded in attempt 1."))
        }
    }
}
