public import PunctualSchedule

/// How executions ended, minute by minute, as each process of the installation has told.
///
/// Figures for people who look at the last hour, not the history: what a process has counted and not told when it is killed
/// is lost, and what is old is removed.
public protocol FigureStore: Sendable {
    /// Sets what a process has counted in these minutes in the place of what it told of them before. Repeating it changes
    /// nothing, and a telling that comes behind a later one (by `MinuteFigures.total`) changes nothing either.
    func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError)

    /// What was told of the last `minutes` minutes by the store's clock, the one that runs included; newest minutes first,
    /// at most `limit`.
    func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures

    /// Removes what was told of minutes before the one of `instant`; how many rows.
    func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int
}

/// Who counts: one life of a node, so that a node that was restarted within a minute tells beside what it told before.
public struct FigureTeller: Hashable, Sendable {
    public var node: String
    /// Tells this process from others, also from those of the same node.
    public var process: String

    public init(node: String, process: String) {
        self.node = node
        self.process = process
    }
}

/// What processes have told of some minutes.
public struct ToldFigures: Hashable, Sendable {
    /// What one has told of one minute.
    public struct Item: Hashable, Sendable {
        public var teller: FigureTeller
        /// nil when they cannot be read, as when a newer version has written them.
        public var figures: MinuteFigures?

        public init(teller: FigureTeller, figures: MinuteFigures?) {
            self.teller = teller
            self.figures = figures
        }
    }

    /// The store's clock.
    public var now: Timestamp
    public var items: [Item]

    public init(now: Timestamp, items: [Item]) {
        self.now = now
        self.items = items
    }
}
