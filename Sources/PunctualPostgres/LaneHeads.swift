internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Where each line of a lane begins, as far as this node knows, and whose turn it is; a line is a service's executions of one
/// queue and one priority.
///
/// What was claimed leaves entries at the head of the line's index until they are vacuumed, which an old snapshot anywhere
/// in the database puts off. Whoever seeks the head from the beginning reads them all, so a claim begins where the last
/// one ended. What is added behind by others (late instants, what they hand back, new lines) is found by looks from the
/// beginning, which are so rare that they take a small part of the time, however long one takes.
final class LaneHeads: Sendable {
    struct Line: Hashable {
        var queue: String
        var priority: Int
        var service: String

        init(queue: String, priority: Int, service: String) {
            self.queue = queue
            self.priority = priority
            self.service = service
        }

        init(_ row: Execution) { self.init(queue: row.queue, priority: row.priority, service: row.service) }
    }

    struct Head: Comparable {
        var availableAt: Timestamp
        var id: Identifier

        static func < (left: Head, right: Head) -> Bool {
            (left.availableAt, left.id) < (right.availableAt, right.id)
        }
    }

    /// What a look has found of a line.
    struct Found {
        var line: Line
        var head: Head
        var isPaused: Bool
    }

    /// A line to seek in, from its head on.
    struct Sought {
        var line: Line
        var head: Head
        /// Of its service (`ServiceTurns`).
        var turn: Int
        /// Whether nothing was there when it was sought last.
        var isVain: Bool
    }

    /// Says what was known when a statement went out.
    struct Token: Sendable {
        fileprivate var additions: Int
        fileprivate var began: ContinuousClock.Instant
    }

    private struct Known {
        var head: Head
        /// The number of the last addition to the line.
        var addition = 0
        /// Whether nothing was there to claim when it was sought last.
        var isVain = false
    }

    private struct State {
        var lines: [Line: Known] = [:]
        var turns = ServiceTurns()
        /// As the last look has seen them.
        var pausedQueues: Set<String> = []
        var additions = 0
        var isLooking = false
        var hasLooked = false
        var pace = LookPace()
        /// Whether others have added something since the last look.
        var isTold = true
    }

    private let state = Mutex(State())

    /// How much sooner than the newest that was claimed others' executions may still come.
    private static let disorder = Duration.milliseconds(250)
    /// Lines that have emptied are kept in mind while there are no more than these, since they will fill again.
    private static let keptLines = 128
    /// The lines that one statement seeks in: more do not make a claim of common size better.
    static let soughtLines = 64
    /// How far this node's idea of the time may lag.
    private static let lag = Duration.seconds(5)

    /// What is known, and what was known then.
    func known() -> (lines: [(line: Line, head: Head)], token: Token) {
        state.withLock { state in
            (state.lines.map { ($0.key, $0.value.head) }, Token(additions: state.additions, began: .now))
        }
    }

    /// The lines in which to look for work of that kind, best first: by priority, then those in which something is thought to
    /// wait, then by the turns of services.
    /// - Parameters:
    ///   - now: the time of the database, as far as it is known without asking.
    ///   - matches: which of the lines are wanted.
    func sought(
        _ choice: WorkChoice, visible: ServiceFilter, now: Timestamp?, where matches: (Line) -> Bool = { _ in true }
    ) -> (lines: [Sought], token: Token) {
        state.withLock { state in
            let isMany = state.lines.count > LaneHeads.soughtLines
            var lines: [Sought] = []
            for (line, known) in state.lines
            where choice.takes(queue: line.queue, service: line.service, priority: line.priority)
                && visible.mayShow(service: line.service) && matches(line)
            {
                if isMany {
                    // Passed over where there is enough to do without.
                    if state.pausedQueues.contains(line.queue) { continue }
                    if let now, known.head.availableAt > now + LaneHeads.lag { continue }
                }
                lines.append(
                    Sought(
                        line: line, head: known.head,
                        turn: state.turns.turn(of: line.service, priority: line.priority), isVain: known.isVain))
            }
            if lines.count > LaneHeads.soughtLines {
                lines.sort {
                    (-$0.line.priority, $0.isVain ? 1 : 0, $0.turn, $0.head)
                        < (-$1.line.priority, $1.isVain ? 1 : 0, $1.turn, $1.head)
                }
            }
            return (lines, Token(additions: state.additions, began: .now))
        }
    }

