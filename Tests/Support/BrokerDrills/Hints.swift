package import PunctualCore
internal import Synchronization

/// The line that tests use when any will do.
package let defaultLine = HintLine(lane: .builtIn, queue: "default")

/// Hints that nobody else has.
package func freshHints(_ count: Int, _ line: HintLine = defaultLine, priority: Int = 5) -> [ExecutionHint] {
    (0..<count).map { _ in
        ExecutionHint(
            executionID: Identifier(high: .random(in: .min ... .max), low: .random(in: .min ... .max)),
            lane: line.lane, queue: line.queue, priority: priority)
    }
}

/// What must come about did not.
package struct NotSo: Error, CustomStringConvertible {
    let what: String
    package init(what: String) { self.what = what }
    package var description: String { "not within a minute: \(what)" }
}

/// Publishes until each is confirmed; for at most a minute.
package func publishAll(_ hints: [ExecutionHint], to broker: any ExecutionBroker) async throws {
    var left = hints
    let end = ContinuousClock.now + .seconds(60)
    while !left.isEmpty {
        let outcomes = await broker.publish(left)
        left = zip(left, outcomes).filter { !$1.isConfirmed }.map(\.0)
        if left.isEmpty { return }
        guard ContinuousClock.now < end else {
            throw NotSo(what: "\(left.count) of \(hints.count) hints are not confirmed: \(outcomes.failures)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Takes until all of these have come, and settles them; for at most a minute.
/// - Returns: all that came.
@discardableResult
package func take(_ hints: [ExecutionHint], from consumer: any HintConsumer) async throws -> [HintDelivery] {
    var missing = Set(hints)
    var taken: [HintDelivery] = []
    // Cancelled when all have come.
    let guardian = Task {
        try await Task.sleep(for: .seconds(60))
        await consumer.close()
    }
    for await batch in consumer.deliveries {
        taken += batch
        await consumer.settle(batch.map(\.done))
        missing.subtract(batch.map(\.hint))
        if missing.isEmpty { break }
    }
    guardian.cancel()
    if !missing.isEmpty { throw NotSo(what: "\(missing.count) of \(hints.count) hints did not come") }
    return taken
}

extension [HintOutcome] {
    /// Why some were not confirmed; one of each text.
    package var failures: Set<String> {
        Set(compactMap { if case .failed(let error) = $0 { error.text } else { nil } })
    }

    package var confirmed: Int { filter(\.isConfirmed).count }
}

/// A value that several tasks change.
package final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    package init(_ value: Value) { self.value = Mutex(value) }

    package func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
}
