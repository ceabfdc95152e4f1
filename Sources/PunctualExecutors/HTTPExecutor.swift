internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
package import PunctualCore
internal import PunctualSchedule
package import PunctualTracing

/// Makes HTTP calls, held to harmless addresses.
package final class HTTPExecutor: Executor {
    private let egress: EgressGuard
    private let secrets: [WebhookSecret]
    private let ownSecrets: SecretsOfService?
    let spans: Spans
    private let clients: HTTPClients
    /// Bytes of an answer that are kept; the rest is not read.
    package static let outputLimit = 64 * 1024

    /// Finds the secrets that sign the calls of a service; nil when it has none of its own.
    package typealias SecretsOfService = @Sendable (_ service: String) async throws(StoreError) -> [WebhookSecret]?

    /// - Parameters:
    ///   - secrets: each signs every call; several while one replaces another, none for no signature.
    ///   - ownSecrets: in their place for services that have their own.
    ///   - spans: tells traces of the calls.
    package init(
        egress: EgressGuard, secrets: [WebhookSecret] = [], ownSecrets: SecretsOfService? = nil, spans: Spans = .off
    ) {
        self.spans = spans
        self.egress = egress
        clients = HTTPClients(tls: egress.tls)
        self.secrets = secrets
        self.ownSecrets = ownSecrets
    }

    /// Closes every connection; no call may follow.
    package func shutdown() async { await clients.shutdown() }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .http(let target) = attempt.target else {
            return Self.failure("the target is no HTTP call", reason: nil, isRetryable: false)
        }
        // The client's own deadline ends with the answer's head; this one holds for name, connection, head and body.
        return await withTaskGroup(of: AttemptResult?.self) { group in
            group.addTask { await self.call(target, attempt) }
            group.addTask {
                try? await Task.sleep(for: attempt.timeout)  // Ends early when the call has, or was cancelled.
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            if let late = await group.next() ?? nil, late.verdict != .cancelled { return late }
            if Task.isCancelled { return AttemptResult(.cancelled) }
            // Its head may have come.
            return Self.failure(
                "no whole answer within \(attempt.timeout.text)", reason: .timeout, isRetryable: true)
        }
    }

    private func call(_ target: HTTPTarget, _ attempt: AttemptRequest) async -> AttemptResult {
        var signing = secrets
        do throws(StoreError) {
            if let own = try await ownSecrets?(attempt.service) { signing = own }
        } catch {
            return Self.failure("the secret that signs the call cannot be read", reason: nil, isRetryable: true)
        }
        let call: EgressGuard.Call
        do throws(EgressGuard.Refusal) {
            call = try await egress.call(to: target.url, turn: attempt.attempt)
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            return Self.failure(error.description, reason: .connection, isRetryable: error.isRetryable)
        }
        let span = spans.call(
            target.method, url: Self.shown(call.url, hasSecrets: attempt.hasSecrets), host: call.destination.host,
            attempt: attempt.attempt)
        let result = await answer(
            call, request(target, attempt, url: call.url, signing: signing, span: span), target, attempt)
        if let status = result.result.httpStatus { span.answered(status) }
        switch result.verdict {
        case .succeeded: break
        case .cancelled: span.fail("cancelled")
        case .failed(let reason, let error, _, _):
            // Of an answer its status is the error's type.
            let type = result.result.httpStatus.map { "\($0)" } ?? reason?.rawValue ?? "_OTHER"
            span.fail(type, attempt.hasSecrets ? nil : error)
        }
        span.end()
        return result
    }

    /// Makes the call.
    private func answer(
        _ call: EgressGuard.Call, _ request: HTTPClientRequest, _ target: HTTPTarget, _ attempt: AttemptRequest
    ) async -> AttemptResult {
        let client = clients.borrow(for: call.destination)
        defer { clients.giveBack(call.destination) }
        do {
            let deadline = NIODeadline.now() + .milliseconds(attempt.timeout.wholeMilliseconds)
            let response = try await client.execute(request, deadline: deadline)
            let (output, isTruncated) = try await Self.head(of: response.body)
            return Self.judge(target, response, output: output, isTruncated: isTruncated)
        } catch is CancellationError {
            return AttemptResult(.cancelled)
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            if let error = error as? HTTPClientError, error == .deadlineExceeded || error == .readTimeout {
                return Self.failure("no answer within \(attempt.timeout.text)", reason: .timeout, isRetryable: true)
            }
            let isHopeless = error as? HTTPClientError == .invalidURL
            let words = ConnectionWords.words(for: error)
            return Self.failure("\(call.destination.host): \(words)", reason: .connection, isRetryable: !isHopeless)
        }
    }

    private static func failure(_ text: String, reason: ExecutionReason?, isRetryable: Bool) -> AttemptResult {
        AttemptResult(.failed(reason: reason, error: text, isRetryable: isRetryable, retryAfter: nil))
    }

    private static func head(of body: HTTPClientResponse.Body) async throws -> (output: String, isTruncated: Bool) {
        var bytes: [UInt8] = []
        for try await chunk in body {
            bytes.append(contentsOf: chunk.readableBytesView.prefix(outputLimit - bytes.count + 1))
            // Leaving the loop closes the connection; the rest is never read.
            if bytes.count > outputLimit { break }
        }
        let isTruncated = bytes.count > outputLimit
        let kept = bytes.prefix(outputLimit)
        return (OutputText.text(isTruncated ? OutputText.trimmingEnd(kept) : kept), isTruncated)
    }

    private static func judge(
        _ target: HTTPTarget, _ response: HTTPClientResponse, output: String, isTruncated: Bool
    ) -> AttemptResult {
        let status = Int(response.status.code)
        let result = ExecutionResult(httpStatus: status, output: output, outputTruncated: isTruncated)
        if target.expects(status: status) { return AttemptResult(.succeeded, result: result) }
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let isHopeless =
            (300..<400).contains(status) || ((400..<500).contains(status) && ![408, 409, 425, 429].contains(status))
        return AttemptResult(
            .failed(
                reason: .httpStatus, error: "status \(status), expected \(target.expectStatus)",
                isRetryable: !isHopeless,
                retryAfter: response.headers.first(name: "retry-after").flatMap { RetryAfter.pause($0, now: now) }),
            result: result)
    }
}
