internal import PunctualCore
internal import PunctualHTTP
internal import PunctualObservability
internal import Synchronization

/// What the store told last, and how old that is.
///
/// A store that is slow is asked for longer than a reader waits, and tells it to the next one. So its figures are there
/// when they matter most, and their age says how far to trust them.
final class StoreTellings: Sendable {
    private struct Told {
        var figures: [MetricFigure]
        var asked: ContinuousClock.Instant
    }

    private let answer: SharedAnswer<Void>
    private let last: Last
    private let began: ContinuousClock.Instant
    private let patience: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    private final class Last: Sendable {
        let told = Mutex<Told?>(nil)
    }

    /// The store is asked at most so often.
    private static let pause = Duration.seconds(5)
    /// Figures older than this are left out, since they look like those of now.
    static let keptFor = Duration.seconds(60)

    /// - Parameters:
    ///   - patience: how long a reader waits.
    ///   - ask: reads the figures, for as long as that may take.
    init(
        patience: Duration = .seconds(2), pause: Duration = StoreTellings.pause,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        _ ask: @escaping @Sendable () async throws -> [MetricFigure]
    ) {
        let last = Last()
        self.last = last
        self.patience = patience
        self.now = now
        began = now()
        answer = SharedAnswer(age: pause) {
            let asked = now()
            let figures = try await ask()
            last.told.withLock { $0 = Told(figures: figures, asked: asked) }
        }
    }

    /// What the store tells within the reader's patience, else what it told last, if that is not too long ago; and in any
    /// case the age of it, of which those who watch can be warned.
    func figures() async -> [MetricFigure] {
        // Late or refused: the last answer stands below.
        try? await Deadline.within(patience) { [answer] in try await answer.value() }  // As above.
        let told = last.told.withLock { $0 }
        let age = (told?.asked ?? began).duration(to: now())
        let shown = age <= Self.keptFor ? told?.figures ?? [] : []
        return shown + [MetricFigure("punctual_store_figures_age_seconds", max(0, age / .seconds(1)))]
    }
}
