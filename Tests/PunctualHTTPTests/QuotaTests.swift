import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Quotas", .timeLimit(.minutes(10)))
struct QuotaTests {
    private func scene(_ change: (inout Quotas) -> Void) -> APIScene {
        var scene = APIScene()
        change(&scene.services.quotas)
        return scene
    }

    private static func body(
        _ name: String, service: String = "tight", schedule: String = #"{"type":"manual"}"#, more: String = ""
    ) -> String {
        #"{"name":"\#(name)","service":"\#(service)","schedule":\#(schedule),"target":{"type":"noop"}\#(more)}"#
    }

    private static func isExceeded(_ answer: CallAnswer, naming words: [String]) -> Bool {
        answer.status == 429 && answer.json["type"] == "/docs/problems#quota_exceeded"
            && answer.headers[.retryAfter] == "60"
            && words.allSatisfy { answer.json["detail"]?.string?.contains($0) == true }
    }

    @Test("a service's jobs stop at its quota, however they come, and deleting one makes room")
    func jobs() async throws {
        let scene = scene { $0.jobs = Quota(3, services: ["free": nil, "none": 0]) }
        try await scene.run { client in
            let first = try await client.send(.post, "/api/v1/jobs", Self.body("a"))
            #expect(first.status == 201)
            let items = ["b", "c", "d", "e"].map { Self.body($0) } + [Self.body("f", service: "free")]
            let bulk = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(items.joined(separator: ","))]}"#)
            #expect(bulk.json["items"]?.array?.map { $0["status"]?.int } == [201, 201, 429, 429, 201])
            #expect(bulk.json["items"]?[2]?["problem"]?["type"] == "/docs/problems#quota_exceeded")
            let key: HTTPFields = [HTTPField.Name("Idempotency-Key")!: "k1"]
            let refused = try await client.send(.post, "/api/v1/jobs", Self.body("g"), headers: key)
            #expect(Self.isExceeded(refused, naming: ["tight", "3", "quotas.jobs_per_service"]), "\(refused.json)")
            #expect(
                Self.isExceeded(
                    try await client.send(.post, "/api/v1/jobs", Self.body("g", service: "none")), naming: ["none"]))
            // A job cannot move in either.
            let free = try #require(bulk.json["items"]?[4]?["job"]?["id"]?.string)
            let move = try await client.send(.patch, "/api/v1/jobs/\(free)", #"{"service":"tight"}"#)
            #expect(Self.isExceeded(move, naming: ["tight"]))
            let put = try await client.send(.put, "/api/v1/jobs/\(free)", Self.body("f"))
            #expect(Self.isExceeded(put, naming: ["tight"]))
            // One that is there may be changed.
            let id = try #require(first.json["id"]?.string)
            let change = try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"description":"x"}"#)
            #expect(change.status == 200)
            #expect(try await client.send(.delete, "/api/v1/jobs/\(id)").status == 204)
            // The refusal was not kept under the key: the same request goes well now, and once.
            for _ in 0..<2 {
                #expect(try await client.send(.post, "/api/v1/jobs", Self.body("g"), headers: key).status == 201)
            }
        }
    }

    /// A schedule, and the field that is at fault where instants must be ten minutes apart.
    private static let schedules: [(schedule: String, field: String?)] = [
        (#"{"type":"interval","every":"10m"}"#, nil),
        (#"{"type":"interval","every":"9m59s"}"#, "every"),
        (#"{"type":"fixed_delay","every":"1m"}"#, "every"),
        (#"{"type":"fixed_delay","every":"1h"}"#, nil),
        (#"{"type":"cron","expression":"*/10 * * * *"}"#, nil),
        (#"{"type":"cron","expression":"*/7 * * * *"}"#, "expression"),
        (#"{"type":"cron","expression":"0,59 12 1 1 *"}"#, nil),
        (#"{"type":"cron","expression":"0,59 12,13 1 1 *"}"#, "expression"),
        (#"{"type":"cron","expression":"0,55 0,23 * * *"}"#, "expression"),
        (#"{"type":"cron","expression":"* * 29 2 *"}"#, "expression"),
        (#"{"type":"cron","expression":"0 0 * * * *"}"#, nil),
        (#"{"type":"cron","expression":"@yearly"}"#, nil),
        // Twice an hour when the clocks go back, and never closer than half an hour.
        (#"{"type":"cron","expression":"*/30 * * * *","timezone":"Australia/Lord_Howe"}"#, nil),
        (#"{"type":"rrule","rule":"FREQ=MINUTELY;INTERVAL=10","start":"2026-01-01T00:00:00"}"#, nil),
        (#"{"type":"rrule","rule":"FREQ=HOURLY;BYMINUTE=0,5","start":"2026-01-01T00:00:00"}"#, "rule"),
        (#"{"type":"rrule","rule":"FREQ=MINUTELY;COUNT=2","start":"2030-01-01T00:00:00"}"#, "rule"),
        (#"{"type":"once","at":"2030-01-01T00:00:00Z"}"#, nil),
        (#"{"type":"manual"}"#, nil),
    ]

    @Test("instants that come too close together are refused by their field", arguments: schedules.indices)
    func smallestInterval(_ index: Int) async throws {
        let (schedule, field) = Self.schedules[index]
        let scene = scene { $0.smallestInterval = Quota(.seconds(600), services: ["free": nil, "dense": .seconds(1)]) }
        try await scene.run { client in
            let wanted = field.map { "/schedule/\($0)" }
            for service in ["tight", "free"] {
                let body = Self.body("a", service: service, schedule: schedule)
                let answer = try await client.send(.post, "/api/v1/jobs", body)
                let pointer = answer.json["errors"]?[0]?["pointer"]?.string
                #expect(pointer == (service == "free" ? nil : wanted), "\(schedule): \(answer.json)")
                #expect(answer.status == (service == "tight" && field != nil ? 422 : 201))
            }
            let bulk = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(Self.body("b", schedule: schedule))]}"#)
            #expect(bulk.json["items"]?[0]?["problem"]?["errors"]?[0]?["pointer"]?.string == wanted)
            // An owner cannot come there by a change.
            let made = try await client.send(.post, "/api/v1/jobs", Self.body("c"))
            let path = "/api/v1/jobs/\(try #require(made.json["id"]?.string))"
            let patch = try await client.send(.patch, path, #"{"schedule":\#(schedule)}"#)
            #expect(patch.json["errors"]?[0]?["pointer"]?.string == wanted, "\(patch.json)")
            let put = try await client.send(.put, path, Self.body("c", schedule: schedule))
            #expect(put.json["errors"]?[0]?["pointer"]?.string == wanted, "\(put.json)")
        }
    }

    @Test("a job that was there before the quota stays, and may be changed in everything else")
    func existing() async throws {
        let scene = scene { $0.smallestInterval = Quota(.seconds(60), services: ["free": nil]) }
        let dense = Job(
            id: .random(at: scene.clock.now()),
            draft: JobDraft(name: "old", schedule: .interval(every: .seconds(1), anchor: nil), target: .noop),
            nextRunAt: scene.clock.now() + .seconds(1), createdAt: scene.clock.now())
        _ = try await scene.store.create([dense])
        try await scene.run { client in
            let path = "/api/v1/jobs/\(dense.id)"
            for (body, status) in [
                (#"{"description":"x"}"#, 200), (#"{"schedule":{"type":"interval","every":"2s"}}"#, 422),
                (#"{"service":"free"}"#, 200), (#"{"service":"default"}"#, 422),
            ] {
                for change in ["pause", "resume"] {
                    let answer = try await client.send(.post, "\(path)/\(change)")
                    #expect(answer.status == 200)
                }
                let answer = try await client.send(.patch, path, body)
                #expect(answer.status == status, "\(body): \(answer.json)")
            }
        }
    }

    @Test("what is made by hand stops at the service's share of the queue; others and other queues go on")
    func queueShare() async throws {
        let scene = scene {
            $0.queueRoom = 100
            $0.queueShare = Quota(5, services: ["free": nil])
        }
        try await scene.run { client in
            func job(_ name: String, _ service: String, queue: String) async throws -> String {
                let body = Self.body(
                    name, service: service, schedule: #"{"type":"interval","every":"1m"}"#,
                    more: #","queue":"\#(queue)","overlap_policy":"allow_all""#)
                let answer = try await client.send(.post, "/api/v1/jobs", body)
                return "/api/v1/jobs/\(try #require(answer.json["id"]?.string))"
            }
            let (tight, other) = (try await job("a", "tight", queue: "q"), try await job("b", "tight", queue: "r"))
            let free = try await job("c", "free", queue: "q")
            for _ in 0..<8 { #expect(try await client.send(.post, "\(free)/trigger").status == 202) }
            for _ in 0..<4 { #expect(try await client.send(.post, "\(tight)/trigger").status == 202) }
            // A range of instants comes as a whole, or not at all.
            scene.clock.advance(by: .seconds(30))
            let range = #"{"from":"2025-01-01T00:00:00Z","to":"2025-01-01T00:02:00Z"}"#
            let created = #"{"type":"interval","every":"1m","anchor":"2025-01-01T00:00:00Z"}"#
            #expect(try await client.send(.patch, tight, #"{"schedule":\#(created)}"#).status == 200)
            let refused = try await client.send(.post, "\(tight)/backfill", range)
            #expect(
                Self.isExceeded(refused, naming: ["tight", "queue q", "5", "quotas.queue_share"]), "\(refused.json)")
            #expect(try await client.send(.post, "\(tight)/trigger").status == 202)
            #expect(Self.isExceeded(try await client.send(.post, "\(tight)/trigger"), naming: ["tight"]))
            #expect(try await client.send(.post, "\(other)/trigger").status == 202)
            #expect(try await client.send(.post, "\(free)/trigger").status == 202)
        }
        // What is due is recorded all the same.
        scene.clock.advance(by: .seconds(60))
        let job = try #require(try await scene.store.job(named: "a", service: "tight"))
        let plan = try #require(job.plan(at: scene.clock.now(), schedule: try scene.compiled(job)))
        guard case .applied(let added) = try await scene.store.apply([plan]).first else {
            Issue.record("the tick lost a race that nobody else ran")
            return
        }
        #expect(!added.isEmpty && added.allSatisfy { $0.status == .pending })
    }
}

extension APIScene {
    fileprivate func compiled(_ job: Job) throws -> Schedule {
        try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: services.zones)
    }
}
