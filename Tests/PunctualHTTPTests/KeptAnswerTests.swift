import HTTPTypes
import HummingbirdTesting
import PunctualAPI
import PunctualCore
import PunctualJSON
import PunctualRedis
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualHTTP

@Suite("Answers that are kept", .timeLimit(.minutes(10)))
struct KeptAnswerTests {
    /// Every call of the API that changes what its reads show.
    enum Change: String, CaseIterable, Sendable {
        case create, createMany, replace, patch, delete, pause, resume, takeOff, putOn, trigger, backfill, retry, cancel
        case pauseQueue, resumeQueue, claim, heartbeat, heartbeats, complete, completions

        /// What the job must be like before.
        var preparation: (method: HTTPRequest.Method, path: String)? {
            switch self {
            case .resume, .putOn: (.post, "jobs/ID/pause")
            case .resumeQueue: (.post, "queues/q/pause")
            default: nil
            }
        }

        func call(_ job: BusyJob) -> (method: HTTPRequest.Method, path: String, body: String?) {
            let lease = #""id":"\#(job.running)","attempt":1,"worker":"w""#
            let held = "{\(lease)"
            let ending = BusyJob.ending(job.running, "succeeded")
            return switch self {
            case .create: (.post, "jobs", least)
            case .createMany: (.post, "jobs/bulk", #"{"items":[\#(least)]}"#)
            case .replace: (.put, "jobs/ID", BusyJob.body.replacing(#""busy""#, with: #""other""#))
            case .patch: (.patch, "jobs/ID", #"{"labels":{"a":"b"}}"#)
            case .delete: (.delete, "jobs/ID", nil)
            case .pause: (.post, "jobs/ID/pause", nil)
            case .resume: (.post, "jobs/ID/resume", nil)
            case .takeOff: (.delete, "schedule/ID", nil)
            case .putOn: (.post, "schedule/ID", nil)
            case .trigger: (.post, "jobs/ID/trigger", nil)
            case .backfill:
                (
                    .post, "jobs/ID/backfill",
                    #"{"from":"2020-01-01T00:00:00Z","to":"2020-01-03T00:00:00Z"}"#
                )
            case .retry: (.post, "executions/ID/retry", nil)
            case .cancel: (.post, "executions/ID/\(job.waiting)/cancel", nil)
            case .pauseQueue: (.post, "queues/q/pause", nil)
            case .resumeQueue: (.post, "queues/q/resume", nil)
            case .claim: (.post, "work/claim", #"{"worker":"v","queues":["q"],"wait":"0s"}"#)
            case .heartbeat: (.post, "work/heartbeat", held + #","lease":"10m"}"#)
            case .heartbeats: (.post, "work/heartbeat/bulk", #"{"items":[\#(held)}],"lease":"10m"}"#)
            case .complete: (.post, "work/complete", ending)
            case .completions: (.post, "work/complete/bulk", #"{"items":[\#(ending)]}"#)
            }
        }
    }

    /// The views that are not as the store has them, after a change.
    private static func stale(after change: Change, isTold: Bool) async throws -> [String] {
        var scene = APIScene()
        scene.services.keepAnswers(in: LongCache(isTold: isTold))
        let found = Mutex<[String]>([])
        try await scene.run { client in
            // Told, it is as good as one without a cache; untold, what is made first is read first below.
            let job = try await BusyJob(client)
            if let first = change.preparation {
                let path = "/api/v1/\(first.path.replacing("ID", with: job.id))"
                #expect(try await client.send(first.method, path).status == 200)
            }
            for view in job.views {
                let asked = try await client.read(view)
                let kept = try await client.readKept(view)
                #expect(kept.answer.body == asked.answer.body)
            }
            let call = change.call(job)
            let answer = try await client.send(
                call.method, "/api/v1/\(call.path.replacing("ID", with: job.id))", call.body)
            #expect((200...204).contains(answer.status), "\(change): \(answer.status) \(answer.json)")
            for view in job.views {
                let seen = try await client.send(.get, view)
                let real = try await client.send(.get, view, headers: uncached)
                // A refusal names its request.
                let isOther = real.status == 200 && seen.body != real.body
                if isOther || seen.status != real.status || seen.headers[.eTag] != real.headers[.eTag] {
                    found.withLock { $0.append(view) }
                }
            }
        }
        return found.withLock { $0 }
    }

    @Test("what was changed through a node is never read there as it was before", arguments: Change.allCases)
    func ownWrites(change: Change) async throws {
        #expect(try await Self.stale(after: change, isTold: true) == [])
    }

    @Test("a node that is told of nothing reads what is stale, after every call", arguments: Change.allCases)
    func twin(change: Change) async throws {
        #expect(try await !Self.stale(after: change, isTold: false).isEmpty)
    }

    @Test("a copy is the same answer, and the field tells what became of the request")
    func statuses() async throws {
        var scene = APIScene()
        scene.services.keepAnswers(in: SharedCache(nil, node: "n"))
        try await scene.run { client in
            #expect(try await client.send(.post, "/api/v1/jobs", least).status == 201)
            let list = try await client.read("/api/v1/jobs")
            let id = try #require(list.answer.json["items"]?[0]?["id"]?.string)
            for path in ["/api/v1/jobs", "/api/v1/jobs/\(id)", "/api/v1/stats"] {
                // Whatever else runs, the first one of a query of its own is none that was kept.
                let first = try await client.read(path == "/api/v1/jobs" ? "\(path)?limit=7" : path)
                // The job was written through.
                let isFirst = first.status.forward == "miss" && (first.status.isStored || first.status.isCollapsed)
                #expect(isFirst || path.hasSuffix(id), "\(path)")
                let copy = try await client.readKept(path)
                let real = try await client.read(path, headers: uncached)
                #expect(real.status.forward == "request" && !real.status.isStored)
                #expect(copy.answer.body == real.answer.body && copy.answer.json != .null)
                for field in [HTTPField.Name.eTag, .contentType, .cacheControl] {
                    #expect(copy.answer.headers[field] == real.answer.headers[field])
                }
                let ids = [copy, real].map { $0.answer.headers[HTTPField.Name("X-Request-Id")!] }
                #expect(ids[0] != ids[1])
            }
            for words in ["no-store", "max-age=0", "No-Cache", "foo, no-cache"] {
                let passed = try await client.read("/api/v1/jobs", headers: [.cacheControl: words])
                #expect(passed.status.forward == "request", "\(words)")
            }
            #expect(try await client.readKept("/api/v1/jobs", headers: [.cacheControl: "max-age=10"]).status.isHit)
            // A version is asked of the copy as of the store.
            let stale = try await client.send(.get, "/api/v1/jobs/\(id)", headers: [.ifMatch: "\"9\""])
            #expect(stale.status == 412 && stale.headers[HTTPField.Name("Cache-Status")!] == nil)
            #expect(try await client.read("/api/v1/jobs/\(id)", headers: [.ifMatch: "\"1\""]).status.isHit)
            let head = try await client.send(.head, "/api/v1/jobs/\(id)")
            #expect(head.status == 200 && ReadCacheStatus(head.headers[HTTPField.Name("Cache-Status")!]) != nil)
        }
    }

    @Test("without a cache there is no field, and nothing is asked of the store but the answer")
    func without() async throws {
        try await withAPI { client, _ in
            #expect(try await client.send(.post, "/api/v1/jobs", least).status == 201)
            let answer = try await client.send(.get, "/api/v1/jobs")
            #expect(answer.status == 200 && answer.headers[HTTPField.Name("Cache-Status")!] == nil)
        }
    }

    @Test("queries that read alike are kept apart")
    func keys() async throws {
        var scene = APIScene()
        scene.services.keepAnswers(in: LongCache())
        try await scene.run { client in
            _ = try await client.made("/api/v1/jobs", least)
            _ = try await client.made("/api/v1/jobs/bulk", #"{"items":[\#(least.replacing("\"n\"", with: "\"m\""))]}"#)
            let pairs = [
                ("q=n%26status%3Dactive", "q=n&status=active"), ("label=a%3Db%26label%3Dc", "label=a%3Db&label=c%3D"),
                ("limit=1", "limit=2"), ("name=n", "q=n"), ("sort=name", "sort=-name"),
            ]
            for (one, other) in pairs {
                for query in [one, other, one, other] {
                    let kept = try await client.read("/api/v1/jobs?\(query)")
                    let real = try await client.send(.get, "/api/v1/jobs?\(query)", headers: uncached)
                    #expect(kept.answer.body == real.body, "\(query)")
                }
            }
            // The second page is not the first.
            let page = try await client.read("/api/v1/jobs?limit=1")
            let cursor = try #require(page.answer.json["next_cursor"]?.string)
            let next = try await client.read("/api/v1/jobs?limit=1&cursor=\(cursor)")
            #expect(next.answer.json["items"] != page.answer.json["items"])
        }
        var texts: Set<String> = []
        let permissions: [[Permission]] = [
            [], [Permission(.viewer, service: nil)], [Permission(.viewer, service: "a")],
            [Permission(.viewer, service: "a"), Permission(.viewer, service: "b")],
            [Permission(.viewer, service: "a1:b")], [Permission(.viewer, service: nil, labels: ["a": "b"])],
            [Permission(.viewer, service: "a", labels: ["a": "b"])],
            [Permission(.viewer, service: "a", labels: ["a": "b", "c": "d"])],
            [
                Permission(.viewer, service: "a", labels: ["a": "b"]),
                Permission(.viewer, service: "a", labels: ["c": "d"]),
            ],
            [Permission(.viewer, service: "a", labels: ["a": "b1:c1:d"])],
        ]
        for permission in permissions { #expect(texts.insert(ServiceFilter(permission).canonical).inserted) }
        // The order of grants says nothing.
        let two = permissions[3]
        #expect(ServiceFilter(two).canonical == ServiceFilter(two.reversed()).canonical)
    }

    @Test("a copy counts until its job is due, and no longer than a moment while something is open")
    func lifetimes() async throws {
        var scene = APIScene()
        scene.services.keepAnswers(in: SharedCache(nil, node: "n"))
        try await scene.run { client in
            func left(_ path: String) async throws -> Int? {
                var status = try await client.read(path).status
                // Who shares a load is not told.
                while status.isCollapsed { status = try await client.read(path).status }
                return status.isStored || status.isHit ? status.timeToLive : nil
            }
            func job(_ name: String, _ schedule: String) async throws -> String {
                let body = #"{"name":"\#(name)","schedule":\#(schedule),"target":{"type":"worker","task":"t"}}"#
                return try #require(try await client.made("/api/v1/jobs", body)["id"]?.string)
            }
            let manual = try await job("manual", #"{"type":"manual"}"#)
            let soon = try await job("soon", #"{"type":"interval","every":"20s"}"#)
            let now = try await job("now", #"{"type":"interval","every":"1s"}"#)
            let (moment, minute, longest) = (0...0, 57...60, 290...300)
            // A list is as good as the worst of it, and what the engine sorts is good for a moment.
            for (path, wanted) in [
                ("jobs/\(manual)", longest), ("jobs/\(soon)", 5...19), ("jobs/\(now)", moment), ("jobs", moment),
                ("jobs?name=manual", minute), ("jobs?q=o&name=soon", 5...19), ("jobs?name=nothing", minute),
                ("jobs?name=manual&status=active", moment), ("jobs?name=manual&sort=next_run_at", moment),
                ("stats", 2...5), ("queues", 2...5),
            ] {
                let found = try await left("/api/v1/\(path)")
                #expect(wanted.contains(found ?? -1), "\(path)")
            }
            let made = try await client.made("/api/v1/jobs/\(manual)/trigger")
            let execution = try #require(made["id"]?.string)
            for path in ["jobs/\(manual)", "jobs?name=manual", "executions", "executions/\(manual)"] {
                #expect(try await left("/api/v1/\(path)") == 0, "\(path)")
            }
            // One that is open is asked for to see it end.
            let path = "/api/v1/executions/\(manual)/\(execution)"
            for _ in 0..<3 { #expect(try await left(path) == nil) }
            #expect(try await client.send(.post, path + "/cancel").status == 202)
            let (ended, rested) = (try await left(path), try await left("/api/v1/jobs/\(manual)"))
            #expect(minute.contains(ended ?? -1) && longest.contains(rested ?? -1))
        }
    }

    @Test("a job that changed between its two readings is kept for a moment")
    func race() async throws {
        var scene = APIScene()
        scene.services.keepAnswers(in: SharedCache(nil, node: "n"))
        let services = scene.services
        let job = Job(
            id: .random(at: scene.clock.now()), draft: JobDraft(name: "j", schedule: .manual, target: .noop),
            nextRunAt: nil, createdAt: scene.clock.now())
        var ended = job
        ended.lastStatus = .succeeded
        let grace = CachePolicy.job.grace
        for (again, wanted) in [([job], nil), ([ended], grace), (nil, grace)] as [([Job]?, Duration?)] {
            let time = try await services.timeToLive(of: [job]) { () async throws(StoreError) in again }
            #expect(time == wanted)
        }
        #expect(try await scene.store.create([job]).count == 1)
        let open = job.execution(at: scene.clock.now(), trigger: .manual, now: scene.clock.now(), nonce: 1)
        _ = try await scene.store.enqueue([open], of: job.id, overlap: .allowAll)
        let time = try await services.timeToLive(of: [job]) { () async throws(StoreError) in [job] }
        #expect(time == grace)
    }

    @Test("who hears of an event and then reads finds it")
    func events() async throws {
        let log = EventLog(epoch: Timestamp(milliseconds: 0), capacity: 4)
        let told = Mutex<[[String]]>([])
        log.onReading { groups in told.withLock { $0.append(groups.sorted()) } }
        let jobs = (0..<6).map { index in
            Job(
                id: Identifier(high: 0, low: UInt64(index)),
                draft: JobDraft(name: "j", schedule: .manual, target: .noop),
                nextRunAt: nil, createdAt: Timestamp(milliseconds: 0))
        }
        log.publish(.jobCreated, Array(jobs[0..<2]))
        #expect(told.withLock { $0 }.isEmpty, "nobody has read it")
        // Who comes in behind an event may have heard of it elsewhere.
        _ = log.read(from: 2, limit: 10)
        #expect(told.withLock { $0 } == [["job:\(jobs[0].id)", "job:\(jobs[1].id)", "jobs"]])
        _ = log.read(from: 0, limit: 10)
        #expect(told.withLock { $0 }.count == 1)
        log.publish(.jobUpdated, jobs)
        // Those that the log has lost are nobody's news.
        _ = log.read(from: 5, limit: 1)
        _ = log.read(from: 5, limit: 10)
        #expect(told.withLock { $0 }[1] == [4, 5].map { "job:\(jobs[$0 - 2].id)" } + ["jobs"])
        #expect(told.withLock { $0 }[2] == [6, 7].map { "job:\(jobs[$0 - 2].id)" } + ["jobs"])
    }

    @Test("what is kept reads as it was written, and bytes that are something else are refused")
    func bytes() throws {
        var whole = KeptAnswer(
            owner: KeptAnswer.Owner(service: "s", labels: ["a": "b", "c": "é"]), version: 7
        ) { $0.string("body") }
        whole.staleness = .milliseconds(1234)
        let bare = KeptAnswer { $0.string("") }
        for answer in [whole, bare] { #expect(KeptAnswer(answer.bytes) == answer) }
        let bytes = whole.bytes
        let head = bytes.count - whole.body.count
        for length in 0..<head { #expect(KeptAnswer(Array(bytes[..<length])) == nil) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var other = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                other[Int.random(in: 0..<head, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = KeptAnswer(other)
        }
    }

    @Test(
        "the reader of structured fields is strict",
        arguments: [
            "", "punctual;", "punctual; Hit", "punctual; hit,", "punctual hit", "punctual; hit; hit", "punctual;ttl=",
            "punctual; ttl=1x", "punctual; hit; fwd=miss", "punctual", "punctual; fwd=maybe", "other; hit",
            "punctual; hit; stored", "punctual; hit; ttl=\"1\"", "punctual; fwd=miss, punctual; hit", " punctual; hit",
            "punctual ; hit", "punctual; hit=?0", "punctual; hit; unknown",
        ])
    func refused(field: String) {
        #expect(ReadCacheStatus(field) == nil)
    }
}
