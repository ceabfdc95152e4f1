internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// What a handler tells of what it does, for the audit log.
final class AuditNote: Sendable {
    private let state = Mutex(State())

    private struct State {
        var principal: String?
        var isSilent = false
        var hasFailed = false
        var changes: [Change] = []
    }

    /// One thing that was done, or was not allowed.
    private struct Change {
        var resource: String?
        var service: String?
        var before = JSONValue.null
        var after = JSONValue.null
        var isAllowed = true
    }

    /// Notes what became of a thing.
    /// - Parameters:
    ///   - resource: `job:ID`; nil when it has no name.
    ///   - before: as the API shows it; null when it was not there.
    ///   - after: null when it is gone.
    func changed(
        _ resource: String?, service: String? = nil, from before: JSONValue = .null, to after: JSONValue = .null
    ) {
        state.withLock {
            $0.changes.append(Change(resource: resource, service: service, before: before, after: after))
        }
    }

    /// Notes that somebody was not let in, or that a token was shown that must not be.
    func refused(_ resource: String?, because reason: String) {
        state.withLock {
            $0.changes.append(Change(resource: resource, after: ["reason": .string(reason)], isAllowed: false))
        }
    }

    /// Notes who it is that came as a stranger.
    func identified(as principal: String) { state.withLock { $0.principal = principal } }

    /// Notes that nothing happened that anybody would look for.
    func stayedSilent() { state.withLock { $0.isSilent = true } }

    /// Notes that the answer is a refusal although the handler throws nothing.
    func failed() { state.withLock { $0.hasFailed = true } }

    /// Whether something was noted that was not allowed.
    var tellsOfRefusals: Bool { state.withLock { state in state.changes.contains { !$0.isAllowed } } }

    /// The lines of the log.
    /// - Parameter failed: whether the call was refused in the end: then only refusals are told.
    func drafts(_ context: APIContext, at now: Timestamp, failed: Bool) -> [AuditDraft] {
        let state = self.state.withLock { $0 }
        if state.isSilent { return [] }
        let failed = failed || state.hasFailed
        var changes = failed ? state.changes.filter { !$0.isAllowed } : state.changes
        // Whatever a handler forgot to tell, that it was called is known.
        if changes.isEmpty, !failed { changes = [Change()] }
        return changes.map { change in
            var draft = AuditDraft(context, at: now, isAllowed: change.isAllowed)
            if let principal = state.principal { draft.principal = principal }
            draft.resource = change.resource
            draft.service = change.service
            draft.before = change.before.redacted
            draft.after = change.after.redacted
            return draft
        }
    }
}

extension AuditDraft {
    /// Who asks for what, without what it is about.
    init(_ context: APIContext, at now: Timestamp, isAllowed: Bool) {
        self.init(
            at: now, principal: context.principal.name, credential: context.principal.credential,
            address: context.principal.address, operation: context.operation.rawValue, isAllowed: isAllowed,
            requestID: context.requestID)
    }
}
