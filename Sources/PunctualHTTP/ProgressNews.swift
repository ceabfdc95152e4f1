internal import PunctualAPI
package import PunctualCore
internal import Synchronization

/// Tells the event log how far executions are, each at most once a second, and what was told last in any case.
package final class ProgressNews: Sendable {
    private let log: EventLog
    /// Of those that were told of within the last second: what came since, or nil.
    private let state = Mutex<[Identifier: Execution?]>([:])
    static let pause = Duration.seconds(1)

    package init(log: EventLog) { self.log = log }

    /// An execution with what it has just told of itself.
    package func tell(_ execution: Execution) {
        let mustTell = state.withLock { state in
            let isFirst = state[execution.id] == nil
            state[execution.id] = .some(isFirst ? nil : execution)
            return isFirst
        }
        guard mustTell else { return }
        log.publish(.executionUpdated, execution)
        Task { await self.follow(execution.id) }  // Nobody's: it ends a second after the last news of this execution.
    }

    /// The execution has ended, which is told otherwise.
    package func ended(_ execution: Identifier) {
        state.withLock { if $0[execution] != nil { $0[execution] = .some(nil) } }
    }

    /// Tells once a second what has come meanwhile, until nothing has.
    private func follow(_ id: Identifier) async {
        while true {
            try? await Task.sleep(for: ProgressNews.pause)  // Never cancelled: the task is nobody's.
            let isOver = state.withLock { state in
                guard let known = state[id], let waiting = known else {
                    state[id] = nil
                    return true
                }
                state[id] = .some(nil)
                // Under the lock, so that it comes before the news of the end.
                log.publish(.executionUpdated, waiting)
                return false
            }
            if isOver { return }
        }
    }
}
