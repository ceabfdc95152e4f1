internal import PunctualAPI
internal import PunctualClient
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import PunctualTestKit
internal import Synchronization

/// One drill while it is played.
final class DrillRun: Sendable {
    private let options: Drill.Options
    private let cluster: Cluster
    private let nemesis: Nemesis
    private let say: @Sendable (String) -> Void
    private let histories = Mutex<[JobHistory]>([])
    private let failures = Mutex<[String]>([])

    init(_ options: Drill.Options, _ cluster: Cluster, _ say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.cluster = cluster
        self.say = say
        nemesis = Nemesis(cluster, seed: options.seed, say: say)
    }

    func play() async throws -> Drill.Result {
        let began = Timestamp.hostNow
        let endsAt = began + options.faultTime + options.calmTime
        var jobs = ChaosJobs(seed: options.seed, effects: cluster.effects, endsAt: endsAt)
        let early = options.jobs * 3 / 4
        for number in 0..<early { try await create(jobs.next(number)) }
        let plan = FaultPlan(seed: options.seed, time: options.faultTime, of: options.faults)
        say("\(early) jobs are made; \(plan.strokes.count) faults follow")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [late = jobs] in
                try await self.createMore(late, from: early, during: self.options.faultTime)
            }
            group.addTask { try await self.triggerByHand(until: endsAt) }
            group.addTask { try await self.watchNodes(until: endsAt) }
            group.addTask { try await self.nemesis.run(plan) }
            try await group.waitForAll()
        }
        say("quiet")
        let pause = endsAt - Timestamp.hostNow
        if pause > .zero { try await Task.sleep(for: pause) }
        let drained = try await drain(since: endsAt)
        return try await result(began: began, drained: drained)
    }

    // MARK: Work

    private func create(_ new: (draft: JobDraft, isWatched: Bool)) async throws {
        let job = try await cluster.api.create(new.draft)
        let history = JobHistory(job, schedule: try cluster.api.schedule(of: job), isWatched: new.isWatched)
        histories.withLock { $0.append(history) }
    }

    private func createMore(_ jobs: ChaosJobs, from first: Int, during time: Duration) async throws {
        var jobs = jobs
        let count = max(1, options.jobs - first)
        for number in first..<options.jobs {
            try await Task.sleep(for: time / (count + 1))
            do {
                try await create(jobs.next(number))
            } catch let error as ClientError where error.problem == .validation {
                // Answers came so late that none of its instants is left.
                say("too late for job \(number)")
            }
        }
    }

    /// Somebody presses the button twice a second, and never again when no answer comes.
    private func triggerByHand(until end: Timestamp) async throws {
        var dice = Dice(seed: options.seed ^ 0x6861_6E64)
        while .hostNow < end - .seconds(5) {
            try await Task.sleep(for: .milliseconds(500))
            let history = histories.withLock { histories in
                histories.filter { $0.job.draft.overlapPolicy == .allowAll && !$0.isFixedDelay }
                    .randomElement(using: &dice)
            }
            guard let id = history?.job.id else { continue }
            let made = await cluster.api.triggerOnce(id)
            histories.withLock { histories in
                guard let index = histories.firstIndex(where: { $0.job.id == id }) else { return }
                switch made {
                case .made(let execution): histories[index].acknowledged.insert(execution)
                case .unknown: histories[index].unanswered += 1
                case .refused: break
                }
            }
        }
    }

    /// A node that ends by itself breaks a promise.
    private func watchNodes(until end: Timestamp) async throws {
        var known: Set<String> = []
        while .hostNow < end {
            try await Task.sleep(for: .milliseconds(200))
            for node in cluster.nodes where node.hasFailed && !known.contains(node.id) {
                known.insert(node.id)
                failures.withLock { $0.append("\(node.id) ended by itself: \(node.log.suffix(400))") }
                say("\(node.id) ended by itself")
            }
        }
    }

    // MARK: The end

    /// Waits until nothing is due, waiting or running; how long that took, nil when it never was.
    private func drain(since end: Timestamp) async throws -> Duration? {
        while .hostNow - end < options.drainTime {
            let stats = try await cluster.api.call("GET", "/api/v1/stats")
            let counts = ["buffered", "pending", "running"].map { stats["executions"]?[$0]?.int ?? 0 }
            let active = stats["jobs"]?["active"]?.int ?? 0
            if counts.reduce(0, +) == 0, active == 0 { return .hostNow - end }
            try await Task.sleep(for: .milliseconds(250))
        }
        return nil
    }

    private func result(began: Timestamp, drained: Duration?) async throws -> Drill.Result {
        let readAt = Timestamp.hostNow
        var all = histories.withLock { $0 }
        for index in all.indices { all[index].rows = try await cluster.api.executions(of: all[index].job.id) }
        let calls = cluster.effects.seen()
        let report = HistoryChecker(readAt: readAt).check(all, calls: calls)
        let marks = nemesis.marks
        let takeovers = marks.filter { [.kill, .terminate].contains($0.fault) && !$0.shards.isEmpty }.map { mark in
            Drill.Takeover(mark: mark, took: slowest(mark, all))
        }
        let logs = cluster.nodes.map(\.log)
        let refusals = ["a stale completion was refused", "a lease was lost"].reduce(0) { count, text in
            count + logs.reduce(0) { $0 + $1.ranges(of: text).count }
        }
        var failures = failures.withLock { $0 }
        for takeover in takeovers where takeover.mark.fault == .kill {
            if takeover.took ?? .seconds(999) > .seconds(20) {
                failures.append(
                    "\(takeover.mark.target) was taken over after \(takeover.took.map { "\($0)" } ?? "never")")
            }
        }
        return Drill.Result(
            options: options, began: began, marks: marks, takeovers: takeovers, report: report, histories: all,
            calls: calls,
            readAt: readAt, failures: failures, refusals: refusals, drained: drained)
    }

    /// The takeover is over when each of the shards has moved on.
    private func slowest(_ mark: Nemesis.Mark, _ histories: [JobHistory]) -> Duration? {
        let shards = 8
        var slowest: Duration?
        for shard in mark.shards {
            let jobs = histories.filter { $0.job.id.virtualShard % shards == shard && $0.job.createdAt < mark.at }
            // A shard without jobs tells nothing.
            guard !jobs.isEmpty, let took = HistoryChecker.takeover(after: mark.at, of: jobs) else { continue }
            slowest = max(slowest ?? .zero, took)
        }
        return slowest
    }
}

extension JobHistory {
    fileprivate var isFixedDelay: Bool { if case .fixedDelay = job.draft.schedule { true } else { false } }
}
