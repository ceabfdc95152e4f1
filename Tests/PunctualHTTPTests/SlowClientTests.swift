import Foundation
import NIOCore
import PunctualHTTP
import Testing

@Suite("Clients that take their time, or too much", .timeLimit(.minutes(10)))
struct SlowClientTests {
    private static let limits: TransportLimits = {
        var limits = TransportLimits()
        limits.firstHead = .milliseconds(500)
        limits.idle = .milliseconds(700)
        limits.body = .milliseconds(500)
        limits.stalled = .milliseconds(500)
        limits.lingering = .milliseconds(300)
        limits.slowestReading = 64 << 20
        return limits
    }()

    @Test(
        "who sends a head or a body byte by byte is cut off, though never idle",
        arguments: [
            ("a request line", "GET /"), ("a head", "GET / HTTP/1.1\r\nHost: x\r\nX: "),
            ("a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"),
            ("a chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"),
            (
                "the second head", "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nX: "
            ),
        ])
    func dribble(what: String, start: String) async throws {
        let recorder = Recorder()
        try await recorder.run(limits: Self.limits) { port in
            try await Wire.open(port) { wire in
                await wire.send(start)
                // Ends when the server closes; the suite's limit is all that ends a server that never does.
                while await wire.send("a") { try await Task.sleep(for: .milliseconds(20)) }
                _ = await wire.rest()
            }
        }
    }

    @Test("who says nothing is let go, before the first request and after one")
    func idle() async throws {
        try await Recorder().run(limits: Self.limits) { port in
            let nothing = try await Wire.open(port) { wire in await wire.rest() }
            #expect(nothing.isEmpty)
            // On a busy machine the first request itself may come too late.
            var one = ""
            while !one.contains("path=/1;") {
                one = try await Wire.open(port) { wire in
                    await wire.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
                    return await wire.rest()
                }
            }
        }
    }

    @Test("who asks again and again and reads nothing is cut off")
    func readsNothing() async throws {
        let recorder = Recorder()
        try await recorder.run(limits: Self.limits) { port in
            try await Wire.open(port) { wire in
                let request = "GET /?bytes=4000000 HTTP/1.1\r\nHost: x\r\n\r\n"
                while await wire.send(request) { try await Task.sleep(for: .milliseconds(20)) }
            }
        }
        #expect(recorder.seen.count < 100, "far fewer were worked on than were sent")
    }

    @Test("who is told goodbye and stays is let go")
    func lingers() async throws {
        try await Recorder().run(limits: Self.limits) { port in
            try await Wire.open(port) { wire in
                await wire.send("GET /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                _ = await wire.rest()
                while await wire.send("GET /2 HTTP/1.1\r\n") { try await Task.sleep(for: .milliseconds(20)) }
            }
        }
    }

    @Test(
        "a head that is too large in any way is refused, one just below is not",
        arguments: [
            ("a request line", "GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("a long path", "GET /\(String(repeating: "a", count: 15_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 200),
            ("a field", "GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 17_000))\r\n\r\n", 400),
            ("a name", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "a", count: 17_000)): a\r\n\r\n", 400),
            (
                "all fields together",
                "GET / HTTP/1.1\r\nHost: x\r\n"
                    + (1...4).map { "A\($0): \(String(repeating: "a", count: 9000))\r\n" }.joined() + "\r\n", 400
            ),
            (
                "many fields", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "A: b\r\n", count: 101))\r\n", 400
            ),
            ("some fields", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "A: b\r\n", count: 90))\r\n", 200),
            (
                "many trailers",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                    + String(repeating: "A: b\r\n", count: 200) + "\r\n", 0
            ),
        ])
    func heads(what: String, text: String, status: Int) async throws {
        let recorder = Recorder()
        try await recorder.run { port in
            let answer = try await Wire.open(port) { wire in
                await wire.send(text)
                wire.finish()
                return await wire.rest()
            }
            if status != 0 { #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(what): \(answer)") }
        }
        if status == 400 { #expect(recorder.seen.isEmpty, "\(what)") }
    }

    @Test("past the bound of connections, new ones wait until one ends")
    func connections() async throws {
        let recorder = Recorder()
        try await recorder.run(connections: 3) { port in
            try await Wire.open(port) { first in
                try await Wire.open(port) { second in
                    try await Wire.open(port) { third in
                        // Each is answered before the next, so all three are held.
                        await first.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
                        #expect(await first.read(until: "path=/first;"))
                        await second.send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
                        #expect(await second.read(until: "path=/second;"))
                        await third.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n")
                        #expect(await third.read(until: "path=/third;"))
                    }
                    try await Wire.open(port) { fourth in
                        await fourth.send("GET /fourth HTTP/1.1\r\nHost: x\r\n\r\n")
                        #expect(await fourth.read(until: "path=/fourth;"), "one has ended")
                        try await Wire.open(port) { fifth in
                            await fifth.send("GET /fifth HTTP/1.1\r\nHost: x\r\n\r\n")
                            // It stands in the kernel's queue: nobody has taken it.
                            try await until { try unaccepted(at: port) == 1 }
                            #expect(!recorder.seen.contains { $0.path == "/fifth" })
                            await fourth.send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            #expect(await fourth.read(until: "path=/last;"))
                            _ = await fourth.rest()
                            fourth.finish()
                            #expect(await fifth.read(until: "path=/fifth;"))
                        }
                    }
                }
            }
        }
    }
}

/// How many connections to a port of loopback nobody has accepted yet: the queue of its listening socket (proc(5)).
private func unaccepted(at port: Int) throws -> Int? {
    let suffix = ":" + String(UInt16(port), radix: 16, uppercase: true).leftPadded(to: 4)
    let lines = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n")
    for line in lines {
        let columns = line.split(separator: " ")
        guard columns.count > 4, columns[1].hasSuffix(suffix), columns[3] == "0A" else { continue }
        return columns[4].split(separator: ":").last.flatMap { Int($0, radix: 16) }
    }
    return nil
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
