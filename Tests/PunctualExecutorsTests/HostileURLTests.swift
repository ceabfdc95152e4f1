import Foundation
import PunctualCore
import PunctualExecutors
import Synchronization
import Testing

/// A listener on three loopback addresses that share a port; nothing may ever connect to it.
private struct Canary {
    let servers: [LoopbackServer]
    var port: Int { servers[0].port }
    /// Connections to 127.0.0.1, 127.0.0.2 and ::1.
    var connections: [Int] { servers.map(\.connections) }

    static func listen() async throws -> Canary {
        var failure: any Error = CancellationError()
        // Another process may hold the port on one of the other addresses.
        for _ in 0..<20 {
            let first = try await LoopbackServer(answer("200 OK", body: "reached"))
            do {
                let second = try await LoopbackServer(answer("200 OK"), host: "127.0.0.2", port: first.port)
                let third = try await LoopbackServer(answer("200 OK"), host: "::1", port: first.port)
                return Canary(servers: [first, second, third])
            } catch {
                failure = error
                await first.stop()
            }
        }
        throw failure
    }

    func stop() async { for server in servers { await server.stop() } }
}

@Suite("Calls that must not be made")
struct HostileURLTests {
    private static func addresses(_ texts: [String]) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

    @Test("no URL of the corpus is called; each is refused for its own reason")
    func corpus() async throws {
        #expect(HostileURL.all.count >= 150)
        let canary = try await Canary.listen()
        let executor = HTTPExecutor(egress: EgressGuard(allowed: []) { Self.addresses(HostileURL.resolve($0)) })
        for hostile in HostileURL.all {
            let url = hostile.url
                .replacing("LONG", with: Array(repeating: "a23456789", count: 26).joined(separator: "."))
                .replacing("PART", with: String(repeating: "a", count: 64))
                .replacing("PORT", with: "\(canary.port)")
            let result = await executor.execute(httpAttempt(HTTPTarget(url: url)))
            guard case .failed(.connection, let error, false, nil) = result.verdict else {
                Issue.record("\(url): \(result)")
                continue
            }
            #expect(error.contains(hostile.why), "\(url)")
        }
        #expect(canary.connections == [0, 0, 0])
        await executor.shutdown()
        await canary.stop()
    }

    @Test("the canary hears every call that the allow-list lets through")
    func control() async throws {
        let canary = try await Canary.listen()
        let executor = HTTPExecutor(
            egress: EgressGuard(allowed: [IPRange("127.0.0.0/8")!, IPRange("::1")!]) {
                Self.addresses(HostileURL.resolve($0))
            })
        for host in [
            "127.0.0.1", "LOCALHOST.", "127.0.0.1..", "127.0.0.2", "[::1]", "[0:0:0:0:0:0:0:1]", "ip6-localhost",
        ] {
            let result = await executor.execute(httpAttempt(HTTPTarget(url: "http://\(host):\(canary.port)/")))
            #expect(result.verdict == .succeeded, "\(host)")
        }
        #expect(canary.servers.map(\.requests.count) == [3, 1, 3])
        await executor.shutdown()
        await canary.stop()
    }

    @Test("what the machine itself calls localhost is refused too")
    func systemResolver() async throws {
        let canary = try await Canary.listen()
        let executor = HTTPExecutor(egress: EgressGuard(allowed: []))
        for host in ["localhost", "LOCALHOST.", "localhost.."] {
            let result = await executor.execute(httpAttempt(HTTPTarget(url: "http://\(host):\(canary.port)/")))
            guard case .failed(.connection, let error, false, nil) = result.verdict else {
                Issue.record("\(host): \(result)")
                continue
            }
            #expect(error.contains("which is not a public address"))
        }
        #expect(canary.connections == [0, 0, 0])
        await executor.shutdown()
        await canary.stop()
    }

    /// 127.0.0.1 plays the public address here and 127.0.0.2 the private one.
    @Test("a name that leads elsewhere once it was vetted is still called where it was vetted")
    func rebinding() async throws {
        let canary = try await Canary.listen()
        let questions = Mutex(0)
        let executor = HTTPExecutor(
            egress: EgressGuard(allowed: [IPRange("127.0.0.1")!]) { _ in
                let count = questions.withLock { count in
                    count += 1
                    return count
                }
                return Self.addresses([count.isMultiple(of: 2) ? "127.0.0.2" : "127.0.0.1"])
            })
        for round in 1...20 {
            let result = await executor.execute(
                httpAttempt(HTTPTarget(url: "http://rebind.invalid:\(canary.port)/\(round)")))
            if round.isMultiple(of: 2) {
                guard case .failed(.connection, _, false, nil) = result.verdict else {
                    Issue.record("\(round): \(result)")
                    continue
                }
            } else {
                #expect(result.verdict == .succeeded)
            }
        }
        // One question for each call: nobody asks again between the guard and the connection.
        #expect(questions.withLock { $0 } == 20)
        #expect(canary.servers.map(\.requests.count) == [10, 0, 0])
        #expect(canary.connections[1...] == [0, 0])
        await executor.shutdown()
        await canary.stop()
    }

