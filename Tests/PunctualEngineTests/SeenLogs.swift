import Logging
import Synchronization

/// What the engine said in its log, in order.
final class SeenLogs: Sendable {
    private let all = Mutex<[String]>([])

    var messages: [String] { all.withLock { $0 } }

    fileprivate func add(_ message: String) { all.withLock { $0.append(message) } }
}

/// Keeps the messages of every level.
struct SeenLogHandler: LogHandler {
    let seen: SeenLogs
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    init(seen: SeenLogs) { self.seen = seen }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { seen.add("\(event.message)") }
}
