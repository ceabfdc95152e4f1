public import Logging
public import PunctualJSON
public import ServiceLifecycle
internal import Synchronization

/// An execution that a worker holds.
public struct Work: Sendable {
    /// The same in every attempt: use it to drop repeats.
    public let id: String
    public let attempt: Int
    /// The name of the target's task.
    public let task: String
    public let payload: JSONValue
    /// Names the attempt's span in W3C Trace Context's form: who works on with it belongs to the execution's trace. nil from
    /// servers that do not tell it.
    public let traceparent: String?
    /// The execution as the server told of it.
    public let execution: JSONValue
    let output = WorkOutput()

    /// Names the attempt among all that a worker has in hand.
    struct Claim: Hashable { let id: String, attempt: Int }

    var claim: Claim { Claim(id: id, attempt: attempt) }

    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let attempt = json["attempt"]?.int, let task = json["task"]?.string
        else { return nil }
        (self.id, self.attempt, self.task) = (id, Int(attempt), task)
        payload = json["payload"] ?? .null
        traceparent = json["traceparent"]?.string
        execution = json
    }
}

/// Runs executions of `worker` targets in this process, many at a time.
///
/// Claims, heartbeats and completions go many in a call, and so does what handlers say by `Work.log` and `Work.progress`. When a
/// graceful shutdown begins no more is claimed; what runs may go on for the grace period, is cancelled then, and goes back to the
/// server unfinished, which spends no attempt. An execution whose cancellation somebody asked for, or whose lease is lost, or may
/// be since no heartbeat was answered in time, is cancelled as well: its `Task.isCancelled` says so. Another attempt may begin
/// then, in this process, too, also while the handler of the one before goes on.
public struct Worker: Service {
    /// What becomes of an execution.
    /// - Returns: what its history shows as output, at most 256 KiB; nil for nothing.
    /// - Throws: any error; the attempt has failed with its description, and the job's policy decides about another one.
    public typealias Handler = @Sendable (Work) async throws -> String?

    public struct Options: Sendable {
        /// Its own name, stable over its life, 1 to 128 characters.
        public var name: String
        public var queues = ["default"]
        /// Only executions of these services; nil takes those of every service that the client may see.
        public var services: [String]?
        /// Only executions of at least this priority, 0 to 9.
        public var leastPriority = 0
        /// How many executions run at a time.
        public var concurrency = 16
        /// How long a claim holds without a heartbeat, 5 s to 1 h; heartbeats are sent three times as often.
        public var lease = Duration.seconds(60)
        /// How long what runs may go on after a shutdown has begun.
        public var grace = Duration.seconds(30)

        public init(name: String) { self.name = name }
    }

    let client: PunctualClient
    let options: Options
    private let handlers: [String: Handler]
    let logger: Logger
    /// What of a lease is not trusted.
    var margin: Duration { min(.seconds(2), options.lease / 10) }
    /// How long a claim waits for work; a shutdown waits as long. A lease may begin at any time of the wait, so that it must be
    /// short beside the lease.
    private var patience: Duration { min(.seconds(5), options.lease / 3) }

    /// - Parameter handlers: by the task's name; executions of other tasks are left to others.
    public init(
        _ client: PunctualClient, options: Options, logger: Logger = Logger(label: "punctual.worker"),
        handlers: [String: Handler]
    ) {
        self.client = client
        self.options = options
        self.logger = logger
        self.handlers = handlers
    }

