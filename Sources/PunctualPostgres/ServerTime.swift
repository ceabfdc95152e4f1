internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// The database's time of day, asked for now and then and carried on by a clock that nobody sets, so that a call that
/// needs the time costs no round trip.
final class ServerTime: Sendable {
    private struct Reading {
        var time: Timestamp
        /// After the answer: what is carried on lags by part of a round trip, and is never ahead.
        var takenAt: ContinuousClock.Instant
    }

    private let reading = Mutex<Reading?>(nil)

    /// How long a reading is carried on; as long an adjusted clock of the server may go unseen.
    private static let carryLimit = Swift.Duration.seconds(1)

    /// The time, or nil when the server is to be asked.
    var now: Timestamp? {
        guard let reading = reading.withLock({ $0 }) else { return nil }
        let age = reading.takenAt.duration(to: .now)
        guard age < ServerTime.carryLimit else { return nil }
        return reading.time + .milliseconds(Int64(age / .milliseconds(1)))
    }

    func answered(_ time: Timestamp) {
        let reading = Reading(time: time, takenAt: .now)
        self.reading.withLock { $0 = reading }
    }
}
