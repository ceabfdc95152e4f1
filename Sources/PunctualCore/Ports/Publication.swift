internal import PunctualJSON

/// What a target of type `publish` says, and where, whatever the broker.
public struct Publication: Hashable, Sendable {
    /// In the broker's own form.
    public let destination: String
    public let contentType: String
    public let body: [UInt8]
}

extension AttemptRequest {
    /// Runs a target of type `publish`: a text goes out as it is, anything else as JSON.
    /// - Parameter send: returns once the broker has confirmed it. What it throws is the attempt's failure; it may have
    ///   arrived nevertheless.
    public func published(
        by send: (Publication) async throws(BrokerError) -> Void
    ) async -> AttemptResult {
        do throws(BrokerError) {
            guard case .publish(_, let destination, let content) = target else {
                throw .refused("the target publishes nothing")
            }
            var (contentType, text) = ("application/json", content.description)
            if case .string(let plain) = content { (contentType, text) = ("text/plain; charset=utf-8", plain) }
            try await send(Publication(destination: destination, contentType: contentType, body: Array(text.utf8)))
            return AttemptResult(.succeeded)
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            let isAboutTheWay =
                switch error {
                case .unavailable, .full: true
                case .barred, .refused, .closed: false
                }
            return AttemptResult(
                .failed(
                    reason: isAboutTheWay ? .connection : nil, error: error.text, isRetryable: error.isRetryable,
                    retryAfter: nil))
        }
    }
}
