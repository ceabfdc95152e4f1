package import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// How executions ended in each of the last sixty minutes, as far as this process has heard of it.
///
/// Kept in memory and counted as the news comes; what has not been told to the store yet is known.
package final class MinuteCounts: Sendable {
    static let minutes = 60

    private struct Place {
        var figures = MinuteFigures(minute: -1)
        /// The total that was told last.
        var told = 0
    }

    private let ring = Mutex([Place](repeating: Place(), count: minutes))

    package init() {}

    /// Counts one that has ended; any other is passed over.
    package func note(_ execution: Execution) {
        guard execution.status.isFinal, let end = execution.finishedAt, end.milliseconds >= 0 else { return }
        let minute = MinuteFigures.minute(of: end)
        let index = minute % Self.minutes
        ring.withLock { ring in
            // Older news than what stands there comes too late.
            if ring[index].figures.minute > minute { return }
            if ring[index].figures.minute < minute { ring[index] = Place(figures: MinuteFigures(minute: minute)) }
            ring[index].figures.count(execution)
        }
    }

    /// The minutes up to that one, oldest first; one in which nothing ended is empty.
    func last(at newest: Int) -> [MinuteFigures] {
        ring.withLock { ring in
            (newest - Self.minutes + 1...newest).map { minute in
                let known = ring[max(0, minute) % Self.minutes].figures
                return known.minute == minute ? known : MinuteFigures(minute: minute)
            }
        }
    }

    /// The minutes of which more has been counted than was told, oldest first.
    package func untold() -> [MinuteFigures] {
        ring.withLock { ring in
            ring.filter { $0.told < $0.figures.total }.map(\.figures).sorted { $0.minute < $1.minute }
        }
    }

    /// Knows that these were told.
    package func told(_ figures: [MinuteFigures]) {
        ring.withLock { ring in
            for figures in figures {
                let index = figures.minute % Self.minutes
                guard ring[index].figures.minute == figures.minute else { continue }
                ring[index].told = max(ring[index].told, figures.total)
            }
        }
    }
}
