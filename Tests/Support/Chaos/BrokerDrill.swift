internal import FaultProxy
internal import Foundation
internal import PunctualClient
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization
package import TestPeers

/// Three nodes on a real PostgreSQL, Redis Cluster and RabbitMQ under a steady load, while Redis and RabbitMQ break: what
/// each fault does to executions and to requests.
package struct BrokerDrill: Sendable {
    package struct Options: Sendable {
        package var faults = BrokerFault.allCases
        /// Who tells workers of work.
        package var broker = "rabbitmq"
        /// Executions a second.
        package var rate = 200
        /// How long each fault lasts.
        package var strike = Duration.seconds(10)
        /// Calm before the first and after each.
        package var calm = Duration.seconds(20)
        /// Takes rows and messages away when all has been read, and reads again: the findings of that are
        /// `Result.tamperedFindings`, which must not be empty.
        package var isTampered = false

        package init() {}
    }

    /// What was seen while a fault lasted and shortly after, or before all faults.
    package struct Phase: Sendable {
        /// nil for the calm.
        package let fault: BrokerFault?
        package let executions: Int
        /// From when they were due to their start: half of them, 99 of a hundred, all.
        package let lateness: (p50: Duration, p99: Duration, most: Duration)
        package let calls: Int
        package let errors: Int
        package let callP99: Duration
        /// From the end of the fault until nothing started late any more; zero when nothing did after it.
        package let recovered: Duration
    }

    package struct Result: Sendable {
        package let options: Options
        package let phases: [Phase]
        /// Due instants of the whole drill, and those without a row, and those that did not succeed.
        package let due: Int
        package let lost: Int
        package let unsuccessful: Int
        package let calls: Int
        package let errors: Int
        /// Messages that were confirmed and are in no queue.
        package let messagesLost: Int
        package let messages: Int
        package fileprivate(set) var tamperedFindings: [String] = []

        /// What must not be, in words.
        package var findings: [String] {
            var findings: [String] = []
            if lost > 0 { findings.append("\(lost) of \(due) due instants have no row") }
            if unsuccessful > 0 { findings.append("\(unsuccessful) executions did not succeed") }
            if messagesLost > 0 { findings.append("\(messagesLost) of \(messages) messages are lost") }
            if errors * 1000 > calls { findings.append("\(errors) of \(calls) calls failed") }
            for phase in phases where phase.recovered > .seconds(60) {
                findings.append("\(phase.fault?.rawValue ?? "calm"): late until \(phase.recovered) after its end")
            }
            return findings
        }
    }

    private struct Sample: Sendable {
        var at: Timestamp
        var took: Duration
        var isWell: Bool
    }

    private final class Samples: Sendable {
        private let state = Mutex<[Sample]>([])
        var all: [Sample] { state.withLock { $0 } }
        func note(_ sample: Sample) { state.withLock { $0.append(sample) } }
    }

    /// The queue that messages go to; no fault deletes it, since what is in it is the user's.
    private static let messages = "drill-messages"

    /// Plays it from its beginning to its end.
    /// - Parameters:
    ///   - program: the path of `punctual`.
    ///   - say: hears what happens, a line at a time.
    package static func run(
        _ options: Options, program: String, postgres: PostgresServer,
        say: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Result {
        let peers = try await BrokerPeers()
        let variables = [
            "PUNCTUAL_BROKER": options.broker, "PUNCTUAL_REDIS_URL": peers.redisURL,
            "PUNCTUAL_RABBITMQ_URL": peers.rabbit.url(port: peers.proxy.port), "PUNCTUAL_LOG_LEVEL": "warning",
        ]
        // Its own queue, bound to nothing, over the default exchange.
        try await peers.control([
            "eval",
            "rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, <<\"\(messages)\">>), true, false, [], none, <<\"drill\">>).",
        ])
        let plans = ["n1", "n2", "n3"].map { ClusterNode.Plan($0) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await Cluster.with(plans, program: program, postgres: postgres, variables: variables) { cluster in
                    try await play(options, cluster, peers, say)
                })
        } catch { result = .failure(error) }
        try await peers.stop()
        return try result.get()
    }

    private static func play(
        _ options: Options, _ cluster: Cluster, _ peers: BrokerPeers, _ say: @escaping @Sendable (String) -> Void
    ) async throws -> Result {
        let anchor = Timestamp(milliseconds: Timestamp.hostNow.milliseconds / 1000 * 1000)
        for number in 0..<options.rate {
            try await make("tick-\(number)", .noop, anchor + .milliseconds(number * 1000 / options.rate), cluster)
        }
        for number in 0..<10 {
            let target = Target.publish(
                broker: "rabbitmq", destination: "/\(messages)", message: .string("\(number)"))
            try await make("message-\(number)", target, anchor + .milliseconds(number * 100), cluster)
        }
        say("\(options.rate) executions a second, broker \(options.broker)")
        let samples = Samples()
        var windows: [(fault: BrokerFault?, from: Timestamp, healed: Timestamp)] = []
        // The first seconds are the warm-up.
        try await Task.sleep(for: .seconds(5))
        let began = Timestamp.hostNow
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in cluster.nodes {
                group.addTask { try await ask(node.address, samples) }
            }
            try await Task.sleep(for: options.calm)
            windows.append((nil, began, Timestamp.hostNow))
            for fault in options.faults {
                say(fault.words)
                let from = Timestamp.hostNow
                try await peers.strike(fault, for: options.strike)
                windows.append((fault, from, Timestamp.hostNow))
                try await Task.sleep(for: options.calm)
            }
            group.cancelAll()
        }
        let ended = Timestamp.hostNow
        try await drain(cluster, until: ended)
        var result = try await read(options, cluster, peers, windows, samples.all, (began, ended))
        if options.isTampered {
            try await cluster.sql(
                "DELETE FROM ended_executions WHERE id IN (SELECT id FROM ended_executions WHERE trigger = 'schedule' "
                    + "AND job_name LIKE 'tick-%' AND scheduled_at > \(began.milliseconds + 2000) LIMIT 2)")
            try await peers.control(["purge_queue", messages])
            result.tamperedFindings =
                try await read(options, cluster, peers, windows, samples.all, (began, ended)).findings
        }
        return result
    }

    private static func make(_ name: String, _ target: Target, _ anchor: Timestamp, _ cluster: Cluster) async throws {
        var draft = JobDraft(name: name, schedule: .interval(every: .seconds(1), anchor: anchor), target: target)
        (draft.overlapPolicy, draft.misfirePolicy, draft.misfireThreshold) = (.allowAll, .fireAll, .seconds(600))
        // A message that was not confirmed is sent again.
        draft.retryPolicy = RetryPolicy(
            maximumAttempts: 0, initialInterval: .milliseconds(200), maximumInterval: .seconds(2))
        _ = try await cluster.api.create(draft)
    }

    /// Reads and triggers at one node until it is cancelled.
    private static func ask(_ address: String, _ samples: Samples) async throws {
        let client = PunctualClient(address: address, retries: .none, timeoutSeconds: 10)
        let id = try await client.send("GET", "/api/v1/jobs", query: [("limit", "1")]).json?["items"]?[0]?["id"]?.string
        let job = "/api/v1/jobs/\(id ?? "")"
        let calls = [
            ("GET", "/api/v1/jobs?limit=50"), ("GET", job), ("GET", "/api/v1/stats"),
            ("GET", "/api/v1/executions?limit=20"),
            ("GET", job), ("POST", "\(job)/trigger"),
        ]
        var turn = 0
        while !Task.isCancelled {
            let (method, path) = calls[turn % calls.count]
            turn += 1
            let (at, before) = (Timestamp.hostNow, ContinuousClock.now)
            var isWell = true
            do throws(ClientError) { _ = try await client.send(method, path) } catch { isWell = false }
            if Task.isCancelled { break }
            samples.note(Sample(at: at, took: before.duration(to: .now), isWell: isWell))
            try? await Task.sleep(for: .milliseconds(10))  // Cancelled, the condition sees it.
        }
        try await client.shutdown()
    }

    /// Waits until everything has ended that was due before.
    private static func drain(_ cluster: Cluster, until ended: Timestamp) async throws {
        for _ in 0..<600 {
            let open = try await cluster.sql(
                "SELECT count(*) FROM open_executions WHERE scheduled_at < \(ended.milliseconds)")
            let planned = try await cluster.sql(
                "SELECT count(*) FROM job_progress WHERE next_run_at < \(ended.milliseconds)")
            if open == "0", planned == "0" { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw ChaosFailure("not everything has ended within two minutes")
    }

    private static func read(
        _ options: Options, _ cluster: Cluster, _ peers: BrokerPeers,
        _ windows: [(fault: BrokerFault?, from: Timestamp, healed: Timestamp)], _ samples: [Sample],
        _ whole: (from: Timestamp, until: Timestamp)
    ) async throws -> Result {
        // Whole seconds, so that each job has one instant in each.
        let first = whole.from.milliseconds / 1000 * 1000 + 1000
        let last = whole.until.milliseconds / 1000 * 1000
        let due = Int(last - first) / 1000 * (options.rate + 10)
        let text = try await cluster.sql(
            """
            SELECT e.scheduled_at, e.started_at, e.status FROM ended_executions e
            WHERE e.trigger IN ('schedule', 'misfire') AND e.scheduled_at >= \(first) AND e.scheduled_at < \(last)
            ORDER BY 1
            """)
        let rows = text.split(separator: "\n").map { line -> (at: Int64, started: Int64, isWell: Bool) in
            let words = line.split(separator: "|", omittingEmptySubsequences: false)
            return (Int64(words[0]) ?? 0, Int64(words[1]) ?? .max, words[2] == "succeeded")
        }
        let ticks = try await cluster.sql(
            """
            SELECT e.scheduled_at, e.started_at FROM ended_executions e
            WHERE e.trigger IN ('schedule', 'misfire') AND e.job_name LIKE 'tick-%' AND e.started_at IS NOT NULL
                AND e.scheduled_at >= \(first) AND e.scheduled_at < \(last) ORDER BY 1
            """
        ).split(separator: "\n").map { line -> (at: Int64, late: Int64) in
            let words = line.split(separator: "|")
            let at = Int64(words[0]) ?? 0
            return (at, (Int64(words[1]) ?? 0) - at)
        }
        let phases = windows.map { window in
            let (from, healed) = (window.from.milliseconds, window.healed.milliseconds)
            let until = window.fault == nil ? healed : healed + options.calm.wholeMilliseconds
            let lates = ticks.filter { (from..<until).contains($0.at) }
            let sorted = lates.map(\.late).sorted()
            let calls = samples.filter { (from..<until).contains($0.at.milliseconds) }
            let lastLate = window.fault == nil ? nil : lates.filter { $0.late > 1000 }.map { $0.at + $0.late }.max()
            return Phase(
                fault: window.fault, executions: lates.count,
                lateness: (at(0.5, of: sorted), at(0.99, of: sorted), at(1, of: sorted)), calls: calls.count,
                errors: calls.count { !$0.isWell },
                callP99: at(0.99, of: calls.map { $0.took.wholeMilliseconds }.sorted()),
                recovered: .milliseconds(max(0, (lastLate ?? 0) - healed)))
        }
        let confirmed =
            Int(
                try await cluster.sql(
                    "SELECT count(*) FROM ended_executions WHERE job_name LIKE 'message-%' AND status = 'succeeded'"))
            ?? 0
        let queued = try await peers.control(["list_queues", "--no-table-headers", "name", "messages"])
            .split(separator: "\n").first { $0.hasPrefix(messages) }?.split(whereSeparator: \.isWhitespace).last
        return Result(
            options: options, phases: phases, due: due, lost: due - rows.count,
            unsuccessful: rows.count { !$0.isWell }, calls: samples.count, errors: samples.count { !$0.isWell },
            messagesLost: max(0, confirmed - (queued.flatMap { Int($0) } ?? 0)), messages: confirmed)
    }

    /// - Parameter values: milliseconds, from the least.
    private static func at(_ part: Double, of values: [Int64]) -> Duration {
        values.isEmpty ? .zero : .milliseconds(values[min(values.count - 1, Int(Double(values.count) * part))])
    }
}
