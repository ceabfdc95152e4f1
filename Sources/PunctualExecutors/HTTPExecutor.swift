internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// Makes HTTP calls, held to harmless addresses.
package final class HTTPExecutor: Executor {
    private let egress: EgressGuard
    private let secrets: [WebhookSecret]
    private let clients = Mutex<[EgressGuard.Destination: Slot]>([:])
    /// Bytes of an answer that are kept; the rest is not read.
    package static let outputLimit = 64 * 1024
    private static let clientLimit = 256

    private struct Slot {
        let client: HTTPClient
        var calls = 0
    }

    /// - Parameter secrets: each signs every call; several while one replaces another, none for no signature.
    package init(egress: EgressGuard, secrets: [WebhookSecret] = []) {
        self.egress = egress
        self.secrets = secrets
    }

    /// Closes every connection; no call may follow.
    package func shutdown() async {
        for client in clients.withLock({ clients in
            defer { clients = [:] }
            return clients.values.map(\.client)
        }) {
            // Connections that will not close politely are dropped with the process.
            try? await client.shutdown()
        }
    }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .http(let target) = attempt.target else {
            return Self.failure("the target is no HTTP call", reason: nil, isRetryable: false)
        }
        // The client's own deadline ends with the answer's head; this one holds for name, connection, head and body.
        return await withTaskGroup(of: AttemptResult?.self) { group in
            group.addTask { await self.call(target, attempt) }
            group.addTask {
                // Ends early only when the call has ended or the attempt was cancelled.
                try? await Task.sleep(for: attempt.timeout)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            if let late = await group.next() ?? nil, late.verdict != .cancelled { return late }
            if Task.isCancelled { return AttemptResult(.cancelled) }
            return Self.failure("no whole answer within \(attempt.timeout.text)", reason: .timeout, isRetryable: true)
        }
    }

    private func call(_ target: HTTPTarget, _ attempt: AttemptRequest) async -> AttemptResult {
        let call: EgressGuard.Call
        do throws(EgressGuard.Refusal) {
            call = try await egress.call(to: target.url)
        } catch {
            return Self.failure(error.description, reason: .connection, isRetryable: error.isRetryable)
        }
        let client = borrowClient(for: call.destination)
        defer { giveBackClient(for: call.destination) }
        do {
            let deadline = NIODeadline.now() + .milliseconds(attempt.timeout.wholeMilliseconds)
            let response = try await client.execute(request(target, attempt, url: call.url), deadline: deadline)
            let (output, isTruncated) = try await Self.head(of: response.body)
            return Self.judge(target, response, output: output, isTruncated: isTruncated)
        } catch is CancellationError {
            return AttemptResult(.cancelled)
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            if let error = error as? HTTPClientError, error == .deadlineExceeded || error == .readTimeout {
                return Self.failure("no answer within \(attempt.timeout.text)", reason: .timeout, isRetryable: true)
            }
            return Self.failure("\(call.destination.host): \(error)", reason: .connection, isRetryable: true)
        }
    }

    private static func failure(_ text: String, reason: ExecutionReason?, isRetryable: Bool) -> AttemptResult {
        AttemptResult(.failed(reason: reason, error: text, isRetryable: isRetryable, retryAfter: nil))
    }

    /// A client that connects to the vetted address, whatever the name says by then; SNI and certificate keep the name.
    private func borrowClient(for destination: EgressGuard.Destination) -> HTTPClient {
        let (client, surplus) = clients.withLock { clients -> (HTTPClient, HTTPClient?) in
            if let slot = clients[destination] {
                clients[destination]?.calls += 1
                return (slot.client, nil)
            }
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
            configuration.timeout.connect = .seconds(10)
            configuration.dnsOverride = [destination.host: "\(destination.address)"]
            configuration.connectionPool.idleTimeout = .seconds(30)
            // The job's retry policy tries again, and says so in the history.
            configuration.connectionPool.retryConnectionEstablishment = false
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            // A busy client is never closed; so there are at most `clientLimit` idle ones, and one for each call.
            let idle = clients.count >= Self.clientLimit ? clients.first { $0.value.calls == 0 }?.key : nil
            let surplus = idle.flatMap { clients.removeValue(forKey: $0)?.client }
            clients[destination] = Slot(client: client, calls: 1)
            return (client, surplus)
        }
        if let surplus {
            // Nobody waits for it: it has no calls, only idle connections to close; failing to close them loses nothing.
            Task { try? await surplus.shutdown() }
        }
        return client
    }

    private func giveBackClient(for destination: EgressGuard.Destination) {
        clients.withLock { $0[destination]?.calls -= 1 }
    }

    private func request(_ target: HTTPTarget, _ attempt: AttemptRequest, url: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: target.method)
        for header in target.headers { request.headers.add(name: header.name, value: header.value) }
        var body = ""
        switch target.body {
        case .null: break
        case .string(let text): body = text
        case let json:
            if !request.headers.contains(name: "content-type") {
                request.headers.add(name: "content-type", value: "application/json")
            }
            body = json.description
        }
        if target.body != .null { request.body = .bytes(ByteBuffer(string: body)) }
        let id = "\(attempt.executionID)"
        request.headers.replaceOrAdd(name: "idempotency-key", value: id)
        request.headers.replaceOrAdd(name: "webhook-id", value: id)
        let timestamp = Int(Date().timeIntervalSince1970)
        request.headers.replaceOrAdd(name: "webhook-timestamp", value: "\(timestamp)")
        request.headers.remove(name: "webhook-signature")
        if !secrets.isEmpty {
            let signatures = secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }
            request.headers.add(name: "webhook-signature", value: signatures.joined(separator: " "))
        }
        request.headers.replaceOrAdd(name: "punctual-attempt", value: "\(attempt.attempt)")
        request.headers.replaceOrAdd(name: "punctual-scheduled-at", value: "\(attempt.scheduledAt)")
        if !request.headers.contains(name: "user-agent") { request.headers.add(name: "user-agent", value: "punctual") }
        if !request.headers.contains(name: "traceparent") {
            request.headers.add(name: "traceparent", value: Self.traceparent())
        }
        return request
    }

    /// A fresh W3C trace context, not sampled.
    private static func traceparent() -> String {
        func hex(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return "00-\(hex(.random(in: 1 ... .max)))\(hex(.random(in: .min ... .max)))-\(hex(.random(in: 1 ... .max)))-00"
    }

    private static func head(of body: HTTPClientResponse.Body) async throws -> (output: String, isTruncated: Bool) {
        var bytes: [UInt8] = []
        for try await chunk in body {
            bytes.append(contentsOf: chunk.readableBytesView.prefix(outputLimit - bytes.count + 1))
            // Leaving the loop closes the connection; the rest is never read.
            if bytes.count > outputLimit { break }
        }
        return (String(decoding: bytes.prefix(outputLimit), as: UTF8.self), bytes.count > outputLimit)
    }

    private static func judge(
        _ target: HTTPTarget, _ response: HTTPClientResponse, output: String, isTruncated: Bool
    ) -> AttemptResult {
        let status = Int(response.status.code)
        let result = ExecutionResult(httpStatus: status, output: output, outputTruncated: isTruncated)
        if target.expects(status: status) { return AttemptResult(.succeeded, result: result) }
        let isHopeless =
            (300..<400).contains(status) || ((400..<500).contains(status) && ![408, 409, 425, 429].contains(status))
        return AttemptResult(
            .failed(
                reason: .httpStatus, error: "status \(status), expected \(target.expectStatus)",
                isRetryable: !isHopeless,
                retryAfter: response.headers.first(name: "retry-after").flatMap { retryAfter($0, now: Date()) }),
            result: result)
    }

    /// The pause that a `Retry-After` field asks for: seconds, or an HTTP date.
    static func retryAfter(_ text: String, now: Date) -> Duration? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            return .seconds(min(Int(text) ?? 86_400, 86_400))
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.date(from: text).map { .seconds(max(0, $0.timeIntervalSince(now).rounded(.up))) }
    }
}
