internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension HTTPExecutor {
    /// What is sent: the job's fields and body, who calls, and a signature for each secret.
    func request(
        _ target: HTTPTarget, _ attempt: AttemptRequest, url: String, signing secrets: [WebhookSecret]
    ) -> HTTPClientRequest {
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
}
