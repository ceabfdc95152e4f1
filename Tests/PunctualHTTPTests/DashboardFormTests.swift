import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualHTTP
import PunctualJSON
import Testing

@Suite("Forms of the dashboard", .timeLimit(.minutes(2)))
struct DashboardFormTests {
    private func flash(_ page: PageAnswer) -> String {
        page.headers[values: .setCookie].first { $0.hasPrefix("punctual_flash") }?.split(separator: ";").first
            .map { String($0).removingPercentEncoding ?? "" } ?? ""
    }

    @Test("makes a job, once however often it is sent, and shows it")
    func create() async throws {
        try await withAPI { client, _ in
            let empty = try await client.page("/jobs/new")
            let key = try #require(empty.hidden("key"))
            let fields = jobFields + [("key", key), ("labels", "team=money\r\ntier=2\r\n"), ("timeout", "30s")]
            let made = try await client.post("/jobs/new", fields)
            #expect(made.status == 303 && made.location?.hasPrefix("/jobs/") == true, "\(made.text)")
            #expect(try await client.post("/jobs/new", fields).location == made.location)
            let list = try await client.send(.get, "/api/v1/jobs").json["items"]?.array ?? []
            #expect(list.count == 1)
            #expect(list.first?["labels"] == ["team": "money", "tier": "2"] && list.first?["timeout"] == "30s")
            #expect(list.first?["schedule"]?["timezone"] == "Europe/Berlin")
            let cookie = try #require(made.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let page = try await client.page(made.location ?? "", headers: [.cookie: cookie])
            #expect(page.text.contains("Created from-the-form."))
            #expect(page.headers[.setCookie]?.contains("Max-Age=0") == true, "it is said once")
        }
    }

    @Test("says what is wrong beside the field, and keeps what was typed")
    func faults() async throws {
        try await withAPI { client, store in
            let fields = jobFields.map { ($0.0, $0.0 == "cron_expression" ? "61 * * * *" : $0.1) }
            let page = try await client.post("/jobs/new", fields + [("timeout", "soon"), ("labels", "no-equals-sign")])
            #expect(page.status == 422)
            #expect(page.text.contains(#"id="labels-fault""#) && page.text.contains("no-equals-sign"))
            let again = try await client.post("/jobs/new", fields + [("timeout", "soon")])
            #expect(again.status == 422 && again.text.contains(#"id="cron_expression-fault""#), "\(again.text)")
            #expect(again.text.contains(#"id="timeout-fault""#) && again.text.contains(#"value="61 * * * *""#))
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"]?.array?.isEmpty == true)
        }
    }

    static let definitions = [
        #"{"type":"interval","every":"15m"}"#, #"{"type":"fixed_delay","every":"5m"}"#,
        #"{"type":"once","local":"2031-03-29T02:30:00","timezone":"Europe/Berlin"}"#,
        #"{"type":"once","at":"2031-03-29T02:30:00.000Z"}"#, #"{"type":"manual"}"#,
        #"{"type":"rrule","rule":"FREQ=WEEKLY;BYDAY=MO","start":"2026-01-05T09:00:00","timezone":"Europe/London"}"#,
        #"{"type":"cron","expression":"0 0 9 ? * MON","timezone":"Asia/Tokyo","dialect":"quartz","dst":{"gap":"skip","overlap":"both"}}"#,
    ]

    @Test("a form that is opened and saved changes nothing of a job", arguments: definitions)
    func unchanged(schedule: String) async throws {
        try await withAPI { client, _ in
            let draft = """
                {"name":"n","service":"s","labels":{"a":"b"},"description":"two\\nlines","queue":"q","priority":7,
                 "schedule":\(schedule),"target":{"type":"http","method":"PUT","url":"https://example.com/x",
                 "headers":{"X-A":"b: c"},"body":{"a":null,"b":[1,2.50,"x"]},"expect_status":"200-204"},
                 "retry_policy":{"maximum_attempts":0,"backoff_coefficient":1.5},"overlap_policy":"buffer_one",
                 "misfire_policy":"fire_all","max_runs":9,"retention":"48h","starts_at":"2026-06-01T00:00:00.000Z"}
                """
            let id = try await client.job(draft)
            let before = try await client.send(.get, "/api/v1/jobs/\(id)").json
            let page = try await client.page("/jobs/\(id)/edit")
            let saved = try await client.post("/jobs/\(id)/edit", page.fields)
            #expect(saved.status == 303, "\(saved.text)")
            let after = try await client.send(.get, "/api/v1/jobs/\(id)").json
            for name in before.object?.names ?? [] where !["updated_at", "version"].contains(name) {
                #expect(after[name] == before[name], "\(name)")
            }
        }
    }

    @Test("does not overwrite what somebody else has changed meanwhile")
    func conflict() async throws {
        try await withAPI { client, _ in
            let id = try await client.job()
            let fields = try await client.page("/jobs/\(id)/edit").fields
            #expect(try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"priority":9}"#).status == 200)
            let refused = try await client.post("/jobs/\(id)/edit", fields)
            #expect(refused.status == 412 && refused.text.contains("Somebody else changed the job"))
            #expect(try await client.post("/jobs/\(id)/edit", refused.fields).status == 303)
        }
    }

