import Chaos
import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

extension ChaosFaultTests {
    @Test("a job that kills its worker ends as failed after its attempts, and the others go on")
    func poison() async throws {
        let plans = [
            ClusterNode.Plan("n1", roles: ["api", "scheduler"]), ClusterNode.Plan("n2", roles: ["worker"]),
            ClusterNode.Plan("n3", roles: ["worker"]),
        ]
        try await Cluster.with(plans, program: try Program.punctual(), postgres: .shared) { cluster in
            var histories: [JobHistory] = []
            for number in 0..<8 { histories.append(try await everySecond(number, in: cluster)) }
            var draft = JobDraft(
                name: "poison", schedule: .manual,
                target: .command(CommandTarget(argv: ["/bin/sh", "-c", "kill -9 $PPID"])))
            draft.retryPolicy = RetryPolicy(maximumAttempts: 2, initialInterval: .milliseconds(100))
            let poison = try await cluster.api.create(draft)
            guard case .made(let id) = await cluster.api.triggerOnce(poison.id) else {
                throw Missing(description: "no answer")
            }
            let workers = cluster.nodes.filter { $0.plan.roles == ["worker"] }
            var killed: [String] = []
            let ended = try await eventually("it has ended", within: .seconds(300)) {
                // As a service manager does.
                for node in workers where node.hasFailed {
                    killed.append(node.id)
                    try await node.start()
                    try await node.ready()
                }
                return try await cluster.api.executions(of: poison.id).first { $0.status.isFinal }
            }
            #expect(ended.id == id && ended.status == .failed && ended.reason == .leaseExpired)
            #expect(ended.attempts.map(\.reason) == [.leaseExpired, .leaseExpired])
            #expect(
                ended.attempts.compactMap(\.worker) == killed, "each attempt killed its worker, and nobody else died")
            try await going(on: histories, after: .hostNow, in: cluster)
            try await check(&histories, in: cluster)
        }
    }

    @Test("a node whose clock is five minutes off, and one whose clock jumps an hour, miss nothing and double nothing")
    func clocks() async throws {
        try await withFolder { folder in
            let file = try folder.write("0\n", to: "clock")
            let plans = [
                ClusterNode.Plan("n1"), ClusterNode.Plan("n2", skew: .seconds(-300)),
                ClusterNode.Plan("n3", skew: .file(file)),
            ]
            try await Cluster.with(plans, program: try Program.punctual(), postgres: .shared) { cluster in
                var histories: [JobHistory] = []
                for number in 0..<24 { histories.append(try await everySecond(number, in: cluster)) }
                _ = try await eventually("all three schedule") {
                    Set(try await cluster.api.holders().values).count == 3 ? true : nil
                }
                let late = try await offset(of: cluster.nodes[1])
                #expect(abs(late + 300) < 60, "the clock of n2 is \(late) s off")
                for wanted in [3600.0, -3600, 0] {
                    try folder.write("\(Int(wanted))\n", to: "clock")
                    try await eventually("the node's clock has jumped") {
                        abs(try await offset(of: cluster.nodes[2]) - wanted) < 60 ? true : nil
                    }
                    try await going(on: histories, after: .hostNow + .seconds(3), in: cluster)
                }
                let holders = try await cluster.api.holders()
                #expect(Set(holders.values) == Set(cluster.nodes.map(\.id)), "all three still schedule")
                try await check(&histories, in: cluster)
                #expect(cluster.nodes.allSatisfy { $0.starts == 1 && !$0.hasFailed })
                // Whoever trusted the clocks that jumped would have been an hour early or late.
                let rows = histories.flatMap(\.rows)
                #expect(Set(rows.compactMap(\.attempts.first?.worker)) == Set(cluster.nodes.map(\.id)))
            }
        }
    }

    /// How many seconds the node's wall clock is ahead of this one.
    private func offset(of node: ClusterNode) async throws -> Double {
        let text = try await answer("/health", of: node).body
        let told = text.split(separator: "\"").compactMap { Timestamp(rfc3339: String($0)) }.first
        guard let told else { throw Missing(description: "no instant in \(text)") }
        return Double((told - .hostNow).wholeMilliseconds) / 1000
    }
}
