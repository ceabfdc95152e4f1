import Logging
import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// Keeps what it is told to send.
final class SentMessages: NotificationSender {
    private let state = Mutex<(sent: [NotificationMessage], outcome: NotificationOutcome)>(([], .sent))

    var all: [NotificationMessage] { state.withLock { $0.sent } }
    /// Kinds and names of each message.
    var told: [[String]] { all.map { $0.notices.map { "\($0.jobName) \($0.kind.rawValue)" } } }

    func answer(_ outcome: NotificationOutcome) { state.withLock { $0.outcome = outcome } }

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        state.withLock { state in
            state.sent.append(message)
            return state.outcome
        }
    }
}

/// The service over the reference store, and a clock that a test moves.
struct NotificationScene {
    let clock = ManualClock()
    let store: MemoryStore
    let sender = SentMessages()

    init() { store = MemoryStore(clock: clock) }

    /// - Parameter pages: of what went wrong, or is late, that one step reads at most.
    func service(
        isMine: Bool = true, sender: (any NotificationSender)? = nil, pages: Int = 20,
        patience: Duration = .seconds(5)
    ) -> NotificationService {
        NotificationService(
            store: store, outbox: store, notifications: store, sender: sender ?? self.sender,
            instruments: Instruments(logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }),
            pause: .milliseconds(5), patience: patience, pages: pages, isMine: { isMine })
    }

    @discardableResult
    func rule(
        _ name: String = "r", _ change: (inout NotificationRule) -> Void = { _ in }
    ) async throws
        -> NotificationRule
    {
        var rule = NotificationRule(
            name: name, groupWait: .zero, channel: .webhook(url: "https://example.com"), createdAt: clock.now(),
            updatedAt: clock.now())
        change(&rule)
        try await store.setNotificationRule(rule)
        return rule
    }

    func job(_ name: String, service: String = "default", labels: [String: String] = [:]) async throws -> Job {
        var draft = JobDraft(name: name, schedule: .manual, target: .noop)
        (draft.service, draft.labels) = (service, labels)
        let job = Job(id: .random(at: clock.now()), draft: draft, nextRunAt: nil, createdAt: clock.now())
        return try #require(try await store.create([job], within: [:]).first).get()
    }

    func waiting(_ job: Job) async throws {
        let execution = job.execution(
            at: clock.now(), trigger: .manual, now: clock.now(), nonce: .random(in: 1 ... .max))
        _ = try await store.enqueue([execution], of: job.id, overlap: .allowAll)
    }

    func run(_ job: Job, _ outcome: AttemptOutcome = .failed) async throws {
        try await waiting(job)
        let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 100, lease: .seconds(600)))
        let mine = try #require(claimed.first { $0.execution.jobID == job.id })
        _ = try await store.finish(Completion(lease: mine.lease, outcome: outcome, error: "why"))
        clock.advance(by: .milliseconds(1))
    }

    /// Puts executions that ended so into the history, all at this instant.
    func ended(_ job: Job, _ status: ExecutionStatus, count: Int) async throws {
        let now = clock.now()
        try await store.importExecutions(
            (0..<count).map { _ in
                TransferredExecution(
                    execution: Execution(
                        id: .random(at: now), jobID: job.id, jobName: job.draft.name, service: job.draft.service,
                        queue: "default", priority: 5, scheduledAt: now, availableAt: now, trigger: .schedule,
                        status: status, maxAttempts: 1, createdAt: now, finishedAt: now), lane: .builtIn, task: nil)
            })
    }

    /// The states of a rule's notices, oldest first.
    func states(_ rule: String = "r") async throws -> [Notice.State] {
        try await store.notices(of: rule, limit: 100).reversed().map(\.state)
    }
}
