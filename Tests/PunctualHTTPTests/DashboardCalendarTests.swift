import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The calendar on the dashboard", .timeLimit(.minutes(2)))
struct DashboardCalendarTests {
    private func daily(_ name: String, service: String = "billing", expression: String = "0 0 * * *") -> String {
        #"{"name":"\#(name)","service":"\#(service)","schedule":{"type":"cron","expression":"\#(expression)"},"target":{"type":"noop"}}"#
    }

    private func fill(_ client: any TestClientProtocol, _ count: Int) async throws {
        let items = (0..<count).map { daily("backup-\($0)") }.joined(separator: ",")
        #expect(try await client.send(.post, "/api/v1/jobs/bulk", #"{"items":[\#(items)]}"#).status == 200)
    }

    @Test("a week is shown by days and hours, with its pile-ups, an hour by minutes, and a minute's jobs")
    func week() async throws {
        try await withAPI { client, _ in
            #expect(try await client.page("/calendar").text.contains("Nothing is planned in this week."))
            try await fill(client, 240)
            let page = try await client.page("/calendar")
            #expect(page.status == 200)
            for text in [
                "1 Jan – 7 Jan 2026", "Thu 1 Jan", "Wed 7 Jan",
                "<strong>1,440</strong> fires of <strong>240</strong> active jobs",
                "Fri 2 Jan 00:00: 240 fires, at most 240 in a minute",
                "<strong>240</strong> fire at <strong>00:00</strong>", "on 6 days",
                "/calendar/spread?at&#61;2026-01-02T00%3A00%3A00.000Z&amp;over&#61;15",
            ] {
                #expect(page.text.contains(text), "\(text) \(page.text)")
            }
            #expect(page.text.matches(of: /<td class="/).count == 7 * 25)
            let at = "2026-01-02T00:00:00.000Z".addingPercentEncoding(withAllowedCharacters: .alphanumerics)!
            let closer = try await client.page("/calendar?hour=\(at)&minute=\(at)")
            for text in [
                "The hour of 2 Jan 00:00", "00:50", "240 jobs fire at 2 Jan 00:00", "and 190 more", "Spread them over",
            ] {
                #expect(closer.text.contains(text), "\(text)")
            }
            let next = try await client.page("/calendar?week=2026-01-08&service=billing")
            #expect(next.text.contains("8 Jan – 14 Jan 2026") && next.text.contains("<strong>1,680</strong>"))
            #expect(try await client.page("/calendar?service=other").text.contains("Nothing is planned"))
        }
    }

    @Test("days on which the clock changes are marked, with the hour that is not there")
    func clockChange() async throws {
        let scene = APIScene()
        scene.clock.set(try #require(Timestamp(rfc3339: "2026-03-27T12:00:00Z")))
        try await scene.run { client in
            let headers: HTTPFields = [.cookie: "punctual_zone=Europe%2FBerlin"]
            let spring = try await client.page("/calendar", headers: headers)
            #expect(spring.text.contains("clock forward 1h at 02:00"), "\(spring.text)")
            #expect(spring.text.contains("Sun 29 Mar 02:00 does not exist"))
            #expect(spring.text.matches(of: /<td class="gap"/).count == 1)
            _ = try await client.job(daily("hourly", expression: "0 * * * *"))
            let autumn = try await client.page("/calendar?week=2026-10-22", headers: headers)
            #expect(autumn.text.contains("clock back 1h at 03:00"), "\(autumn.text)")
            #expect(autumn.text.contains("Sun 25 Oct 02:00, an hour that comes twice: 2 fires"))
            // Seven days and an hour.
            #expect(autumn.text.contains("<strong>169</strong> fires"))
        }
    }

    @Test(
        "what somebody types into the address is said or passed over, and never shown as it is",
        arguments: [
            "?week=x", "?week=2026-02-31", "?week=1970-01-01", "?week=9999-12-31", "?hour=x", "?minute=%3Cscript%3E",
            "?service=%3Cb%3E",
            "?hour=2020-01-01T00:00:00Z", "?minute=2040-01-01T00:00:00Z",
            "?week=%22%3E%3Cimg%20src=x%3E&hour=%22&minute='",
        ])
    func hostile(query: String) async throws {
        try await withAPI { client, _ in
            let page = try await client.page("/calendar\(query)")
            #expect(page.status == 200, "\(page.text)")
            #expect(page.text.firstMatch(of: /<script>|<b>|<img/) == nil)
        }
    }

    @Test(
        "a minute's jobs are spread over a span after a preview, and the calendar shows it",
        arguments: ["jitter", "minute"])
    func spread(way: String) async throws {
        try await withAPI { client, _ in
            try await fill(client, 240)
            let often = try await client.job(daily("often", expression: "*/5 * * * *"))
            let at = "2026-01-02T00:00:00.000Z".addingPercentEncoding(withAllowedCharacters: .alphanumerics)!
            let preview = try await client.page("/calendar/spread?at=\(at)&over=15&way=\(way)")
            #expect(preview.status == 200)
            for text in [
                "241 jobs at 2 Jan 00:00, spread over 15 minutes", "240 jobs will be changed",
                "1 job will stay as they are",
                "it fires more often than that", way == "jitter" ? "jitter 15m" : "H(0-14) 0 * * *",
            ] {
                #expect(preview.text.contains(text), "\(text) \(preview.text)")
            }
            let chosen = preview.text.matches(of: /name="job" value="([^"]+)"/).map { String($0.1) }
            #expect(chosen.count == 240)
            // One was changed by somebody else since.
            let id = String(chosen[0].prefix { $0 != ":" })
            #expect(try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"priority":9}"#).status == 200)
            let fields = [("at", "2026-01-02T00:00:00.000Z"), ("over", "15"), ("way", way), ("return_to", "/calendar")]
            let sent = try await client.post("/calendar/spread", fields + chosen.map { ("job", $0) })
            #expect(sent.status == 303 && sent.location == "/calendar")
            let cookie = sent.headers[.setCookie]?.removingPercentEncoding ?? ""
            #expect(cookie.contains("Spread 239 jobs over 15 minutes. 1 job stayed as they were"), "\(cookie)")
            let path = "/api/v1/calendar?from=2026-01-02T00:00:00Z&hours=1&step=1m"
            try await until {
                let items = try await client.send(.get, path).json["items"]?.array ?? []
                return (items.first?["fires"]?.int ?? 999) < 60
            }
            let fires = try await client.send(.get, path).json["items"]?.array?.map { $0["fires"]?.int ?? 0 } ?? []
            let (within, behind): (Int64, Int64) = (fires.prefix(15).reduce(0, +), fires.dropFirst(15).reduce(0, +))
            // All of them still fire, within a quarter of an hour.
            #expect(within == 240 + 3 && behind == 9, "\(fires)")
            #expect(try await client.send(.get, "/api/v1/jobs/\(often)").json["version"] == 1)
        }
    }

