import Foundation
import NIOCore
import NIOPosix
import PunctualCore
import PunctualSchedule
import Synchronization
import Testing

@testable import PunctualExecutors

@Suite("Bounds of HTTP calls")
struct HTTPBoundsTests {
    /// Runs one attempt against a server of its own.
    private func run(_ answer: LoopbackServer.Answer, timeout: Duration = .seconds(120)) async throws -> AttemptResult {
        let server = try await LoopbackServer(answer)
        let executor = HTTPExecutor(egress: toLoopback)
        let result = await executor.execute(
            httpAttempt(HTTPTarget(url: "http://127.0.0.1:\(server.port)/"), timeout: timeout))
        await executor.shutdown()
        await server.stop()
        return result
    }

    @Test("a compressed answer stays compressed, and is cut like any other")
    func bomb() async throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "head -c 100000000 /dev/zero | gzip -9"]
        process.standardOutput = pipe
        try process.run()
        let bomb = try #require(try pipe.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(bomb.count)\r\n\r\n"
        let result = try await run(.bytes(Array(head.utf8) + bomb))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output.unicodeScalars.count <= HTTPExecutor.outputLimit)
        #expect(result.result.outputTruncated)
    }

    @Test("an answer that is no text is made text, and a cut goes around characters")
    func text() async throws {
        let broken = try await run(
            .bytes(Array("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".utf8) + [97, 255, 0, 195, 98]))
        #expect(broken.result.output == "a\u{FFFD}\u{FFFD}\u{FFFD}b")
        let long = try await run(answer("200 OK", body: "x" + String(repeating: "€", count: 30_000)))
        #expect(long.result.outputTruncated)
        #expect(long.result.output == "x" + String(repeating: "€", count: (HTTPExecutor.outputLimit - 1) / 3))
    }

    @Test(
        "a head without end, of fields or in one, is a fault of the connection",
        arguments: [
            LoopbackServer.Answer.endless(
                head: "HTTP/1.1 200 OK\r\n", chunk: "x: " + String(repeating: "y", count: 1000) + "\r\n"),
            .endless(head: "HTTP/1.1 200 OK\r\nx: ", chunk: String(repeating: "y", count: 4096)),
            .endless(head: "HTTP/1.1 200 OK\r\n", chunk: String(repeating: "y", count: 4096)),
            .endless(head: "HTTP/1.1 200 ", chunk: String(repeating: "y", count: 4096)),
            .text(
                "HTTP/1.1 200 OK\r\n" + (0..<1000).map { "x-\($0): y\r\n" }.joined() + "content-length: 0\r\n\r\n"),
        ])
    func head(answer: LoopbackServer.Answer) async throws {
        guard case .failed(.connection, _, true, nil) = try await run(answer).verdict else {
            Issue.record("the head was taken")
            return
        }
    }

    @Test(
        "an answer that comes a byte at a time is left when the time is up",
        arguments: [
            "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: ",
            "HTTP/1.1 200 ",
        ])
    func drip(head: String) async throws {
        let began = ContinuousClock.now
        let result = try await run(.drip(head: head), timeout: .seconds(1))
        guard case .failed(.timeout, _, true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(ContinuousClock.now - began < .seconds(60))
    }

    @Test(
        "an answer that is none, or ends too early, is a fault of the connection",
        arguments: [
            "", "nonsense\r\n\r\n", "HTTP/1.1 99999 x\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        ])
    func broken(text: String) async throws {
        let result = try await run(.hangUp(text))
        guard case .failed(.connection, _, true, nil) = result.verdict else {
            Issue.record("\(text.debugDescription): \(result)")
            return
        }
    }

    @Test("100 calls that get no answer delay no other, neither to another endpoint nor to the same host")
    func deadEndpoint() async throws {
        let dead = try await LoopbackServer(.silence)
        let healthy = try await LoopbackServer(answer("200 OK"))
        let executor = HTTPExecutor(egress: toLoopback)
        // Cancelled and awaited below.
        let stuck = (0..<100).map { _ in
            Task {
                await executor.execute(
                    httpAttempt(HTTPTarget(url: "http://host.invalid:\(dead.port)/"), timeout: .seconds(600)))
            }
        }
        let deadline = ContinuousClock.now.advanced(by: .seconds(100))
        while dead.requests.count < 100, ContinuousClock.now < deadline { await Task.yield() }
        #expect(dead.requests.count == 100)
        let verdicts = await withTaskGroup(of: AttemptResult.Verdict.self) { group in
            for index in 0..<200 {
                let host = index.isMultiple(of: 2) ? "host.invalid" : "other.invalid"
                group.addTask {
                    await executor.execute(httpAttempt(HTTPTarget(url: "http://\(host):\(healthy.port)/"))).verdict
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts == Array(repeating: .succeeded, count: 200))
        // All the while the dead ones were waiting.
        #expect(dead.openConnections == 100)
        for call in stuck { call.cancel() }
        for call in stuck { #expect(await call.value.verdict == .cancelled) }
        await executor.shutdown()
        await healthy.stop()
        await dead.stop()
    }

    @Test("a name server that does not answer for one name does not keep the others")
    func deadName() async throws {
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let isOpen = DispatchSemaphore(value: 0)
        let questions = Mutex<[String: Int]>([:])
        let lookup = NameLookup(threads: threads, limit: .seconds(600)) { name in
            questions.withLock { $0[name, default: 0] += 1 }
            if name == "dead.invalid" { isOpen.wait() }
            return [IPAddress("127.0.0.1")!]
        }
        // Awaited below.
        let stuck = (0..<100).map { _ in Task { try await lookup.addresses(of: "dead.invalid") } }
        for index in 0..<100 { #expect(try await lookup.addresses(of: "\(index).invalid").count == 1) }
        stuck[0].cancel()
        await #expect(throws: CancellationError.self) { try await stuck[0].value }
        isOpen.signal()
        for task in stuck.dropFirst() { #expect(try await task.value.count == 1) }
        #expect(questions.withLock { $0["dead.invalid"] } == 1)
        try await threads.shutdownGracefully()
    }

    @Test("whoever waits too long for a name gets a fault that may pass")
    func slowName() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let isOpen = DispatchSemaphore(value: 0)
        let lookup = NameLookup(threads: threads, limit: .milliseconds(50)) { _ in
            isOpen.wait()
            return []
        }
        let egress = EgressGuard(allowed: []) { try await lookup.addresses(of: $0) }
        await #expect(throws: EgressGuard.Refusal(description: "dead.invalid cannot be resolved", isRetryable: true)) {
            try await egress.vet("http://dead.invalid/")
        }
        isOpen.signal()
        try await threads.shutdownGracefully()
    }

    @Test("connections that nobody uses are closed once there are too many")
    func idleConnections() async throws {
        let server = try await LoopbackServer(answer("200 OK"))
        let executor = HTTPExecutor(egress: toLoopback)
        let count = HTTPClients.idleLimit + 50
        for index in 0..<count {
            let result = await executor.execute(
                httpAttempt(HTTPTarget(url: "http://n\(index).invalid:\(server.port)/")))
            #expect(result.verdict == .succeeded)
        }
        #expect(server.connections == count)
        let deadline = ContinuousClock.now.advanced(by: .seconds(100))
        while server.openConnections > HTTPClients.idleLimit, ContinuousClock.now < deadline { await Task.yield() }
        #expect(server.openConnections <= HTTPClients.idleLimit)
        await executor.shutdown()
        await server.stop()
    }

    @Test("one connection serves call after call to the same destination")
    func keptConnection() async throws {
        let server = try await LoopbackServer(answer("200 OK"))
        let executor = HTTPExecutor(egress: toLoopback)
        for _ in 0..<20 {
            #expect(
                await executor.execute(httpAttempt(HTTPTarget(url: "http://a.invalid:\(server.port)/"))).verdict
                    == .succeeded)
        }
        #expect(server.connections == 1)
        await executor.shutdown()
        await server.stop()
    }

    @Test(
        "Retry-After is seconds or a date, never more than a day",
        arguments: [
            ("7", 7), ("0", 0), (" 12 ", 12), ("86400", 86_400), ("86401", 86_400), ("99999999999999999999999", 86_400),
            ("-1", nil), ("+1", nil), ("1.5", nil), ("soon", nil), ("", nil), ("7 seconds", nil), ("٧", nil),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 0), ("Sun Nov  6 08:49:37 1994", 0),
            ("Sun, 31 Feb 2094 00:00:00 GMT", nil),
            ("Sun, 06 Foo 2094 08:49:37 GMT", nil), ("Sun, 06 Nov 2094 25:49:37 GMT", nil),
            ("Sun, 06 Nov 2094 08:49:37 CET", nil), ("Sun, 06 Nov 99999 08:49:37 GMT", nil),
            ("2094-11-06T08:49:37Z", nil),
        ] as [(String, Int?)])
    func retryAfter(text: String, seconds: Int?) async throws {
        let result = try await run(answer("503 Busy", "retry-after: \(text)\r\n"))
        guard case .failed(.httpStatus, _, true, let pause) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(pause == seconds.map { .seconds($0) })
    }

    @Test("a date that is to come is a pause until then, in all three forms")
    func retryDate() {
        let now = Timestamp(seconds: 784_111_777 - 90)
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            #expect(RetryAfter.pause(text, now: now) == .seconds(90))
        }
    }
}
