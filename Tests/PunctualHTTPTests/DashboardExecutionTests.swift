import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualTestKit
import Testing

@testable import PunctualHTTP

@Suite("Pages of executions", .timeLimit(.minutes(2)))
struct DashboardExecutionTests {
    private func flash(_ page: PageAnswer) -> String {
        page.headers[values: .setCookie].first { $0.hasPrefix("punctual_flash") }?.split(separator: ";").first
            .map { String($0).removingPercentEncoding ?? "" } ?? ""
    }

    @Test("an execution's page shows its attempts, what it said, what it was sent and what it answered")
    func contents() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let a = try await client.outsideJob("a", attempts: 2)
            let id = try await client.claimed(a, "a")
            let say =
                #"{"id":"\#(id)","attempt":1,"worker":"w","lines":[{"text":"half way","level":"warn"}],"progress":{"percent":50,"message":"so far"}}"#
            #expect(try await client.send(.post, "/api/v1/work/heartbeat", say).status == 200)
            let running = try await client.page("/executions/\(a)/\(id)")
            for text in [
                "Running", "half way", "value=\"50\"", "so far", "data-is-open", "value=\"cancel\"", "Attempt 1 runs",
            ] {
                #expect(running.text.contains(text), "\(text)")
            }
            #expect(!running.text.contains("value=\"retry\""))
            scene.clock.advance(by: .seconds(3))
            let said = String(repeating: "é", count: 600)
            try await client.endAttempt(id, error: "no GPU at \"node\"", output: said)
            scene.clock.advance(by: .seconds(2))
            let claim = #"{"worker":"w","queues":["a"],"wait":"0s"}"#
            #expect(try await client.send(.post, "/api/v1/work/claim", claim).json["items"]?[0]?["attempt"] == 2)
            try await client.endAttempt(id, attempt: 2, error: "still none", output: "the answer")
            let first = try await client.send(.get, "/api/v1/executions/\(a)/\(id)").json["attempts"]?[0]?["result"]
            #expect(first?["output"]?.string == String(repeating: "é", count: 512))
            #expect(first?["output_truncated"] == true && first?["exit_code"] == .null)
            let page = try await client.page("/executions/\(a)/\(id)")
            #expect(page.text.contains("Answered: its output") && page.text.contains("éé…"))
            for text in [
                "Failed", "Attempt 1", "Attempt 2", "no GPU at &quot;node&quot;", "still none", "the answer",
                "half way",
                "It failed after 2 attempts", "value=\"retry\"", "/edited", "{&quot;a&quot;:1}", id, "Trace", "2 of 2",
                "class=\"b-bad\"", "/jobs/\(a)",
            ] { #expect(page.text.contains(text), "\(text)") }
            #expect(!page.text.contains("data-is-open") && !page.text.contains("value=\"cancel\""))
            #expect(page.text.components(separatedBy: "<h1").count == 2 && page.text.hasSuffix("</html>\n"))
            #expect(!page.text.contains(" style=") && page.text.matches(of: /<script/).count == 1)
            // The history of a job outlives it.
            #expect(try await client.send(.delete, "/api/v1/jobs/\(a)").status == 204)
            let gone = try await client.page("/executions/\(a)/\(id)")
            #expect(gone.status == 200 && gone.text.contains("job deleted") && !gone.text.contains("value=\"retry\""))
            for path in [
                "/executions/\(a)/x", "/executions/x/\(id)", "/executions/\(UUID().uuidString.lowercased())/\(id)",
            ] {
                #expect(try await client.page(path).status == 404, "\(path)")
            }
        }
    }

    @Test("leads to trace and logs where they are said to be")
    func links() async throws {
        var scene = APIScene()
        scene.services.links.traces = "https://t.example.com/a?b=1&t={trace_id}"
        scene.services.links.logs = "https://l.example.com/?q={execution_id}"
        try await scene.run { client in
            let a = try await client.outsideJob("a")
            let id = try await client.dead(a, "a", "gone")
            let page = try await client.page("/executions/\(a)/\(id)")
            let trace = ExecutionTrace(try #require(Identifier(id))).id
            #expect(page.text.contains(#"href="https://t.example.com/a?b&#61;1&amp;t&#61;\#(trace)""#))
            #expect(page.text.contains(#"href="https://l.example.com/?q&#61;\#(id)""#))
        }
        for wrong in ["", "javascript:{trace_id}", "https://a/", "https://a/ {trace_id}", "//a/{trace_id}"] {
            #expect(!OutsideLinks.isFit(wrong), "\(wrong)")
        }
    }

    @Test("what an execution says is what it says, whatever it looks like", arguments: DashboardPageTests.hostile)
    func escaped(text: String) async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            let id = try await client.claimed(a, "a")
            let line: JSONValue = [
                "id": .string(id), "attempt": 1, "worker": "w", "lines": [["text": .string(text)]],
                "progress": ["message": .string(text)],
            ]
            #expect(try await client.send(.post, "/api/v1/work/heartbeat", line.description).status == 200)
            let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            var pages = [try await client.page("/executions/\(a)/\(id)")]
            try await client.endAttempt(id, error: text, output: text)
            let form = [("target_type", "worker"), ("name", text), ("worker_task", text), ("worker_payload", text)]
            pages.append(try await client.post("/executions/\(a)/\(id)/edited", form))
            #expect(pages[1].status == 422)
            for path in [
                "/executions/\(a)/\(id)", "/executions/\(a)/\(id)?after=\(query)", "/executions", "/dead-letters",
                "/executions?q=\(query)&service=\(query)&from=\(query)&within=\(query)&status=\(query)&job_id=\(query)",
                "/dead-letters?queue=\(query)&cursor=\(query)&reason=\(query)",
            ] { pages.append(try await client.page(path)) }
            for page in pages {
                #expect(page.status == 200 || page.status == 422)
                // By scalars: as characters, a quote with a mark on it is none.
                let scalars = Array(page.text.unicodeScalars)
                let special = Set("<>\"'`".unicodeScalars)
                if text.unicodeScalars.contains(where: special.contains) {
                    #expect(!scalars.contains(Array(text.unicodeScalars)), "\(page.text)")
                }
                #expect(page.text.firstMatch(of: /<img|<script>|\son[a-z]+=/) == nil)
                #expect(!page.text.contains("href=\"javascript"))
            }
        }
    }

    @Test("a list says what is wrong with its filters, and turns a clock's time into an instant")
    func filters() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            _ = try await client.dead(a, "a", "gone")
            for path in ["/executions", "/dead-letters"] {
                let wrong = try await client.page("\(path)?within=1y")
                #expect(wrong.status == 200 && wrong.text.contains("within is not a parameter here."), "\(path)")
                let zone: HTTPFields = [.cookie: "punctual_zone=Asia%2FTokyo"]
                let local = try await client.page("\(path)?from=2026-01-01T09:00&service=default", headers: zone)
                #expect(local.status == 303)
                #expect(local.location == "\(path)?service=default&from=2026-01-01T00%3A00%3A00.000Z")
                #expect(try await client.page("\(path)?within=1h").text.contains("last hour"))
                #expect(try await client.page("\(path)?job_id=\(a)").text.contains("job: a"))
            }
            #expect(try await client.page("/executions?q=gone").text.contains("data-row"))
            #expect(try await client.page("/executions?q=nothing-like-it").text.contains("No execution is like that."))
            #expect(try await client.page("/executions?status=missed").text.contains("aria-current=\"true\">Missed"))
        }
    }

    @Test("one is run again at once, many and what is cancelled after a question; a form that is sent twice acts once")
    func actions() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            let ids = [try await client.dead(a, "a", "one"), try await client.dead(a, "a", "two")]
            let one = [("action", "retry"), ("id", "\(a)/\(ids[0])"), ("key", "k"), ("return_to", "/executions?q=a")]
            for _ in 1...2 {
                let sent = try await client.post("/executions/actions", one)
                #expect(sent.status == 303 && sent.location == "/executions?q=a")
                #expect(flash(sent) == "punctual_flash=good:Sent 1 execution to run again.")
            }
            let again = try await client.post("/executions/actions", one.filter { $0.0 != "key" })
            #expect(flash(again).contains("1 execution could not be changed"))
            let two = [("action", "cancel"), ("id", "\(a)/\(ids[0])"), ("id", "\(a)/\(ids[1])")]
            let question = try await client.post("/executions/actions", two)
            #expect(question.status == 200 && question.text.contains("Cancel 2 executions?"))
            #expect(question.text.matches(of: /name="id" value="/).count == 2)
            let done = try await client.post("/executions/actions", two + [("confirmed", "yes")])
            #expect(flash(done).contains("Cancelled 1 execution") && flash(done).contains("1 execution could not"))
            for (fields, text) in [
                ([("action", "explode"), ("id", "\(a)/\(ids[0])")], "no such action"),
                ([("action", "retry")], "No execution was chosen."),
                ([("action", "retry"), ("id", "x"), ("id", "a/b/c"), ("id", "/")], "No execution was chosen."),
                ([("action", "retry")] + (0...200).map { ("id", "\(a)/\($0)") }, "At most 200"),
            ] {
                let refused = try await client.post("/executions/actions", fields)
                #expect(refused.status == 303 && flash(refused).contains(text), "\(fields.count) \(flash(refused))")
            }
        }
    }

    @Test("dead letters are run again by groups: after a question, or part by part, each once")
    func redrive() async throws {
        try await withAPI { client, _ in
            let (a, b) = (try await client.outsideJob("a"), try await client.outsideJob("b"))
            for number in 0..<30 { _ = try await client.dead(a, "a", "status 503 after \(number) ms") }
            _ = try await client.dead(a, "a", "status 404")
            _ = try await client.dead(b, "b", "status 503 after 1 ms")
            let items = try await client.send(.get, "/api/v1/dead-letters").json["items"]?.array ?? []
            #expect(items.map { $0["count"] } == [30, 1, 1])
            let page = try await client.page("/dead-letters")
            let group = try #require(DeadLetterActions.Group(items[0])?.text)
            #expect(page.text.contains("value=\"\(group)\"") && page.text.contains("data-size=\"30\""))
            #expect(page.text.contains("<strong>32</strong> executions in 3 groups"))
            let fields = [("action", "redrive"), ("group", group), ("key", "k")]
            let question = try await client.post("/dead-letters/actions", fields)
            #expect(question.status == 200 && question.text.contains("Run 30 executions again?"))
            var (after, parts, done): (String?, Int, Int64) = (nil, 0, 0)
            repeat {
                let more = [("part", "yes")] + (after.map { [("after", $0)] } ?? [])
                let part = try await client.post("/dead-letters/actions", fields + more)
                let json = try JSONValue(parsing: Array(part.text.utf8))
                #expect(part.status == 200 && json["failed"] == 0 && json["problem"] == .null, "\(json)")
                done += json["done"]?.int ?? 0
                after = json["left"] == 0 ? nil : json["after"]?.string
                parts += 1
            } while after != nil && parts < 5
            #expect(done == 30 && parts == 2)
            #expect(
                try await client.send(.get, "/api/v1/executions/\(a)?status=pending").json["items"]?.array?.count == 30)
            #expect(try await client.send(.get, "/api/v1/dead-letters").json["looked_at"] == 2)
            let late = try await client.post("/dead-letters/actions", fields)
            #expect(flash(late).contains("None of them is there any more"))
            let rest = items.dropFirst().map { ("group", DeadLetterActions.Group($0)?.text ?? "") }
            #expect(Set(rest.map { $0.1.prefix(36) }) == [a[...], b[...]])
            let sent = try await client.post(
                "/dead-letters/actions", [("action", "redrive"), ("confirmed", "yes"), ("key", "l")] + rest)
            #expect(flash(sent) == "punctual_flash=good:Sent 2 executions to run again.")
            #expect(try await client.page("/dead-letters").text.contains("None: everything that failed"))
            func hostile(_ text: String) -> String { text + "2026-01-01T00:00:00.000Z 9999-12-31T23:59:59.999Z" }
            for (wrong, text) in [
                ([("action", "redrive")], "No group was chosen."),
                ([("action", "redrive"), ("group", "x")], "No group"),
                ([("action", "retry"), ("group", group)], "no such action"),
                ([("action", "redrive"), ("confirmed", "yes"), ("group", hostile("x y 1 "))], "must be a UUID"),
                ([("action", "redrive"), ("group", hostile("\(a) k 0 "))], "No group"),
                ([("action", "redrive"), ("group", hostile("\(a) k 2001 "))], "No group"),
                ([("action", "redrive"), ("group", hostile("\(a) k \(Int.max) "))], "No group"),
                ([("action", "redrive"), ("group", "\(a) k 1 soon later")], "No group"),
            ] {
                let refused = try await client.post("/dead-letters/actions", wrong)
                #expect(refused.status == 303 && flash(refused).contains(text), "\(text) \(flash(refused))")
            }
        }
    }

    @Test("no more dead letters are run again than the page showed, whatever fails in the same way meanwhile")
    func redriveAgreed() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            for _ in 0..<30 { _ = try await client.dead(a, "a", "gone") }
            let group = try #require(
                try await client.send(.get, "/api/v1/dead-letters").json["items"]?[0]
                    .flatMap { DeadLetterActions.Group($0)?.text })
            for _ in 0..<30 { _ = try await client.dead(a, "a", "gone") }
            let fields = [("action", "redrive"), ("group", group), ("key", "k")]
            #expect(try await client.post("/dead-letters/actions", fields).text.contains("Run 30 executions again?"))
            var (after, left, done): (String?, Int64, Int64) = (nil, 30, 0)
            for _ in 0..<5 where left > 0 {
                let part = try await client.post(
                    "/dead-letters/actions", fields + [("part", "yes"), ("after", after ?? "")])
                let json = try JSONValue(parsing: Array(part.text.utf8))
                (done, left, after) = (done + (json["done"]?.int ?? 0), json["left"]?.int ?? -1, json["after"]?.string)
            }
            #expect(done == 30 && left == 0)
            #expect(try await client.send(.get, "/api/v1/dead-letters").json["looked_at"] == 30)
            let none = [("action", "redrive"), ("group", group.replacing(" 30 ", with: " 1 ")), ("part", "yes")]
            for hostile in ["-1/0/", "0/-1/", "0/\(Int.max)0/", "99/0/", "0/9/", "0/0/0"] {
                let part = try await client.post("/dead-letters/actions", none + [("after", hostile)])
                let json = try JSONValue(parsing: Array(part.text.utf8))
                #expect(part.status == 200 && (json["done"]?.int ?? 9) <= 1 && json["left"] == 0, "\(hostile) \(json)")
            }
        }
    }

    @Test("an edited run is a job of its own that runs once; the execution stays as it was")
    func edited() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            let id = try await client.dead(a, "a", "gone")
            let path = "/executions/\(a)/\(id)/edited"
            let form = try await client.page(path)
            #expect(form.status == 200 && form.text.contains("{&quot;a&quot;:1}"))
            let name = try #require(
                form.hidden("name") ?? form.text.firstMatch(of: /value="(a-edited-[0-9a-f]{6})"/).map { String($0.1) })
            let key = try #require(form.hidden("key"))
            let fields = [
                ("key", key), ("target_type", "worker"), ("name", name), ("worker_task", "t"),
                ("worker_payload", #"{"a":2}"#),
            ]
            let wrong = try await client.post(path, fields.map { $0.0 == "worker_payload" ? ($0.0, "{") : $0 })
            #expect(wrong.status == 422 && wrong.text.contains("worker_payload-fault"))
            // What only the API finds; mended, it goes.
            let refused = try await client.post(path, fields.map { $0.0 == "name" ? ($0.0, "a b") : $0 })
            #expect(refused.status == 422 && refused.text.contains("name-fault"))
            let next = try #require(refused.hidden("key"))
            #expect(next != key)
            let mended = fields.map { $0.0 == "key" ? ($0.0, next) : $0 }
            let sent = try await client.post(path, mended)
            #expect(sent.status == 303, "\(sent.text)")
            #expect(try await client.post(path, mended).location == sent.location)
            let jobs = try await client.send(.get, "/api/v1/jobs?label=edited-from%3D\(id)").json["items"]?.array ?? []
            #expect(jobs.count == 1 && jobs[0]["name"] == .string(name) && jobs[0]["schedule"] == ["type": "manual"])
            #expect(jobs[0]["target"]?["payload"] == ["a": 2] && jobs[0]["queue"] == "a")
            #expect(jobs[0]["retry_policy"]?["maximum_attempts"] == 1)
            let new = jobs[0]["id"]?.string ?? ""
            let runs = try await client.send(.get, "/api/v1/executions/\(new)").json["items"]?.array ?? []
            #expect(runs.count == 1 && sent.location == "/executions/\(new)/\(runs[0]["id"]?.string ?? "")")
            #expect(try await client.send(.get, "/api/v1/executions/\(a)/\(id)").json["status"] == "failed")
            #expect(try await client.send(.get, "/api/v1/jobs/\(a)").json["target"]?["payload"] == ["a": 1])
        }
    }

    @Test("much that is said comes page by page, and a page stays small")
    func lines() async throws {
        try await withAPI { client, _ in
            let a = try await client.outsideJob("a")
            let id = try await client.claimed(a, "a")
            for part in 0..<3 {
                let lines = (0..<100).map {
                    #"{"text":"\#(String(repeating: "x", count: 500)) \#(part * 100 + $0 + 1)"}"#
                }
                let say = #"{"id":"\#(id)","attempt":1,"worker":"w","lines":[\#(lines.joined(separator: ","))]}"#
                #expect(try await client.send(.post, "/api/v1/work/heartbeat", say).status == 200)
            }
            try await client.endAttempt(id, output: String(repeating: "y", count: 60_000))
            var (path, seen, pages): (String?, [String], Int) = ("/executions/\(a)/\(id)", [], 0)
            while let here = path, pages < 20 {
                let page = try await client.page(here)
                #expect(page.status == 200 && page.text.utf8.count < 100_000, "\(page.text.utf8.count)")
                seen += page.text.matches(of: /<li class="l-info" value="(\d+)"/).map { String($0.1) }
                path = page.text.firstMatch(of: /data-more-lines><a href="([^"]*)"/).map {
                    String($0.1).replacingOccurrences(of: "&#61;", with: "=")
                }
                pages += 1
            }
            #expect(seen == (1...300).map(String.init) && pages > 4)
        }
    }
}
