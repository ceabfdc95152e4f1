import Chaos
import FaultProxy
import Foundation
import PunctualClient
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

/// One fault each, on the real program and a real PostgreSQL.
@Suite("Chaos: one fault at a time", .serialized, .timeLimit(.minutes(15)))
struct ChaosFaultTests {
    @Test("a worker that was frozen past its lease is refused, and counted; the newer attempt's end stands")
    func frozenWorker() async throws {
        let plans = [
            ClusterNode.Plan("n1", roles: ["api", "scheduler"]), ClusterNode.Plan("n2", roles: ["api", "worker"]),
            ClusterNode.Plan("n3", roles: ["api", "worker"]),
        ]
        try await Cluster.with(plans, program: try Program.punctual(), postgres: .shared) { cluster in
            var draft = JobDraft(
                name: "slow", schedule: .manual, target: .http(HTTPTarget(url: cluster.effects.url(.slow(3000)))))
            draft.retryPolicy = RetryPolicy(maximumAttempts: 3, initialInterval: .milliseconds(100))
            let job = try await cluster.api.create(draft)
            guard case .made(let id) = await cluster.api.triggerOnce(job.id) else {
                throw Missing(description: "no answer")
            }
            let running = try await eventually("a worker has it") {
                try await cluster.api.executions(of: job.id).first { $0.status == .running }
            }
            let frozen = try #require(cluster.nodes.first { $0.id == running.worker })
            frozen.send(SIGSTOP)
            let ended = try await eventually("another has ended it", within: .seconds(180)) {
                try await other(than: frozen, in: cluster).executions(of: job.id).first { $0.status.isFinal }
            }
            #expect(ended.id == id)
            #expect(ended.status == .succeeded && ended.attempt == 2 && ended.worker != frozen.id)
            #expect(ended.attempts.map(\.reason) == [.leaseExpired, nil])
            frozen.send(SIGCONT)
            _ = try await eventually("the frozen worker is refused") {
                let refused = try await metric("punctual_stale_completions_total", of: frozen)
                let lost = try await metric("punctual_lease_lost_total", of: frozen)
                return refused + lost > 0 ? true : nil
            }
            #expect(try await cluster.api.executions(of: job.id) == [ended])
            #expect(!frozen.hasFailed && frozen.starts == 1)
        }
    }

    @Test("a scheduler whose connections swallow everything hands over within 20 s, and comes back by itself")
    func blackHole() async throws {
        let plans = [ClusterNode.Plan("n1"), ClusterNode.Plan("n2")]
        try await Cluster.with(plans, program: try Program.punctual(), postgres: .shared) { cluster in
            var histories: [JobHistory] = []
            for number in 0..<32 {
                var draft = JobDraft(
                    name: "tick-\(number)",
                    schedule: .interval(
                        every: .seconds(1), anchor: Timestamp(milliseconds: 1_767_225_600_000 + Int64(number) * 31)),
                    target: .noop)
                draft.misfireThreshold = .seconds(600)
                draft.overlapPolicy = .allowAll
                let job = try await cluster.api.create(draft)
                histories.append(JobHistory(job, schedule: try cluster.api.schedule(of: job)))
            }
            let (lost, left) = (cluster.nodes[0], cluster.nodes[1])
            _ = try await eventually("both schedule") {
                Set(try await cluster.api.holders().values) == [lost.id, left.id] ? true : nil
            }
            let shards = try await cluster.api.holders().filter { $0.value == lost.id }.map(\.key)
            lost.proxy.set(.blackHole)
            let struck = Timestamp.hostNow
            _ = try await eventually("the other has all shards", within: .seconds(90)) {
                try await other(than: lost, in: cluster).holders().values.allSatisfy { $0 == left.id } ? true : nil
            }
            #expect(Timestamp.hostNow - struck <= .seconds(20))
            _ = try await eventually("every job goes on") {
                for index in histories.indices {
                    histories[index].rows = try await other(than: lost, in: cluster)
                        .executions(of: histories[index].job.id)
                }
                return histories.allSatisfy { history in
                    HistoryChecker.takeover(after: struck, of: [history]) != nil
                } ? true : nil
            }
            for shard in shards {
                let jobs = histories.filter { $0.job.id.virtualShard % 8 == shard }
                guard let took = HistoryChecker.takeover(after: struck, of: jobs) else { continue }
                print("chaos: shard \(shard) moved on \(took) after the black hole")
                #expect(took <= .seconds(20))
            }
            lost.proxy.set(.pass)
            _ = try await eventually("it schedules again", within: .seconds(120)) {
                Set(try await other(than: lost, in: cluster).holders().values) == [lost.id, left.id] ? true : nil
            }
            #expect(lost.starts == 1 && !lost.hasFailed)
        }
    }

