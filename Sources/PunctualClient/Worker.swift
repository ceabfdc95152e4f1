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
    /// The execution as the server told of it.
    public let execution: JSONValue
    let output = WorkOutput()

    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let attempt = json["attempt"]?.int, let task = json["task"]?.string
        else { return nil }
        (self.id, self.attempt, self.task) = (id, Int(attempt), task)
        payload = json["payload"] ?? .null
        execution = json
    }
}

/// Runs executions of `worker` targets in this process, many at a time.
///
/// Claims, heartbeats and completions go many in a call, and so does what handlers say by `Work.log` and `Work.progress`. When a graceful shutdown begins no more is claimed; what runs may go
/// on for the grace period, is cancelled then, and goes back to the server unfinished, which spends no attempt. An execution
/// whose cancellation somebody asked for, or whose lease is lost, is cancelled as well: its `Task.isCancelled` says so.
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

    private let client: PunctualClient
    private let options: Options
    private let handlers: [String: Handler]
    private let logger: Logger
    /// How long a claim waits for work; a shutdown waits as long.
    private static let patience = 5

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
        let endings = Endings(client, name: options.name, lease: options.lease, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await prolong(hand) }
            group.addTask { await tell(hand) }
            await withDiscardingTaskGroup { running in
                await withTaskCancellationOrGracefulShutdownHandler {
                    while !Task.isCancelled, !Task.isShuttingDownGracefully {
                        for work in await claim(atMost: options.concurrency - hand.count, hand) {
                            guard let handler = handlers[work.task] else { continue }
                            // In hand at once, so that no more is claimed than there is room for.
                            let task = Task { try await handler(work) }
                            hand.add(work, task)
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
            (wish["wait"], wish["lease"]) = (.string("\(Worker.patience)s"), .string(options.leaseText))
            // Unless they are asked for, a server of the version before is spared what it does not know.
            if let services = options.services { wish["services"] = .array(services.map(JSONValue.string)) }
            if options.leastPriority > 0 { wish["least_priority"] = .int(Int64(options.leastPriority)) }
            let answer = try await client.send(
                "POST", "/api/v1/work/claim", body: .object(wish), timeoutSeconds: Int64(Worker.patience) + 30,
                retries: RetryPolicy.none)
            return (answer.json?["items"]?.array ?? []).compactMap(Work.init)
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
        for _ in 0..<20 where hand.state(of: work) != .lost && work.output.isFull {
            guard await prolong([work], hand) else { break }
        }
        switch (hand.state(of: work), result) {
        case (.lost, _): break
        // Also what was asked to stop, and was done all the same.
        case (_, .success(let output)): await endings.tell(work, status: "succeeded", output: output)
        case (.stopped, .failure): await endings.tell(work, status: "released")
        case (.held, .failure(let error)):
            await endings.tell(work, status: "failed", error: String("\(error)".prefix(4096)))
        }
        hand.remove(work)
    }

    /// Sends heartbeats for all that is in hand.
    private func prolong(_ hand: Hand) async {
        while true {
            do { try await Task.sleep(for: options.lease / 3) } catch { return }
            await prolongAll(hand.works, hand)
        }
    }

    /// Sends what has been said, each second.
    private func tell(_ hand: Hand) async {
        while true {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            // Those that say more than goes into a call are heard again at once; others wait for the next second.
            for turn in 0..<20 {
                let works = hand.works.filter { turn == 0 ? $0.output.isWaiting : $0.output.isFull }
                guard !works.isEmpty, await prolongAll(works, hand) else { break }
            }
        }
    }

    /// - Returns: whether the server has answered each call.
    @discardableResult
    private func prolongAll(_ works: [Work], _ hand: Hand) async -> Bool {
        var isAnswered = true
        var (part, bytes): ([Work], Int) = ([], 0)
        for work in works {
            let own = work.output.batch()?.bytes ?? 0
            if part.count == 100 || bytes + own > Worker.mostBytes, !part.isEmpty {
                isAnswered = await prolong(part, hand) && isAnswered
                (part, bytes) = ([], 0)
            }
            part.append(work)
            bytes += own
        }
        if !part.isEmpty { isAnswered = await prolong(part, hand) && isAnswered }
        return isAnswered
    }

    /// The most bytes of lines in one call; a request may have 1 MiB.
    private static let mostBytes = 384 * 1024

    /// - Returns: whether the server has answered.
    private func prolong(_ works: [Work], _ hand: Hand) async -> Bool {
        let batches = works.map { $0.output.batch() }
        let items = zip(works, batches).map { work, batch in
            let claim = work.named(by: options.name)
            return batch?.joined(to: claim) ?? claim
        }
        do throws(ClientError) {
            let answer = try await client.send(
                "POST", "/api/v1/work/heartbeat/bulk",
                body: ["lease": .string(options.leaseText), "items": .array(items)], retries: RetryPolicy.none)
            for ((work, batch), item) in zip(zip(works, batches), answer.json?["items"]?.array ?? []) {
                switch item["status"]?.int {
                case 200:
                    if let batch { work.output.took(batch) }
                    if item["cancel_requested"] == true { hand.cancel(work) }
                case 404, 409:
                    logger.notice("a lease was lost", metadata: ["execution_id": "\(work.id)"])
                    hand.lose(work)
                case 422 where batch != nil:
                    logger.notice("output was not taken", metadata: ["execution_id": "\(work.id)"])
                    work.output.refuse()
                default: break
                }
            }
            return true
        } catch {
            logger.warning("a heartbeat could not be sent", metadata: ["error": "\(error)"])
            return false
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
    fileprivate var leaseText: String { "\(lease.components.seconds)s" }
}

extension Work {
    /// What names the claim.
    func named(by worker: String) -> JSONValue {
        ["id": .string(id), "attempt": .int(Int64(attempt)), "worker": .string(worker)]
    }
}
