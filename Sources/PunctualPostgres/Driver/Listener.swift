internal import PunctualSchedule
internal import Synchronization

/// Rings a bell at each announcement of any node, over a connection of its own that is made again whenever it ends.
///
/// The bell rings for everything after each connecting, since announcements may have been missed. Poolers in transaction
/// mode cannot keep a LISTEN: there the polls are the bell.
package final class Listener: Sendable {
    private let settings: ConnectionSettings
    private let ring: @Sendable (Announcement) -> Void
    private let stale: @Sendable (Stale) -> Void
    private let events: @Sendable (_ payload: String?) -> Void

    /// Of `StaleNews.channel`.
    enum Stale: Sendable {
        case listening
        case deaf
        case payload(String)
    }

    /// - Parameters:
    ///   - stale: told what is said on `StaleNews.channel`, and whether everything there is heard.
    ///   - events: told what is said on `Announcer.eventChannel`; nil when the connection is there, for the first time or
    ///     again.
    init(
        _ settings: ConnectionSettings, ring: @escaping @Sendable (Announcement) -> Void,
        stale: @escaping @Sendable (Stale) -> Void = { _ in },
        events: @escaping @Sendable (_ payload: String?) -> Void = { _ in }
    ) {
        self.settings = settings
        self.ring = ring
        self.stale = stale
        self.events = events
    }

    /// Listens until the task is cancelled.
    package func run() async {
        var failures = 0
        while settings.isPooled {
            do { try await Task.sleep(for: .seconds(3600)) } catch { return }
        }
        while !Task.isCancelled {
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            do {
                let connection = try await Connection.open(
                    settings, ended: { _ in end.finish() },
                    notified: { [ring, stale, events] channel, payload in
                        if let announcement = Announcement(rawValue: channel) { ring(announcement) }
                        if channel == StaleNews.channel { stale(.payload(payload)) }
                        if channel == Announcer.eventChannel { events(payload) }
                    })
                do {
                    let channels =
                        Announcement.allCases.map(\.rawValue) + [StaleNews.channel, Announcer.eventChannel]
                    _ = try await connection.run(channels.map { Call(composed: "LISTEN \($0)") })
                    failures = 0
                    stale(.listening)
                    defer { stale(.deaf) }
                    for announcement in Announcement.allCases { ring(announcement) }
                    events(nil)
                    // Ends with the connection, or with the task.
                    for await _ in ends {}
                } catch { failures += 1 }
                await connection.close()
            } catch { failures += 1 }
            // Jittered, so that many nodes do not come back at once.
            let pause = Int64(min(100 << min(failures, 6), 5_000))
            do { try await Task.sleep(for: .milliseconds(Int64.random(in: pause / 2...pause))) } catch { return }
        }
    }
}
