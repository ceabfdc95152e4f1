import HummingbirdTesting
import PunctualHTTP
import PunctualJSON
import Testing

@Suite("Without access control, pages of other sites stay out", .timeLimit(.minutes(10)))
struct LocalDoorTests {
    /// What a browser's request with these fields is answered: the status, and the problem's type.
    private static func answer(_ fields: String, path: String, _ port: Int) async throws -> (Int, JSONValue?) {
        let text = try await Wire.open(port) { wire in
            await wire.send(
                "POST \(path) HTTP/1.1\r\n\(fields)Content-Type: application/json\r\nContent-Length: \(least.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(least)")
            return await wire.rest()
        }
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        let status = parts.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, parts.count == 2 ? try JSONValue(parsing: parts[1])["type"] : nil)
    }

    @Test(
        "the host that is called is this machine, by a name that leads nowhere else",
        arguments: [
            ("localhost", true), ("LocalHost:8640", true), ("127.0.0.1:80", true), ("127.9.9.9", true),
            ("[::1]:1", true),
            ("[::ffff:127.0.0.1]", true), ("evil.example", false), ("evil.example:8640", false), ("10.0.0.1", false),
            ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("[::2]", false),
            ("[::1].evil", false),
            ("127.0.0.1@evil.example", false), ("localhost:80:80", false), ("2130706433", false), ("[::1", false),
        ])
    func hosts(host: String, isLetIn: Bool) async throws {
        var scene = APIScene()
        scene.services.doorkeeper.localDoor = LocalDoor(origins: [])
        try await scene.run(.live) { client in
            let port = try #require(client.port)
            let (status, type) = try await Self.answer("Host: \(host)\r\n", path: "/api/v1/jobs", port)
            if isLetIn {
                #expect(status == 201)
            } else {
                // What is no host at all is turned away before.
                #expect(status == 400 || (status == 403 && type == "/docs/problems#host_not_allowed"), "\(status)")
            }
        }
    }

    @Test(
        "an origin that is told is the same, or one of the settings",
        arguments: [
            ("http://127.0.0.1:8640", true), ("https://127.0.0.1:8640", true), ("https://app.example.com", true),
            ("https://evil.example", false), ("http://127.0.0.1:8641", false), ("http://localhost:8640", false),
            ("null", false), ("http://127.0.0.1", false), ("", false),
        ])
    func origins(origin: String, isLetIn: Bool) async throws {
        var scene = APIScene()
        scene.services.doorkeeper.localDoor = LocalDoor(origins: ["https://app.example.com"])
        try await scene.run(.live) { client in
            let port = try #require(client.port)
            let fields = "Host: 127.0.0.1:8640\r\nOrigin: \(origin)\r\n"
            #expect(try await Self.answer(fields, path: "/api/v1/jobs", port).0 == (isLetIn ? 201 : 403))
        }
    }

    @Test("probes are answered whatever they are called by")
    func probes() async throws {
        var scene = APIScene()
        scene.services.doorkeeper.localDoor = LocalDoor(origins: [])
        try await scene.run(.live) { client in
            let port = try #require(client.port)
            let text = try await Wire.open(port) { wire in
                await wire.send("GET /health/live HTTP/1.1\r\nHost: node-1.internal\r\nConnection: close\r\n\r\n")
                return await wire.rest()
            }
            #expect(text.hasPrefix("HTTP/1.1 200 "))
        }
    }
}
