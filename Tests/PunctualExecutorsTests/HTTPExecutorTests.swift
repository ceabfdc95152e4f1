import PunctualCore
import PunctualExecutors
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("HTTP calls")
struct HTTPExecutorTests {
    /// Runs one attempt against a server of its own.
    private func run(
        _ answer: LoopbackServer.Answer, timeout: Duration = .seconds(120), secrets: [WebhookSecret] = [],
        _ change: (inout HTTPTarget) -> Void = { _ in }
    ) async throws -> (result: AttemptResult, requests: [String]) {
        let server = try await LoopbackServer(answer)
        let executor = HTTPExecutor(egress: toLoopback, secrets: secrets)
        var target = HTTPTarget(url: "http://127.0.0.1:\(server.port)/hook?x=1")
        change(&target)
        let result = await executor.execute(httpAttempt(target, timeout: timeout))
        await executor.shutdown()
        await server.stop()
        return (result, server.requests)
    }

    @Test("a call carries its execution, attempt and instant, and what the job says")
    func request() async throws {
        let (result, requests) = try await run(answer("200 OK", body: "fine")) {
            $0.headers = [.init(name: "X-Team", value: "billing")]
            $0.body = ["n": 1]
        }
        #expect(result.verdict == .succeeded)
        #expect(result.result.httpStatus == 200)
        #expect(result.result.output == "fine")
        let request = try #require(requests.first)
        let id = "\(Identifier(high: 1, low: 1))"
        #expect(request.hasPrefix("POST /hook?x=1 HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\n{\"n\":1}"))
        for field in [
            "x-team: billing", "idempotency-key: \(id)", "webhook-id: \(id)", "punctual-attempt: 3",
            "punctual-scheduled-at: 1970-01-01t00:00:00.000z", "content-type: application/json", "traceparent: 00-",
        ] {
            #expect(request.lowercased().contains("\r\n" + field), "\(field)")
        }
        #expect(!request.lowercased().contains("webhook-signature"))
    }

    @Test("a signature is one for each secret over id, instant and body")
    func signature() async throws {
        // The example of the Standard Webhooks 1.0 text.
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(
            secret.signature(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: "{\"test\": 2432232314}")
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        let (_, requests) = try await run(answer("200 OK"), secrets: [secret, secret]) { $0.body = "hello" }
        let lines = try #require(requests.first).split(separator: "\r\n")
        func value(_ name: String) -> Substring? {
            lines.first { $0.lowercased().hasPrefix(name + ": ") }?.dropFirst(name.utf8.count + 2)
        }
        let timestamp = try #require(value("webhook-timestamp").flatMap { Int($0) })
        let expected = secret.signature(id: "\(Identifier(high: 1, low: 1))", timestamp: timestamp, body: "hello")
        #expect(value("webhook-signature") == "\(expected) \(expected)")
    }

    @Test("secrets that are none are refused", arguments: ["", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="])
    func secrets(text: String) { #expect(WebhookSecret(text) == nil) }

    @Test(
        "an unexpected status fails; another try is made only where it may help",
        arguments: [
            ("301 Moved", false), ("400 Bad Request", false), ("404 Not Found", false), ("408 Timeout", true),
            ("409 Conflict", true), ("425 Too Early", true), ("429 Slow Down", true), ("500 Oops", true),
            ("503 Busy", true),
        ])
    func status(line: String, isRetryable: Bool) async throws {
        let (result, requests) = try await run(answer(line, "retry-after: 7\r\nlocation: /other\r\n"))
        guard case .failed(.httpStatus, _, isRetryable, .seconds(7)) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        // A redirect that was followed would be a second request.
        #expect(requests.count == 1)
    }

    @Test("an answer without end is cut at the limit and the rest is not read")
    func endless() async throws {
        let (result, _) = try await run(
            .endless(
                head: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                chunk: "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output.utf8.count == HTTPExecutor.outputLimit)
        #expect(result.result.outputTruncated)
    }

    @Test(
        "a server that never answers, or never ends its answer, is left when the time is up",
        arguments: [
            LoopbackServer.Answer.silence, .text("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart"),
            .text("HTTP/1.1 200 OK\r\n"),
        ])
    func timeout(answer: LoopbackServer.Answer) async throws {
        let began = ContinuousClock.now
        let (result, _) = try await run(answer, timeout: .milliseconds(300))
        guard case .failed(.timeout, _, true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(ContinuousClock.now - began < .seconds(120))
    }

    @Test("a cancelled call ends as cancelled")
    func cancel() async throws {
        let server = try await LoopbackServer(.silence)
        let executor = HTTPExecutor(egress: toLoopback)
        let request = httpAttempt(HTTPTarget(url: "http://127.0.0.1:\(server.port)/"))
        // Awaited two lines below.
        let call = Task { await executor.execute(request) }
        call.cancel()
        #expect(await call.value.verdict == .cancelled)
        await executor.shutdown()
        await server.stop()
    }

    @Test("a closed port fails as a connection fault")
    func closedPort() async throws {
        let server = try await LoopbackServer(.silence)
        let port = server.port
        await server.stop()
        let executor = HTTPExecutor(egress: toLoopback)
        let result = await executor.execute(httpAttempt(HTTPTarget(url: "http://127.0.0.1:\(port)/")))
        guard case .failed(.connection, "127.0.0.1: connection refused", true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        await executor.shutdown()
    }

    /// Names under `.invalid` resolve nowhere, so only a client that was told the vetted address gets through.
    @Test(
        "the connection goes to the vetted address and asks no resolver again, however the name is written",
        arguments: ["name.invalid", "NAME.Invalid", "name.invalid.", "Name.INVALID."])
    func pinned(host: String) async throws {
        let (result, requests) = try await run(answer("200 OK")) {
            $0.url = $0.url.split(separator: "127.0.0.1").joined(separator: host)
        }
        #expect(result.verdict == .succeeded)
        #expect(requests.first?.lowercased().contains("\r\nhost: name.invalid:") == true)
    }
}
