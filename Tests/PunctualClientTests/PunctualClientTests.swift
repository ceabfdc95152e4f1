import Foundation
import PunctualClient
import PunctualJSON
import Testing

@Suite("The client", .timeLimit(.minutes(5)))
struct PunctualClientTests {
    /// One call of a client of its own.
    private func call(
        _ address: String, method: String = "GET", path: String = "/api/v1/jobs", query: [(String, String)] = [],
        body: JSONValue? = nil, token: String? = nil, timeoutSeconds: Int64 = 60
    ) async throws -> Result<ClientAnswer, ClientError> {
        let client = PunctualClient(
            address: address, credential: token.map(ClientCredential.token),
            retries: RetryPolicy(attempts: 2, initialMilliseconds: 1, longestMilliseconds: 5),
            timeoutSeconds: timeoutSeconds)
        let result: Result<ClientAnswer, ClientError>
        do throws(ClientError) {
            result = .success(try await client.send(method, path, query: query, body: body))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return result
    }

    /// What a client makes of an answer.
    private func call(
        answered answer: String?, closes: Bool = false, timeoutSeconds: Int64 = 60
    ) async throws -> Result<
        ClientAnswer, ClientError
    > {
        let server = try await RawServer(answer, closes: closes)
        let result = try await call(server.address, timeoutSeconds: timeoutSeconds)
        try await server.close()
        return result
    }

    private func http(_ status: String, _ body: String, _ fields: String = "content-type: application/json") -> String {
        "HTTP/1.1 \(status)\r\n\(fields)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("an answer in the two hundreds comes back with its fields and its JSON")
    func answer() async throws {
        let answer = try await call(answered: http("201 Created", #"{"id":"a"}"#, "ETag: \"1\"\r\nLocation: /x")).get()
        #expect(answer.status == 201 && answer.json == ["id": "a"])
        #expect(
            answer.header("etag") == "\"1\"" && answer.header("location") == "/x" && answer.header("nothing") == nil)
    }

    @Test("an answer without a body has no JSON", arguments: ["HTTP/1.1 204 No Content\r\n\r\n"])
    func empty(_ raw: String) async throws {
        let answer = try await call(answered: raw).get()
        #expect(answer.status == 204 && answer.bytes.isEmpty && answer.json == nil)
    }

    @Test("what is sent: path, query, body, token, each in its place")
    func request() async throws {
        let server = try await RawServer(http("200 OK", "{}"))
        _ = try await call(
            server.address + "/", method: "PATCH", path: "/api/v1/jobs/\(PunctualClient.encode("a/b ü"))",
            query: [("q", "a&b=c d"), ("label", "team=core")], body: ["timeout": "1s"], token: "pk_1"
        ).get()
        try await server.close()
        let lines = server.requests.components(separatedBy: "\r\n")
        #expect(lines[0] == "PATCH /api/v1/jobs/a%2Fb%20%C3%BC?q=a%26b%3Dc%20d&label=team%3Dcore HTTP/1.1")
        let fields = Set(lines.map { $0.lowercased() })
        #expect(fields.contains("content-type: application/merge-patch+json"))
        #expect(fields.contains("authorization: bearer pk_1"))
        #expect(fields.contains("accept: application/json"))
        #expect(lines.last == #"{"timeout":"1s"}"#)
    }

    @Test("a problem of the server is told in its words, every fault with its pointer")
    func problem() async throws {
        let body = """
            {"type":"/docs/problems#validation","title":"The request has faults","status":422,"detail":"2 fields are wrong.",
             "request_id":"r-1","errors":[{"pointer":"/name","detail":"is missing"},{"pointer":"/timeout","detail":"is no duration"}]}
            """
        let result = try await call(
            answered: http("422 Unprocessable Content", body, "content-type: application/problem+json"))
        let error = try #require(result.error)
        #expect(error.status == 422)
        #expect("\(error)" == "2 fields are wrong.\n  /name: is missing\n  /timeout: is no duration\n  request r-1")
    }

    @Test(
        "every refusal keeps its status, with or without a body that can be read",
        arguments: [
            ("401 Unauthorized", "", 401), ("404 Not Found", "<html>nothing</html>", 404), ("409 Conflict", "[]", 409),
            ("412 Precondition Failed", "{}", 412), ("500 Internal Server Error", #"{"detail": 3, "errors": {}}"#, 500),
            ("503 Service Unavailable", #"{"errors": [1, null, {"pointer": 1}]}"#, 503), ("302 Found", "", 302),
            ("429 Too Many Requests", #"{"title":"Slow down"}"#, 429),
        ])
    func refused(_ line: String, _ body: String, _ status: Int) async throws {
        let error = try #require(try await call(answered: http(line, body)).error)
        #expect(error.status == status && !"\(error)".isEmpty)
        #expect(body.contains("title") ? "\(error)" == "Slow down" : true)
    }

    @Test(
        "an answer that is no HTTP, or ends too soon, is an error and no hang",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"cut\":",
            "HTTP/1.1 abc\r\n\r\n", "",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        ])
    func odd(_ raw: String) async throws {
        let error = try #require(try await call(answered: raw, closes: true).error)
        #expect(error.status == nil && "\(error)".contains("http://127.0.0.1:"))
    }

    @Test("a success whose body is no JSON is left to the caller", arguments: ["<html>", "{\"a\":1,}", "\u{FEFF}{}x"])
    func noJSON(_ body: String) async throws {
        let answer = try await call(answered: http("200 OK", body)).get()
        #expect(answer.json == nil && answer.bytes == Array(body.utf8))
    }

    @Test("a server that never answers, or never ends its answer, times out", arguments: [nil, "HTTP/1.1 200 OK\r\n"])
    func timeout(_ answer: String?) async throws {
        let error = try #require(try await call(answered: answer, timeoutSeconds: 1).error)
        guard case .timedOut = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)".contains("did not answer in time"))
    }

    @Test("the time limit covers the body too")
    func slowBody() async throws {
        let raw = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"slow\":"
        let error = try #require(try await call(answered: raw, timeoutSeconds: 1).error)
        guard case .timedOut = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("nobody listening is told at once, in plain words")
    func connectionRefused() async throws {
        let server = try await RawServer(nil)
        let address = server.address
        try await server.close()
        let error = try #require(try await call(address).error)
        #expect("\(error)" == "cannot reach \(address): connection refused")
    }

    @Test(
        "an address that is none, or a host that does not exist, is named",
        arguments: [
            "http://", "nonsense", "ftp://127.0.0.1", "http://host.invalid", "http://127.0.0.1:99999", "http://a b",
        ])
    func badAddress(_ address: String) async throws {
        let error = try #require(try await call(address).error)
        guard case .unreachable(let text) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(text.contains(address) && !text.contains("\n"))
    }
}

extension Result {
    /// The failure; nil for a success.
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
