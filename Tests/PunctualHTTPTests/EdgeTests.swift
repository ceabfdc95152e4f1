import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Synchronization
import Testing

@Suite("The edge: compression, bounds, HEAD")
struct EdgeTests {
    @Test(
        "answers over a kibibyte are gzip for whoever accepts it, and unpack to the same",
        arguments: [
            ("gzip", true), ("gzip, deflate, br", true), ("br;q=1, gzip;q=0.5", true), ("*", true), ("GZIP", true),
            ("x-gzip", true), ("identity", false), ("gzip;q=0", false), ("gzip; q=0.0, *", false), ("*;q=0", false),
            ("", false), (";;,,", false), ("gzipped", false),
        ])
    func gzip(accept: String, isPacked: Bool) async throws {
        try await withAPI { client, _ in
            let plain = try await client.send(.get, "/openapi.json")
            let answer = try await client.send(.get, "/openapi.json", headers: [.acceptEncoding: accept])
            #expect((answer.headers[.contentEncoding] == "gzip") == isPacked)
            #expect(answer.headers[.vary] == "Accept-Encoding")
            #expect(answer.headers[.contentLength] == "\(answer.body.readableBytes)")
            if isPacked {
                #expect(answer.body.readableBytes < plain.body.readableBytes / 3)
                #expect(try gunzip(answer.body) == Array(plain.body.readableBytesView))
            } else {
                #expect(answer.body == plain.body)
            }
        }
    }

    @Test(
        "a path that is not there is a page for people, and a problem for programs",
        arguments: [
            ("/nothing", "text/html,application/xhtml+xml,*/*;q=0.8", true), ("/nothing", "*/*", false),
            ("/nothing", "application/json", false), ("/api/v1/nothing", "text/html", false),
        ])
    func missing(path: String, accept: String, isPage: Bool) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.get, path, headers: [.accept: accept])
            #expect(answer.status == 404)
            let text = String(buffer: answer.body)
            #expect(answer.headers[.contentType]?.hasPrefix(isPage ? "text/html" : "application/problem+json") == true)
            #expect(text.contains("There is nothing at this path."))
            #expect(text.contains(#"<a href="/">Overview</a>"#) == isPage)
        }
    }

    @Test("a short answer goes as it is")
    func short() async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.get, "/health/live", headers: [.acceptEncoding: "gzip"])
            #expect(answer.headers[.contentEncoding] == nil)
        }
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        try await APIScene().run(.live) { client in
            let get = try await client.send(.get, "/api/v1/jobs")
            let head = try await client.send(.head, "/api/v1/jobs")
            #expect(head.status == 200)
            #expect(head.headers[.contentLength] == get.headers[.contentLength])
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test("beyond the bound a request is refused at once, and health still answers")
    func bound() async throws {
        var scene = APIScene()
        scene.services.bounds.requests = Bound(0)
        try await scene.run { client in
            let refused = try await client.send(.get, "/api/v1/jobs")
            #expect(refused.status == 429)
            #expect(refused.json["type"] == "/docs/problems#overloaded")
            #expect(refused.headers[.retryAfter] == "1")
            #expect(try await client.send(.get, "/health/live").status == 200)
            #expect(try await client.send(.get, "/health").status == 200)
        }
    }

    @Test("a node whose store takes no writes is not ready, and alive")
    func readiness() async throws {
        var scene = APIScene()
        #expect(try await readiness(of: scene) == 200)
        scene.services.writeFault = { .full("database or disk is full") }
        #expect(try await readiness(of: scene) == 503)
    }

    private func readiness(of scene: APIScene) async throws -> Int {
        let status = Mutex(0)
        try await scene.run { client in
            #expect(try await client.send(.get, "/health/live").status == 200)
            let answer = try await client.send(.get, "/health/ready").status
            status.withLock { $0 = answer }
        }
        return status.withLock { $0 }
    }

    @Test("the age of what a replica answered is told, and no age of what the primary did", arguments: [true, false])
    func staleness(hasReplicas: Bool) async throws {
        var scene = APIScene()
        scene.services.hasReplicas = hasReplicas
        // Stands for a store that answers from a replica.
        scene.services.metricsText = { _ in
            Staleness.current?.note(.milliseconds(1050))
            return ""
        }
        try await scene.run { client in
            let name = try #require(HTTPField.Name("Punctual-Staleness"))
            #expect(try await client.send(.get, "/metrics").headers[name] == (hasReplicas ? "1.050" : nil))
            #expect(try await client.send(.get, "/api/v1/jobs").headers[name] == nil)
        }
    }

    @Test("a bound of one serves one after another for ever")
    func boundIsGivenBack() async throws {
        var scene = APIScene()
        scene.services.bounds.requests = Bound(1)
        try await scene.run { client in
            for path in ["/api/v1/jobs", "/api/v1/jobs/x", "/api/v1/jobs?limit=0", "/api/v1/jobs"] {
                let answer = try await client.send(.get, path)
                #expect(answer.status != 429)
            }
        }
    }

    /// Python's gzip: not the zlib that packed it here.
    private func gunzip(_ body: ByteBuffer) throws -> [UInt8] {
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        python.arguments = [
            "-c", "import sys,gzip; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))",
        ]
        let (input, output) = (Pipe(), Pipe())
        python.standardInput = input
        python.standardOutput = output
        try python.run()
        try input.fileHandleForWriting.write(contentsOf: Data(body.readableBytesView))
        try input.fileHandleForWriting.close()
        let result = try output.fileHandleForReading.readToEnd() ?? Data()
        python.waitUntilExit()
        return Array(result)
    }
}
