package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// How executions ended in each of the last sixty minutes, on all nodes: what this process has counted itself, and what
/// others, and earlier lives of this node, have told to the store.
///
/// The store is asked at most once in two seconds, whoever looks. One that does not answer in time keeps nobody waiting for
/// long; what this process knows is told alone then.
package final class FleetMinutes: Sendable {
    /// What is told of the hour.
    struct Hour: Sendable {
        /// Sixty, oldest first.
        var minutes: [MinuteFigures]
        /// The names of the nodes that have counted in them, and that of the node that answers.
        var nodes: [String]
        /// Whether everything that was told is in them.
        var isComplete: Bool
    }

    /// What others have told.
    private struct Told: Sendable {
        var sums: [Int: MinuteFigures] = [:]
        var nodes: Set<String> = []
        var isWhole = true
    }

    /// Rows that are read at most: of some 300 processes with something to tell in each minute.
    private static let mostRows = 20_000

    package let teller: FigureTeller
    package let counts: MinuteCounts
    private let clock: any WallClock
    private let patience: Duration
    private let others: SharedAnswer<Told>?
    /// By how much the store's clock is ahead of this node's.
    private let ahead: Ahead

    private final class Ahead: Sendable {
        let duration = Mutex(Duration.zero)
    }

    /// - Parameters:
    ///   - store: nil where this process alone has the data.
    ///   - events: whose figures are this process's own.
    ///   - age: how long what the store told is good for.
    ///   - patience: how long a reader waits for the store.
    package init(
        _ store: (any FigureStore)?, events: EventLog, node: String, clock: any WallClock,
        age: Duration = .seconds(2), patience: Duration = .seconds(1)
    ) {
        let (teller, ahead) = (FigureTeller(node: node, process: events.epoch), Ahead())
        self.teller = teller
        self.ahead = ahead
        self.clock = clock
        self.patience = patience
        counts = events.minutes
        others = store.map { store in
            SharedAnswer(age: age) {
                let told = try await store.toldFigures(ofLast: MinuteCounts.minutes, limit: Self.mostRows)
                ahead.duration.withLock { $0 = told.now - clock.now() }
                return Self.sum(told, but: teller)
            }
        }
    }

    private static func sum(_ rows: ToldFigures, but own: FigureTeller) -> Told {
        var told = Told()
        told.isWhole = rows.items.count < mostRows
        for item in rows.items where item.teller != own {
            guard let figures = item.figures else {
                told.isWhole = false
                continue
            }
            told.sums[figures.minute, default: MinuteFigures(minute: figures.minute)].add(figures)
            told.nodes.insert(item.teller.node)
        }
        return told
    }

    /// The last sixty minutes by the store's clock, which is the one that executions end by: nodes whose own clocks disagree
    /// tell the same.
    func hour() async -> Hour {
        var told = Told()
        if let others {
            do {
                told = try await Deadline.within(patience) { try await others.value() }
            } catch {
                // The answer says so.
                told.isWhole = false
            }
        }
        var minutes = counts.last(at: MinuteFigures.minute(of: clock.now() + ahead.duration.withLock { $0 }))
        for index in minutes.indices {
            if let sum = told.sums[minutes[index].minute] { minutes[index].add(sum) }
        }
        return Hour(
            minutes: minutes, nodes: told.nodes.union([teller.node]).sorted(), isComplete: told.isWhole)
    }
}

extension FleetMinutes.Hour {
    /// - Parameter withQueues: whether queues are told of one by one, too.
    func write(to writer: inout JSONWriter, withQueues: Bool) {
        writer.beginObject()
        writer.name("nodes")
        writer.value(.array(nodes.map { .string($0) }))
        writer.name("complete")
        writer.bool(isComplete)
        writer.name("items")
        writer.beginArray()
        for minute in minutes { minute.write(to: &writer) }
        writer.endArray()
        if withQueues {
            writer.name("queues")
            writeQueues(to: &writer)
        }
        writer.endObject()
    }

    /// The queues of which something ended, those with the most first: how many in each minute.
    private func writeQueues(to writer: inout JSONWriter) {
        var sums: [String: MinuteFigures.Queue] = [:]
        for minute in minutes {
            for (name, queue) in minute.queues {
                sums[name, default: .init()].ended += queue.ended
                sums[name, default: .init()].failed += queue.failed
            }
        }
        let order = sums.sorted { ($1.value.ended, $0.key) < ($0.value.ended, $1.key) }
        writer.beginArray()
        for (name, sum) in order.prefix(MinuteFigures.mostQueues) {
            writer.value([
                "name": .string(name), "ended": .int(Int64(sum.ended)), "failed": .int(Int64(sum.failed)),
                "ended_by_minute": .array(minutes.map { .int(Int64($0.queues[name]?.ended ?? 0)) }),
            ])
        }
        writer.endArray()
    }
}

extension MinuteFigures {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("at")
        writer.instant(Timestamp(seconds: Int64(minute) * 60))
        for status in ExecutionStatus.allCases where status.isFinal {
            writer.name(escaping: status.rawValue)
            writer.int(ended[status] ?? 0)
        }
        writer.name("lateness_ms")
        writer.value([
            "p50": lateness(0.5).map(JSONValue.int) ?? .null, "p95": lateness(0.95).map(JSONValue.int) ?? .null,
            "max": lateness(1).map(JSONValue.int) ?? .null,
        ])
        writer.endObject()
    }
}
