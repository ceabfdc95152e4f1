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
        guard let access = services.access else { return try await handler(request, context) }
        var context = context
        let note = AuditNote()
        context.audit = note
        let response: Response
        do {
            response = try await handler(request, context)
        } catch {
            var drafts: [AuditDraft] = []
            let problem = Problem(mapping: error)
            let isForbidden = problem.kind == .forbidden
            if note.tellsOfRefusals || isForbidden {
                let now = try await access.now()
                drafts = note.drafts(context, at: now, failed: true)
                if drafts.isEmpty, isForbidden {
                    drafts = [await services.refusal(context, service: problem.service, at: now)]
                }
            }
            try await access.audit.append(drafts)
            throw error
        }
        try await access.audit.append(note.drafts(context, at: try await access.now(), failed: false))
        return response
    }
}
