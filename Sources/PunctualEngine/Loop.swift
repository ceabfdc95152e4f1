internal import PunctualCore
internal import ServiceLifecycle

/// Repeats the step until the process is asked to stop; a step that waits is cancelled then.
///
/// Without the catch, one sleeping loop that ends would cancel the whole group.
package func repeatUntilShutdown(_ step: @escaping @Sendable () async throws -> Void) async throws {
    do {
        try await cancelWhenGracefulShutdown { while true { try await step() } }
    } catch is CancellationError {}
}

/// Runs a store call with a time limit, so that a connection that swallows everything never stops a loop.
/// - Throws: `.unavailable` when the time is up.
func limited<Value: Sendable>(
    _ limit: Duration, _ call: @escaping @Sendable () async throws(StoreError) -> Value
) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withTaskGroup(of: Result<Value, StoreError>?.self) { group in
        group.addTask {
            do throws(StoreError) { return .success(try await call()) } catch { return .failure(error) }
        }
        group.addTask {
            // Cancelled as soon as the call is back, when nobody looks at this child's answer, or with the whole loop.
            do { try await Task.sleep(for: limit) } catch { return .failure(.cancelled) }
            return nil
        }
        defer { group.cancelAll() }
        return (await group.next() ?? nil) ?? .failure(.unavailable("no answer within \(limit)"))
    }
    return try result.get()
}
