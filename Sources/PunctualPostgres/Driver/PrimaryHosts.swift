internal import PunctualSchedule
internal import Synchronization

/// Which of the hosts that a URI names is the primary; all connections of the URI share it.
///
/// After a promotion the old primary may come back and take writes, too, in a history that nobody goes on with. A server's
/// timeline tells the two apart: each promotion raises it. So the choice falls on the newest timeline, and never on one
/// older than a timeline that was seen.
final class PrimaryHosts: Sendable {
    private struct State {
        /// nil until a choice was made, and again when a connection was lost.
        var chosen: Int?
        /// The newest that was seen, from 1; 0 before.
        var timeline: Int64 = 0
    }

    private let hosts: [[String: String]]
    private let state = Mutex(State())

    /// - Parameter hosts: what libpq is told for each, in the order of the URI.
    init(_ hosts: [[String: String]]) { self.hosts = hosts }

    /// What libpq is told for the primary.
    /// - Parameter timeline: connects and reads the server's timeline.
    /// - Throws: `.noConnection` with what each host said.
    func primary(
        timeline: ([String: String]) async throws(PostgresFault) -> Int64
    ) async throws(PostgresFault) -> [String: String] {
        if let chosen = state.withLock({ $0.chosen }) { return hosts[chosen] }
        var complaints: [String] = []
        var seen: [(host: Int, timeline: Int64)] = []
        for (index, host) in hosts.enumerated() {
            do throws(PostgresFault) {
                seen.append((index, try await timeline(host)))
            } catch { complaints.append(error.message) }
        }
        return try choose(among: seen, complaints)
    }

    private func choose(
        among seen: [(host: Int, timeline: Int64)], _ complaints: [String]
    ) throws(PostgresFault) -> [String: String] {
        let newest = seen.map(\.timeline).max() ?? 0
        let (known, chosen) = state.withLock { state in
            state.timeline = max(state.timeline, newest)
            state.chosen = seen.first { $0.timeline == state.timeline }?.host
            return (state.timeline, state.chosen)
        }
        if let chosen { return hosts[chosen] }
        var complaints = complaints
        if newest > 0 {
            complaints.append(
                "a server of timeline \(newest) is left alone, because timeline \(known) was seen; it is an old primary, shut it down"
            )
        }
        throw PostgresFault(.noConnection, complaints.joined(separator: "; "))
    }

    /// A connection was lost or could not be had: every host is asked before the next.
    func doubt() { state.withLock { $0.chosen = nil } }
}
