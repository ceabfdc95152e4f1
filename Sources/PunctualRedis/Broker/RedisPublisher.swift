package import PunctualCore
internal import PunctualSchedule

/// Publishes what jobs have to say to streams, for targets of type `publish`: confirmed, and with what a receiver needs to
/// drop repeats.
package final class RedisPublisher: Executor {
    private let redis: Redis
    private let mostEntries: Int?
    private let patience: Duration
    private let calls = OpenCalls()

    /// - Parameters:
    ///   - redis: may serve others, too, and is theirs to close, after the publisher.
    ///   - mostEntries: the oldest entries of a stream beyond that many are dropped, a few more may stay; nil drops none, since
    ///     only who reads a stream knows what is done with.
    ///   - patience: how long a publish may wait for its confirmation.
    package init(_ redis: Redis, mostEntries: Int? = nil, patience: Duration = .seconds(5)) {
        self.redis = redis
        self.mostEntries = mostEntries
        self.patience = patience
    }

    /// Adds an entry to the stream, which is made if there is none, and waits until Redis has confirmed it.
    /// - Throws: why it did not; `isRetryable` says whether another try is sensible. It may have arrived nevertheless.
    package func publish(
        _ fields: [StreamEntry.Field], to stream: String, within limit: Duration
    ) async throws(BrokerError) {
        if let complaint = RedisPublisher.complaint(about: stream) {
            throw .refused("the destination \(complaint)")
        }
        guard calls.begin(1) else { throw .closed }
        defer { calls.end(1) }
        do throws(RedisError) {
            _ = try await redis.add(to: stream, fields, mostEntries: mostEntries, within: limit)
        } catch {
            throw BrokerError(error, at: redis.settings.place)
        }
    }

    /// What is wrong with a destination; nil when it may exist.
    package static func complaint(about destination: String) -> String? {
        let count = destination.utf8.count
        return (1...512).contains(count) ? nil : "has \(count) bytes; name one of 1 to 512"
    }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        await attempt.published { publication throws(BrokerError) in
            let words = [
                // The same on every attempt, so that the receiver can drop repeats.
                ("id", attempt.executionID.description), ("job", attempt.jobName), ("service", attempt.service),
                ("attempt", "\(attempt.attempt)"), ("scheduled_at", attempt.scheduledAt.description),
                ("content_type", publication.contentType), ("traceparent", attempt.carriedTrace),
            ]
            let fields = words.map { StreamEntry.Field($0, Array($1.utf8)) }
            try await publish(
                fields + [StreamEntry.Field("message", publication.body)], to: publication.destination,
                within: min(attempt.timeout, patience))
        }
    }

    package var health: BrokerHealth {
        let health = redis.health
        let text = "Redis at \(redis.settings.place): \(health.reason ?? "no server is known")"
        // One server of a cluster may be away while others take messages.
        let state: BrokerHealth.State =
            health.isUp ? .up : redis.isCluster && !health.servers.isEmpty ? .impaired(text) : .down(text)
        return BrokerHealth(state: state, unconfirmed: calls.unconfirmed)
    }

    /// Waits until what is being published has its outcome; the client stays open.
    package func close() async { await calls.close() }
}
