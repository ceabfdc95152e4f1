internal import Logging
internal import PunctualHTTP
internal import PunctualRedis
internal import ServiceLifecycle
internal import Synchronization

/// Says in the log when a part that the node can do without is not well, and when it is again: a line each, however its
/// reasons change meanwhile.
final class PartWatch: Service {
    private let redis: Redis?
    private let parts: @Sendable () async -> [PartHealth]
    private let logger: Logger
    private let known = Mutex<[String: Known]>([:])

    /// How long a part must have been unwell before it is told: connections that are being made, and failovers, are no news.
    static let patience = Duration.seconds(3)

    private struct Known {
        var unwellSince: ContinuousClock.Instant?
        var isTold = false
    }

    /// - Parameters:
    ///   - redis: asked whether it is there, since nobody else may ask for a while.
    ///   - parts: how the parts are.
    init(redis: Redis?, logger: Logger, parts: @escaping @Sendable () async -> [PartHealth]) {
        self.redis = redis
        self.logger = logger
        self.parts = parts
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                try? await redis?.ping(within: .seconds(1))  // The client keeps why, and its health tells.
                note(await parts(), at: .now)
                try? await Task.sleep(for: .seconds(1))  // Cancelled, the condition sees it.
            }
        }
    }

    /// Tells what has changed.
    func note(_ parts: [PartHealth], at now: ContinuousClock.Instant) {
        for part in parts {
            let change = known.withLock { known -> Bool? in
                var state = known[part.name] ?? Known()
                defer { known[part.name] = state }
                if part.status == .ok {
                    defer { state = Known() }
                    return state.isTold ? true : nil
                }
                let since = state.unwellSince ?? now
                state.unwellSince = since
                guard !state.isTold, now - since >= PartWatch.patience else { return nil }
                state.isTold = true
                return false
            }
            switch change {
            case nil: break
            case true?: logger.warning("a part of the node is well again", metadata: ["part": "\(part.name)"])
            case false?:
                logger.warning(
                    "a part of the node is not well; the node does without",
                    metadata: [
                        "part": "\(part.name)", "status": "\(part.status.rawValue)", "detail": "\(part.detail)",
                    ])
            }
        }
    }
}