    @Test("shows the next fires in words, with what a clock change does to them")
    func preview() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let fields = jobFields.map { ($0.0, $0.0 == "cron_expression" ? "30 2 29 3 *" : $0.1) }
            let part = try await client.post("/jobs/preview", fields)
            #expect(part.status == 200 && !part.text.contains("<html"))
            #expect(part.text.contains("Europe/Berlin") && part.text.contains("does not exist"), "\(part.text)")
            let whole = try await client.post("/jobs/new", fields + [("preview", "1")])
            #expect(whole.status == 200 && whole.text.contains("does not exist"))
            let wrong = try await client.post("/jobs/preview", [("schedule_type", "cron"), ("cron_expression", "x")])
            #expect(wrong.status == 200 && wrong.text.contains("flash bad"))
        }
    }

    @Test("pauses, resumes and triggers what was chosen, and tells how many")
    func bulk() async throws {
        try await withAPI { client, _ in
            var ids: [String] = []
            for name in ["a", "b", "c"] {
                ids.append(try await client.job(least.replacingOccurrences(of: #""n""#, with: #""\#(name)""#)))
            }
            let chosen = ids.prefix(2).map { ("id", $0) }
            let paused = try await client.post(
                "/jobs/actions", chosen + [("action", "pause"), ("reason", "why not"), ("return_to", "/jobs?q=a")])
            #expect(paused.status == 303 && paused.location == "/jobs?q=a")
            #expect(flash(paused).hasSuffix("good:Paused 2 jobs."), "\(flash(paused))")
            let first = try await client.send(.get, "/api/v1/jobs/\(ids[0])").json
            #expect(first["status"] == "paused" && first["pause_reason"] == "why not")
            #expect(try await client.send(.get, "/api/v1/jobs/\(ids[2])").json["status"] == "active")
            let gone = [("id", ids[0]), ("id", UUID().uuidString.lowercased()), ("action", "resume")]
            #expect(flash(try await client.post("/jobs/actions", gone)).contains("Resumed 1 job. 1 job could not"))
            let asked = try await client.post("/jobs/actions", chosen + [("action", "trigger")])
            #expect(asked.status == 200 && asked.text.contains("Trigger 2 jobs?"))
            let done = try await client.post("/jobs/actions", asked.fields + [("action", "trigger")])
            #expect(flash(done).contains("Triggered 2 jobs."))
            #expect(flash(try await client.post("/jobs/actions", [("action", "pause")])).contains("No job was chosen"))
            #expect(
                flash(try await client.post("/jobs/actions", chosen + [("action", "x")])).contains("no such action"))
        }
    }

    @Test("asks before it deletes, with the count and the names")
    func delete() async throws {
        try await withAPI { client, _ in
            let id = try await client.job()
            let asked = try await client.post(
                "/jobs/actions", [("id", id), ("action", "delete"), ("return_to", "/jobs/\(id)")])
            #expect(
                asked.status == 200 && asked.text.contains("Delete 1 job?") && asked.text.contains("<code>n</code>"))
            #expect(try await client.send(.get, "/api/v1/jobs/\(id)").status == 200)
            let done = try await client.post("/jobs/actions", asked.fields + [("action", "delete")])
            #expect(done.status == 303 && done.location == "/jobs")
            #expect(try await client.send(.get, "/api/v1/jobs/\(id)").status == 404)
        }
    }

    @Test("a form of another site, or what is no form, is turned away")
    func strangeForms() async throws {
        try await withAPI { client, _ in
            let id = try await client.job()
            let site = HTTPField.Name("Sec-Fetch-Site")!
            for place in ["cross-site", "same-site"] {
                let refused = try await client.post(
                    "/jobs/actions", [("id", id), ("action", "pause")], headers: [site: place])
                #expect(refused.status == 403)
            }
            #expect(try await client.send(.post, "/jobs/actions", #"{"id":"x"}"#).status == 415)
            #expect(try await client.form("/jobs/actions", "id=%zz").status == 400)
            #expect(try await client.send(.get, "/api/v1/jobs/\(id)").json["status"] == "active")
        }
    }
}

extension PageAnswer {
    /// What a browser would send of the page's largest form without a change.
    var fields: [(String, String)] {
        func plain(_ text: Substring) -> String {
            text.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
                .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
                .replacingOccurrences(of: "&#96;", with: "`").replacingOccurrences(of: "&#61;", with: "=")
                .replacingOccurrences(of: "&amp;", with: "&")
        }
        let main = text[(text.range(of: "<main")?.upperBound ?? text.startIndex)...]
        var fields: [(String, String)] = []
        for match in main.matches(of: /<input ([^>]*)>/) {
            guard let name = match.1.firstMatch(of: /name="([^"]*)"/)?.1 else { continue }
            if match.1.contains("type=\"radio\"") && !match.1.hasSuffix(" checked") { continue }
            fields.append((String(name), plain(match.1.firstMatch(of: /value="([^"]*)"/)?.1 ?? "")))
        }
        for match in main.matches(of: /<textarea [^>]*name="([^"]*)"[^>]*>\n([^<]*)<\/textarea>/) {
            fields.append((String(match.1), plain(match.2).replacingOccurrences(of: "\n", with: "\r\n")))
        }
        for match in main.matches(of: /<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/) {
            let chosen = match.2.firstMatch(of: /<option selected>([^<]*)</)?.1
            fields.append((String(match.1), plain(chosen ?? "")))
        }
        return fields
    }
}
