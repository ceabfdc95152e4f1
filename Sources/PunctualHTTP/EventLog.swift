package import PunctualAPI
package import PunctualCore
package import PunctualSchedule
internal import Synchronization

/// The newest events, this process's own and those that other nodes have told, for `GET /events`.
///
/// Readers hold a place in it and nothing else, so a slow one costs no memory; one that falls behind the oldest event
/// kept is told to begin anew.
package final class EventLog: Sendable {
    enum Subject: Sendable {
        case job(Job)
        case execution(Execution)
        /// As another node wrote it.
        case told(EventFacts, json: [UInt8])
        /// Events of other nodes are missing here.
        /// - Parameter isBeginning: whether nobody read anywhere before.
        case gap(isBeginning: Bool)
    }

    /// Shared by all who read it: with many readers copies would cost more than all else.
    final class Event: Sendable {
        let number: Int
        /// The node that it happened at, and the place behind it there; nil when it is this one.
        let origin: EventPlace?
        let at: ContinuousClock.Instant
        let kind: EventKind
        let subject: Subject
        /// nil for a gap.
        let facts: EventFacts?

        fileprivate init(
            number: Int, origin: EventPlace?, at: ContinuousClock.Instant, kind: EventKind, subject: Subject
        ) {
            self.number = number
            self.origin = origin
            self.at = at
            self.kind = kind
            self.subject = subject
            facts = subject.facts
        }
    }

    /// What a reader gets: the events after its place, or the news that its place is gone.
    enum Reading {
        case events([Event])
        case lost
    }

    fileprivate struct State {
        /// A ring: the event of number n stands at n % capacity.
        var ring: [Event?] = []
        var oldest = 0
        var next = 0
        /// What the events kept weigh, in bytes.
        var weight = 0
        var nextReader = 0
        /// Told what the events make stale of what is kept, before the first reader has them.
        var stale: (@Sendable ([String]) -> Void)?
        /// The number of the first event of which it has not been told.
        var nextUntold = 0
        /// How often there was news of jobs' definitions, or some may have been missed.
        var jobNews = 0
        var readers: [Int: AsyncStream<Void>.Continuation] = [:]
        /// When the readers were woken, and whether they are to be at the end of the pause that goes on.
        var wokenAt: ContinuousClock.Instant?
        var isWakeDue = false
        /// Told that somebody reads.
        var readerCame: (@Sendable () -> Void)?
    }

    /// Readers are woken no more often than this, all at once: what happens 50,000 times a second must not wake 200 of them
    /// each time.
    static let pause = Duration.milliseconds(25)

    /// Tells this process's numbers from those of other nodes and of another life of the node.
    package let epoch: String
    private let capacity: Int
    /// What is read, as it is sent.
    let texts = EventTexts()
    /// Counts what it is told.
    let minutes = MinuteCounts()
    private let mostWeight: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: events kept for readers that come back.
    ///   - mostWeight: bytes that they may weigh together, about.
    ///   - now: the time, for tests another one.
    package init(
        epoch: Timestamp, capacity: Int = 8192, mostWeight: Int = 32 << 20,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        // Nodes may begin in the same millisecond.
        self.epoch =
            String(epoch.milliseconds, radix: 36) + String(UInt32.random(in: 1 << 28 ... .max), radix: 36)
        self.capacity = capacity
        self.mostWeight = mostWeight
        self.now = now
    }

    package func publish(_ kind: EventKind, _ executions: [Execution]) {
        for execution in executions { minutes.note(execution) }
        add(executions.lazy.map { (nil, kind, .execution($0.summary)) })
    }

    package func publish(_ kind: EventKind, _ execution: Execution) {
        minutes.note(execution)
        add(CollectionOfOne((nil, kind, .execution(execution.summary))))
    }

    package func publish(_ kind: EventKind, _ jobs: [Job]) { add(jobs.lazy.map { (nil, kind, .job($0)) }) }

    /// Adds what another node has told.
    func add(_ told: [EventFrame.Line], of origin: String) {
        add(told.lazy.map { (EventPlace(origin, $0.number), $0.kind, .told($0.facts, json: $0.json)) })
    }

    /// Tells every reader that passes here, now or when it comes back, that something is missing.
    /// - Parameter isBeginning: whether nobody read anywhere until now.
    func addGap(isBeginning: Bool = false) {
        add(CollectionOfOne((nil, .reset, .gap(isBeginning: isBeginning))))
    }

    private func add(_ items: some Collection<(EventPlace?, EventKind, Subject)>) {
        if items.isEmpty { return }
        let now = now()
        let readers = state.withLock { state in
            for (origin, kind, subject) in items {
                let event = Event(number: state.next, origin: origin, at: now, kind: kind, subject: subject)
                state.weight += subject.weight
                if kind != .executionUpdated { state.jobNews += 1 }
                while state.next - state.oldest >= capacity || state.weight > mostWeight, state.oldest < state.next {
                    state.weight -= state.ring[state.oldest % capacity]?.subject.weight ?? 0
                    state.ring[state.oldest % capacity] = nil
                    state.oldest += 1
                }
                if state.ring.count < capacity, state.ring.count == state.next {
                    state.ring.append(event)
                } else {
                    state.ring[state.next % capacity] = event
                }
                state.next += 1
            }
            return toWake(&state, now)
        }
        for reader in readers { reader.yield() }
    }

    /// The readers to be woken now; those of the pause that goes on are woken when it is over.
    ///
    /// They are woken without the lock: waking takes the lock of the reader's task, which whoever cancels that task holds while he
    /// waits for this one (`onTermination`).
    private func toWake(_ state: inout State, _ now: ContinuousClock.Instant) -> [AsyncStream<Void>.Continuation] {
        if state.readers.isEmpty || state.isWakeDue { return [] }
        guard let last = state.wokenAt, now - last < EventLog.pause else {
            state.wokenAt = now
            return Array(state.readers.values)
        }
        state.isWakeDue = true
        Task { await self.wakeLater() }  // Nobody's: it ends with the pause.
        return []
    }

    private func wakeLater() async {
        try? await Task.sleep(for: EventLog.pause)  // Never cancelled: the task is nobody's.
        let now = now()
        let readers = state.withLock { state in
            (state.isWakeDue, state.wokenAt) = (false, now)
            return Array(state.readers.values)
        }
        for reader in readers { reader.yield() }
    }

    /// Who follows and then asks must not be given what was kept before the event.
    /// - Parameter stale: told which groups are stale, before anybody reads the event that made them so.
    func onReading(_ stale: @escaping @Sendable ([String]) -> Void) { state.withLock { $0.stale = stale } }

    /// - Parameter told: told whenever a reader comes, before it chooses its place.
    func onReader(_ told: @escaping @Sendable () -> Void) { state.withLock { $0.readerCame = told } }

    /// Another number once a job was made, changed or deleted, here or, while somebody reads, elsewhere.
    var jobNews: Int { state.withLock { $0.jobNews } }

    var hasReaders: Bool { state.withLock { !$0.readers.isEmpty } }

    /// The number that the next event will have.
    var next: Int { state.withLock { $0.next } }

    /// At most `limit` events from `number` on.
    func read(from number: Int, limit: Int) -> Reading {
        state.withLock { state in
            guard number >= state.oldest, number <= state.next else { return .lost }
            let end = min(state.next, number + limit)
            state.tellStale(before: end, capacity)
            return .events((number..<end).compactMap { state.ring[$0 % capacity] })
        }
    }

    /// A stream that yields when there may be something new; many events may be one element.
    func news() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (number, readerCame) = state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
            return (state.nextReader, state.readerCame)
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.readers.removeValue(forKey: number) }
        }
        readerCame?()
        return stream
    }
}

