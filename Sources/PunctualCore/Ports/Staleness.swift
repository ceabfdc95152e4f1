internal import Synchronization

/// How old what was read may be, for whoever asks.
///
/// A store that answers from a replica notes it here; the API tells it in `Punctual-Staleness`.
public final class Staleness: Sendable {
    /// Where the reads of this task note their age; nil when nobody wants to know.
    @TaskLocal public static var current: Staleness?

    private let most = Mutex<Duration?>(nil)

    public init() {}

    /// The age of the oldest of the answers; nil when all came from the primary.
    public var age: Duration? { most.withLock { $0 } }

    /// Notes that an answer may be so old.
    public func note(_ age: Duration) {
        most.withLock { $0 = max($0 ?? age, age) }
    }
}
