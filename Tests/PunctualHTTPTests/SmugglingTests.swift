import Foundation
import HTTPTypes
import PunctualHTTP
import TestPeers
import Testing

@Suite("Requests that servers read in more than one way", .timeLimit(.minutes(10)))
struct SmugglingTests {
    @Test("the server alone refuses them, or takes them as RFC 9112 says", arguments: Smuggling.all)
    func alone(_ smuggling: Smuggling) async throws {
        let recorder = Recorder()
        try await recorder.run { port in
            let answer = try await Wire.open(port) { wire in
                await wire.send(smuggling.text)
                wire.finish()
                return await wire.rest()
            }
            let isFine = answer.components(separatedBy: "HTTP/1.").dropFirst().count {
                $0.dropFirst(2).hasPrefix("200")
            }
            switch smuggling.alone {
            case .refused:
                #expect(!recorder.seen.contains { $0.path.contains("smuggled") }, "\(answer)")
                #expect(answer.isEmpty || answer.contains(" 400 "), "\(answer)")
            case .requests(let count):
                #expect(recorder.seen.count == count, "\(answer)")
                #expect(isFine == count, "\(answer)")
            }
        }
    }

    @Test("no proxy and server ever disagree on where a request ends", arguments: ReverseProxy.Kind.allCases)
    func proxied(kind: ReverseProxy.Kind) async throws {
        let recorder = Recorder()
        try await recorder.run { port in
            try await withProxy(kind, node: port, isHasty: true) { port in
                // Many at once, so that they share the proxy's connections to the server.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for smuggling in Smuggling.all {
                        group.addTask {
                            let answer = try await Wire.open(port) { wire in
                                await wire.send(smuggling.text)
                                return await wire.rest()
                            }
                            // The proxy waits for an answer to what the server takes for half a request, or got two.
                            #expect(!answer.contains(" 504 ") && !answer.contains(" 502 "), "\(smuggling): \(answer)")
                        }
                    }
                    try await group.waitForAll()
                }
                for number in 1...20 {
                    let answer = try await Wire.open(port) { wire in
                        await wire.send("GET /probe-\(number) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        return await wire.rest()
                    }
                    #expect(answer.hasSuffix("path=/probe-\(number);"), "an answer went astray: \(answer)")
                }
            }
        }
        // The proxy marks each request that it sees with an id of its own.
        let seen = recorder.seen.filter { $0.path != "/health/ready" }
        let ids = seen.map { $0.headers[values: Example.mark] }
        #expect(ids.allSatisfy { $0.count == 1 && $0[0].count >= 32 }, "a request that the proxy did not see")
        #expect(Set(ids).count == seen.count, "one request of the proxy's became several")
        #expect(seen.count >= 30, "the proxy passed some on: \(seen.map(\.path))")
    }
}

/// The configurations of deploy/, made fit for a test.
enum Example {
    /// The field with which the proxy marks each request.
    static let mark = HTTPField.Name("X-Proxy-Request")!

    /// - Parameters:
    ///   - port: where the proxy listens, without TLS.
    ///   - node: the server's port.
    ///   - isHasty: clients are given a second instead of a minute.
    static func configuration(
        _ kind: ReverseProxy.Kind, listening port: Int, node: Int, isHasty: Bool = false
    ) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = kind == .nginx ? "deploy/nginx/punctual.conf" : "deploy/haproxy/haproxy.cfg"
        var text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        func replace(_ old: String, _ new: String) throws {
            try #require(text.contains(old), "\(file) has no \(old)")
            text = text.replacing(old, with: new)
        }
        try replace("127.0.0.1:8640", "127.0.0.1:\(node)")
        switch kind {
        case .nginx:
            try replace(
                "listen 443 ssl http2;", "listen 127.0.0.1:\(port); keepalive_timeout \(isHasty ? "1s" : "60s");")
            try replace("ssl_certificate /etc/ssl/punctual.crt;", "")
            try replace("ssl_certificate_key /etc/ssl/punctual.key;", "")
            try replace("ssl_protocols TLSv1.2 TLSv1.3;", "")
            try replace(#"Forwarded "";"#, #"Forwarded ""; proxy_set_header \#(mark) $request_id;"#)
            if isHasty {
                try replace("client_header_timeout 20s", "client_header_timeout 5s")
                try replace("client_body_timeout 30s", "client_body_timeout 5s")
                try replace("proxy_read_timeout 75s", "proxy_read_timeout 10s")
            }
        case .haproxy:
            try replace(
                "bind :443 ssl crt /etc/haproxy/punctual.pem alpn h2,http/1.1",
                "bind 127.0.0.1:\(port)\n    http-request set-header \(mark) %[uuid]")
            // A busy machine is no reason to take the only node out.
            try replace("check inter 2s", "check inter 2s fall 1000")
            if isHasty {
                try replace("timeout http-request 20s", "timeout http-request 5s")
                try replace("timeout http-keep-alive 60s", "timeout http-keep-alive 1s")
                try replace("timeout client 75s", "timeout client 8s")
                try replace("timeout server 75s", "timeout server 10s")
            }
        }
        return text
    }
}
