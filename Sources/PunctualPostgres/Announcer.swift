internal import PunctualCore
internal import Synchronization

/// What one node tells the others; losing one costs time, never work.
enum Announcement: String, CaseIterable, Sendable {
    case jobsChanged = "punctual_jobs"
    case workWaiting = "punctual_work"
    case workCancelled = "punctual_cancel"
    case shardsFreed = "punctual_shards"
}

/// Sends NOTIFY after commits, as many as have gathered in one: each costs the server a lock that all commits with
/// notifications share.
final class Announcer: Bell {
    private struct State {
        var waiting: Set<Announcement> = []
        var isSending = false
    }

    /// Where nodes tell each other of events.
    static let eventChannel = "punctual_events"

    private let state = Mutex(State())
    private let pool: Pool

    init(pool: Pool) { self.pool = pool }

    func jobsChanged() { ring(.jobsChanged) }
    func workWaiting() { ring(.workWaiting) }
    func workCancelled() { ring(.workCancelled) }
    func shardsFreed() { ring(.shardsFreed) }

    private func ring(_ announcement: Announcement) {
        let mustSend = state.withLock { state in
            state.waiting.insert(announcement)
            defer { state.isSending = true }
            return !state.isSending
        }
        // Nobody awaits it: whoever needs to know polls besides.
        if mustSend { Task { await send() } }
    }

    private func send() async {
        while true {
            let announcements = state.withLock { state in
                defer { state.waiting = [] }
                state.isSending = !state.waiting.isEmpty
                return state.waiting
            }
            if announcements.isEmpty { return }
            let calls = [Announcer.quickly()] + announcements.map { Announcer.notify($0.rawValue, "") }
            _ = try? await pool.run(calls, attempts: 1)  // What is lost here is found by polling.
            // Whoever rings within this time shares the next.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return }
        }
    }

    /// A hint need not survive a crash.
    static let quickly = Statement("SELECT set_config('synchronous_commit', 'off', true)")
    static let notify = Statement("SELECT pg_notify($1, $2)")

    /// Says messages on a channel of their own, in order.
    /// - Returns: whether they went.
    func say(events messages: [String]) async -> Bool {
        let calls = [Announcer.quickly()] + messages.map { Announcer.notify(Announcer.eventChannel, $0) }
        do {
            _ = try await pool.run(calls, attempts: 1)
            return true
        } catch { return false }
    }
}
