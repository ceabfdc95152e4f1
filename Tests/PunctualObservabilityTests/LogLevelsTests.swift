import Logging
import Synchronization
import Testing

@testable import PunctualObservability

@Suite("Levels changed at run time")
struct LogLevelsTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    private func logger(_ label: String, _ levels: LogLevels) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, to: LogOutput(levels: levels, isJSON: true)) }
    }

    @Test("a label stands for those below it, unless more is said of them; loggers that are there see it at once")
    func below() {
        let levels = LogLevels(base: .info)
        let (main, http, other) = (
            logger("punctual", levels), logger("punctual.http", levels), logger("punctuality", levels)
        )
        #expect([main, http, other].map(\.logLevel) == [.info, .info, .info])
        levels.set("punctual", to: .debug, for: nil)
        #expect([main, http, other].map(\.logLevel) == [.debug, .debug, .info])
        levels.set("punctual.http", to: .error, for: nil)
        #expect([main, http, other].map(\.logLevel) == [.debug, .error, .info])
        #expect(logger("punctual.http.late", levels).logLevel == .error)
        #expect(levels.reset("punctual") && !levels.reset("punctual"))
        #expect([main, http, other].map(\.logLevel) == [.info, .error, .info])
    }

    @Test("a change for a time ends by itself, and only then")
    func time() {
        let clock = Clock()
        let levels = LogLevels(base: .info, now: { clock.now })
        let logger = logger("punctual", levels)
        levels.set("punctual", to: .trace, for: .seconds(60))
        clock.pass(.seconds(59))
        #expect(logger.logLevel == .trace)
        #expect(levels.all().first?.left == .seconds(1))
        clock.pass(.seconds(1))
        #expect(logger.logLevel == .info)
        #expect(levels.all().map(\.isChanged) == [false] && !levels.reset("punctual"))
        // One that holds on takes the end of the one before with it.
        levels.set("punctual", to: .trace, for: .seconds(60))
        levels.set("punctual", to: .debug, for: nil)
        clock.pass(.seconds(3600))
        #expect(logger.logLevel == .debug)
    }

    @Test("a logger that was set by its holder keeps that")
    func own() {
        let levels = LogLevels(base: .info)
        var logger = logger("punctual", levels)
        logger.logLevel = .critical
        levels.set("punctual", to: .trace, for: nil)
        #expect(logger.logLevel == .critical)
    }
}
