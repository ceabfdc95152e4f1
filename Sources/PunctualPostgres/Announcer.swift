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
        /// What others are to forget of what they keep.
        var stale: Set<String> = []
        var isSending = false
    }

    /// Where groups that are stale are told.
    static let staleChannel = "punctual_stale"
    /// Where nodes tell each other of events.
    static let eventChannel = "punctual_events"
    /// Tells this process's own notices from those of others.
    let id = String(UInt64.random(in: .min ... .max), radix: 36)

    private let state = Mutex(State())
    private let pool: Pool

    init(pool: Pool) { self.pool = pool }

    func jobsChanged() { ring(.jobsChanged) }
    func workWaiting() { ring(.workWaiting) }
    func workCancelled() { ring(.workCancelled) }
    func shardsFreed() { ring(.shardsFreed) }

    private func ring(_ announcement: Announcement) { gather { $0.waiting.insert(announcement) } }

    /// Tells all others that what they keep of the groups is stale.
    func stale(_ groups: [String]) { gather { $0.stale.formUnion(groups) } }

    private func gather(_ add: (inout State) -> Void) {
        let mustSend = state.withLock { state in
            add(&state)
            defer { state.isSending = true }
            return !state.isSending
        }
        // Nobody awaits it: whoever needs to know polls besides.
        if mustSend { Task { await send() } }
    }

    private func send() async {
        while true {
            let (announcements, stale) = state.withLock { state in
                defer { (state.waiting, state.stale) = ([], []) }
                state.isSending = !state.waiting.isEmpty || !state.stale.isEmpty
                return (state.waiting, state.stale)
            }
            if announcements.isEmpty, stale.isEmpty { return }
            let calls =
                [Announcer.quickly()] + announcements.map { Announcer.notify($0.rawValue, "") }
                + payloads(stale).map { Announcer.notify(Announcer.staleChannel, $0) }
            _ = try? await pool.run(calls, attempts: 1)  // What is lost here is found by polling.
            // Whoever rings within this time shares the next.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return }
        }
    }

    /// A hint need not survive a crash.
    private static let quickly = Statement("SELECT set_config('synchronous_commit', 'off', true)")
    private static let notify = Statement("SELECT pg_notify($1, $2)")

    /// Says messages on a channel of their own, in order.
    /// - Returns: whether they went.
    func say(events messages: [String]) async -> Bool {
        let calls = [Announcer.quickly()] + messages.map { Announcer.notify(Announcer.eventChannel, $0) }
        do {
            _ = try await pool.run(calls, attempts: 1)
            return true
        } catch { return false }
    }

    /// The groups as lines behind this process's id; the server takes no notice of 8,000 bytes.
    private func payloads(_ groups: Set<String>) -> [String] {
        var payloads: [String] = []
        for group in groups.sorted() where group.utf8.count < 1000 {
            if let last = payloads.last, last.utf8.count + group.utf8.count < 7500 {
                payloads[payloads.count - 1] += "\n" + group
            } else {
                payloads.append("\(id)\n\(group)")
            }
        }
        return payloads
    }

    /// The groups that somebody else has told; nil for a notice of this process's own.
    func groups(in payload: String) -> [String]? {
        let lines = payload.split(separator: "\n").map(String.init)
        return lines.first == id ? nil : Array(lines.dropFirst())
    }
}
