import FaultProxy
import PunctualCore
import PunctualJSON
import PunctualRedis
import PunctualSchedule
import TestPeers
import Testing

@Suite("The target publish over Redis", .timeLimit(.minutes(2)))
struct RedisPublisherTests {
    private func attempt(
        _ destination: String, _ message: JSONValue, timeout: Duration = .seconds(30)
    ) -> AttemptRequest {
        AttemptRequest(
            executionID: .random(at: Timestamp(milliseconds: 0)), jobID: Identifier(high: 1, low: 2),
            jobName: "nightly/größe", service: "billing", scheduledAt: Timestamp(milliseconds: 1_774_747_800_000),
            attempt: 2, target: .publish(broker: "redis", destination: destination, message: message),
            timeout: timeout)
    }

    @Test("adds an entry with the execution's id, what it is of, and the message")
    func added() async throws {
        try await withRedis { redis in
            let (publisher, stream) = (RedisPublisher(redis), fresh("stream"))
            let requests = [attempt(stream, ["total": 5, "name": "ü"]), attempt(stream, "plain text")]
            for request in requests { #expect(await publisher.execute(request).verdict == .succeeded) }
            _ = try await redis.makeGroup("g", of: stream, from: "0")
            let entries = try await redis.read(stream, group: "g", consumer: "c", count: 10)
            let expected = [
                ("application/json", #"{"total":5,"name":"ü"}"#), ("text/plain; charset=utf-8", "plain text"),
            ]
            #expect(entries.count == 2)
            for (entry, (request, (type, body))) in zip(entries, zip(requests, expected)) {
                let fields = entry.fields.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
                #expect(
                    fields == [
                        "id=\(request.executionID)", "job=nightly/größe", "service=billing", "attempt=2",
                        "scheduled_at=2026-03-29T01:30:00.000Z", "content_type=\(type)",
                        "traceparent=\(request.carriedTrace)", "message=\(body)",
                    ])
            }
        }
    }

    @Test("keeps a stream within its bound, if it has one")
    func bounded() async throws {
        try await withRedis { redis in
            let (publisher, stream) = (RedisPublisher(redis, mostEntries: 100), fresh("stream"))
            for _ in 0..<500 { #expect(await publisher.execute(attempt(stream, "x")).verdict == .succeeded) }
            let count = try await redis.send(RedisCommand("XLEN", .key(stream))).int ?? 0
            #expect((100..<300).contains(count), "\(count)")
        }
    }

    @Test("says of a failure whether another try is sensible, and what to do")
    func failures() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await blocking {
            try peer.cli(["SET", "word", "x"])
            try peer.cli(["ACL", "SETUSER", "mine", "on", ">word", "~mine*", "~word", "~tight", "allcommands"])
        }
        let limited = try RedisSettings("redis://mine:word@127.0.0.1:\(peer.port)")
        try await withRedis(limited) { redis in
            let publisher = RedisPublisher(redis)
            func fault(_ destination: String) async -> (error: String, isRetryable: Bool)? {
                let verdict = await publisher.execute(attempt(destination, "x")).verdict
                guard case .failed(_, let error, let isRetryable, _) = verdict else { return nil }
                return (error, isRetryable)
            }
            for (destination, sign, isPassing) in [
                ("word", "choose another name", false), ("other", "ACL SETUSER", true),
                ("", "name one of 1 to 512", false),
                (String(repeating: "k", count: 513), "name one of 1 to 512", false),
            ] {
                let found = try #require(await fault(destination), "\(destination) went well")
                #expect(found.error.contains(sign) && !found.error.contains("\n"), "\(found)")
                #expect(found.isRetryable == isPassing, "\(found)")
            }
            #expect(await fault("mine") == nil)
            _ = try await blocking { try peer.cli(["CONFIG", "SET", "maxmemory", "1"]) }
            let full = try #require(await fault("tight"))
            #expect(full.isRetryable && full.error.contains("raise maxmemory"), "\(full)")
            _ = try await blocking { peer.kill() }
            let gone = try #require(await fault("mine"))
            #expect(gone.isRetryable && !gone.error.contains("\n"), "\(gone)")
            try await until("health tells") { if case .down = publisher.health.state { true } else { false } }
            await publisher.close()
            let closed = try #require(await fault("mine"))
            #expect(!closed.isRetryable)
        }
    }

    @Test("fails with an unknown outcome when the answer is lost, and may be tried again")
    func ambiguous() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        try await withRedis("redis://127.0.0.1:\(proxy.port)") { redis in
            let publisher = RedisPublisher(redis)
            let request = attempt(fresh("stream"), "x")
            proxy.cutAnswer(toRequestWith: request.executionID.description)
            guard case .failed(_, let error, true, _) = await publisher.execute(request).verdict else {
                Issue.record("it went well")
                return
            }
            #expect(error.contains("whether the message arrived is unknown"), "\(error)")
            #expect(await publisher.execute(request).verdict == .succeeded)
        }
        try await proxy.stop()
    }

    @Test("that is cancelled ends at once")
    func cancelled() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        proxy.set(.blackHole)
        try await withRedis("redis://127.0.0.1:\(proxy.port)") { redis in
            let publisher = RedisPublisher(redis, patience: .seconds(60))
            let request = attempt("s", "x", timeout: .seconds(60))
            let began = ContinuousClock.now
            let task = Task { await publisher.execute(request) }  // Awaited two lines on.
            task.cancel()
            #expect(await task.value.verdict == .cancelled)
            #expect(ContinuousClock.now - began < .seconds(5))
            await publisher.close()
        }
        try await proxy.stop()
    }
}