    public func run() async throws {
        let hand = Hand()
        let endings = Endings(client, lease: options.lease, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await prolong(hand) }
            group.addTask { await tell(hand) }
            group.addTask { await watch(hand) }
            await withDiscardingTaskGroup { running in
                await withTaskCancellationOrGracefulShutdownHandler {
                    while !Task.isCancelled, !Task.isShuttingDownGracefully {
                        for work in await claim(atMost: options.concurrency - hand.count, hand) {
                            guard let handler = handlers[work.task] else {
                                hand.remove(work)
                                continue
                            }
                            let task = Task { try await handler(work) }  // Awaited by `finish`.
                            hand.attach(task, to: work)
                            running.addTask { await finish(work, task, hand, endings) }
                        }
                    }
                } onCancelOrGracefulShutdown: {
                    hand.close()
                }
                await drain(hand)
            }
            group.cancelAll()
        }
    }

    /// Claims what there is room for, or waits for room.
    /// - Returns: what may begin; it is in hand at once, so that no more is claimed than there is room for.
    private func claim(atMost room: Int, _ hand: Hand) async -> [Work] {
        guard room > 0 else {
            await hand.waitForRoom(below: options.concurrency)
            return []
        }
        do throws(ClientError) {
            var wish = JSONObject()
            wish["worker"] = .string(options.name)
            wish["queues"] = .array(options.queues.map(JSONValue.string))
            wish["tasks"] = .array(handlers.keys.sorted().map(JSONValue.string))
            wish["max"] = .int(Int64(min(room, 100)))
            let wait = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
            (wish["wait"], wish["lease"]) = (.string("\(wait)ms"), .string(options.leaseText))
            // Unless they are asked for, a server of the version before is spared what it does not know.
            if let services = options.services { wish["services"] = .array(services.map(JSONValue.string)) }
            if options.leastPriority > 0 { wish["least_priority"] = .int(Int64(options.leastPriority)) }
            let asked = ContinuousClock.now
            let answer = try await client.send(
                "POST", "/api/v1/work/claim", body: .object(wish), timeoutSeconds: patience.components.seconds + 30,
                retries: RetryPolicy.none)
            let claimed = (answer.json?["items"]?.array ?? []).compactMap(Work.init)
            for work in claimed { hand.add(work, trustedUntil: asked + options.lease - margin) }
            // The answer took long; whose is it by now?
            if ContinuousClock.now - asked > options.lease / 2 { await prolongAll(claimed, hand, speaking: false) }
            stopLate(hand)
            return claimed.filter { work in
                if hand.state(of: work) == .held { return true }
                hand.remove(work)
                return false
            }
        } catch {
            logger.warning("work could not be claimed", metadata: ["error": "\(error)"])
            try? await Task.sleep(for: .milliseconds(.random(in: 500...1500)))  // Cancelled, the caller ends.
            return []
        }
    }

    /// Waits for its end, and tells of it.
    private func finish(
        _ work: Work, _ task: Task<String?, any Error>, _ hand: Hand, _ endings: Endings
    ) async {
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        // What the end has no room for goes before it, unless the server is away.
        for _ in 0..<20 where hand.isLive(work) && work.output.isFull {
            guard await prolongAll([work], hand) else { break }
        }
        if let ending = ending(of: work, hand.state(of: work), result) { await endings.tell(ending) }
        hand.remove(work)
    }

    /// What to tell; nil for nothing.
    private func ending(of work: Work, _ standing: Hand.Standing, _ result: Result<String?, any Error>) -> Ending? {
        switch (standing, result) {
        case (.lost, _): nil
        // Also what was asked to stop, and was done all the same; the server knows whose attempt is the newest.
        case (_, .success(let output)): Ending(work, by: options.name, status: "succeeded", output: output)
        // It was stopped, and others may do it by now.
        case (.late, .failure): nil
        case (.stopped, .failure): Ending(work, by: options.name, status: "released")
        case (.held, .failure(let error)): Ending(work, by: options.name, status: "failed", error: "\(error)")
        }
    }

    /// Lets what runs go on for the grace period, then stops it.
    private func drain(_ hand: Hand) async {
        let deadline = ContinuousClock.now + options.grace
        while hand.count > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(20))  // A cancelled one is seen by the condition.
        }
        hand.stopAll()
    }
}

extension Worker.Options {
    var leaseText: String { "\(lease.components.seconds)s" }
}

extension Work {
    /// What names the claim.
    func named(by worker: String) -> JSONValue {
        ["id": .string(id), "attempt": .int(Int64(attempt)), "worker": .string(worker)]
    }
}
