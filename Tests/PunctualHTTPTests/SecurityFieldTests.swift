import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualHTTP
import PunctualJSON
import Testing

@Suite("Fields that keep browsers and caches in check")
struct SecurityFieldTests {
    private static let allow = HTTPField.Name("Access-Control-Allow-Origin")!
    private static let expose = HTTPField.Name("Access-Control-Expose-Headers")!
    private static let credentials = HTTPField.Name("Access-Control-Allow-Credentials")!
    private static let wanted = HTTPField.Name("Access-Control-Request-Method")!

    @Test(
        "every answer says what it is and what it is not, refusals too",
        arguments: [
            "/", "/docs", "/docs/docs.css", "/openapi.json", "/health", "/metrics", "/api/v1/jobs", "/api/v1/jobs/x",
            "/nowhere",
        ])
    func everywhere(path: String) async throws {
        try await withAPI { client, _ in
            for method in [HTTPRequest.Method.get, .delete] {
                let answer = try await client.send(method, path)
                let isPage = answer.headers[.contentType]?.hasPrefix("text/html") == true
                #expect(answer.headers[HTTPField.Name("X-Content-Type-Options")!] == "nosniff")
                let isView = path == "/" && method == .get
                #expect(
                    answer.headers[HTTPField.Name("Referrer-Policy")!] == (isView ? "same-origin" : "no-referrer"))
                #expect(answer.headers[.strictTransportSecurity] == nil, "there is no TLS")
                #expect((answer.headers[HTTPField.Name("X-Frame-Options")!] == "DENY") == isPage)
                if isPage {
                    #expect(answer.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
                }
                let isDocument = answer.headers[.eTag] != nil
                let kept = isView ? "private, no-cache" : isDocument ? "no-cache" : "no-store"
                #expect(answer.headers[.cacheControl] == kept)
            }
        }
    }

    @Test(
        "over TLS browsers are told to stay with it, but for the name that nobody owns",
        arguments: [("api.example.com", true), ("localhost", false), ("LOCALHOST:8640", false)])
    func strict(host: String, isTold: Bool) async throws {
        var scene = APIScene()
        scene.services.isSecure = true
        try await scene.run(.live) { client in
            let port = try #require(client.port)
            let answer = try await Wire.open(port) { wire in
                await wire.send("GET /health/live HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                return await wire.rest()
            }
            #expect(answer.lowercased().contains("strict-transport-security: max-age=31536000\r\n") == isTold)
        }
    }

    private func withOrigins(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        var scene = APIScene()
        scene.services.crossOrigin = CrossOrigin(origins: ["https://app.example.com", "http://127.0.0.1:5173"])
        try await scene.run { try await body($0) }
    }

    @Test("a browser learns what a named origin may send; cookies are never let in")
    func preflight() async throws {
        try await withOrigins { client in
            for origin in ["https://app.example.com", "http://127.0.0.1:5173"] {
                let answer = try await client.send(
                    .options, "/api/v1/jobs/0", headers: [.origin: origin, Self.wanted: "PUT"])
                #expect(answer.status == 204 && answer.body.readableBytes == 0)
                #expect(answer.headers[Self.allow] == origin)
                #expect(
                    answer.headers[HTTPField.Name("Access-Control-Allow-Methods")!] == "DELETE, GET, HEAD, PATCH, PUT")
                let fields = answer.headers[HTTPField.Name("Access-Control-Allow-Headers")!] ?? ""
                for field in ["Authorization", "Content-Type", "Idempotency-Key", "If-Match"] {
                    #expect(fields.contains(field))
                }
                #expect(answer.headers[Self.credentials] == nil)
                #expect(answer.headers[.vary]?.contains("Origin") == true)
            }
            let nowhere = try await client.send(
                .options, "/nowhere", headers: [.origin: "https://app.example.com", Self.wanted: "GET"])
            #expect(nowhere.status == 404)
        }
    }

    @Test("answers are shown to pages of named origins, refusals too, and each says that it depends on the origin")
    func shown() async throws {
        try await withOrigins { client in
            for (path, status) in [("/api/v1/jobs", 200), ("/api/v1/jobs/x", 404), ("/nowhere", 404)] {
                let answer = try await client.send(.get, path, headers: [.origin: "https://app.example.com"])
                #expect(answer.status == status)
                #expect(answer.headers[Self.allow] == "https://app.example.com")
                #expect(answer.headers[Self.credentials] == nil)
                for field in ["ETag", "Location", "RateLimit", "Punctual-Staleness", "X-Request-Id", "Retry-After"] {
                    #expect(answer.headers[Self.expose]?.contains(field) == true)
                }
                #expect(answer.headers[.vary]?.contains("Origin") == true)
            }
            let packed = try await client.send(.get, "/openapi.json", headers: [.acceptEncoding: "gzip"])
            #expect(packed.headers[.vary] == "Accept-Encoding, Origin")
        }
    }

    @Test(
        "no other origin is let in, however close its name",
        arguments: [
            "https://app.example.com.evil.net", "https://evil.net", "http://app.example.com",
            "https://app.example.com:444",
            "https://APP.example.com", "null", "*", "https://app.example.com/", "https://xapp.example.com", "",
        ])
    func others(origin: String) async throws {
        try await withOrigins { client in
            let answer = try await client.send(.get, "/api/v1/jobs", headers: [.origin: origin])
            #expect(answer.headers[Self.allow] == nil && answer.headers[Self.expose] == nil)
            #expect(answer.headers[.vary]?.contains("Origin") == true)
            let asked = try await client.send(
                .options, "/api/v1/jobs", headers: [.origin: origin, Self.wanted: "POST"])
            #expect(asked.status == 405 && asked.headers[Self.allow] == nil)
        }
    }

    @Test("without the setting nothing of it is said")
    func off() async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.get, "/api/v1/jobs", headers: [.origin: "https://app.example.com"])
            #expect(answer.headers[Self.allow] == nil && answer.headers[.vary] == nil)
        }
    }

    @Test(
        "an origin is written as browsers write it",
        arguments: [
            ("https://app.example.com", true), ("http://localhost:3000", true), ("http://[::1]:3000", true),
            ("https://[2001:db8::1]", true), ("https://127.0.0.1", true), ("*", false), ("null", false), ("", false),
            ("https://*.example.com", false), ("https://app.example.com/", false), ("app.example.com", false),
            ("https://App.example.com", false), ("https://app.example.com:443", false), ("http://a:80", false),
            ("https://a:0", false), ("https://a:65536", false), ("https://a:", false), ("https://", false),
            ("https://:80", false), ("https://u@a", false), ("ftp://a", false), ("https://a b", false),
            ("http://[::1", false), ("http://::1", false), ("https://[]", false),
        ])
    func origins(text: String, isOne: Bool) {
        #expect(CrossOrigin.isOrigin(text) == isOne)
    }

    @Test("an answer that hands out a secret, or goes to a browser that another site may have sent, is not packed")
    func breach() async throws {
        try await withAPI { client, _ in
            let site = HTTPField.Name("Sec-Fetch-Site")!
            let packed: [(HTTPFields, Bool)] = [
                ([.acceptEncoding: "gzip"], true),
                ([.acceptEncoding: "gzip", .cookie: "a=b"], false),
                ([.acceptEncoding: "gzip", .cookie: "a=b", site: "cross-site"], false),
                ([.acceptEncoding: "gzip", .cookie: "a=b", site: "same-site"], false),
                ([.acceptEncoding: "gzip", .cookie: "a=b", site: "same-origin"], true),
                ([.acceptEncoding: "gzip", site: "cross-site"], true),
            ]
            for (fields, isPacked) in packed {
                let answer = try await client.send(.get, "/openapi.json", headers: fields)
                #expect((answer.headers[.contentEncoding] == "gzip") == isPacked, "\(fields)")
            }
        }
    }

    @Test("a body over the bound goes as it is")
    func large() async throws {
        for (bytes, isPacked) in [(2_097_152, true), (2_097_153, false)] {
            var scene = APIScene()
            scene.services.metricsText = { _ in String(repeating: "a", count: bytes) }
            try await scene.run { client in
                let answer = try await client.send(.get, "/metrics", headers: [.acceptEncoding: "gzip"])
                #expect((answer.headers[.contentEncoding] == "gzip") == isPacked)
            }
        }
    }

    @Test(
        "a packed body is refused, whatever packs it",
        arguments: ["gzip", "br", "deflate", "zstd", "gzip, gzip", "GZIP", "x"])
    func packedRequest(coding: String) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.post, "/api/v1/jobs", least, headers: [.contentEncoding: coding])
            #expect(answer.status == 415)
        }
    }
}
