package import PunctualAPI
package import PunctualCore
package import PunctualSchedule
internal import Synchronization

/// The newest events of this process, for `GET /events`.
///
/// Readers hold a place in it and nothing else, so a slow one costs no memory; one that falls behind the oldest event
/// kept is told to begin anew.
package final class EventLog: Sendable {
    enum Subject: Sendable {
        case job(Job)
        case execution(Execution)
    }

    struct Event: Sendable {
        let number: Int
        let kind: EventKind
        let subject: Subject
    }

    /// What a reader gets: the events after its place, or the news that its place is gone.
    enum Reading {
        case events([Event])
        case lost
    }

    fileprivate struct State {
        /// A ring: the event of number n stands at n % capacity.
        var ring: [Event] = []
        var next = 0
        var nextReader = 0
        /// Told what the events make stale of what is kept, before the first reader has them.
        var stale: (@Sendable ([String]) -> Void)?
        /// The number of the first event of which it has not been told.
        var nextUntold = 0
        var readers: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    /// Tells this process's numbers from those of another life of the node.
    let epoch: String
    private let capacity: Int
    /// Counts what it is told.
    let minutes = MinuteFigures()
    private let state = Mutex(State())

    /// - Parameter capacity: events kept for readers that come back.
    package init(epoch: Timestamp, capacity: Int = 8192) {
        self.epoch = String(epoch.milliseconds, radix: 36)
        self.capacity = capacity
    }

    package func publish(_ kind: EventKind, _ executions: [Execution]) {
        for execution in executions { minutes.note(execution) }
        add(executions.map { (kind, .execution($0.summary)) })
    }

    package func publish(_ kind: EventKind, _ execution: Execution) {
        minutes.note(execution)
        add(CollectionOfOne((kind, .execution(execution.summary))))
    }

    package func publish(_ kind: EventKind, _ jobs: [Job]) { add(jobs.map { (kind, .job($0)) }) }

    private func add(_ items: some Collection<(EventKind, Subject)>) {
        if items.isEmpty { return }
        state.withLock { state in
            for (kind, subject) in items {
                let event = Event(number: state.next, kind: kind, subject: subject)
                if state.ring.count < capacity {
                    state.ring.append(event)
                } else {
                    state.ring[state.next % capacity] = event
                }
                state.next += 1
            }
            for reader in state.readers.values { reader.yield() }
        }
    }

    /// Who follows and then asks must not be given what was kept before the event.
    /// - Parameter stale: told which groups are stale, before anybody reads the event that made them so.
    func onReading(_ stale: @escaping @Sendable ([String]) -> Void) { state.withLock { $0.stale = stale } }

    /// The number that the next event will have.
    var next: Int { state.withLock { $0.next } }

    /// At most `limit` events from `number` on.
    func read(from number: Int, limit: Int) -> Reading {
        state.withLock { state in
            guard number >= state.next - state.ring.count, number <= state.next else { return .lost }
            let end = min(state.next, number + limit)
            state.tellStale(before: end)
            return .events((number..<end).map { state.ring[$0 % capacity] })
        }
    }

    /// A stream that yields when there may be something new; many events may be one element.
    func news() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
            return state.nextReader
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.readers.removeValue(forKey: number) }
        }
        return stream
    }
}

extension EventLog.State {
    fileprivate mutating func tellStale(before end: Int) {
        guard let stale, nextUntold < end else { return }
        var groups: Set<String> = []
        for number in max(nextUntold, next - ring.count)..<end {
            switch ring[number % ring.count].subject {
            case .job(let job): groups.formUnion([KeptGroups.job(job.id), KeptGroups.jobs])
            case .execution(let execution):
                groups.formUnion([KeptGroups.job(execution.jobID), KeptGroups.jobs, KeptGroups.executions])
            }
        }
        nextUntold = end
        stale(Array(groups))
    }
}

extension Execution {
    /// Without what may be large: an event says that something happened, the execution itself holds the rest.
    fileprivate var summary: Execution {
        if result == nil, error == nil, pastAttempts.isEmpty { return self }
        var summary = self
        summary.result = nil
        summary.pastAttempts = []
        summary.error = error.map { String($0.prefix(200)) }
        return summary
    }
}
