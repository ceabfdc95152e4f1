package import PunctualCore
internal import Synchronization

/// Writes to the audit log for many requests at once: one append is under way at a time, and whatever waits goes together with the next.
package final class AuditLog: Sendable {
    private let store: any AuditStore
    private let state = Mutex(State())
    /// How many drafts go together.
    private static let most = 500

    private struct State {
        var waiting: [Waiting] = []
        var isWriting = false
    }

    private struct Waiting {
        let drafts: [AuditDraft]
        let done: CheckedContinuation<Result<Void, StoreError>, Never>
    }

    package init(store: any AuditStore) { self.store = store }

    /// Returns once the drafts are stored, in order.
    package func append(_ drafts: [AuditDraft]) async throws(StoreError) {
        if drafts.isEmpty { return }
        let result = await withCheckedContinuation { continuation in
            let mustStart = state.withLock { state in
                state.waiting.append(Waiting(drafts: drafts, done: continuation))
                if state.isWriting { return false }
                state.isWriting = true
                return true
            }
            // Awaited by each whose drafts it stores; it ends when nothing waits any more.
            if mustStart { Task { await write() } }
        }
        try result.get()
    }

    private func write() async {
        while true {
            let batch = state.withLock { state in
                var (count, taken) = (0, 0)
                for waiting in state.waiting {
                    count += waiting.drafts.count
                    if taken > 0, count > AuditLog.most { break }
                    taken += 1
                }
                let batch = Array(state.waiting.prefix(taken))
                state.waiting.removeFirst(taken)
                if batch.isEmpty { state.isWriting = false }
                return batch
            }
            if batch.isEmpty { return }
            let result: Result<Void, StoreError>
            do throws(StoreError) {
                _ = try await store.append(batch.flatMap(\.drafts))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            for waiting in batch { waiting.done.resume(returning: result) }
        }
    }
}
