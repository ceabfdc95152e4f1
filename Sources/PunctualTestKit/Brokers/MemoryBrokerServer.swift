internal import PunctualCore
internal import Synchronization

/// The lines of the reference broker, which several `MemoryBroker`s may share as processes share a broker.
public final class MemoryBrokerServer: Sendable {
    /// A broker with one promise broken, to see that a check notices.
    public enum Twin: String, CaseIterable, Sendable {
        case loses, mislabels, forgetsOutcomes, neverForgets, ignoresAgain, ignoresPrefetch, prefetchByLine, keepsRoom
        case settlesTwice, comesInOrder, favours, broadcasts, mixesLanes, mixesQueues, ignoresChange
        case losesWhatTheDeadHeld, losesWhatTheClosedHeld, confirmsInVain, hangs, isSilent, looksHealthy
        case staysAway, consumersStayAway, losesAtStop, losesAtCut, losesAtClose, publishesAfterClose, staysOpen
        case failsAtStaleSettling, losesLateComers, losesFresh
        case settlesAllBefore
    }

    private struct Item {
        var hint: ExecutionHint
        var number: UInt64
        var isRepeated = false
    }

    private struct Consumer {
        var inbox: HintInbox
        var lines: Set<HintLine>
        var prefetch: Int
        var out: [UInt64: Item] = [:]
        /// What was settled, and by a broken twin is not forgotten.
        var kept: [Item] = []
        var isAway = false
    }

    private struct State {
        var lines: [HintLine: [Item]] = [:]
        var consumers: [Int: Consumer] = [:]
        var isRunning = true
        var isGone = false
        var numbers: UInt64 = 0
        var consumerNumbers = 0
        var turn = 0
    }

    private let state = Mutex(State())
    let twin: Twin?

    public init(twin: Twin? = nil) { self.twin = twin }

    var isRunning: Bool { state.withLock { $0.isRunning } }

    func nextConsumer() -> Int {
        state.withLock { state in
            state.consumerNumbers += 1
            return state.consumerNumbers
        }
    }

    /// - Returns: false when the server is stopped.
    func put(_ hints: [ExecutionHint]) -> Bool {
        state.withLock { state in
            guard state.isRunning, !state.isGone else { return false }
            for hint in hints {
                state.numbers += 1
                if twin == .loses, state.numbers.isMultiple(of: 20) { continue }
                if twin == .losesFresh, state.consumers.values.contains(where: { $0.lines.contains(hint.line) }) {
                    continue
                }
                var hint = hint
                if twin == .mislabels { hint.task = nil }
                let item = Item(hint: hint, number: state.numbers)
                if twin == .broadcasts {
                    for key in state.consumers.keys { bring(item, to: key, &state) }
                }
                add(item, &state)
            }
            deliver(&state)
            return true
        }
    }

    func begin(_ number: Int, _ inbox: HintInbox, lines: Set<HintLine>, prefetch: Int) {
        state.withLock { state in
            let isAway = twin == .losesLateComers && !state.isRunning
            state.consumers[number] = Consumer(inbox: inbox, lines: lines, prefetch: prefetch, isAway: isAway)
            deliver(&state)
        }
    }

    func change(_ number: Int, to lines: Set<HintLine>) {
        if twin == .ignoresChange { return }
        state.withLock { state in
            state.consumers[number]?.lines = lines
            deliver(&state)
        }
    }

    func settle(_ settlements: [HintSettlement], of number: Int) {
        state.withLock { state in
            for settlement in settlements {
                guard var item = state.consumers[number]?.out[settlement.tag] else {
                    if twin == .settlesTwice, !settlement.isDone, let kept = state.consumers[number]?.kept.last {
                        add(kept, &state)
                    }
                    if twin == .failsAtStaleSettling { state.isGone = true }
                    continue
                }
                if twin != .keepsRoom { state.consumers[number]?.out[settlement.tag] = nil }
                if twin == .settlesAllBefore {
                    for tag in state.consumers[number]?.out.keys.filter({ $0 < settlement.tag }) ?? [] {
                        state.consumers[number]?.out[tag] = nil
                    }
                }
                if settlement.isDone || twin == .ignoresAgain {
                    if twin == .neverForgets || twin == .settlesTwice { state.consumers[number]?.kept.append(item) }
                } else {
                    item.isRepeated = true
                    add(item, &state)
                }
            }
            deliver(&state)
        }
    }

