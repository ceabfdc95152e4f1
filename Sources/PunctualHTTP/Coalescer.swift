internal import Synchronization

/// What many ask for at the same moment, made once for all of them.
///
/// One making of a key is under way at a time; those who come meanwhile share the next one. So whoever asks because he heard of a
/// change is told what was read after it, and a crowd costs two makings, however large it is. `SharedAnswer` is for what may be
/// some time old.
final class Coalescer<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let lines = Mutex<[Key: Line]>([:])

    private struct Line {
        /// Under way.
        var current: Task<Value, any Error>
        /// Begins when `current` has ended.
        var next: Task<Value, any Error>?
    }

    /// - Parameter make: what of those who share a making the first one brought is called.
    func value(of key: Key, _ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = lines.withLock { lines -> Task<Value, any Error> in
            if let next = lines[key]?.next { return next }
            let before = lines[key]?.current
            // Awaited by each who shares it; who goes away meanwhile does not end it for the others.
            let task = Task {
                if let before { await self.follow(before, key) }
                defer { self.end(key) }
                return try await make()
            }
            if before == nil { lines[key] = Line(current: task) } else { lines[key]?.next = task }
            return task
        }
        return try await task.value
    }

    /// Waits for its turn; from then on nobody joins any more.
    private func follow(_ before: Task<Value, any Error>, _ key: Key) async {
        _ = await before.result
        lines.withLock { lines in
            guard let next = lines[key]?.next else { return }
            lines[key] = Line(current: next)
        }
    }

    private func end(_ key: Key) {
        lines.withLock { lines in if lines[key]?.next == nil { lines[key] = nil } }
    }
}
