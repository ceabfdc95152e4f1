internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import PunctualTracing

extension HTTPExecutor {
    /// What is sent: the job's fields and body, who calls, and a signature for each secret.
    /// - Parameter span: of the call.
    func request(
        _ target: HTTPTarget, _ attempt: AttemptRequest, url: String, signing secrets: [WebhookSecret], span: OpenSpan
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
            let carried = spans.carried(by: span.context)
            for (name, value) in carried { request.headers.replaceOrAdd(name: name, value: value) }
            if carried.isEmpty { request.headers.add(name: "traceparent", value: attempt.carriedTrace) }
        }
        return request
    }

    /// The address as traces may show it: without what stands for secrets more often than not.
    static func shown(_ url: String, hasSecrets: Bool) -> String {
        var text = url.prefix { $0 != "?" && $0 != "#" }
        guard let slashes = text.range(of: "://") else { return "" }
        var place = text[slashes.upperBound...].prefix { $0 != "/" }
        let path = text[place.endIndex...]
        if let at = place.lastIndex(of: "@") { place = place[place.index(after: at)...] }
        text = text[..<slashes.upperBound]
        return "\(text)\(place)\(hasSecrets ? "/REDACTED" : path)"
    }
}
