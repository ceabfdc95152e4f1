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

/// Makes a job of the service that fires at that time of the day.
private func daily(_ number: Int, service: String = "default", at time: String = "0 0", zone: String = "UTC") -> Job {
    var draft = JobDraft(
        name: "daily-\(number)",
        schedule: .cron(expression: "\(time) * * *", timezone: zone, dialect: .ocps, dst: DSTPolicy()), target: .noop)
    draft.service = service
    return Job(
        id: Identifier(at: ManualClock.start, random: (UInt64(number), UInt64(number) &* 0x9E37_79B9_7F4A_7C15)),
        draft: draft,
        nextRunAt: ManualClock.start + .seconds(86_400), createdBy: "", createdAt: ManualClock.start)
}

extension CallAnswer {
    fileprivate var fires: Int64 { json["items"]?.array?.reduce(0) { $0 + ($1["fires"]?.int ?? 0) } ?? -1 }
}

@Suite("The calendar over HTTP", .timeLimit(.minutes(2)))
struct CalendarTests {
    @Test("planned fires are told by hours and by minutes, with the minutes that stand out")
    func plan() async throws {
        let scene = APIScene()
        _ = try await scene.store.create((0..<240).map { daily($0) } + [daily(900, at: "30 9")])
        try await scene.run { client in
            let week = try await client.send(.get, "/api/v1/calendar?hours=168")
            #expect(week.status == 200 && week.json["items"]?.array?.count == 168, "\(week.json)")
            #expect(week.json["from"] == "2026-01-01T00:00:00.000Z" && week.json["zone"] == "UTC")
            // The instant that is now is over.
            #expect(week.fires == 240 * 6 + 7)
            #expect(week.json["items"]?[24]?["fires"] == 240 && week.json["items"]?[9]?["fires"] == 1)
            #expect(
                week.json["pile_ups"] == [
                    [
                        "at": "2026-01-02T00:00:00.000Z", "local": "2026-01-02T00:00:00.000+00:00", "fires": 240,
                        "days": 6,
                    ]
                ], "\(week.json["pile_ups"] ?? .null)")
            let count = week.json["count"]
            #expect(count?["complete"] == true && count?["under_way"] == false && count?["jobs"] == 241)
            #expect(count?["of"] == 241)
            let hour = try await client.send(.get, "/api/v1/calendar?from=2026-01-02T09:00:00Z&hours=1&step=1m")
            #expect(hour.json["items"]?.array?.count == 60 && hour.json["items"]?[30]?["fires"] == 1)
            #expect(hour.fires == 1)
        }
    }

    @Test(
        "hours are those of the zone's clock: on the days of a change there are fewer or more, with their names",
        arguments: [
            ("Europe/Berlin", "2026-03-28T23:00:00Z", 23, "1h"), ("Europe/Berlin", "2026-10-24T22:00:00Z", 25, "-1h"),
            ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", 25, "-30m"),
            ("Asia/Kolkata", "2026-03-28T18:30:00Z", 24, nil),
        ] as [(String, String, Int, String?)])
    func clockChanges(zone: String, from: String, hours: Int, shift: String?) async throws {
        let scene = APIScene()
        scene.clock.set(try #require(Timestamp(rfc3339: from)))
        try await scene.run { client in
            let zoneName = zone.replacingOccurrences(of: "/", with: "%2F")
            let day = try await client.send(.get, "/api/v1/calendar?from=\(from)&hours=25&zone=\(zoneName)")
            let items = day.json["items"]?.array ?? []
            let date = (items.first?["local"]?.string ?? "").prefix(10)
            #expect(date.hasSuffix("29") || date.hasSuffix("25") || date.hasSuffix("05"), "\(date)")
            #expect(items.count { ($0["local"]?.string ?? "").hasPrefix(date) } == hours, "\(items)")
            #expect(day.json["clock_changes"]?[0]?["shift"]?.string == shift, "\(day.json["clock_changes"] ?? .null)")
            // Without gaps, whatever the clock does.
            #expect(items.first?["at"]?.string.flatMap { Timestamp(rfc3339: $0) } == Timestamp(rfc3339: from))
        }
    }

    @Test("the jobs of a minute are listed in pages, as they are now")
    func jobs() async throws {
        let scene = APIScene()
        let jobs = (0..<130).map { daily($0) }
        _ = try await scene.store.create(jobs + [daily(900, at: "1 0")])
        try await scene.run { client in
            var ids: [String] = []
            var cursor = ""
            repeat {
                let page = try await client.send(
                    .get, "/api/v1/calendar/jobs?at=2026-01-02T00:00:30Z&limit=50\(cursor)")
                #expect(page.status == 200 && page.json["jobs"] == 130 && page.json["named"] == 130, "\(page.json)")
                #expect(page.json["at"] == "2026-01-02T00:00:00.000Z")
                ids += page.json["items"]?.array?.compactMap { $0["id"]?.string } ?? []
                cursor = page.json["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(ids.count == 130 && Set(ids) == Set(jobs.map { "\($0.id)" }))
            #expect(try await client.send(.post, "/api/v1/jobs/\(jobs[0].id)/pause").status == 200)
            let rest = try await client.send(.get, "/api/v1/calendar/jobs?at=2026-01-02T00:00:00Z&limit=200")
            #expect(rest.json["items"]?.array?.count == 129)
        }
    }

    @Test(
        "what cannot be shown is refused by its parameter",
        arguments: [
            ("?hours=0", "hours"), ("?hours=193", "hours"), ("?step=1m", "hours"), ("?step=1s", "step"),
            ("?zone=Mars/Base", "zone"),
            ("?zone=../../etc/passwd", "zone"), ("?from=yesterday", "from"), ("?from=2020-01-01T00:00:00Z", "from"),
            ("?from=2030-01-01T00:00:00Z", "from"), ("?service=%00", "service"), ("?service=a%20b", "service"),
            ("?x=1", "x"),
            ("/jobs", "at"), ("/jobs?at=x", "at"), ("/jobs?at=2026-01-02T00:00:00Z&cursor=AAAA", "cursor"),
        ])
    func refused(query: String, parameter: String) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.get, "/api/v1/calendar\(query)")
            #expect(answer.status == 422, "\(answer.json)")
            #expect(answer.json["errors"]?.array?.first?["parameter"]?.string == parameter, "\(answer.json)")
        }
    }

    @Test("each sees the fires of what he may see, whoever asked before")
    func isolation() async throws {
        let scene = try await AccessScene()
        let store = scene.scene.store
        var labelled = daily(30, service: "b")
        labelled.draft.labels = ["t": "y"]
        _ = try await store.create(
            (0..<12).map { daily($0, service: "a") } + (12..<30).map { daily($0, service: "b") } + [labelled])
        _ = try await scene.user("of-a", [Permission(.viewer, service: "a")])
        _ = try await scene.user("of-label", [Permission(.viewer, service: nil, labels: ["t": "y"])])
        _ = try await scene.user("of-nothing")
        let admin = try await scene.admin()
        try await scene.run { client in
            let path = "/api/v1/calendar?from=2026-01-02T00:00:00Z&hours=1"
            let minute = "/api/v1/calendar/jobs?at=2026-01-02T00:00:00Z&limit=200"
            for _ in 1...2 {
                #expect(try await client.send(.get, path, headers: admin).fires == 31)
                for (name, fires, services) in [("of-a", 12, ["a"]), ("of-label", 1, ["b"])]
                    as [(String, Int64, Set<String>)]
                {
                    let reading = try await client.session(name).reading
                    let mine = try await client.send(.get, path, headers: reading)
                    #expect(mine.fires == fires && mine.json["count"]?["jobs"]?.int == fires, "\(name) \(mine.json)")
                    let listed = try await client.send(.get, minute, headers: reading).json
                    #expect(listed["jobs"]?.int == fires)
                    #expect(Set(listed["items"]?.array?.compactMap { $0["service"]?.string } ?? []) == services)
                    // Not by naming it either.
                    #expect(
                        try await client.send(.get, "\(path)&service=b", headers: reading).fires
                            == (name == "of-a" ? 0 : 1))
                }
            }
            #expect(try await client.send(.get, "\(path)&service=b", headers: admin).fires == 19)
            let nobody = try await client.session("of-nothing").reading
            #expect(try await client.send(.get, path, headers: nobody).status == 403)
        }
    }

    @Test("many who ask share one count, which a change of a job ends")
    func shared() async throws {
        let gate = ListGate()
        let scene = APIScene(gate: gate)
        _ = try await scene.store.create((0..<1200).map { daily($0) })
        try await scene.run { client in
            let path = "/api/v1/calendar?from=2026-01-02T00:00:00Z&hours=1"
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 { group.addTask { try await client.send(.get, path).fires } }
                for try await fires in group { #expect(fires == 1200) }
            }
            // Three slices, once.
            #expect(gate.lists == 3)
            let id = daily(7).id
            #expect(
                try await client.send(
                    .patch, "/api/v1/jobs/\(id)", #"{"jitter":"15m"}"#, type: "application/merge-patch+json"
                ).status == 200)
            try await until {
                try await client.send(.get, "/api/v1/calendar/jobs?at=2026-01-02T00:00:00Z").json["jobs"] == 1199
            }
        }
    }

    @Test("who asks while it is counted is told how far that is, and is not kept waiting")
    func partial() async throws {
        let gate = ListGate()
        let scene = APIScene(gate: gate)
        _ = try await scene.store.create((0..<1200).map { daily($0) })
        gate.stop(after: 1)
        try await scene.run { client in
            let path = "/api/v1/calendar?from=2026-01-02T00:00:00Z&hours=1"
            let first = try await client.send(.get, path)
            #expect(first.fires == 500, "\(first.json)")
            #expect(
                first.json["count"]?["complete"] == false && first.json["count"]?["under_way"] == true
                    && first.json["count"]?["jobs"] == 500 && first.json["count"]?["of"] == 1200)
            let page = try await client.page("/calendar")
            #expect(page.text.contains("500 of 1,200 active jobs are in these figures so far"))
            #expect(page.text.contains("data-renew=\"1\""))
            gate.goOn()
            try await until { try await client.send(.get, path).json["count"]?["complete"] == true }
            #expect(try await client.send(.get, path).fires == 1200)
            #expect(try await !client.page("/calendar").text.contains("data-renew"))
        }
    }

    @Test("a store that fails is told of, and asked again")
    func failing() async throws {
        let gate = ListGate()
        let scene = APIScene(gate: gate)
        _ = try await scene.store.create([daily(1)])
        gate.fail(true)
        try await scene.run { client in
            let failed = try await client.send(.get, "/api/v1/calendar")
            #expect(failed.status == 503)
            gate.fail(false)
            let good = try await client.send(.get, "/api/v1/calendar")
            #expect(good.status == 200)
        }
    }
}