// MARK: Places

extension EventLog {
    /// Nodes hear the same events in orders of their own, which differ by no more than this.
    static let disorder = Duration.seconds(10)

    /// The number to go on with behind what an id names, which another node may have given; nil when that cannot be told.
    ///
    /// Behind an id of another node some of what the reader had comes again, and nothing is left out.
    func number(after id: String) -> Int? {
        let places = id.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map {
            EventPlace(String($0))
        }
        guard let first = places[0] else { return nil }
        if first.epoch == epoch { return first.number }
        return state.withLock { state in
            places.compactMap { $0 }.compactMap { state.number(behind: $0, own: epoch, capacity) }.max()
        }
    }

    /// The first number of what was added since; the oldest that is kept when all of it was.
    func number(since instant: ContinuousClock.Instant) -> Int {
        state.withLock { $0.number(since: instant, from: $0.next, capacity) }
    }
}

extension EventLog.State {
    /// - Parameter isReader: whether a reader goes back, who began to read behind the latest beginning.
    fileprivate func number(
        since instant: ContinuousClock.Instant, from number: Int, _ capacity: Int, isReader: Bool = false
    ) -> Int {
        var number = number
        while number > oldest, let event = ring[(number - 1) % capacity], event.at >= instant {
            if isReader, case .gap(isBeginning: true) = event.subject { break }
            number -= 1
        }
        return number
    }

    /// Goes back from the newest event that a reader at that place of another log has had for sure.
    fileprivate func number(behind place: EventPlace, own: String, _ capacity: Int) -> Int? {
        let known = (oldest..<next).last { number in
            guard let event = ring[number % capacity] else { return false }
            if case .gap = event.subject { return false }
            if place.epoch == own { return event.origin == nil && number < place.number }
            return event.origin?.epoch == place.epoch && event.origin.map { $0.number <= place.number } == true
        }
        guard let known, let event = ring[known % capacity] else { return nil }
        let number = number(since: event.at - EventLog.disorder, from: known + 1, capacity, isReader: true)
        // What was before has been dropped, and the reader may lack some of it.
        return number == oldest && oldest > 0 ? nil : number
    }

    fileprivate mutating func tellStale(before end: Int, _ capacity: Int) {
        guard let stale, nextUntold < end else { return }
        var groups: Set<String> = []
        for number in max(nextUntold, oldest)..<end {
            guard let event = ring[number % capacity], let facts = event.facts else { continue }
            groups.formUnion([KeptGroups.job(facts.jobID), KeptGroups.jobs])
            if facts.execution != nil { groups.insert(KeptGroups.executions) }
        }
        nextUntold = end
        if !groups.isEmpty { stale(Array(groups)) }
    }
}

extension EventLog.Subject {
    /// About how many bytes it holds.
    fileprivate var weight: Int {
        switch self {
        case .job(let job): 2048 + job.draft.target.weight
        case .execution: 1024
        case .told(_, let json): 256 + json.count
        case .gap: 64
        }
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