    @Test("without a database nodes live, are not ready, and go on by themselves when it is back")
    func databaseDown() async throws {
        let postgres = try await blocking { try PostgresServer() }
        try await Cluster.with(
            [ClusterNode.Plan("n1"), ClusterNode.Plan("n2")], program: try Program.punctual(), postgres: postgres
        ) { cluster in
            var draft = JobDraft(name: "tick", schedule: .interval(every: .seconds(1), anchor: nil), target: .noop)
            draft.misfireThreshold = .seconds(600)
            draft.overlapPolicy = .allowAll
            let job = try await cluster.api.create(draft)
            let history = JobHistory(job, schedule: try cluster.api.schedule(of: job))
            _ = try await eventually("it runs") { try await cluster.api.executions(of: job.id).count > 2 ? true : nil }
            try await blocking { try postgres.stop("immediate") }
            for node in cluster.nodes {
                _ = try await eventually("\(node.id) is not ready") {
                    try await status("/health/ready", of: node) == 503 ? true : nil
                }
            }
            // Long enough for every loop to fail more than once.
            for _ in 0..<10 {
                try await Task.sleep(for: .seconds(1))
                for node in cluster.nodes {
                    #expect(try await status("/health/live", of: node) == 200)
                    #expect(try await status("/health/ready", of: node) == 503)
                    #expect(!node.hasFailed)
                }
            }
            try await blocking { try postgres.start() }
            let back = Timestamp.hostNow
            for node in cluster.nodes {
                _ = try await eventually("\(node.id) is ready") {
                    try await status("/health/ready", of: node) == 200 ? true : nil
                }
                #expect(node.starts == 1)
            }
            _ = try await eventually("it goes on, and nothing is left open") {
                let rows = try await cluster.api.executions(of: job.id)
                let isBeyond = rows.contains { $0.scheduledAt > back + .seconds(2) }
                return isBeyond && rows.filter { $0.scheduledAt < back }.allSatisfy(\.status.isFinal) ? true : nil
            }
            var whole = history
            whole.rows = try await cluster.api.executions(of: job.id)
            let report = HistoryChecker(readAt: .hostNow, settling: .seconds(5)).check([whole])
            #expect(report.faults.isEmpty, "\(report.faults)")
        }
        try await blocking { try postgres.stop("fast") }
    }

    @Test("an answer that is lost behind its commit makes nothing twice: as many jobs as distinct requests")
    func ambiguousCommit() async throws {
        try await Cluster.with(
            [ClusterNode.Plan("n1")], program: try Program.punctual(), postgres: .shared
        ) { cluster in
            let node = cluster.nodes[0]
            for number in 0..<30 {
                let name = "ambiguous-\(number)-end"
                node.proxy.cutAnswer(toRequestWith: name)
                // The job's own name is in no other request; the key names another thing on purpose.
                let draft = JobDraft(name: name, schedule: .manual, target: .noop)
                do {
                    let job = try await cluster.api.call(
                        "POST", "/api/v1/jobs", body: draft.json, key: "request-\(number)")
                    #expect(job["name"] == .string(name))
                } catch {
                    throw Missing(description: "\(name): \(error)\n\(node.proxy.counts)\n\(node.log.suffix(4000))")
                }
            }
            #expect(node.proxy.counts.answersCut >= 20, "only \(node.proxy.counts.answersCut) answers were cut")
            let count = try await cluster.sql("SELECT count(*), count(DISTINCT name) FROM jobs")
            #expect(count == "30|30")
            #expect(!node.hasFailed)
        }
    }

