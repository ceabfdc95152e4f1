internal import PunctualCore
internal import Synchronization

/// How an attempt ended.
struct Ending: Sendable {
    let claimed: ClaimedExecution
    let completion: Completion
    let took: Duration
}

/// Tells the store how attempts ended, many in one call: whoever ends while the store is told joins the next call.
final class Endings: Sendable {
    private struct State {
        var waiting: [Ending] = []
        /// Whether somebody tells the store; he takes along what others add.
        var isTold = false
    }

    private let state = Mutex(State())
    private let store: any ExecutionStore
    private let limit: CallLimit
    private let batch: Int
    private let inHand: WorkInHand
    private let bell: SignalBell
    private let instruments: Instruments
    private let pace: Pace

    /// - Parameters:
    ///   - limit: of one call.
    ///   - batch: how many ends one call tells at most.
    ///   - inHand: lets go of each attempt of which the store has heard, or whose lease is lost.
    init(
        store: any ExecutionStore, limit: CallLimit, batch: Int, inHand: WorkInHand, bell: SignalBell,
        instruments: Instruments, pace: Pace
    ) {
        self.store = store
        self.limit = limit
        self.batch = batch
        self.inHand = inHand
        self.bell = bell
        self.instruments = instruments
        self.pace = pace
    }

    /// Tells the store of the end and of those that are added meanwhile; returns at once when somebody else tells it.
    func tell(_ ending: Ending) async {
        let mustTell = state.withLock { state in
            state.waiting.append(ending)
            defer { state.isTold = true }
            return !state.isTold
        }
        guard mustTell else { return }
        await withDiscardingTaskGroup { group in
            while true {
                // Who is about to end joins.
                await Task.yield()
                let endings = takeWaiting()
                if endings.isEmpty { return }
                // What follows waits neither for what is noted of these, nor for what the store does not take.
                if let outcomes = await tell(endings) {
                    group.addTask { self.note(endings, outcomes) }
                } else {
                    group.addTask { await self.tellAgain(endings) }
                }
            }
        }
    }

    private func takeWaiting() -> [Ending] {
        state.withLock { state in
            let endings = Array(state.waiting.prefix(batch))
            state.waiting.removeFirst(endings.count)
            if endings.isEmpty { state.isTold = false }
            return endings
        }
    }

    /// - Returns: one outcome each; nil when it is not known that the store has heard of them.
    private func tell(_ endings: [Ending]) async -> [FinishOutcome]? {
        let completions = endings.map(\.completion)
        do throws(StoreError) {
            return try await limit.run { [store] () async throws(StoreError) in try await store.finish(completions) }
        } catch {
            instruments.loopFailed("finish", error)
            return nil
        }
    }

    /// Lets go of what the store has heard of.
    private func note(_ endings: [Ending], _ outcomes: [FinishOutcome]) {
        letGo(endings)
        for (ending, outcome) in zip(endings, outcomes) {
            switch outcome {
            case .finished(let execution):
                instruments.ended(
                    execution, target: ending.claimed.target.type, took: ending.took, inHand: inHand.count)
            case .leaseLost: instruments.staleCompletion(ending.claimed.lease)
            }
        }
    }

    /// Repeating is harmless: the attempt's number fences. Past the lease the reaper decides. Since it may be one of them
    /// that the store cannot take, they go apart into ever smaller parts.
    private func tellAgain(_ endings: [Ending]) async {
        var (parts, pause) = ([endings], Duration.milliseconds(50))
        while !parts.isEmpty, !Task.isCancelled {
            try? await pace.sleep(pause)  // A cancelled one is seen by the condition.
            pause = min(pause * 2, .seconds(2))
            var failed: [[Ending]] = []
            for part in parts {
                let now = pace.now()
                var trusted = part
                let lost = trusted.partition { !inHand.isTrusted($0.claimed.lease, at: now) }
                letGo(Array(trusted[lost...]))
                trusted.removeSubrange(lost...)
                if trusted.isEmpty { continue }
                if let outcomes = await tell(trusted) { note(trusted, outcomes) } else { failed.append(trusted) }
            }
            parts = failed.flatMap { part in
                let half = part.count / 2
                return half == 0 ? [part] : [Array(part[..<half]), Array(part[half...])]
            }
        }
        for part in parts { letGo(part) }
    }

    private func letGo(_ endings: [Ending]) {
        for ending in endings { inHand.end(ending.claimed.lease) }
        bell.workWaiting()
    }
}
