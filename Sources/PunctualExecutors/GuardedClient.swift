internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Makes small calls of the node's own, held to harmless addresses like those of jobs: no redirects, no proxies, one answer
/// within its limits.
package final class GuardedClient: Sendable {
    private let egress: EgressGuard
    private let limit: Duration
    private let mostBytes: Int
    private let clients: HTTPClients

    /// - Parameters:
    ///   - limit: the longest that a call may take, from the name's address to the last byte.
    ///   - mostBytes: of an answer; a longer one fails.
    package init(egress: EgressGuard, limit: Duration, mostBytes: Int) {
        self.egress = egress
        clients = HTTPClients(tls: egress.tls)
        self.limit = limit
        self.mostBytes = mostBytes
    }

    /// What was answered.
    package struct Answer: Sendable {
        package let status: Int
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]
    }

    /// Why there is no answer.
    package enum Failure: Error, Hashable, Sendable {
        /// The call was not made or broke off: why.
        case unreachable(String)
        case oversized
    }

    /// Closes every connection; no call may follow.
    package func shutdown() async { await clients.shutdown() }

    /// Makes one call.
    /// - Parameter body: nil for a request without one.
    package func call(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: String? = nil
    ) async throws(Failure) -> Answer {
        let result = await withTaskGroup(of: Result<Answer, Failure>.self) { group in
            group.addTask { await self.answer(method, url, headers, body) }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)  // Ends early only when nobody waits for it any more.
                return .failure(.unreachable("it does not answer within \(limit)"))
            }
            let first = await group.next() ?? .failure(.unreachable("it was not called"))
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private func answer(
        _ method: String, _ url: String, _ headers: [(name: String, value: String)], _ body: String?
    ) async -> Result<Answer, Failure> {
        let call: EgressGuard.Call
        do throws(EgressGuard.Refusal) { call = try await egress.call(to: url) } catch {
            return .failure(.unreachable(error.description))
        }
        let client = clients.borrow(for: call.destination)
        defer { clients.giveBack(call.destination) }
        var request = HTTPClientRequest(url: call.url)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "user-agent", value: "punctual")
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(Int64(limit / .nanoseconds(1))))
            var bytes: [UInt8] = []
            for try await chunk in response.body {
                // Leaving closes the connection; the rest is never read.
                if bytes.count + chunk.readableBytes > mostBytes { return .failure(.oversized) }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
            return .success(
                Answer(
                    status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
                    body: bytes))
        } catch {
            return .failure(.unreachable("\(call.destination.host): \(error)"))
        }
    }
}
