internal import Metrics
internal import Synchronization

/// The timers of requests by method, route and status, each made once: making one is dearer than recording.
final class RequestTimers: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    /// Methods are whatever callers send; the others share one word.
    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Past this, timers are made anew each time.
    private static let limit = 2048
    private let timers = Mutex<[Key: Metrics.Timer]>([:])

    func record(_ took: Duration, method: String, route: String, status: Int) {
        let key = Key(method: Self.methods.contains(method) ? method : "other", route: route, status: status)
        timer(key).record(duration: took)
    }

    private func timer(_ key: Key) -> Metrics.Timer {
        timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Metrics.Timer(
                label: "punctual_http_request_duration_seconds",
                dimensions: [("method", key.method), ("route", key.route), ("status_code", "\(key.status)")])
            if timers.count < RequestTimers.limit { timers[key] = timer }
            return timer
        }
    }
}
