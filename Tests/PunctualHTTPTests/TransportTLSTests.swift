import Foundation
import NIOCore
import PunctualHTTP
import TestPeers
import Testing

@Suite("TLS in the process", .timeLimit(.minutes(10)))
struct TransportTLSTests {
    /// What openssl's client says of a connection.
    private func handshake(_ port: Int, _ authority: URL, _ arguments: [String] = []) async throws -> String {
        let script =
            "/usr/bin/openssl s_client -connect 127.0.0.1:\(port) -servername localhost -verify_hostname localhost "
            + "-CAfile \(authority.path) \(arguments.joined(separator: " ")) </dev/null 2>&1; true"
        return try await outside("/bin/sh", "-c", script)
    }

    @Test(
        "curl speaks HTTP/2 where it can and HTTP/1.1 where it cannot; both see the same",
        arguments: ["--http2", "--http1.1"])
    func versions(flag: String) async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let authority = certificates.authority.path
            try await Recorder().run(certificate: server) { port in
                let said = try await outside(
                    "/usr/bin/curl", "-sS", flag, "--cacert", authority, "-d", "hello", "-w",
                    " %{http_version} %{http_code}",
                    "--resolve", "localhost:\(port):127.0.0.1", "https://localhost:\(port)/a?b=c")
                #expect(said == "path=/a?b=c; \(flag == "--http2" ? "2" : "1.1") 200")
            }
        }
    }

    @Test("TLS 1.2 and 1.3 are spoken, older ones are not")
    func protocols() async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let authority = certificates.authority
            try await Recorder().run(certificate: server) { port in
                for (flag, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
                    let said = try await handshake(port, authority, [flag, "-alpn", "h2"])
                    #expect(said.contains("Verify return code: 0 (ok)") && said.contains(name), "\(said)")
                    #expect(said.contains("ALPN protocol: h2"), "\(said)")
                }
                for flag in ["-tls1_1", "-tls1"] {
                    let said = try await handshake(port, authority, [flag, "-cipher", "DEFAULT@SECLEVEL=0"])
                    #expect(said.contains("alert protocol version"), "\(said)")
                }
            }
        }
    }

    @Test("a new certificate is shown to new connections, while old ones live on; what cannot serve changes nothing")
    func reload() async throws {
        try await withCertificate { old in
            try await withCertificate { new in
                let server = try old.server()
                let (oldPair, newPair) = (try old.pair(), try new.pair())
                let (oldAuthority, newAuthority) = (old.authority, new.authority)
                try await Recorder().run(certificate: server) { port in
                    try await Wire.open(port, tls: .init(authority: oldAuthority.path)) { wire in
                        await wire.send("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        #expect(await wire.read(until: "path=/1;"))
                        let isOther = try server.replace(certificate: oldPair.certificate, key: oldPair.key)
                        #expect(!isOther)
                        let half = Array(newPair.certificate.prefix(newPair.certificate.count / 2))
                        for (certificate, key) in [
                            (half, newPair.key), ([], newPair.key), (newPair.certificate, []),
                            (newPair.certificate, oldPair.key), (newPair.certificate, Array(newPair.key.prefix(60))),
                        ] {
                            #expect(throws: CertificateFault.self) {
                                try server.replace(certificate: certificate, key: key)
                            }
                        }
                        #expect(try await handshake(port, oldAuthority).contains("Verify return code: 0 (ok)"))
                        #expect(try server.replace(certificate: newPair.certificate, key: newPair.key))
                        #expect(try await handshake(port, newAuthority).contains("Verify return code: 0 (ok)"))
                        #expect(try await !handshake(port, oldAuthority).contains("Verify return code: 0 (ok)"))
                        await wire.send("GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        #expect(await wire.read(until: "path=/2;"))
                    }
                }
            }
        }
    }

    @Test("a client that begins no handshake, or speaks without one, is let go")
    func noHandshake() async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            var limits = TransportLimits()
            limits.handshake = .milliseconds(300)
            try await Recorder().run(certificate: server, limits: limits) { port in
                try await Wire.open(port) { wire in _ = await wire.rest() }
                try await Wire.open(port) { wire in
                    await wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(await !wire.rest().contains("200"))
                }
                try await Wire.open(port) { wire in
                    // The head of a ClientHello that never goes on.
                    await wire.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
                    _ = await wire.rest()
                }
            }
        }
    }
}
