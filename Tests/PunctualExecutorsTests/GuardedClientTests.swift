import PunctualCore
import Testing

@testable import PunctualExecutors

@Suite("The node's own calls")
struct GuardedClientTests {
    /// Calls a server of its own that answers so.
    private func call(
        _ answer: LoopbackServer.Answer, egress: EgressGuard = toLoopback, limit: Duration = .seconds(60),
        body: String? = nil
    ) async throws -> (result: Result<GuardedClient.Answer, GuardedClient.Failure>, requests: [String]) {
        let server = try await LoopbackServer(answer)
        let client = GuardedClient(egress: egress, limit: limit, mostBytes: 1000)
        let result: Result<GuardedClient.Answer, GuardedClient.Failure>
        do throws(GuardedClient.Failure) {
            result = .success(
                try await client.call(
                    body == nil ? "GET" : "POST", "http://127.0.0.1:\(server.port)/a?b", headers: [("x-a", "b")],
                    body: body))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        await server.stop()
        return (result, server.requests)
    }

    @Test("one is sent as it was asked for, and its answer is whole")
    func good() async throws {
        let text = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\ncache-control: max-age=7\r\n\r\nok"
        let (result, requests) = try await call(.text(text), body: "a=b")
        let answer = try result.get()
        #expect(answer.status == 201 && answer.body == Array("ok".utf8))
        #expect(answer.headers.contains { $0.name.lowercased() == "cache-control" && $0.value == "max-age=7" })
        #expect(requests.count == 1 && requests[0].hasPrefix("POST /a?b HTTP/1.1\r\n"))
        #expect(requests[0].hasSuffix("\r\n\r\na=b") && requests[0].contains("x-a: b"))
    }

    @Test("a redirect is an answer like any other, and nobody follows it")
    func redirect() async throws {
        let text = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
        let (result, requests) = try await call(.text(text))
        #expect(try result.get().status == 302 && requests.count == 1)
    }

    @Test("an answer past its cap is none, whether it has an end or not")
    func oversized() async throws {
        let body = String(repeating: "x", count: 1001)
        for answer: LoopbackServer.Answer in [
            .text("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n\(body)"),
            .endless(
                head: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                chunk: "1000\r\n\(String(repeating: "y", count: 4096))\r\n"),
        ] {
            let (result, _) = try await call(answer)
            #expect(throws: GuardedClient.Failure.oversized) { try result.get().status }
        }
        let fit = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n\(body.dropLast())"
        #expect(try await call(.text(fit)).result.get().body.count == 1000)
    }

    @Test("an answer that does not come, or not whole, ends in time")
    func late() async throws {
        for answer: LoopbackServer.Answer in [
            .silence, .drip(head: "HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n"),
        ] {
            let (result, _) = try await call(answer, limit: .seconds(1))
            guard case .failure = result else {
                Issue.record("answered: \(result)")
                continue
            }
        }
        let (result, _) = try await call(.hangUp("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx"))
        #expect(throws: GuardedClient.Failure.self) { try result.get() }
    }

    @Test("an address that is not opened is not called")
    func refused() async throws {
        let (result, requests) = try await call(.silence, egress: EgressGuard(allowed: []))
        guard case .failure(.unreachable(let reason)) = result else {
            Issue.record("called: \(result)")
            return
        }
        #expect(reason.contains("not a public address") && requests.isEmpty)
    }
}
