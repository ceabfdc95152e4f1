internal import PunctualCore
internal import PunctualEngine
internal import PunctualHTTP
internal import ServiceLifecycle

/// Tells the store how executions ended, minute by minute, as this process has counted it, so that every node can show what
/// all have seen.
///
/// One statement a round with the minutes that have changed, and none when nothing has. A store that does not answer is told
/// later: what was counted stays here for an hour.
struct FigureTelling: Service {
    private let store: any FigureStore
    private let counts: MinuteCounts
    private let teller: FigureTeller
    private let instruments: Instruments
    private let limit: CallLimit

    /// Between two rounds.
    private static let pause = Duration.seconds(10)

    /// - Parameter timeout: of one telling; nil means none.
    init(
        _ minutes: FleetMinutes, to store: any FigureStore, timeout: Duration? = .seconds(3), instruments: Instruments
    ) {
        self.store = store
        self.instruments = instruments
        (counts, teller) = (minutes.counts, minutes.teller)
        // One that comes back late changes nothing: the store knows which telling is the newer.
        limit = CallLimit("figures", timeout, abandonedAtMost: 4, instruments: instruments)
    }

    func run() async throws {
        try await repeatUntilShutdown {
            await round()
            try await Task.sleep(for: FigureTelling.pause)
        }
        // What has ended since, and while the node drained.
        await round()
    }

    /// Tells what has changed.
    func round() async {
        do throws(StoreError) {
            let figures = counts.untold()
            if !figures.isEmpty {
                try await limit.run { [store, teller] () async throws(StoreError) in
                    try await store.tell(figures, by: teller)
                }
                counts.told(figures)
            }
            instruments.loopLived("figures")
        } catch {
            instruments.loopFailed("figures", error)
        }
    }
}
