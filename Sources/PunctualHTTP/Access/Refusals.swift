internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// Which refusals of reads and of work the log was told of lately: a program that asks in vain again and again does not fill it.
final class RecentRefusals: Sendable {
    private let told = Mutex<[String: Timestamp]>([:])
    private static let pause = Duration.seconds(60)
    private static let most = 10_000

    /// Whether it was not told within the last minute; it counts as told then.
    func isNew(_ what: String, at now: Timestamp) -> Bool {
        told.withLock { told in
            if let last = told[what], last <= now, now < last + RecentRefusals.pause { return false }
            if told.count >= RecentRefusals.most { told = told.filter { now < $0.value + RecentRefusals.pause } }
            // Rather told twice than a table without end.
            if told.count >= RecentRefusals.most { told = [:] }
            told[what] = now
            return true
        }
    }
}

extension APIServices {
    /// Tells the audit log that somebody known may not do what he asked for.
    /// - Parameter service: whose thing it is, when the refusal knows.
    func tellRefusal(_ context: APIContext, service: String? = nil) async throws {
        guard let access, !context.principal.isStranger else { return }
        let now = try await access.now()
        if !context.operation.isAudited {
            let thing = context.target?.resource ?? service ?? ""
            let what = "\(context.principal.name) \(context.operation.rawValue) \(thing)"
            guard access.refusals.isNew(what, at: now) else { return }
        }
        try await access.audit.append([await refusal(context, service: service, at: now)])
    }

    /// The entry of a call that somebody may not make, with the thing that its path names.
    func refusal(_ context: APIContext, service: String?, at now: Timestamp) async -> AuditDraft {
        var draft = AuditDraft(context, at: now, isAllowed: false)
        let target = context.target
        draft.resource = target?.resource
        draft.service = service
        if draft.service == nil, let target { draft.service = await self.service(of: target) }
        return draft
    }

    /// nil when there is no such thing, when it belongs to none, and when the store does not say.
    private func service(of target: APIContext.Target) async -> String? {
        switch target {
        case .job(let id): (try? await store.job(id))?.draft.service  // The refusal is told without it, too.
        case .execution(let id): (try? await store.execution(id, of: nil))?.service  // As above.
        case .secret(let service, _): service
        case .other: nil
        }
    }
}

extension APIContext {
    /// What a path names.
    enum Target {
        case job(Identifier)
        case execution(Identifier)
        case secret(service: String, name: String)
        case other(String)

        /// As entries of the audit log name it.
        var resource: String {
            switch self {
            case .job(let id): "job:\(id)"
            case .execution(let id): "execution:\(id)"
            case .secret(let service, let name): "secret:\(service)/\(name)"
            case .other(let resource): resource
            }
        }
    }

    /// The thing in the path of this call; nil for one that names none.
    var target: Target? {
        func id(_ name: String = "id") -> Identifier? { parameters.get(name).flatMap { Identifier($0) } }
        // No name is longer.
        func text(_ name: String) -> String? { parameters.get(name).map { String($0.prefix(128)) } }
        switch operation {
        case .getJob, .replaceJob, .patchJob, .deleteJob, .pauseJob, .resumeJob, .triggerJob, .backfillJob,
            .nextOccurrences, .explainJob, .getJobLimit, .putJobLimit, .deleteJobLimit:
            return id().map { .job($0) }
        case .putOnSchedule, .takeOffSchedule, .listJobExecutions, .retryExecution:
            return id("job_id").map { .job($0) }
        case .getExecution, .readLines, .cancelExecution: return id().map { .execution($0) }
        case .pauseQueue, .resumeQueue: return text("name").map { .other("queue:\($0)") }
        case .getQueueLimit, .putQueueLimit, .deleteQueueLimit:
            return text("name").map { .other("limit:queues/\($0)") }
        case .getServiceLimit, .putServiceLimit, .deleteServiceLimit:
            return text("service").map { .other("limit:services/\($0)") }
        case .putLogLevel, .deleteLogLevel: return text("label").map { .other("log_level:\($0)") }
        case .getNotification, .putNotification, .deleteNotification, .testNotification:
            return text("name").map { .other("notification:\($0)") }
        case .getUser, .patchUser, .deleteUser: return id().map { .other("user:\($0)") }
        case .getServiceAccount, .patchServiceAccount, .deleteServiceAccount:
            return id().map { .other("service_account:\($0)") }
        case .getKey, .rotateKey, .revokeKey: return id().map { .other("key:\($0)") }
        case .getGrant, .deleteGrant: return id().map { .other("grant:\($0)") }
        case .putSecret, .deleteSecret:
            guard let service = text("service"), let name = text("name") else { return nil }
            return .secret(service: service, name: name)
        default: return nil
        }
    }
}
