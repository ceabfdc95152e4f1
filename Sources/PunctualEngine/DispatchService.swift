package import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// Tells a broker of what waits in the store: new executions at once, and those that nobody took again.
///
/// What was told is remembered here and nowhere else. A node that dies forgets it, and whoever dispatches after it tells
/// everything once more; the claim decides, so twice is harmless. Several may dispatch the same lane.
package final class DispatchService: Service {
    package struct Options: Sendable {
        /// Executions that are read and published together.
        package var page = 500
        /// Executions of one line that are told and not taken, at most, to a page: enough to keep every worker busy until the
        /// next look, and so little that looking whether they are taken costs little.
        package var ahead = 10_000
        /// What nobody took is told again after that.
        package var tellAgainAfter = Duration.seconds(30)
        /// How much sooner than the newest that was told others may still come to stand: instants that a scheduler was late
        /// for, and commits that overtook each other. What comes sooner is found when all is told again.
        package var disorder = Duration.seconds(5)
        /// How long a broker must have taken nothing before the log is told: one that is connected to, or fails over, is no
        /// news.
        package var complainAfter = Duration.seconds(5)
        /// The longest time without a look.
        package var pollInterval = Duration.seconds(1)
        /// Of one look at the store.
        package var storeTimeout: Duration? = .seconds(10)

        package init() {}
    }

    private struct Told {
        var at: ContinuousClock.Instant
        /// The round in which it was seen waiting.
        var round: Int
    }

    /// What is known of one line.
    private struct Line {
        /// Behind what was told of it; nil at its beginning.
        var place: WaitingPlace?
        var told: [Identifier: Told] = [:]
        /// When to begin at its beginning again.
        var nextRound: ContinuousClock.Instant
        var round = 0
        /// How many executions the round has seen.
        var walked = 0
        /// Whether the round has come to the end of the line, or far enough.
        var isThrough = false
        /// Whether there is more behind, to be told when some of these are taken.
        var isFarAhead = false
    }

    private let lane: Lane
    private let store: any OutboxStore
    private let broker: any ExecutionBroker
    private let bell: Doorbell
    private let isMine: @Sendable (_ job: Identifier) -> Bool
    private let options: Options
    private let instruments: Instruments
    private let pace: Pace
    private let limit: CallLimit
    private let lines = Mutex<[WaitingLine: Line]>([:])
    /// Since when the broker takes no hints; nil when it does.
    private let complaint = Mutex<Complaint?>(nil)

    private struct Complaint {
        var since: ContinuousClock.Instant
        /// Whether a hint was refused, which only one that is taken takes back; else the broker was away.
        var isRefusal = false
        var isTold = false
    }

    /// - Parameters:
    ///   - bell: rings when executions were added or became available.
    ///   - isMine: whether this node tells of that job's executions, as by the shard that it holds; it may change.
    package init(
        lane: Lane, store: any OutboxStore, broker: any ExecutionBroker, bell: Doorbell,
        isMine: @escaping @Sendable (_ job: Identifier) -> Bool = { _ in true }, options: Options = Options(),
        instruments: Instruments, pace: Pace = .real
    ) {
        self.lane = lane
        self.store = store
        self.broker = broker
        self.bell = bell
        self.isMine = isMine
        self.options = options
        self.instruments = instruments
        self.pace = pace
        limit = CallLimit("outbox", options.storeTimeout, abandonedAtMost: 4, instruments: instruments)
    }

    package func run() async throws {
        try await repeatUntilShutdown { [self] in
            do throws(StoreError) {
                // A broker that is gone is not worth reading for.
                if case .down(let text) = await broker.health().state {
                    complain(text)
                } else {
                    // It may be long before there is a hint to tell.
                    if complaint.withLock({ $0 })?.isRefusal == false { settleComplaint() }
                    try await pass()
                }
                instruments.loopLived("dispatch")
            } catch {
                instruments.loopFailed("dispatch", error)
            }
            try await bell.wait(atMost: options.pollInterval)
        }
    }

    /// Looks at each line once, and publishes what is to be told; the count of hints that were confirmed.
    @discardableResult
    package func pass() async throws(StoreError) -> Int {
        let (store, lane) = (store, lane)
        let open = try await limit.run { () async throws(StoreError) in try await store.waitingLines(of: lane) }
        lines.withLock { lines in
            let isOpen = Set(open)
            // An empty line has nothing told that waits.
            lines = lines.filter { isOpen.contains($0.key) }
        }
        var confirmed = 0
        // Higher priorities first, so that a backlog of low ones does not keep them waiting.
        for line in open.sorted(by: { ($1.priority, $0.queue) < ($0.priority, $1.queue) }) {
            confirmed += try await pass(line)
        }
        return confirmed
    }

    /// Reads a line behind what was told of it, from its beginning when a round is due, and publishes.
    private func pass(_ line: WaitingLine) async throws(StoreError) -> Int {
        begin(line)
        var confirmed = 0
        while true {
            let place = lines.withLock { $0[line]?.place }
            let (store, page) = (store, options.page)
            let found = try await limit.run { () async throws(StoreError) in
                try await store.waiting(in: line, after: place, limit: page)
            }
            let due = choose(of: found, in: line)
            let outcomes = await broker.publish(due.map(\.hint))
            let isWell = note(zip(due, outcomes).map { ($0.hint.executionID, $1.isConfirmed) }, in: line)
            let count = outcomes.count { $0.isConfirmed }
            instruments.dispatched(confirmed: count, failed: outcomes.count - count)
            confirmed += count
            if case .failed(let error)? = outcomes.first(where: { !$0.isConfirmed }) {
                complain(error.text, isRefusal: true)
            } else if count > 0 {
                settleComplaint()
            }
            // What was not confirmed is read again in the next pass; so is what lies behind it.
            guard isWell else { return confirmed }
            if advance(line, beyond: found, isLast: found.count < page) { return confirmed }
        }
    }

    /// The broker takes no hints; the log is told once, when that has lasted.
    private func complain(_ text: String, isRefusal: Bool = false) {
        let now = pace.now()
        let isDue = complaint.withLock { complaint in
            var state = complaint ?? Complaint(since: now)
            defer { complaint = state }
            state.isRefusal = isRefusal
            guard !state.isTold, now - state.since >= options.complainAfter else { return false }
            state.isTold = true
            return true
        }
        if isDue { instruments.brokerFailed(text) }
    }

    /// The broker takes hints.
    private func settleComplaint() {
        let wasTold = complaint.withLock { complaint in
            defer { complaint = nil }
            return complaint?.isTold ?? false
        }
        if wasTold { instruments.brokerRecovered() }
    }

    /// How many executions are remembered as told.
    package var remembered: Int { lines.withLock { $0.values.reduce(0) { $0 + $1.told.count } } }

    // MARK: What is known

    private func begin(_ line: WaitingLine) {
        let now = pace.now()
        lines.withLock { lines in
            var known = lines[line] ?? Line(nextRound: now)
            if known.nextRound <= now || known.isFarAhead {
                // What a whole round has not seen was taken, or has ended.
                if known.isThrough { known.told = known.told.filter { $0.value.round == known.round } }
                known.place = nil
                known.round += 1
                known.walked = 0
                (known.isThrough, known.isFarAhead) = (false, false)
                known.nextRound = now + options.tellAgainAfter
            }
            lines[line] = known
        }
    }

    /// What of a page is this node's to tell, and was not told lately.
    private func choose(of found: [WaitingExecution], in line: WaitingLine) -> [WaitingExecution] {
        let now = pace.now()
        return lines.withLock { lines in
            var due: [WaitingExecution] = []
            let round = lines[line]?.round ?? 0
            for waiting in found where isMine(waiting.jobID) {
                let id = waiting.hint.executionID
                guard let told = lines[line]?.told[id] else {
                    due.append(waiting)
                    continue
                }
                lines[line]?.told[id]?.round = round
                if told.at + options.tellAgainAfter <= now { due.append(waiting) }
            }
            return due
        }
    }

    /// - Returns: whether all were confirmed.
    private func note(_ outcomes: [(id: Identifier, isConfirmed: Bool)], in line: WaitingLine) -> Bool {
        let now = pace.now()
        return lines.withLock { lines in
            let round = lines[line]?.round ?? 0
            for outcome in outcomes where outcome.isConfirmed {
                lines[line]?.told[outcome.id] = Told(at: now, round: round)
            }
            return outcomes.allSatisfy(\.isConfirmed)
        }
    }

    /// - Returns: whether that is enough of the line for now.
    private func advance(_ line: WaitingLine, beyond found: [WaitingExecution], isLast: Bool) -> Bool {
        lines.withLock { lines in
            guard var known = lines[line] else { return true }
            if let last = found.last?.place {
                let sooner = WaitingPlace(
                    availableAt: last.availableAt - options.disorder, id: Identifier(high: 0, low: 0))
                known.place = isLast ? sooner : last
            }
            known.walked += found.count { isMine($0.jobID) }
            known.isFarAhead = !isLast && known.walked >= options.ahead
            if isLast || known.isFarAhead { known.isThrough = true }
            lines[line] = known
            return isLast || known.isFarAhead
        }
    }
}