    @Test(
        "what is asked of a spread that makes no sense is refused in a sentence",
        arguments: [
            ("?at=x", 422), ("", 422), ("?at=2030-01-01T00:00:00Z", 422),
            ("?at=2026-01-02T00:00:00Z&over=7&way=fly", 200),
        ])
    func refused(query: String, status: Int) async throws {
        try await withAPI { client, _ in
            let page = try await client.page("/calendar/spread\(query)")
            #expect(page.status == status, "\(page.text)")
            if status == 200 { #expect(page.text.contains("None of them can be spread in this way.")) }
            let nothing = try await client.post("/calendar/spread", [("at", "2026-01-02T00:00:00Z")])
            #expect(nothing.headers[.setCookie]?.contains("No%20job%20was%20chosen") == true)
        }
    }

    @Test("who may not change jobs is offered no spread, and changes nothing by sending one")
    func viewer() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("looker", [Permission(.viewer, service: "billing")])
        try await scene.run { client in
            for number in 0..<12 {
                _ = try await client.job(daily("pile-\(number)", expression: "0 5 * * *"), headers: admin)
            }
            let ids = [
                try await client.job(daily("a"), headers: admin), try await client.job(daily("b"), headers: admin),
                try await client.job(daily("c", service: "foreign"), headers: admin),
            ]
            let (reading, changing) = try await client.session("looker")
            let week = try await client.page("/calendar", headers: reading)
            #expect(week.text.contains("fire at <strong>05:00</strong>") && !week.text.contains("Spread over"))
            #expect(try await client.page("/calendar", headers: admin).text.contains("Spread over"))
            let at = "2026-01-02T00%3A00%3A00Z"
            let page = try await client.page("/calendar?minute=\(at)", headers: reading)
            #expect(page.text.contains("2 jobs fire") && !page.text.contains("Spread them"))
            #expect(!page.text.contains(ids[2]))
            let preview = try await client.page("/calendar/spread?at=\(at)", headers: reading)
            #expect(preview.text.contains("you may not change it") && !preview.text.contains("name=\"job\""))
            let csrf = changing[HTTPField.Name("X-CSRF-Token")!] ?? ""
            let sent = try await client.post(
                "/calendar/spread", [("csrf", csrf), ("at", "2026-01-02T00:00:00Z")] + ids.map { ("job", "\($0):1") },
                headers: reading)
            #expect(sent.headers[.setCookie]?.contains("bad") == true)
            for id in ids {
                #expect(try await client.send(.get, "/api/v1/jobs/\(id)", headers: admin).json["version"] == 1)
            }
        }
    }
}
