import Foundation
import Logging
import Synchronization
import TestPeers
import Testing

@testable import PunctualObservability

@Suite("Error reports", .timeLimit(.minutes(5)))
struct ErrorReportsTests {
    private static let source = LogOutput.Source(service: "punctual", version: "1.2", node: "n1")

    private func event(_ message: String = "a loop failed", _ fields: [(String, String)] = []) -> LogOutput.Event {
        LogOutput.Event(logger: "punctual.engine", level: .error, message: message, fields: fields)
    }

    private func reports(
        _ listener: TelemetryListener, limits: ErrorReports.Limits = ErrorReports.Limits(), _ clock: Clock = Clock()
    ) throws -> ErrorReports {
        try ErrorReports(
            to: try #require(ErrorAddress(dsn: "http://abc@127.0.0.1:\(listener.port)/sentry/42")), source: Self.source,
            environment: "production", limits: limits, timeout: .seconds(20), now: { clock.now })
    }

    final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    private func calls(_ listener: TelemetryListener) throws -> [[String: Any]] {
        try listener.lines().map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test(
        "an address is read as Sentry writes it, and nothing else",
        arguments: [
            ("https://abc@sentry.example.com/1", "https://sentry.example.com/api/1/envelope/"),
            ("http://abc:old@h:9000/a/b/77", "http://h:9000/a/b/api/77/envelope/"), ("https://abc@h", nil),
            ("https://h/1", nil), ("ftp://abc@h/1", nil), ("https://@h/1", nil), ("https://abc@h/1?x=y", nil),
            ("", nil),
            ("https://abc@h\r\n/1", nil),
        ])
    func address(_ dsn: String, _ url: String?) {
        let address = ErrorAddress(dsn: dsn)
        #expect(address?.url == url && (url == nil || address?.key == "abc"))
    }

    @Test("Sentry's own reader finds the event, with what names it and what it is about")
    func envelope() async throws {
        let listener = try await blocking { try TelemetryListener() }
        let reports = try reports(listener)
        reports.take(
            event(
                "a step \"failed\"\n",
                [
                    ("attempt", "2"), ("error", "no route"), ("error_type", "StoreError"), ("execution_id", "e1"),
                    ("span_id", "b7ad6b7169203331"), ("trace_id", "0af7651916cd43dd8448eb211c80319c"),
                ]))
        await reports.flush(within: .seconds(20))
        await reports.shutdown()
        let call = try #require(try calls(listener).first)
        #expect(call["fault"] == nil && call["path"] as? String == "/sentry/api/42/envelope/")
        let fields = try #require(call["fields"] as? [String: String])
        #expect(fields["x-sentry-auth"] == "Sentry sentry_version=7, sentry_key=abc, sentry_client=punctual/1.2")
        #expect(fields["content-type"] == "application/x-sentry-envelope")
        let item = try #require((call["items"] as? [[String: Any]])?.first)
        #expect(item["type"] as? String == "event")
        let payload = try #require(item["payload"] as? [String: Any])
        #expect(payload["level"] as? String == "error" && payload["platform"] as? String == "other")
        #expect(payload["server_name"] as? String == "n1" && payload["release"] as? String == "punctual@1.2")
        #expect(payload["environment"] as? String == "production" && payload["logger"] as? String == "punctual.engine")
        #expect((payload["event_id"] as? String)?.count == 32)
        #expect((payload["logentry"] as? [String: String])?["formatted"] == "a step \"failed\"\n")
        #expect((payload["tags"] as? [String: String]) == ["execution_id": "e1"])
        #expect((payload["extra"] as? [String: String])?["attempt"] == "2")
        let exception = (payload["exception"] as? [String: [[String: String]]])?["values"]?.first
        #expect(exception == ["type": "StoreError", "value": "no route"])
        let trace = (payload["contexts"] as? [String: [String: String]])?["trace"]
        #expect(trace == ["trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"])
    }

    @Test("a storm of one message sends few reports, and leaves room for others")
    func storm() async throws {
        let listener = try await blocking { try TelemetryListener() }
        let clock = Clock()
        let reports = try reports(listener, clock)
        for _ in 0..<100 { reports.take(event()) }
        reports.take(event("another"))
        await reports.flush(within: .seconds(20))
        #expect(try calls(listener).count == 4)
        clock.pass(.seconds(61))
        reports.take(event())
        await reports.flush(within: .seconds(20))
        await reports.shutdown()
        #expect(try calls(listener).count == 5, "a minute later it is news again")
    }

    @Test("who is asked for quiet keeps quiet", arguments: ["429:30", "429"])
    func quiet(_ answer: String) async throws {
        let listener = try await blocking { try TelemetryListener(answers: [answer]) }
        let clock = Clock()
        let reports = try reports(listener, clock)
        reports.take(event("one"))
        await reports.flush(within: .seconds(20))
        reports.take(event("two"))
        await reports.flush(within: .seconds(20))
        #expect(try calls(listener).count == 1)
        clock.pass(.seconds(61))
        reports.take(event("three"))
        await reports.flush(within: .seconds(20))
        await reports.shutdown()
        #expect(try calls(listener).count == 2)
    }

    @Test(
        "limits by kind hold when they are about errors",
        arguments: [
            ("60:error;default:organization", 60), ("60:transaction:key", nil), ("60::organization", 60),
            ("10:default, 2700:error:project", 2700), ("nonsense", nil), ("", nil),
        ] as [(String, Int?)])
    func limits(_ field: String, _ seconds: Int?) {
        let answer = Poster.Answer(status: 200, fields: ["x-sentry-rate-limits": field], body: [])
        #expect(ErrorReports.pause(answer) == seconds.map { .seconds($0) })
    }

    @Test("a log line that tells of an error is reported, without its secrets; others are not")
    func line() {
        let seen = Mutex<[LogOutput.Event]>([])
        var output = LogOutput(levels: LogLevels(base: .info), isJSON: true)
        let nowhere = open("/dev/null", O_WRONLY)
        defer { close(nowhere) }
        output.descriptor = nowhere
        output.report = { event in seen.withLock { $0.append(event) } }
        let logger = Logger(label: "punctual") { [output] in LineLogHandler(label: $0, to: output) }
        logger.info("fine")
        logger.error("bad", metadata: ["error": "postgres://u:hunter2@db is away", "password": "hunter2"])
        let events = seen.withLock { $0 }
        #expect(events.map(\.message) == ["bad"])
        #expect(events.first?.fields.contains { $0.1.contains("hunter2") } == false)
    }
}
