import FaultProxy
import Testing

@Suite("The proxy that breaks connections")
struct FaultProxyTests {
    /// Runs the body with a server behind a proxy.
    private func withProxy(_ body: (EchoServer, FaultProxy) async throws -> Void) async throws {
        let server = try await EchoServer()
        let proxy = try await FaultProxy(to: server.port)
        try await body(server, proxy)
        try await proxy.stop()
        try await server.stop()
    }

    /// Asks until it is so; a machine that never gets there fails the test after a minute.
    private func until(_ what: String, _ ask: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !ask() {
            try #require(ContinuousClock.now < deadline, "\(what): not within a minute")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("what passes is the same on the other side, and counted")
    func pass() async throws {
        try await withProxy { server, proxy in
            let client = try await LineClient(proxy.port)
            let long = String(repeating: "0123456789", count: 100_000)
            for line in ["one", long, "three"] {
                try await client.send(line)
                #expect(await client.next() == .line("heard: \(line)"))
            }
            #expect(server.lines.count == 3)
            // It counts after it has sent.
            try await until("the bytes are counted") { proxy.counts.bytesDown == 1_000_000 + 11 + 3 * 7 }
            #expect(proxy.counts.bytesUp == 1_000_000 + 11)
            #expect(proxy.counts.accepted == 1)
            #expect(proxy.counts.open == 1)
            try await client.close()
            try await until("the server hears of the end") { server.ended == 1 && proxy.counts.open == 0 }
        }
    }

    @Test("a delay holds each direction back and keeps the order")
    func delay() async throws {
        try await withProxy { _, proxy in
            let client = try await LineClient(proxy.port)
            proxy.set(.delay(.milliseconds(200)))
            let began = ContinuousClock.now
            for number in 0..<50 { try await client.send("\(number)") }
            for number in 0..<50 { #expect(await client.next() == .line("heard: \(number)")) }
            #expect(ContinuousClock.now - began >= .milliseconds(400))
            proxy.set(.pass)
            try await client.send("again")
            #expect(await client.next() == .line("heard: again"))
        }
    }

    @Test("a throttled connection carries so many bytes a second and loses none")
    func throttle() async throws {
        try await withProxy { _, proxy in
            let client = try await LineClient(proxy.port)
            proxy.set(.throttle(bytesPerSecond: 100_000))
            let line = String(repeating: "x", count: 50_000)
            let began = ContinuousClock.now
            try await client.send(line)
            #expect(await client.next() == .line("heard: \(line)"))
            #expect(ContinuousClock.now - began >= .milliseconds(450))
        }
    }

    @Test("cutting resets what is open; a new connection passes")
    func cut() async throws {
        try await withProxy { _, proxy in
            let clients = [try await LineClient(proxy.port), try await LineClient(proxy.port)]
            for client in clients {
                try await client.send("one")
                #expect(await client.next() == .line("heard: one"))
            }
            #expect(await proxy.cut() == 2)
            for client in clients { #expect(await client.next() == .reset) }
            #expect(proxy.counts.cut == 2)
            try await until("both are gone") { proxy.counts.open == 0 }
            let new = try await LineClient(proxy.port)
            try await new.send("two")
            #expect(await new.next() == .line("heard: two"))
        }
    }

    @Test("a half-closed connection ends for the client, and what it sends still arrives")
    func halfClose() async throws {
        try await withProxy { server, proxy in
            let client = try await LineClient(proxy.port)
            try await client.send("one")
            #expect(await client.next() == .line("heard: one"))
            await proxy.halfClose()
            #expect(await client.next() == .ended)
            try await client.send("two")
            try await until("the server hears it") { server.lines == ["one", "two"] }
        }
    }

    @Test("a black hole takes everything and answers nothing, also later; a new connection passes then")
    func blackHole() async throws {
        try await withProxy { server, proxy in
            let old = try await LineClient(proxy.port)
            try await old.send("one")
            #expect(await old.next() == .line("heard: one"))
            proxy.set(.blackHole)
            let during = try await LineClient(proxy.port)
            try await old.send("two")
            try await during.send("three")
            try await until("both lines are swallowed") { proxy.counts.bytesSwallowed == 10 }
            proxy.set(.pass)
            try await old.send("four")
            try await until("what follows is swallowed too") { proxy.counts.bytesSwallowed == 15 }
            let new = try await LineClient(proxy.port)
            try await new.send("five")
            #expect(await new.next() == .line("heard: five"))
            #expect(server.lines == ["one", "five"])
            await proxy.cut()
            #expect(await old.next() == .reset)
            #expect(await during.next() == .reset)
        }
    }

    @Test("a client that gives up in a black hole is not missed until the hole has closed")
    func abandoned() async throws {
        try await withProxy { server, proxy in
            let client = try await LineClient(proxy.port)
            try await client.send("one")
            #expect(await client.next() == .line("heard: one"))
            proxy.set(.blackHole)
            let open = proxy.counts.open
            try await client.close()
            #expect(open == 1)
            #expect(server.ended == 0)
            proxy.set(.pass)
            try await until("the server hears of the end") { server.ended == 1 && proxy.counts.open == 0 }
        }
    }

    @Test("a refused connection is reset; one that is open goes on")
    func refuse() async throws {
        try await withProxy { server, proxy in
            let old = try await LineClient(proxy.port)
            try await old.send("one")
            #expect(await old.next() == .line("heard: one"))
            proxy.set(.refuse)
            // The reset may come before or after the client's own end of connecting.
            let new = try? await LineClient(proxy.port)
            let event = await new?.next() ?? .reset
            #expect(event == .reset || event == .ended)
            try await old.send("two")
            #expect(await old.next() == .line("heard: two"))
            #expect(proxy.counts.refused == 1)
            #expect(server.lines == ["one", "two"])
        }
    }

    @Test("the answer to one request is cut after the server has heard it, once")
    func cutAnswer() async throws {
        try await withProxy { server, proxy in
            let first = try await LineClient(proxy.port)
            let second = try await LineClient(proxy.port)
            proxy.cutAnswer(toRequestWith: "COMMIT 7")
            try await first.send("COMMIT 6")
            #expect(await first.next() == .line("heard: COMMIT 6"))
            try await second.send("it is COMMIT 7 that is meant")
            #expect(await second.next() == .reset)
            #expect(server.lines == ["COMMIT 6", "it is COMMIT 7 that is meant"])
            try await first.send("COMMIT 7")
            #expect(await first.next() == .line("heard: COMMIT 7"))
            #expect(proxy.counts.answersCut == 1)
        }
    }

    @Test("a server that is not there is a reset")
    func noServer() async throws {
        let server = try await EchoServer()
        let proxy = try await FaultProxy(to: server.port)
        try await server.stop()
        let client = try? await LineClient(proxy.port)
        let event = await client?.next() ?? .reset
        #expect(event == .reset || event == .ended)
        try await proxy.stop()
    }
}
