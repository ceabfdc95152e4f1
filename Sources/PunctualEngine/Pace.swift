/// How time passes for a worker's leases and repeated calls; a simulation gives its own.
package struct Pace: Sendable {
    package let now: @Sendable () -> ContinuousClock.Instant
    /// - Throws: `CancellationError`.
    package let sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's monotonic clock.
    package static let real = Pace(now: { .now }, sleep: { try await Task.sleep(for: $0) })
}
