import Logging
import PunctualHTTP
import Synchronization
import Testing

@testable import PunctualServer

@Suite("What the log says of parts that a node can do without")
struct PartWatchTests {
    private final class Seen: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
    }

    private struct Handler: LogHandler {
        let seen: Seen
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            seen.lines.withLock {
                $0.append(
                    "\(event.level) \(event.metadata?["part"]?.description ?? "") \(event.metadata?["detail"]?.description ?? "well")"
                )
            }
        }
    }

    @Test("one line when it has been unwell for a while, however the reason changes, and one when it is well again")
    func once() {
        let seen = Seen()
        let watch = PartWatch(redis: nil, logger: Logger(label: "parts") { _ in Handler(seen: seen) }) { [] }
        let start = ContinuousClock.now
        func see(_ status: PartHealth.Status, _ detail: String, after seconds: Int) {
            let parts = [
                PartHealth(name: "redis", status: status, detail: detail),
                PartHealth(name: "rabbitmq", status: .ok, detail: ""),
            ]
            watch.note(parts, at: start + .seconds(seconds))
        }
        see(.unavailable, "connecting", after: 0)
        see(.ok, "", after: 1)
        see(.unavailable, "a moment", after: 10)
        see(.ok, "", after: 12)
        #expect(seen.all.isEmpty)
        see(.unavailable, "gone", after: 20)
        see(.unavailable, "refused", after: 23)
        see(.impaired, "no right", after: 30)
        see(.ok, "", after: 40)
        see(.ok, "", after: 41)
        #expect(seen.all == ["warning redis refused", "warning redis well"])
    }
}
