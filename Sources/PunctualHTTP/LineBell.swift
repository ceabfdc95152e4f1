package import PunctualCore
internal import Synchronization

/// Wakes those who read the output of one execution; losing a ring costs a second, never a line.
package final class LineBell: Sendable {
    private struct State {
        var next = 0
        var readers: [Identifier: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Something came for the execution, or it has ended.
    package func ring(_ execution: Identifier) {
        for reader in state.withLock({ $0.readers[execution]?.values.map { $0 } ?? [] }) { reader.yield() }
    }

    /// A stream that yields after rings; many may be one element.
    func rings(for execution: Identifier) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.readers[execution, default: [:]][state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.readers[execution]?[number] = nil
                if state.readers[execution]?.isEmpty ?? false { state.readers[execution] = nil }
            }
        }
        return stream
    }
}
