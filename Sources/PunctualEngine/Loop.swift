internal import ServiceLifecycle

/// Repeats the step until the process is asked to stop; a step that waits is cancelled then.
///
/// Without the catch, one sleeping loop that ends would cancel the whole group.
package func repeatUntilShutdown(_ step: @escaping @Sendable () async throws -> Void) async throws {
    do {
        try await cancelWhenGracefulShutdown { while true { try await step() } }
    } catch is CancellationError {}
}
