import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

private let workerJob = """
    {"name":"render","queue":"gpu","timeout":"10m","schedule":{"type":"manual"},
     "target":{"type":"worker","task":"frame","payload":{"n":1}},
     "retry_policy":{"maximum_attempts":2,"initial_interval":"1s","jitter":0}}
    """
private let claimBody = #"{"worker":"w1","queues":["gpu"],"wait":"0s"}"#

extension TestClientProtocol {
    /// Makes the job and triggers it once.
    fileprivate func triggered(_ body: String = workerJob) async throws -> (job: String, execution: String) {
        let job = try #require(try await send(.post, "/api/v1/jobs", body).json["id"]?.string)
        let id = try await send(.post, "/api/v1/jobs/\(job)/trigger").json["id"]?.string
        return (job, try #require(id))
    }

    fileprivate func claim(_ body: String = claimBody) async throws -> [JSONValue] {
        let answer = try await send(.post, "/api/v1/work/claim", body)
        #expect(answer.status == 200, "\(answer.json)")
        return answer.json["items"]?.array ?? []
    }

    fileprivate func tell(
        _ verb: String, _ id: String, attempt: Int = 1, worker: String = "w1", more: String = ""
    ) async throws -> CallAnswer {
        try await send(
            .post, "/api/v1/work/\(verb)", #"{"id":"\#(id)","attempt":\#(attempt),"worker":"\#(worker)"\#(more)}"#)
    }
}

@Suite("Outside workers", .timeLimit(.minutes(10)))
struct WorkTests {
    @Test("an execution is claimed with its task and payload, prolonged and completed")
    func life() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (job, id) = try await client.triggered()
            let items = try await client.claim()
            #expect(items.count == 1)
            #expect(items.first?["id"]?.string == id)
            #expect(items.first?["task"] == "frame")
            #expect(items.first?["payload"] == ["n": 1])
            #expect(items.first?["status"] == "running")
            #expect(try await client.claim().isEmpty)
            scene.clock.advance(by: .seconds(50))
            let beat = try await client.tell("heartbeat", id, more: #","lease":"2m""#)
            #expect(beat.json["lease_expires_at"] == "2026-01-01T00:02:50.000Z")
            #expect(beat.json["cancel_requested"] == false)
            let done = try await client.tell("complete", id, more: #","status":"succeeded","output":"42 frames""#)
            #expect(done.status == 200)
            #expect(done.json["status"] == "succeeded")
            #expect(done.json["result"]?["output"] == "42 frames")
            #expect(done.json["duration_ms"] == 50_000)
            #expect(try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json == done.json)
        }
    }

    @Test("a worker for a service and for high priorities is given nothing else")
    func dedicated() async throws {
        let scene = APIScene()
        try await scene.run { client in
            for (name, service, priority) in [("a", "search", 9), ("b", "billing", 4), ("c", "billing", 5)] {
                _ = try await client.triggered(
                    """
                    {"name":"\(name)","service":"\(service)","queue":"gpu","priority":\(priority),
                     "schedule":{"type":"manual"},"target":{"type":"worker","task":"frame"}}
                    """)
            }
            let wish = #"{"worker":"w1","queues":["gpu"],"wait":"0s","max":9,"#
            let taken = try await client.claim(wish + #""services":["billing","mail"],"least_priority":5}"#)
            #expect(taken.map { $0["job_name"] } == ["c"])
            #expect(try await client.claim(wish + #""services":["mail"]}"#).isEmpty)
            #expect(try await client.claim(wish + #""least_priority":9}"#).map { $0["job_name"] } == ["a"])
            for bad in [#""least_priority":10"#, #""services":[]"#, #""services":"billing""#] {
                #expect(try await client.send(.post, "/api/v1/work/claim", wish + bad + "}").status == 422)
            }
        }
    }

    @Test("a failure is tried again by the job's policy, then stays failed")
    func retries() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (_, id) = try await client.triggered()
            _ = try await client.claim()
            let first = try await client.tell("complete", id, more: #","status":"failed","error":"no GPU""#)
            #expect(first.json["status"] == "pending")
            #expect(first.json["attempts"]?[0]?["error"] == "no GPU")
            #expect(try await client.claim().isEmpty)
            scene.clock.advance(by: .seconds(2))
            #expect(try await client.claim().first?["attempt"] == 2)
            let last = try await client.tell("complete", id, attempt: 2, more: #","status":"failed","error":"again""#)
            #expect(last.json["status"] == "failed")
            #expect(last.json["error"] == "again")
        }
    }

    @Test("whoever has lost the lease changes nothing")
    func stale() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (job, id) = try await client.triggered()
            _ = try await client.claim()
            for (attempt, worker) in [(2, "w1"), (1, "w2")] {
                for verb in ["heartbeat", "complete"] {
                    let more = verb == "complete" ? #","status":"failed""# : ""
                    let answer = try await client.tell(verb, id, attempt: attempt, worker: worker, more: more)
                    #expect(answer.status == 409)
                    #expect(answer.json["type"] == "/docs/problems#lease_lost")
                }
            }
            scene.clock.advance(by: .seconds(61))
            _ = try await scene.store.reclaimExpired(limit: 10, random: 0)
            scene.clock.advance(by: .seconds(10))
            #expect(try await client.claim(claimBody.replacing("w1", with: "w2")).first?["attempt"] == 2)
            #expect(try await client.tell("complete", id, more: #","status":"succeeded""#).status == 409)
            let now = try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json
            #expect(now["status"] == "running")
            #expect(now["worker"] == "w2")
            #expect(try await client.tell("heartbeat", "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11").status == 404)
        }
    }

    @Test("past the time limit the heartbeat ends the attempt")
    func timeout() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (job, id) = try await client.triggered()
            _ = try await client.claim()
            scene.clock.advance(by: .seconds(601))
            let answer = try await client.tell("heartbeat", id)
            #expect(answer.status == 409)
            #expect(answer.json["detail"]?.string?.contains("longer than 10m") == true)
            let execution = try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json
            #expect(execution["status"] == "pending")
            #expect(execution["attempts"]?[0]?["reason"] == "timeout")
        }
    }

    @Test("a lease lasts no longer than the job gives an attempt, and its end is no success")
    func bounded() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (job, id) = try await client.triggered(workerJob.replacing("10m", with: "8s"))
            let claimed = try await client.claim(#"{"worker":"w1","queues":["gpu"],"wait":"0s","lease":"1h"}"#)
            #expect(claimed.first?["lease_expires_at"] == "2026-01-01T00:00:08.000Z")
            scene.clock.advance(by: .seconds(3))
            let beat = try await client.tell("heartbeat", id, more: #","lease":"1h""#)
            #expect(beat.json["lease_expires_at"] == "2026-01-01T00:00:08.000Z")
            scene.clock.advance(by: .milliseconds(5001))
            let late = try await client.tell("complete", id, more: #","status":"succeeded""#)
            #expect(late.status == 409)
            #expect(late.json["detail"]?.string?.contains("longer than 8s") == true)
            let execution = try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json
            #expect(execution["status"] == "pending")
            #expect(execution["attempts"]?[0]?["reason"] == "timeout")
        }
    }

    @Test("an attempt that is not heard of until its time is up has timed out")
    func unheard() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let (job, id) = try await client.triggered(workerJob.replacing("10m", with: "8s"))
            _ = try await client.claim(#"{"worker":"w1","queues":["gpu"],"wait":"0s","lease":"1h"}"#)
            scene.clock.advance(by: .seconds(8))
            #expect(try await scene.store.reclaimExpired(limit: 10, random: 0.5).count == 1)
            let execution = try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json
            #expect(execution["attempts"]?[0]?["reason"] == "timeout")
        }
    }

    @Test("a heartbeat tells of a cancellation, and the failure that follows is one")
    func cancel() async throws {
        try await withAPI { client, _ in
            let (job, id) = try await client.triggered()
            _ = try await client.claim()
            #expect(try await client.send(.post, "/api/v1/executions/\(job)/\(id)/cancel").status == 202)
            #expect(try await client.tell("heartbeat", id).json["cancel_requested"] == true)
            let ended = try await client.tell(
                "complete", id, more: #","status":"failed","error":"cancelled after 3 steps","output":"so far""#)
            #expect(ended.json["status"] == "cancelled" && ended.json["reason"] == "cancelled")
            #expect(ended.json["error"] == "cancelled after 3 steps" && ended.json["result"]?["output"] == "so far")
            let read = try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json
            #expect(read["error"] == "cancelled after 3 steps" && read["attempts"]?[0]?["error"] == read["error"])
        }
    }

    @Test("only the named queues and tasks are given, and only worker targets")
    func filters() async throws {
        try await withAPI { client, _ in
            _ = try await client.triggered()
            let other = workerJob.replacing("render", with: "plain").replacing(
                #""target":{"type":"worker","task":"frame","payload":{"n":1}}"#, with: #""target":{"type":"noop"}"#)
            _ = try await client.triggered(other)
            #expect(try await client.claim(#"{"worker":"w","queues":["cpu"],"wait":"0s"}"#).isEmpty)
            #expect(
                try await client.claim(#"{"worker":"w","queues":["gpu"],"tasks":["cut"],"wait":"0s"}"#).isEmpty)
            let both = try await client.claim(
                #"{"worker":"w","queues":["cpu","gpu"],"tasks":["cut","frame"],"max":10,"wait":"0s"}"#)
            #expect(both.map { $0["job_name"] } == ["render"])
        }
    }

    @Test("of many in a call each has its own outcome, as it alone would have had")
    func many() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let job = workerJob.replacing(#""queue""#, with: #""overlap_policy":"allow_all","queue""#)
            let made = try #require(try await client.send(.post, "/api/v1/jobs", job).json["id"]?.string)
            for _ in 0..<4 { _ = try await client.send(.post, "/api/v1/jobs/\(made)/trigger") }
            let claimed = try await client.claim(#"{"worker":"w1","queues":["gpu"],"max":10,"wait":"0s"}"#)
            let ids = claimed.compactMap { $0["id"]?.string }
            #expect(ids.count == 4)
            func one(_ id: String, _ more: String = "", attempt: Int = 1) -> String {
                #"{"id":"\#(id)","attempt":\#(attempt),"worker":"w1"\#(more)}"#
            }
            func tell(_ verb: String, _ items: [String], _ more: String = "") async throws -> [JSONValue] {
                let body = #"{"items":[\#(items.joined(separator: ","))]\#(more)}"#
                let answer = try await client.send(.post, "/api/v1/work/\(verb)/bulk", body)
                #expect(answer.status == 200, "\(answer.json)")
                return answer.json["items"]?.array ?? []
            }
            let unknown = "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11"
            _ = try await client.send(.post, "/api/v1/executions/\(made)/\(ids[1])/cancel")
            let beats = try await tell(
                "heartbeat", [one(ids[0]), one(ids[1]), one(ids[2], attempt: 2), one(unknown), "{}", "7"],
                #","lease":"2m""#)
            #expect(beats.map { $0["status"]?.int } == [200, 200, 409, 404, 422, 422])
            #expect(beats[0]["lease_expires_at"] == "2026-01-01T00:02:00.000Z" && beats[0]["problem"] == .null)
            #expect(beats.map { $0["cancel_requested"]?.bool } == [false, true, nil, nil, nil, nil])
            #expect(beats[4]["problem"]?["errors"]?.array?.count == 3)
            let good = #","status":"succeeded","output":"x""#
            let ends = try await tell(
                "complete",
                [
                    one(ids[0], good), one(ids[0], good), one(ids[1], #","status":"failed""#), one(unknown, good),
                    one(ids[2], #","status":"odd""#), one(ids[3], #","status":"released""#),
                ])
            #expect(ends.prefix(2).compactMap { $0["status"]?.int }.sorted() == [200, 409], "one of two alike counts")
            #expect(ends.dropFirst(2).map { $0["status"]?.int } == [200, 404, 422, 200])
            #expect(ends[2]["execution"]?["status"] == "cancelled" && ends[3]["execution"] == .null)
            #expect(ends[5]["execution"]?["status"] == "pending", "given back")
            let again = try await client.claim(claimBody)
            #expect(again.first?["id"]?.string == ids[3] && again.first?["attempt"] == 2)
            let last = try await client.tell("complete", ids[3], attempt: 2, more: #","status":"failed""#)
            #expect(last.json["status"] == "pending", "of two attempts one was not spent")
        }
    }

    /// Sends a claim on a connection of its own, and hands it on.
    private func connection(claiming body: String, port: Int?, sending part: Int = .max) async throws -> any Channel {
        let head = "POST /api/v1/work/claim HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: try #require(port)).get()
        let text = "\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(part))"
        try await channel.writeAndFlush(ByteBuffer(string: text))
        return channel
    }

    @Test("a claim waits for work that comes later")
    func longPoll() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            _ = try await connection(claiming: claimBody.replacing("0s", with: "60s"), port: client.port)
            try await until { scene.services.bounds.claims.taken == 1 }
            let (job, id) = try await client.triggered()
            try await until {
                try await client.send(.get, "/api/v1/executions/\(job)/\(id)").json["status"] == "running"
            }
        }
    }

    @Test("who need not wait keeps his connection")
    func keptConnection() async throws {
        try await APIScene().run(.live) { client in
            _ = try await client.triggered()
            try await Wire.open(try #require(client.port)) { wire in
                for (queue, answer) in [
                    ("gpu", "\"job_name\":\"render\""), ("none", "\"items\":[]"), ("none", "\"items\":[]"),
                ] {
                    let body = #"{"worker":"w","queues":["\#(queue)"],"wait":"0s"}"#
                    await wire.send(
                        "POST /api/v1/work/claim HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    #expect(await wire.read(until: answer))
                    _ = wire.take()
                }
            }
        }
    }

    @Test("a caller that left while it waited, or in the middle of its body, leaves the work to others")
    func gone() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            let job = try #require(try await client.send(.post, "/api/v1/jobs", workerJob).json["id"]?.string)
            let body = claimBody.replacing("0s", with: "60s")
            for part in [Int.max, Int.max, 10, 0] {
                let channel = try await connection(claiming: body, port: client.port, sending: part)
                let isWhole = part >= body.utf8.count
                if isWhole { try await until { scene.services.bounds.claims.taken == 1 } }
                try await channel.close()
                if isWhole { try await until { scene.services.bounds.claims.taken == 0 } }
            }
            _ = try await client.send(.post, "/api/v1/jobs/\(job)/trigger")
            let items = try await client.claim(claimBody.replacing("w1", with: "w2").replacing("0s", with: "10s"))
            #expect(items.first?["worker"] == "w2")
        }
    }

    @Test("a node that drains lets its waiting claims go at once")
    func draining() async throws {
        var scene = APIScene()
        scene.services.isAccepting = { false }
        try await scene.run { client in
            let claimed = try await client.claim(claimBody.replacing("0s", with: "60s"))
            #expect(claimed.isEmpty)
        }
    }

    @Test(
        "bad bodies are refused with every fault",
        arguments: [
            ("claim", "{}", ["/queues", "/worker"]),
            ("claim", #"{"worker":"","queues":[]}"#, ["/queues", "/worker"]),
            ("claim", #"{"worker":"w","queues":["a b",""],"max":0}"#, ["/max", "/queues/0", "/queues/1"]),
            (
                "claim", #"{"worker":"w","queues":["q"],"max":101,"wait":"61s","lease":"4s"}"#,
                ["/lease", "/max", "/wait"]
            ),
            ("claim", #"{"worker":"w","queues":"q","colour":1}"#, ["/colour", "/queues"]),
            ("claim", #"{"worker":"w\u0000","queues":["q"],"tasks":[]}"#, ["/tasks", "/worker"]),
            ("heartbeat", #"{"id":"x","attempt":0,"worker":null}"#, ["/attempt", "/id", "/worker"]),
            ("heartbeat", #"{"id":1,"attempt":"1","worker":"w","lease":"2h"}"#, ["/attempt", "/id", "/lease"]),
            (
                "complete", #"{"id":"0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11","attempt":1,"worker":"w","status":"odd"}"#,
                ["/status"]
            ),
            ("complete", "{}", ["/attempt", "/id", "/status", "/worker"]),
            ("complete/bulk", "{}", ["/items"]),
            ("complete/bulk", #"{"items":[],"lease":"60s"}"#, ["/items", "/lease"]),
            ("complete/bulk", #"{"items":{}}"#, ["/items"]),
            ("heartbeat/bulk", #"{"items":"x","lease":"1s"}"#, ["/items", "/lease"]),
            (
                "heartbeat/bulk", "{\"items\":[\(Array(repeating: "{}", count: 101).joined(separator: ","))]}",
                ["/items"]
            ),
        ])
    func bad(verb: String, body: String, pointers: [String]) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.post, "/api/v1/work/\(verb)", body)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.array?.compactMap { $0["pointer"]?.string }.sorted() == pointers)
        }
    }
}