    @Test("after 112 minutes without a scheduler each policy catches up as it says, and each instant has its row")
    func catchUp() async throws {
        let plan = [ClusterNode.Plan("n1")]
        try await Cluster.with(plan, program: try Program.punctual(), postgres: .shared) { cluster in
            var histories: [JobHistory] = []
            for policy in MisfirePolicy.allCases {
                var draft = JobDraft(
                    name: policy.rawValue,
                    schedule: .interval(every: .seconds(60), anchor: Timestamp(milliseconds: 1_767_225_600_000)),
                    target: .noop)
                draft.misfirePolicy = policy
                draft.maxCatchup = 1000
                draft.overlapPolicy = .allowAll
                let job = try await cluster.api.create(draft)
                histories.append(JobHistory(job, schedule: try cluster.api.schedule(of: job)))
            }
            let node = cluster.nodes[0]
            node.send(SIGKILL)
            _ = try await node.ended()
            // As if nobody had looked for 112 minutes.
            let down = Duration.seconds(112 * 60)
            try await cluster.sql("UPDATE job_progress SET next_run_at = next_run_at - \(down.wholeMilliseconds)")
            try await node.start()
            try await node.ready()
            for (policy, history) in zip(MisfirePolicy.allCases, histories) {
                let first = try #require(history.job.nextRunAt) - down
                let rows = try await eventually("\(policy) has caught up") {
                    let rows = try await cluster.api.executions(of: history.job.id)
                    return rows.count >= 112 && rows.allSatisfy(\.status.isFinal) ? rows : nil
                }
                let missed = rows.filter { $0.trigger == .misfire }
                let ran = missed.filter { $0.status == .succeeded }.count
                switch policy {
                case .fireAll: #expect(ran == missed.count && ran >= 110)
                case .fireOnce: #expect(ran <= 1 && missed.count >= 110)
                case .skip: #expect(ran == 0 && missed.count >= 110)
                }
                #expect(missed.filter { $0.status != .succeeded }.allSatisfy { $0.reason == .misfire })
                var whole = history
                whole.eras[0].first = first
                whole.rows = rows
                let report = HistoryChecker(readAt: .hostNow, settling: .seconds(60)).check([whole])
                #expect(report.faults.isEmpty, "\(report.faults)")
            }
        }
    }

    @Test(
        "SIGTERM hands the shards over before anybody's next turn, kill -9 within 20 s",
        arguments: [SIGTERM, SIGKILL])
    func takeover(signal: Int32) async throws {
        let plans = [ClusterNode.Plan("n1"), ClusterNode.Plan("n2"), ClusterNode.Plan("n3")]
        try await Cluster.with(plans, program: try Program.punctual(), postgres: .shared) { cluster in
            _ = try await eventually("all three schedule") {
                Set(try await cluster.api.holders().values).count == 3 ? true : nil
            }
            let node = cluster.nodes[0]
            let held = try await cluster.api.holders().filter { $0.value == node.id }.map(\.key)
            #expect(!held.isEmpty)
            node.send(signal)
            let struck = ContinuousClock.now
            _ = try await eventually("others hold them") {
                let holders = try await other(than: node, in: cluster).holders()
                return held.allSatisfy { holders[$0].map { $0 != node.id } ?? false } ? true : nil
            }
            let took = ContinuousClock.now - struck
            print("chaos: \(held.count) shards taken over \(took) after signal \(signal)")
            // A turn of the survivors is 3.3 s: sooner than that, they were told and did not just look. The aim is 1 s.
            #expect(took <= (signal == SIGTERM ? .seconds(3) : .seconds(20)))
        }
    }

    // MARK: What one node says

    /// Asks the other nodes alone.
    func other(than node: ClusterNode, in cluster: Cluster) throws -> ClusterAPI {
        cluster.asking(cluster.nodes.filter { $0.id != node.id })
    }

    func status(_ path: String, of node: ClusterNode) async throws -> Int {
        try await answer(path, of: node).status
    }

    func metric(_ name: String, of node: ClusterNode) async throws -> Double {
        let text = try await answer("/metrics", of: node).body
        return text.split(separator: "\n").filter { $0.hasPrefix(name) }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    func answer(_ path: String, of node: ClusterNode) async throws -> (status: Int, body: String) {
        let client = PunctualClient(address: node.address, retries: .none, timeoutSeconds: 15)
        let result: (Int, String)
        do throws(ClientError) {
            let answer = try await client.send("GET", path)
            result = (answer.status, String(decoding: answer.bytes, as: UTF8.self))
        } catch {
            result = (error.status ?? 0, "")
        }
        try await client.shutdown()
        return result
    }
}
