import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PunctualAccess
import PunctualCore
import PunctualHTTP
import TestPeers
import Testing

@Suite("Behind nginx and HAProxy", .timeLimit(.minutes(10)))
struct ProxyTests {
    @Test(
        "the client's address arrives as the proxy saw it, whatever the client says",
        arguments: ReverseProxy.Kind.allCases)
    func address(kind: ReverseProxy.Kind) async throws {
        let recorder = Recorder()
        try await recorder.run { port in
            try await withProxy(kind, node: port) { port in
                let answer = try await Wire.open(port, from: "127.0.0.9") { wire in
                    await wire.send(
                        "GET /a HTTP/1.1\r\nHost: jobs.example.com\r\nX-Forwarded-For: 192.0.2.7, 127.0.0.1\r\n"
                            + "X-Forwarded-For: 192.0.2.8\r\nForwarded: for=192.0.2.9\r\nX-Request-Id: mine\r\n"
                            + "Connection: close\r\n\r\n")
                    return await wire.rest()
                }
                #expect(answer.contains("path=/a;"))
                #expect(answer.lowercased().contains("strict-transport-security: max-age=31536000"))
            }
        }
        let request = try #require(recorder.seen.first { $0.path == "/a" })
        let values = request.headers[values: HTTPField.Name("X-Forwarded-For")!]
        #expect(values == ["127.0.0.9"])
        #expect(request.headers[HTTPField.Name("Forwarded")!]?.isEmpty ?? true)
        #expect(request.headers[HTTPField.Name("X-Request-Id")!] == "mine")
        let peer = try #require(request.peer.flatMap { IPAddress($0) })
        let rule = ClientAddress(trusted: [try #require(IPRange("127.0.0.1/32"))], field: .xForwardedFor)
        #expect(rule.resolve(peer: peer, values: values) == IPAddress("127.0.0.9"))
    }

    @Test("requests of one client share a connection to the server", arguments: ReverseProxy.Kind.allCases)
    func keepAlive(kind: ReverseProxy.Kind) async throws {
        let recorder = Recorder()
        try await recorder.run { port in
            try await withProxy(kind, node: port) { port in
                try await Wire.open(port) { wire in
                    for number in 1...20 {
                        await wire.send("POST /\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
                        #expect(await wire.read(until: "path=/\(number);"))
                        _ = wire.take()
                    }
                }
            }
        }
        let seen = recorder.seen.filter { $0.path != "/health/ready" }
        #expect(seen.count == 20 && seen.allSatisfy { $0.body == "hello" })
        #expect(Set(seen.map(\.peerPort)).count == 1)
    }

    @Test("events are passed on as they come", arguments: ReverseProxy.Kind.allCases)
    func events(kind: ReverseProxy.Kind) async throws {
        try await APIScene().run(.live) { client in
            let port = try #require(client.port)
            try await withProxy(kind, node: port) { port in
                try await Wire.open(port) { wire in
                    await wire.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                    #expect(await wire.read(until: "\r\n\r\n"))
                    #expect(String(buffer: wire.received).contains("200"))
                    // Each event must come before the next one is made: a proxy that gathers them would wait for ever.
                    for number in 1...5 {
                        let job = least.replacing("\"n\"", with: "\"job-\(number)\"")
                        let answer = try await client.send(.post, "/api/v1/jobs", job)
                        #expect(answer.status == 201)
                        #expect(await wire.read(until: "\"job-\(number)\""))
                    }
                }
            }
        }
    }
}