    /// - Parameter isLost: whether what the consumer held is gone, which is a broken twin's way.
    func end(_ number: Int, isLost: Bool) {
        state.withLock { state in
            guard let consumer = state.consumers.removeValue(forKey: number), !isLost else { return }
            giveBack(Array(consumer.out.values) + (twin == .neverForgets ? consumer.kept : []), &state)
            deliver(&state)
        }
    }

    func cut() {
        state.withLock { state in
            breakConnections(&state)
            if twin == .losesAtCut { state.lines = state.lines.mapValues { _ in [] } }
            deliver(&state)
        }
    }

    func stop() {
        state.withLock { state in
            breakConnections(&state)
            state.isRunning = false
            if twin == .losesAtStop { state.lines = [:] }
        }
    }

    func start() {
        state.withLock { state in
            state.isRunning = true
            if twin == .staysAway { state.isGone = true }
            if twin == .consumersStayAway { for key in state.consumers.keys { state.consumers[key]?.isAway = true } }
            deliver(&state)
        }
    }

    // MARK: Lines

    private func breakConnections(_ state: inout State) {
        for (number, consumer) in state.consumers {
            consumer.inbox.discard()
            if twin != .losesAtCut { giveBack(Array(consumer.out.values), &state) }
            state.consumers[number]?.out = [:]
        }
    }

    private func giveBack(_ items: [Item], _ state: inout State) {
        for var item in items {
            item.isRepeated = true
            add(item, &state)
        }
    }

    /// Puts the item behind those of higher priority and those that came before it.
    private func add(_ item: Item, _ state: inout State) {
        var line = item.hint.line
        if twin == .mixesLanes { line.lane = .builtIn }
        if twin == .mixesQueues { line.queue = "" }
        let weight = twin == .comesInOrder ? 0 : item.hint.priority
        let place =
            state.lines[line, default: []].firstIndex { other in
                let otherWeight = twin == .comesInOrder ? 0 : other.hint.priority
                return (otherWeight, item.number) < (weight, other.number)
            } ?? state.lines[line, default: []].count
        state.lines[line, default: []].insert(item, at: place)
    }

    /// Gives what waits to whoever has room, each in turn.
    private func deliver(_ state: inout State) {
        guard state.isRunning, !state.isGone else { return }
        for line in state.lines.keys {
            while let item = state.lines[line]?.first, let number = taker(of: line, state) {
                state.lines[line]?.removeFirst()
                bring(item, to: number, &state)
                state.turn = number
            }
        }
    }

    private func taker(of line: HintLine, _ state: State) -> Int? {
        let able = state.consumers.filter { _, consumer in
            guard !consumer.isAway else { return false }
            let isWanted = consumer.lines.contains { wanted in
                (twin == .mixesLanes || wanted.lane == line.lane)
                    && (twin == .mixesQueues || wanted.queue == line.queue)
            }
            let out = twin == .prefetchByLine ? consumer.out.values.count { $0.hint.line == line } : consumer.out.count
            return isWanted && (twin == .ignoresPrefetch || out < consumer.prefetch)
        }.keys
        if twin == .favours { return state.consumers.keys.min().flatMap { able.contains($0) ? $0 : nil } }
        return able.filter { $0 > state.turn }.min() ?? able.min()
    }

    private func bring(_ item: Item, to number: Int, _ state: inout State) {
        state.numbers += 1
        // Beyond the tags of any line, so that none is met by chance.
        let tag = state.numbers + 1000
        state.consumers[number]?.out[tag] = item
        state.consumers[number]?.inbox.put([HintDelivery(hint: item.hint, tag: tag, isRepeated: item.isRepeated)])
    }
}
