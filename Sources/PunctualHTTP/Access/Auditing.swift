internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore

/// One call whose effects the audit log keeps.
///
/// The answer waits for its entry. When the entry cannot be stored the answer is 503, as for any write that was not confirmed, and a
/// repetition with the same `Idempotency-Key` tells of it again.
struct Auditing: Sendable {
    let services: APIServices
    let handler: @Sendable (Request, APIContext) async throws -> Response

    func answer(_ request: Request, _ context: APIContext) async throws -> Response {
        guard let log = services.access?.audit else { return try await handler(request, context) }
        var context = context
        let note = AuditNote()
        context.audit = note
        let response: Response
        do {
            response = try await handler(request, context)
        } catch {
            var drafts = note.drafts(context, at: services.clock.now(), failed: true)
            if drafts.isEmpty, Problem(mapping: error).kind == .forbidden {
                drafts = [AuditDraft(context, at: services.clock.now(), isAllowed: false)]
            }
            try await log.append(drafts)
            throw error
        }
        try await log.append(note.drafts(context, at: services.clock.now(), failed: false))
        return response
    }
}