    /// nil when it is not time to look, or somebody does.
    func beginLook() -> Token? {
        state.withLock { state in
            guard !state.isLooking, state.pace.isDue else { return nil }
            state.isLooking = true
            state.isTold = false
            return Token(additions: state.additions, began: .now)
        }
    }

    /// Takes what a look has found; nil when it failed.
    func endLook(_ token: Token, found: [Found]?) {
        state.withLock { state in
            state.isLooking = false
            state.pace.looked(since: token.began)
            guard let found else {
                state.isTold = true
                return
            }
            state.hasLooked = true
            state.pausedQueues = Set(found.filter(\.isPaused).map(\.line.queue))
            let seen = Set(found.map(\.line))
            if seen.union(state.lines.keys).count > LaneHeads.keptLines {
                state.lines = state.lines.filter { seen.contains($0.key) || $0.value.addition > token.additions }
            }
            for one in found {
                let (line, head) = (one.line, one.head)
                // What was added meanwhile was not seen.
                let known = state.lines[line]
                if let known, known.addition > token.additions, known.head < head { continue }
                state.lines[line, default: Known(head: head)].head = head
                state.lines[line]?.isVain = false
                // Nor by claims that are on their way.
                if let known, head < known.head {
                    state.additions += 1
                    state.lines[line]?.addition = state.additions
                }
            }
        }
    }

    /// Takes what a claim that was sent with the token has taken of all that wait.
    /// - Parameter emptied: lines that it sought in to their ends.
    func claimed(_ rows: [Execution], emptied: [Sought], _ token: Token) {
        var last: [Line: Head] = [:]
        for row in rows {
            let newest = (row.startedAt ?? row.availableAt) - LaneHeads.disorder
            let line = Line(row)
            let head = min(
                Head(availableAt: row.availableAt, id: row.id),
                Head(availableAt: newest, id: Identifier(high: 0, low: 0)))
            last[line] = max(last[line] ?? head, head)
        }
        state.withLock { state in
            for (line, head) in last {
                guard let known = state.lines[line], known.addition <= token.additions else { continue }
                state.lines[line]?.head = max(known.head, head)
            }
            for one in emptied where state.lines[one.line]?.addition ?? .max <= token.additions {
                state.lines[one.line]?.isVain = true
            }
        }
    }

    /// Whose turn it is.
    var turns: ServiceTurns { state.withLock { $0.turns } }

    /// Takes what services were given, so that others have their turns.
    func gave(_ rows: [Execution]) {
        if rows.isEmpty { return }
        state.withLock { $0.turns.gave(rows) }
    }

    /// Takes what this node has added, after the commit.
    func added(_ rows: [Execution]) {
        state.withLock { state in
            state.additions += 1
            for row in rows {
                let line = Line(row)
                let head = Head(availableAt: row.availableAt, id: row.id)
                let known = state.lines[line]?.head
                state.lines[line] = Known(head: min(known ?? head, head), addition: state.additions)
            }
        }
    }

    /// Takes that this node has let the queue go.
    func resumed(_ queue: String) {
        state.withLock { state in
            state.pausedQueues.remove(queue)
            for line in state.lines.keys where line.queue == queue { state.lines[line]?.isVain = false }
        }
    }

    /// Whether anything but this node's own is known.
    var hasLooked: Bool { state.withLock { $0.hasLooked } }

    /// Hears that somebody has added something.
    func told() { state.withLock { $0.isTold = true } }

    /// How long until a look may find what others have added; nil when nothing was.
    var pauseBeforeLook: Swift.Duration? {
        state.withLock { $0.isTold ? $0.pace.pause : nil }
    }
}

/// When to read an index from its beginning again: so rarely that it takes a small part of the time, however long it takes.
struct LookPace {
    private var next = ContinuousClock.now

    var isDue: Bool { ContinuousClock.now >= next }
    var pause: Swift.Duration { max(.zero, ContinuousClock.now.duration(to: next)) }

    mutating func looked(since began: ContinuousClock.Instant) {
        next = .now.advanced(by: max(.milliseconds(50), min(began.duration(to: .now) * 10, .seconds(2))))
    }
}
