package import Logging
internal import Synchronization

/// How much is logged, by the label of who logs, changed while the program runs.
///
/// A label stands for those below it, too: what is said of `punctual` holds for `punctual.http`, unless more is said of that.
package final class LogLevels: Sendable {
    /// What somebody has changed.
    package struct Change: Hashable, Sendable {
        package let level: Logger.Level
        /// Until when; nil until it is changed again.
        package let until: ContinuousClock.Instant?
    }

    private struct State {
        var changes: [String: Change] = [:]
        var cells: [String: Cell] = [:]
    }

    /// The level of a label as of now, read on every call of a logger.
    final class Cell: Sendable {
        let rank: Atomic<Int>
        init(_ level: Logger.Level) { rank = Atomic(LogLevels.rank(level)) }
    }

    /// What holds where nobody has changed anything.
    package let base: Logger.Level
    private let state = Mutex(State())
    /// Whether some change ends by itself: only then the clock is asked.
    private let ends = Atomic(false)
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(base: Logger.Level, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.base = base
        self.now = now
    }

    private static let order = Logger.Level.allCases
    private static func rank(_ level: Logger.Level) -> Int { order.firstIndex(of: level) ?? 0 }

    /// The level of those who log under a cell.
    func level(_ cell: Cell) -> Logger.Level {
        if ends.load(ordering: .relaxed) { expire() }
        return Self.order[cell.rank.load(ordering: .relaxed)]
    }

    /// What a logger of this label reads its level from.
    func cell(_ label: String) -> Cell {
        state.withLock { state in
            if let cell = state.cells[label] { return cell }
            let cell = Cell(effective(label, state.changes))
            state.cells[label] = cell
            return cell
        }
    }

    private func effective(_ label: String, _ changes: [String: Change]) -> Logger.Level {
        var name = label[...]
        while true {
            if let change = changes[String(name)] { return change.level }
            guard let dot = name.lastIndex(of: ".") else { return base }
            name = name[..<dot]
        }
    }

    private func spread(_ state: inout State) {
        for (label, cell) in state.cells {
            cell.rank.store(Self.rank(effective(label, state.changes)), ordering: .relaxed)
        }
        ends.store(state.changes.values.contains { $0.until != nil }, ordering: .relaxed)
    }

    private func expire() {
        let now = now()
        state.withLock { state in
            let count = state.changes.count
            state.changes = state.changes.filter { $0.value.until.map { $0 > now } ?? true }
            if state.changes.count != count { spread(&state) }
        }
    }

    /// Changes the level of a label.
    /// - Parameter duration: when it changes back; nil means when somebody does.
    package func set(_ label: String, to level: Logger.Level, for duration: Duration?) {
        let until = duration.map { now() + $0 }
        state.withLock { state in
            state.changes[label] = Change(level: level, until: until)
            spread(&state)
        }
    }

    /// Takes a change back.
    /// - Returns: whether there was one.
    package func reset(_ label: String) -> Bool {
        expire()
        return state.withLock { state in
            let isThere = state.changes.removeValue(forKey: label) != nil
            spread(&state)
            return isThere
        }
    }

    /// Every label that is known, with its level, whether it was changed itself, and how long that holds yet.
    package func all() -> [(label: String, level: Logger.Level, isChanged: Bool, left: Duration?)] {
        expire()
        let now = now()
        return state.withLock { state in
            Set(state.cells.keys).union(state.changes.keys).sorted().map { label in
                let change = state.changes[label]
                return (label, effective(label, state.changes), change != nil, change?.until.map { $0 - now })
            }
        }
    }
}
