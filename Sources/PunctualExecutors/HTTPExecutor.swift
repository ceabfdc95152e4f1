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
    private let clients = Mutex<[EgressGuard.Destination: HTTPClient]>([:])
    /// Bytes of an answer that are kept; the rest is not read.
    package static let outputLimit = 64 * 1024
    private static let clientLimit = 256

    package init(egress: EgressGuard) { self.egress = egress }

    /// Closes every connection; no call may follow.
    package func shutdown() async {
        for client in clients.withLock({ clients in
            defer { clients = [:] }
            return Array(clients.values)
        }) {
            // Connections that will not close politely are dropped with the process.
            try? await client.shutdown()
        }
    }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .http(let target) = attempt.target else {
            return Self.failure("the target is no HTTP call", reason: nil, isRetryable: false)
        }
        let destination: EgressGuard.Destination
        do throws(EgressGuard.Refusal) {
            destination = try await egress.vet(target.url)
        } catch {
            return Self.failure(error.description, reason: .connection, isRetryable: error.isRetryable)
        }
        do {
            let deadline = NIODeadline.now() + .milliseconds(attempt.timeout.wholeMilliseconds)
            let response = try await client(for: destination).execute(request(target, attempt), deadline: deadline)
            let (output, isTruncated) = try await Self.head(of: response.body)
            return Self.judge(target, response, output: output, isTruncated: isTruncated)
        } catch is CancellationError {
            return AttemptResult(.cancelled)
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            if let error = error as? HTTPClientError,
                error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout
            {
                return Self.failure("no answer within \(attempt.timeout.text)", reason: .timeout, isRetryable: true)
            }
            return Self.failure("\(destination.host): \(error)", reason: .connection, isRetryable: true)
        }
    }

    private static func failure(_ text: String, reason: ExecutionReason?, isRetryable: Bool) -> AttemptResult {
        AttemptResult(.failed(reason: reason, error: text, isRetryable: isRetryable, retryAfter: nil))
    }

    /// A client that connects to the vetted address, whatever the name says by then; SNI and certificate keep the name.
    private func client(for destination: EgressGuard.Destination) -> HTTPClient {
        let (client, surplus) = clients.withLock { clients -> (HTTPClient, HTTPClient?) in
            if let client = clients[destination] { return (client, nil) }
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
            configuration.timeout.connect = .seconds(10)
            configuration.dnsOverride = [destination.host: "\(destination.address)"]
            configuration.connectionPool.idleTimeout = .seconds(30)
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            let surplus =
                clients.count >= Self.clientLimit ? clients.keys.first.flatMap { clients.removeValue(forKey: $0) } : nil
            clients[destination] = client
            return (client, surplus)
        }
        if let surplus {
            // Nobody waits for it: it closes as soon as its last call has ended.
            Task { try? await surplus.shutdown() }
        }
        return client
    }

    private func request(_ target: HTTPTarget, _ attempt: AttemptRequest) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: target.url)
        request.method = HTTPMethod(rawValue: target.method)
        for header in target.headers { request.headers.add(name: header.name, value: header.value) }
        switch target.body {
        case .null: break
        case .string(let text): request.body = .bytes(ByteBuffer(string: text))
        case let json:
            if !request.headers.contains(name: "content-type") {
                request.headers.add(name: "content-type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(string: json.description))
        }
        let id = "\(attempt.executionID)"
        request.headers.replaceOrAdd(name: "idempotency-key", value: id)
        request.headers.replaceOrAdd(name: "webhook-id", value: id)
        request.headers.replaceOrAdd(name: "webhook-timestamp", value: "\(Int(Date().timeIntervalSince1970))")
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