    @Test("a call that is tried again goes to the next of the vetted addresses")
    func nextAddress() async throws {
        let canary = try await Canary.listen()
        let executor = HTTPExecutor(
            egress: EgressGuard(allowed: [IPRange("127.0.0.0/8")!]) { _ in Self.addresses(["127.0.0.1", "127.0.0.2"]) })
        for number in 1...5 {
            var attempt = httpAttempt(HTTPTarget(url: "http://two.invalid:\(canary.port)/"))
            attempt.attempt = number
            #expect(await executor.execute(attempt).verdict == .succeeded)
        }
        #expect(canary.servers.map(\.requests.count) == [3, 2, 0])
        await executor.shutdown()
        await canary.stop()
    }

    @Test("a redirect to a private address is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let canary = try await Canary.listen()
        let server = try await LoopbackServer(
            answer(
                "\(status) Elsewhere",
                "location: http://127.0.0.2:\(canary.port)/\r\nrefresh: 0; url=http://[::1]:\(canary.port)/\r\n"))
        let executor = HTTPExecutor(egress: toLoopback)
        let result = await executor.execute(httpAttempt(HTTPTarget(url: "http://name.invalid:\(server.port)/")))
        #expect(result.result.httpStatus == status)
        #expect(server.requests.count == 1)
        #expect(canary.connections == [0, 0, 0])
        await executor.shutdown()
        await server.stop()
        await canary.stop()
    }

    /// Each tail would send a reader that splits the URL in another way to the canary.
    @Test(
        "the client reads the same host as the guard",
        arguments: [
            "#@127.0.0.2:PORT/", "?@127.0.0.2:PORT/", "/@127.0.0.2:PORT/", "/../@127.0.0.2:PORT/",
            "/#http://127.0.0.2:PORT/",
            "//127.0.0.2:PORT/", "/http://127.0.0.2:PORT/", "?url=http://127.0.0.2:PORT/",
            "/%0d%0ahost:%20127.0.0.2:PORT",
            "/%2e%2e/%2e%2e/", "/%00", "/;@127.0.0.2:PORT", "?#@127.0.0.2:PORT/", "#/\\u0040127.0.0.2",
        ])
    func sameHost(tail: String) async throws {
        let canary = try await Canary.listen()
        let server = try await LoopbackServer(answer("200 OK"))
        let executor = HTTPExecutor(
            egress: EgressGuard(allowed: [IPRange("127.0.0.1")!]) { _ in Self.addresses(["127.0.0.1"]) })
        let url = "http://good.invalid:\(server.port)" + tail.replacing("PORT", with: "\(canary.port)")
        let result = await executor.execute(httpAttempt(HTTPTarget(url: url)))
        // Refused or called, but nowhere else.
        if result.verdict == .succeeded {
            #expect(server.requests.first?.lowercased().contains("\r\nhost: good.invalid:\(server.port)\r\n") == true)
        }
        #expect(canary.connections == [0, 0, 0])
        await executor.shutdown()
        await server.stop()
        await canary.stop()
    }

    @Test("proxy variables change nothing")
    func proxies() async {
        // In a process of its own: changing the environment is not safe beside other threads.
        await #expect(processExitsWith: .success) {
            let canary = try await Canary.listen()
            let server = try await LoopbackServer(answer("200 OK"))
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.2:\(canary.port)", 1)
            }
            let executor = HTTPExecutor(egress: toLoopback)
            let result = await executor.execute(httpAttempt(HTTPTarget(url: "http://name.invalid:\(server.port)/")))
            try #require(result.verdict == .succeeded)
            try #require(canary.connections == [0, 0, 0])
            await executor.shutdown()
        }
    }

    @Test("the name stays in the TLS greeting although the address is pinned")
    func serverName() async throws {
        let server = try await LoopbackServer(.silence)
        let executor = HTTPExecutor(egress: toLoopback)
        let attempt = httpAttempt(HTTPTarget(url: "https://Name.invalid:\(server.port)/"))
        // Cancelled and awaited below; ends by itself after its timeout.
        let call = Task { await executor.execute(attempt) }
        let deadline = ContinuousClock.now.advanced(by: .seconds(100))
        let hasGreeted = { server.received.firstRange(of: Array("name.invalid".utf8)) != nil }
        while !hasGreeted(), ContinuousClock.now < deadline { await Task.yield() }
        #expect(hasGreeted())
        call.cancel()
        #expect(await call.value.verdict == .cancelled)
        await executor.shutdown()
        await server.stop()
    }
}
