internal import PunctualCore

/// What one consumer has, what it wants, and what it must tell Redis next; a value, so that tests can play it.
///
/// It goes from line to line in turn, so that none waits for another, and asks a line for as many hints as there is room
/// for over all lines.
struct HintLedger {
    /// Where a hint stands: the number of the stream among the keys of `HintScripts.turn`, and its id there.
    struct Entry: Hashable, Sendable {
        let stream: Int
        let id: String
    }

    /// What is to be said of one line.
    struct Turn: Sendable {
        let line: HintLine
        let done: [Entry]
        let again: [Entry]
        /// What is out; whatever else Redis has for this consumer comes again. nil leaves it as it is.
        let kept: [Entry]?
        let isBeat: Bool
        let isLeaving: Bool
        /// How many to take.
        let count: Int
    }

    /// What Redis said.
    struct Answer: Sendable {
        /// Whether the consumer may take from the line; one that leaves, or was given up, may not.
        var isKnown: Bool
        var taken: [Taken]
    }

    struct Taken: Sendable {
        let entry: Entry
        let message: [UInt8]
        let isRepeated: Bool
    }

    private struct LineState {
        var isWanted = true
        /// Whether hints may wait there.
        var isReady = true
        var isBeatDue = true
        /// Whether Redis may have brought what never arrived here.
        var isDoubtful = false
        /// Refused; not asked before the next beat.
        var isBarred = false
        var done: [Entry] = []
        var again: [Entry] = []
        var out = 0

        var isOver: Bool { !isWanted && out == 0 }
        var hasToSay: Bool { isOver || isBeatDue || isDoubtful || !done.isEmpty || !again.isEmpty }
    }

    private let prefetch: Int
    private var lines: [HintLine: LineState] = [:]
    private var order: [HintLine] = []
    private var cursor = 0
    private var out: [UInt64: (line: HintLine, entry: Entry)] = [:]
    private var lastTag: UInt64 = 0

    init(_ lines: Set<HintLine>, prefetch: Int) {
        self.prefetch = max(1, prefetch)
        change(to: lines)
    }

    // MARK: What the consumer wants

    mutating func change(to wanted: Set<HintLine>) {
        for line in order { lines[line]?.isWanted = wanted.contains(line) }
        for line in wanted {
            if lines[line] == nil {
                lines[line] = LineState()
                order.append(line)
            }
            lines[line]?.isReady = true
        }
    }

    /// Tags that are not out are passed over.
    mutating func settle(_ settlements: [HintSettlement]) {
        for settlement in settlements {
            guard let (line, entry) = out.removeValue(forKey: settlement.tag) else { continue }
            lines[line]?.out -= 1
            if settlement.isDone { lines[line]?.done.append(entry) } else { lines[line]?.again.append(entry) }
        }
    }

    /// Hints may wait there; nil means in any line.
    /// - Returns: whether that concerns this consumer.
    @discardableResult
    mutating func ring(_ line: HintLine?) -> Bool {
        let rung = line.map { [$0] } ?? order
        for line in rung { lines[line]?.isReady = true }
        return rung.contains { lines[$0]?.isWanted ?? false }
    }

    /// It is time to tell each line that the consumer lives, and to look there.
    mutating func beat() {
        for line in order {
            lines[line]?.isBeatDue = true
            lines[line]?.isBarred = false
        }
        ring(nil)
    }

    // MARK: Turns

    /// What is to be said next; nil when there is nothing before the next beat.
    mutating func nextTurn() -> Turn? {
        let room = prefetch - out.count
        for step in 0..<order.count {
            let place = (cursor + step) % order.count
            let line = order[place]
            guard var state = lines[line], !state.isBarred else { continue }
            let takes = state.isWanted && state.isReady && room > 0
            guard takes || state.hasToSay else { continue }
            cursor = place + 1
            let turn = Turn(
                line: line, done: state.done, again: state.again, kept: state.isDoubtful ? entries(of: line) : nil,
                isBeat: state.isBeatDue && !state.isOver, isLeaving: state.isOver, count: takes ? room : 0)
            // Whoever rings meanwhile means what comes after.
            if takes { state.isReady = false }
            lines[line] = state
            return turn
        }
        return nil
    }

    /// The turns that end everything: what is out comes again.
    func lastTurns() -> [Turn] {
        order.compactMap { line in
            lines[line].map { state in
                Turn(
                    line: line, done: state.done, again: state.again, kept: nil, isBeat: false, isLeaving: true,
                    count: 0)
            }
        }
    }

    private func entries(of line: HintLine) -> [Entry] {
        out.values.lazy.filter { $0.line == line }.map(\.entry)
    }

    /// - Returns: what was brought, and how many entries were no hints of their line.
    mutating func complete(_ turn: Turn, _ answer: Answer) -> (deliveries: [HintDelivery], strangers: Int) {
        guard var state = lines[turn.line] else { return ([], 0) }
        state.done.removeFirst(turn.done.count)
        state.again.removeFirst(turn.again.count)
        if turn.kept != nil { state.isDoubtful = false }
        if turn.isLeaving, !state.isWanted {
            lines[turn.line] = nil
            order.removeAll { $0 == turn.line }
            return ([], 0)
        }
        state.isBeatDue = !answer.isKnown
        if turn.count > 0, !answer.isKnown || answer.taken.count >= turn.count { state.isReady = true }
        var (deliveries, strangers): ([HintDelivery], Int) = ([], 0)
        for taken in answer.taken {
            guard let hint = ExecutionHint(message: taken.message), hint.line == turn.line else {
                strangers += 1
                state.done.append(taken.entry)
                continue
            }
            guard state.isWanted else {
                state.again.append(taken.entry)
                continue
            }
            lastTag += 1
            out[lastTag] = (turn.line, taken.entry)
            state.out += 1
            deliveries.append(HintDelivery(hint: hint, tag: lastTag, isRepeated: taken.isRepeated))
        }
        lines[turn.line] = state
        return (deliveries, strangers)
    }

    /// The turn did not come about, or nobody knows.
    /// - Parameter isBarred: whether asking again at once is vain.
    mutating func fail(_ turn: Turn, isDoubtful: Bool, isBarred: Bool) {
        if turn.count > 0 { lines[turn.line]?.isReady = true }
        if isDoubtful { lines[turn.line]?.isDoubtful = true }
        lines[turn.line]?.isBarred = isBarred
    }
}
