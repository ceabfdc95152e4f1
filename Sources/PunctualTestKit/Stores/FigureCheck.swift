public import PunctualCore
internal import PunctualSchedule

/// One sentence that holds for every store of figures, and how to see that it does.
public struct FigureCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check on an empty store whose clock is the one given; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any Store & FigureStore, ManualClock) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any FigureStore, ManualClock) async throws -> Void) {
        self.name = name
        run = { store, clock in try await body(store, clock) }
    }

    public var description: String { name }

    /// Every check.
    public static let all: [FigureCheck] = [
        FigureCheck("figures come back as they were told, newest minutes first, with the store's time") {
            store, clock in
            try same(try await read(store), ToldFigures(now: clock.now(), items: []))
            let minute = MinuteFigures.minute(of: clock.now())
            let (first, second) = (figures(minute - 1, succeeded: 3), figures(minute, succeeded: 1, failed: 2))
            let (a, b) = (FigureTeller(node: "a", process: "1"), FigureTeller(node: "b", process: "1"))
            try await store.tell([first, second], by: a)
            try await store.tell([second], by: b)
            try await store.tell([], by: b)
            let told = [(b, second), (a, second), (a, first)].map { ToldFigures.Item(teller: $0, figures: $1) }
            try same(try await read(store), ToldFigures(now: clock.now(), items: told))
            try same(try await store.toldFigures(ofLast: 1, limit: 9).items, Array(told.prefix(2)))
            try same(try await store.toldFigures(ofLast: 60, limit: 2).items, Array(told.prefix(2)))
            try same(try await store.toldFigures(ofLast: 60, limit: 0).items, [])
        },
        FigureCheck("a minute that is told again takes the place of what it was, also when nothing is new") {
            store, clock in
            let teller = FigureTeller(node: "a", process: "1")
            let minute = MinuteFigures.minute(of: clock.now())
            for succeeded in [1, 5, 5, 9] {
                try await store.tell([figures(minute, succeeded: succeeded)], by: teller)
                try same(try await read(store).items.map(\.figures), [figures(minute, succeeded: succeeded)])
            }
        },
        FigureCheck("a telling that comes behind a later one changes nothing, whatever is beside it") { store, clock in
            let teller = FigureTeller(node: "a", process: "1")
            let minute = MinuteFigures.minute(of: clock.now())
            try await store.tell([figures(minute, succeeded: 5)], by: teller)
            try await store.tell([figures(minute - 1, succeeded: 2), figures(minute, succeeded: 4)], by: teller)
            try same(
                try await read(store).items.map(\.figures),
                [figures(minute, succeeded: 5), figures(minute - 1, succeeded: 2)])
        },
        FigureCheck("a node that was restarted within a minute tells beside what it told before") { store, clock in
            let minute = MinuteFigures.minute(of: clock.now())
            for process in ["1", "2", "3"] {
                try await store.tell([figures(minute, succeeded: 4)], by: FigureTeller(node: "a", process: process))
            }
            try same(try await read(store).items.map(\.teller.process), ["3", "2", "1"])
        },
        FigureCheck("minutes before the last ones, and those to come, are left out") { store, clock in
            let minute = MinuteFigures.minute(of: clock.now())
            let teller = FigureTeller(node: "a", process: "1")
            try await store.tell([-60, -59, 0, 1].map { figures(minute + $0, succeeded: 1) }, by: teller)
            try same(try await read(store).items.compactMap(\.figures?.minute), [minute, minute - 59])
            clock.advance(by: .seconds(60))
            try same(try await read(store).items.compactMap(\.figures?.minute), [minute + 1, minute])
        },
        FigureCheck("what is old goes, to the minute") { store, clock in
            let minute = MinuteFigures.minute(of: clock.now())
            for node in ["a", "b"] {
                try await store.tell(
                    (0..<3).map { figures(minute - $0, succeeded: 1) }, by: FigureTeller(node: node, process: "1"))
            }
            let old = Timestamp(seconds: Int64(minute - 1) * 60)
            try same(try await store.pruneFigures(before: old), 2)
            try same(try await store.pruneFigures(before: old + .milliseconds(59_999)), 0)
            try same(
                try await read(store).items.compactMap(\.figures?.minute), [minute, minute, minute - 1, minute - 1])
            try same(try await store.pruneFigures(before: old + .seconds(60)), 2)
        },
        FigureCheck("eight that tell at once, again and again, lose nothing") { store, clock in
            let minute = MinuteFigures.minute(of: clock.now())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in 0..<8 {
                    group.addTask {
                        let teller = FigureTeller(node: "n\(node)", process: "1")
                        for round in 1...5 {
                            try await store.tell(
                                (0..<3).map { figures(minute - $0, succeeded: round, failed: node) }, by: teller)
                        }
                    }
                }
                try await group.waitForAll()
            }
            var sums = (0..<3).map { MinuteFigures(minute: minute - $0) }
            for figures in try await read(store).items.compactMap(\.figures) {
                sums[minute - figures.minute].add(figures)
            }
            try same(sums, (0..<3).map { figures(minute - $0, succeeded: 40, failed: 28, late: 8) })
        },
    ]

    private static func read(_ store: any FigureStore) async throws(StoreError) -> ToldFigures {
        try await store.toldFigures(ofLast: 60, limit: 100)
    }

    private static func figures(_ minute: Int, succeeded: Int, failed: Int = 0, late: Int = 1) -> MinuteFigures {
        var figures = MinuteFigures(minute: minute)
        figures.ended = [.succeeded: succeeded, .failed: failed]
        figures.queues = ["mäil \"1\"": .init(ended: succeeded + failed, failed: failed)]
        figures.late[3] = late
        return figures
    }
}
