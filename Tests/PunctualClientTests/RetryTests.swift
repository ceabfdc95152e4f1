import Foundation
import PunctualAPI
import PunctualJSON
import Testing

@testable import PunctualClient

@Suite("Calls that are made again", .timeLimit(.minutes(5)))
struct RetryTests {
    private static let quick = RetryPolicy(attempts: 4, initialMilliseconds: 1, longestMilliseconds: 2000)

    /// What a client makes of a server that answers by the script, and what the server was asked.
    private func call(
        _ method: String, _ path: String, key: String? = nil, retries: RetryPolicy = quick,
        _ script: @escaping ScriptedServer.Script
    ) async throws -> (result: Result<ClientAnswer, ClientError>, asked: [Asked]) {
        let server = try await ScriptedServer(script)
        let client = PunctualClient(address: server.address, retries: retries, timeoutSeconds: 60)
        let result: Result<ClientAnswer, ClientError>
        do throws(ClientError) {
            result = .success(
                try await client.send(
                    method, path, body: method == "GET" ? nil : ["a": 1],
                    headers: key.map { [("Idempotency-Key", $0)] } ?? []))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        try await server.close()
        return (result, server.asked)
    }

    private static let jobs = "/api/v1/jobs"
    private static let id = "0197c5a0-0000-7000-8000-000000000001"
    /// A call, and whether it may be made again.
    private static let calls: [(method: String, path: String, isRepeated: Bool)] = [
        ("GET", jobs, true), ("POST", jobs, true), ("POST", "\(jobs)/bulk", true),
        ("POST", "\(jobs)/\(id)/trigger", true), ("POST", "\(jobs)/\(id)/backfill", true),
        ("POST", "/api/v1/executions/\(id)/retry", true), ("POST", "/api/v1/service-accounts", true),
        ("POST", "/api/v1/grants", true),
        ("POST", "\(jobs)/\(id)/pause", false), ("POST", "/api/v1/keys", false), ("POST", "/api/v1/sessions", false),
        ("POST", "/api/v1/users", false), ("POST", "/oauth/token", false), ("POST", "/api/v1/jobs/", false),
        ("POST", "/jobs", false), ("PUT", "\(jobs)/\(id)", false), ("PATCH", "\(jobs)/\(id)", false),
        ("DELETE", "\(jobs)/\(id)", false),
    ]

    @Test(
        "are those that change nothing and those that the server knows by their key, whatever went wrong",
        arguments: calls, ["429 Too Many Requests", "503 Service Unavailable", nil])
    func kinds(_ call: (method: String, path: String, isRepeated: Bool), _ status: String?) async throws {
        let (result, asked) = try await self.call(call.method, call.path) { _, number in
            number == 0 ? status.map { ScriptedServer.answer($0) } : ScriptedServer.answer("200 OK")
        }
        #expect(asked.count == (call.isRepeated ? 2 : 1))
        #expect((try? result.get().status) == (call.isRepeated ? 200 : nil))
        #expect(Set(asked.map(\.key)).count == 1, "a repetition has the key of the first")
        #expect((asked[0].key != nil) == (call.isRepeated && call.method == "POST"))
        #expect(Set(asked.map(\.body)).count == 1)
    }

    @Test("the keys that the client makes are those that the document names")
    func document() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/PunctualHTTP/Resources/openapi.json")
        let document = try JSONValue(parsing: Array(try Data(contentsOf: file)))
        var count = 0
        for path in try #require(document["paths"]?.object).members {
            for operation in path.value.object?.members ?? [] where operation.name == "post" {
                let text = operation.value.description.lowercased()
                let path = path.name.replacing(/\{[a-z_]+\}/, with: "x")
                #expect(IdempotentCalls.takeKey("POST", path) == text.contains("idempotencykey"), "\(path)")
                count += 1
            }
        }
        #expect(count > 20)
    }

    @Test("a key of the caller's own is kept, and makes any call one that may be repeated")
    func ownKey() async throws {
        let (result, asked) = try await call("POST", "/api/v1/other", key: "mine") { _, number in
            number < 3 ? nil : ScriptedServer.answer("201 Created")
        }
        #expect(try result.get().status == 201 && asked.map(\.key) == ["mine", "mine", "mine", "mine"])
    }

    @Test("each call has another key")
    func keys() async throws {
        let first = try await call("POST", Self.jobs) { _, _ in ScriptedServer.answer("201 Created") }.asked[0].key
        let second = try await call("POST", Self.jobs) { _, _ in ScriptedServer.answer("201 Created") }.asked[0].key
        #expect(first != nil && second != nil && first != second)
    }

    @Test("a server that goes on refusing is asked four times, and then its refusal is told")
    func bounded() async throws {
        let (result, asked) = try await call("GET", Self.jobs) { _, _ in
            ScriptedServer.answer("503 Service Unavailable", #"{"detail":"Not now."}"#)
        }
        #expect(asked.count == 4)
        guard case .failure(let error) = result else {
            Issue.record("no refusal")
            return
        }
        #expect(error.status == 503 && "\(error)" == "Not now.")
        #expect(try await call("GET", Self.jobs, retries: .none) { _, _ in nil }.asked.count == 1)
        // Whoever makes no call twice needs no key.
        #expect(try await call("POST", Self.jobs, retries: .none) { _, _ in nil }.asked[0].key == nil)
    }

    @Test("a server is not asked before the time that it names, and not at all when that is far off")
    func retryAfter() async throws {
        let begin = ContinuousClock.now
        let (result, asked) = try await call("GET", Self.jobs) { _, number in
            number == 0
                ? ScriptedServer.answer("429 Too Many Requests", "{}", "Retry-After: 1")
                : ScriptedServer.answer("200 OK")
        }
        #expect(try result.get().status == 200 && asked.count == 2)
        #expect(ContinuousClock.now - begin >= .seconds(1))
        let late = try await call("GET", Self.jobs) { _, _ in
            ScriptedServer.answer("429 Too Many Requests", "{}", "Retry-After: 3600")
        }
        #expect(late.asked.count == 1)
    }

    @Test("a call whose first attempt is still under way is asked for again, but only by who made it")
    func underWay() async throws {
        let busy = ScriptedServer.answer(
            "409 Conflict", #"{"type":"\#(ProblemKind.idempotencyInProgress.type)","status":409}"#)
        let repeated = try await call("POST", Self.jobs) { _, number in
            [nil, busy, ScriptedServer.answer("201 Created")][number]
        }
        #expect(try repeated.result.get().status == 201 && repeated.asked.count == 3)
        #expect(try await call("POST", Self.jobs, key: "theirs") { _, _ in busy }.asked.count == 1)
    }

    @Test(
        "other refusals are told at once", arguments: ["400", "401", "403", "404", "409", "412", "422", "500", "502"])
    func refusals(_ status: String) async throws {
        #expect(try await call("GET", Self.jobs) { _, _ in ScriptedServer.answer("\(status) No") }.asked.count == 1)
    }

    @Test("waits double, are half chance, and end with the last attempt")
    func waits() {
        let policy = RetryPolicy(attempts: 4, initialMilliseconds: 200, longestMilliseconds: 600)
        let shortest = (1...5).map { policy.wait(after: $0, retryAfter: nil, chance: 0) }
        let longest = (1...5).map { policy.wait(after: $0, retryAfter: nil, chance: 1) }
        #expect(shortest == [100, 200, 300, nil, nil] && longest == [200, 400, 600, nil, nil])
        let patient = RetryPolicy(attempts: .max, initialMilliseconds: 200, longestMilliseconds: 15_000)
        #expect(patient.wait(after: 1_000_000, retryAfter: nil, chance: 0.999) ?? 0 <= 15_000)
        #expect(patient.wait(after: 1, retryAfter: 15, chance: 0) == 15_100)
        for strange: Int64 in [16, .max] { #expect(patient.wait(after: 1, retryAfter: strange, chance: 0) == nil) }
        for strange: Int64 in [0, -1, .min] { #expect(patient.wait(after: 1, retryAfter: strange, chance: 0) == 100) }
        #expect(RetryPolicy.none.wait(after: 1, retryAfter: 0, chance: 0) == nil)
    }
}
