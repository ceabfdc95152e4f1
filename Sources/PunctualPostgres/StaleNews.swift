internal import Synchronization

/// What a process hears of what others have changed, for copies that it keeps.
package enum StaleNotice: Sendable, Hashable {
    /// From now on everything is heard.
    case listening
    /// Until `listening` comes again something may be missed.
    case deaf
    /// Copies of these groups are stale; `StaleNews.everything` means those of all.
    /// - Parameter isShared: whether those that nodes share are gone already.
    case groups([String], isShared: Bool)
}

/// Tells other processes what they keep that is stale: at once when nothing was told for a while, and then once in
/// `pause` at most, however much has changed. So writes do not pay for it.
final class StaleNews: Sendable {
    static let channel = "punctual_stale"
    static let everything = "*"
    /// Far below the second within which a change is seen everywhere.
    static let pause = Duration.milliseconds(100)
    /// More groups than these are everything.
    private static let mostGroups = 4096
    /// After so many failures in succession it is given up: who listens has lost the database, too, and trusts nothing.
    private static let mostFailures = 50

    private struct State {
        /// Copies that nodes share may be stale, too.
        var unshared: Set<String> = []
        var shared: Set<String> = []
        var isSending = false
    }

    /// Tells this process's own notices from those of others.
    private let id = String(UInt64.random(in: .min ... .max), radix: 36)
    private let state = Mutex(State())
    private let pool: Pool

    init(pool: Pool) { self.pool = pool }

    func tell(_ groups: [String], isShared: Bool) {
        let mustSend = state.withLock { state in
            if isShared {
                StaleNews.add(groups, to: &state.shared)
            } else {
                StaleNews.add(groups, to: &state.unshared)
            }
            defer { state.isSending = true }
            return !state.isSending
        }
        // Nobody awaits it: what it tells of has happened.
        if mustSend { Task { await send() } }
    }

    private static func add(_ groups: some Collection<String>, to set: inout Set<String>) {
        if set.contains(everything) { return }
        set.formUnion(groups)
        if set.count > mostGroups { set = [everything] }
    }

    private func send() async {
        var failures = 0
        while true {
            let (unshared, shared) = state.withLock { state in
                defer { (state.unshared, state.shared) = ([], []) }
                state.isSending = !state.unshared.isEmpty || !state.shared.isEmpty
                return (state.unshared, state.shared)
            }
            if unshared.isEmpty, shared.isEmpty { return }
            let payloads = payloads(unshared, isShared: false) + payloads(shared, isShared: true)
            do throws(PostgresFault) {
                _ = try await pool.run(
                    [Announcer.quickly()] + payloads.map { Announcer.notify(StaleNews.channel, $0) }, attempts: 1)
                failures = 0
            } catch {
                failures += 1
                if failures <= StaleNews.mostFailures {
                    state.withLock { state in
                        StaleNews.add(unshared, to: &state.unshared)
                        StaleNews.add(shared, to: &state.shared)
                    }
                }
            }
            do { try await Task.sleep(for: StaleNews.pause) } catch { return }
        }
    }

    /// The groups as lines behind this process's id; the server takes no notice of 8,000 bytes.
    private func payloads(_ groups: Set<String>, isShared: Bool) -> [String] {
        var payloads: [String] = []
        for group in groups.sorted() where group.utf8.count < 1000 {
            if let last = payloads.last, last.utf8.count + group.utf8.count < 7500 {
                payloads[payloads.count - 1] += "\n" + group
            } else {
                payloads.append("\(id)\(isShared ? " shared" : "")\n\(group)")
            }
        }
        return payloads
    }

    /// What somebody else has told; nil for a notice of this process's own.
    func notice(in payload: String) -> StaleNotice? {
        let lines = payload.split(separator: "\n").map(String.init)
        guard let words = lines.first?.split(separator: " "), let teller = words.first, teller != id else { return nil }
        return .groups(Array(lines.dropFirst()), isShared: words.dropFirst().first == "shared")
    }
}
