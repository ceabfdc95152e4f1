import HTTPTypes
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualJSON
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualHTTP

@Suite("Answers that many share", .timeLimit(.minutes(10)))
struct HealthTests {
    private struct Broken: Error {}

    /// Counts its questions, and answers each with its number.
    private final class Source: Sendable {
        let asked = Mutex(0)
        let isBroken = Mutex(false)
        func ask() async throws -> Int {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            try await Task.sleep(for: .milliseconds(50))
            if isBroken.withLock({ $0 }) { throw Broken() }
            return number
        }
    }

    @Test("come from one question, and are good for as long as was said; a failure is nobody's later on")
    func shared() async throws {
        let source = Source()
        let answer = SharedAnswer(age: .seconds(600)) { try await source.ask() }
        source.isBroken.withLock { $0 = true }
        await #expect(throws: Broken.self) { try await answer.value() }
        source.isBroken.withLock { $0 = false }
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await answer.value() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values == Array(repeating: 2, count: 100))
        #expect(try await answer.value() == 2 && source.asked.withLock { $0 } == 2)
    }

    @Test("of no age are asked for anew, though not at once")
    func fresh() async throws {
        let source = Source()
        let answer = SharedAnswer(age: .zero) { try await source.ask() }
        #expect(try await answer.value() == 1)
        #expect(try await answer.value() == 2)
        async let one = answer.value()
        async let other = answer.value()
        _ = try await (one, other)
        #expect(source.asked.withLock { $0 } <= 4)
    }
}

@Suite("Health", .timeLimit(.minutes(10)))
struct HealthAnswerTests {
    /// Ends when the test does, and hears of no cancellation.
    private static func hang() async {
        // Never resumed on purpose: it plays a peer that does not answer, to which its caller listens for ever.
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }

    @Test("tells each dependency's state, latency and last error, and how the process is")
    func parts() async throws {
        var scene = APIScene()
        scene.services.parts = {
            [
                PartHealth(name: "redis", status: .ok, detail: "127.0.0.1:6379", latency: .microseconds(1500)),
                PartHealth(name: "rabbitmq", status: .unavailable, detail: "cannot connect to 10.0.0.1"),
            ]
        }
        scene.services.vitals = {
            var vitals = Vitals()
            (vitals.uptime, vitals.memoryBytes, vitals.cpuSeconds) = (.seconds(61), 1 << 20, 1.25)
            (vitals.httpConnections, vitals.databaseConnections) = (3, [("busy", 2)])
            return vitals
        }
        try await scene.run { client in
            let answer = try await client.send(.get, "/health")
            #expect(answer.status == 200)
            let body = answer.json
            #expect(body["status"] == "degraded")
            #expect(body["services"]?["store"]?["status"] == "ok")
            #expect(body["services"]?["store"]?["latency_ms"]?.double ?? -1 >= 0)
            #expect(body["services"]?["store"]?["last_error"] == .null)
            #expect(body["services"]?["redis"]?["latency_ms"] == .number("1.5"))
            #expect(body["services"]?["rabbitmq"]?["last_error"] == "cannot connect to 10.0.0.1")
            #expect(body["services"]?["rabbitmq"]?["last_error_at"]?.string != nil)
            let metrics = body["metrics"]
            #expect(metrics?["uptime_seconds"] == 61 && metrics?["memory_bytes"] == 1_048_576)
            #expect(metrics?["cpu_seconds"] == .number("1.25") && metrics?["connections"]?["http"] == 3)
            #expect(metrics?["connections"]?["database_busy"] == 2 && metrics?["pending"] == 0)
        }
    }

    @Test("answers within about a second when a dependency hangs, and says which")
    func hanging() async throws {
        var scene = APIScene()
        scene.services.parts = {
            await Self.hang()
            return []
        }
        try await scene.run { client in
            let began = ContinuousClock.now
            let answer = try await client.send(.get, "/health")
            // The limit is one second on a machine that has nothing else to do.
            #expect(began.duration(to: .now) < .seconds(5))
            let body = answer.json
            #expect(answer.status == 200 && body["status"] == "degraded")
            #expect(body["services"]?["parts"]?["status"] == "unavailable")
            #expect(body["services"]?["store"]?["status"] == "ok", "one that hangs hides no other")
        }
    }

    @Test("a question past its limit is not waited for, and its answer is nobody's")
    func limit() async throws {
        await #expect(throws: Deadline.Passed.self) {
            try await Deadline.within(.milliseconds(20)) { await Self.hang() }
        }
        #expect(try await Deadline.within(.seconds(600)) { 7 } == 7)
        await #expect(throws: StoreError.self) {
            try await Deadline.within(.seconds(600)) { throw StoreError.notFound }
        }
    }

    @Test(
        "metrics come as whoever asks can read them",
        arguments: [
            (nil, false), ("*/*", false), ("text/plain", false), ("application/openmetrics-text", true),
            // Prometheus 2.42, and 3 with formats of which we have none.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.1", true
            ),
            ("application/openmetrics-text;version=2.0.0,text/plain;version=0.0.4;q=0.5", false),
            ("application/openmetrics-text;q=0, text/plain", false),
            ("application/openmetrics-text;q=0.2, text/plain;q=0.9", false),
        ] as [(String?, Bool)])
    func negotiation(accept: String?, isOpen: Bool) async throws {
        var scene = APIScene()
        scene.services.metricsText = { $0 ? "open" : "plain" }
        try await scene.run { client in
            let answer = try await client.send(.get, "/metrics", headers: accept.map { [.accept: $0] } ?? [:])
            #expect(answer.status == 200)
            let type = answer.headers[.contentType] ?? ""
            #expect(
                type.hasPrefix(isOpen ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4"))
            #expect(answer.headers[.vary]?.contains("Accept") == true)
            #expect(String(buffer: answer.body) == (isOpen ? "open" : "plain"))
        }
    }
}
