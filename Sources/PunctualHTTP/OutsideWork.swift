internal import PunctualCore
internal import Synchronization

/// What this node knows of work outside of it: when to look for more, and which attempts it has handed out.
package final class OutsideWork: Sendable {
    private let rings: @Sendable () -> Int
    private let ringing: @Sendable (_ behind: Int, _ limit: Duration) async throws -> Void
    /// Until when each attempt that was handed out here may run without being heard of.
    private let handed = Mutex<[Lease: ContinuousClock.Instant]>([:])

    /// - Parameters:
    ///   - rings: how often the bell of outside work has rung.
    ///   - ringing: returns once it has rung more often than `behind` says, or the time is up.
    package init(
        rings: @escaping @Sendable () -> Int,
        ringing: @escaping @Sendable (_ behind: Int, _ limit: Duration) async throws -> Void
    ) {
        self.rings = rings
        self.ringing = ringing
    }

    /// How often work may have come so far; to be read before looking for it.
    var mark: Int { rings() }

    /// Returns when work may have come since the mark, or the time is up.
    func wait(since mark: Int, atMost limit: Duration) async throws { try await ringing(mark, limit) }

    /// Takes what was claimed here, or has told of itself here, for that long.
    func holds(_ leases: [Lease], for duration: Duration) {
        let now = ContinuousClock.now
        handed.withLock { handed in
            for lease in leases { handed[lease] = now + duration }
            // Those that have ended at another node are found out by their time.
            if handed.count > 1024 { handed = handed.filter { $0.value > now } }
        }
    }

    /// Takes what has ended, was given back or is lost.
    func ended(_ leases: [Lease]) {
        handed.withLock { handed in for lease in leases { handed[lease] = nil } }
    }

    /// Whether an attempt that was handed out here may still tell how it ended.
    package var isUnderWay: Bool {
        let now = ContinuousClock.now
        return handed.withLock { $0.values.contains { $0 > now } }
    }
}
