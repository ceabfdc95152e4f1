package import PunctualSchedule
package import PunctualTestKit
package import TestPeers

/// Faults on a cluster at work, then quiet, then one read of everything.
package struct Drill: Sendable {
    package struct Options: Sendable {
        package var seed: UInt64
        package var nodes: [ClusterNode.Plan]
        package var jobs = 48
        package var faults = Fault.allCases
        package var faultTime: Duration
        /// How long the jobs go on after the last fault.
        package var calmTime = Duration.seconds(12)
        /// How long after the last instant of all jobs everything must have ended. A lost worker's execution waits for
        /// its lease, 30 s, and may have two attempts to go.
        package var drainTime = Duration.seconds(120)

        /// - Parameter nodes: how many there are; each plays every role, and of more than two the last one's clock is five
        ///   minutes slow.
        package init(seed: UInt64, nodes: Int = 4, faultTime: Duration) {
            self.seed = seed
            self.faultTime = faultTime
            self.nodes = (1...max(1, nodes)).map { ClusterNode.Plan("n\($0)") }
            if nodes > 2 { self.nodes[nodes - 1].skew = .seconds(-300) }
        }
    }

    /// What a drill came to.
    package struct Result: Sendable {
        package let options: Options
        package let began: Timestamp
        package let marks: [Nemesis.Mark]
        package let takeovers: [Takeover]
        package let report: HistoryReport
        /// What the report was made from, to hold the checker itself to account.
        package let histories: [JobHistory]
        package let calls: [AttemptCall]
        package let readAt: Timestamp
        /// What went wrong beside the history: a node that ended by itself, a takeover that took too long.
        package let failures: [String]
        /// How often the nodes said in their logs that a stale completion was refused or a lease was lost.
        package let refusals: Int
        /// How long after the last instant everything had ended; nil when it had not.
        package let drained: Duration?

        /// Everything that must not be, in words; empty for a good drill.
        package var findings: [String] {
            failures + (drained == nil ? ["not everything has ended"] : []) + report.faults.map(\.description)
        }
    }

    /// How long the shards of a node that was struck can have stood still, at most.
    package struct Takeover: Sendable, Hashable {
        package let mark: Nemesis.Mark
        /// nil when no later instant of them was recorded.
        package let took: Duration?
    }

    /// Plays a drill from its beginning to its end.
    /// - Parameters:
    ///   - program: the path of `punctual`.
    ///   - postgres: a server that nobody else uses; it is stopped and started.
    ///   - say: hears what happens, a line at a time.
    package static func run(
        _ options: Options, program: String, postgres: PostgresServer,
        say: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Result {
        try await Cluster.with(options.nodes, program: program, postgres: postgres) { cluster in
            say("\(options.nodes.count) nodes are ready")
            return try await DrillRun(options, cluster, say).play()
        }
    }
}
