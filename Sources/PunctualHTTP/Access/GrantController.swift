internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/grants`
struct GrantController {
    let services: APIServices

    /// How many subjects a list may be asked for.
    private static let mostSubjects = 200

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        let named = fields.all("subject")
        if named.count > Self.mostSubjects {
            fields.fault("subject", "may be there \(Self.mostSubjects) times at most")
        }
        let subjects = named.prefix(Self.mostSubjects).compactMap { text -> Subject? in
            let subject = text.unicodeScalars.count <= 256 && !text.utf8.contains(0) ? Subject(text) : nil
            if subject == nil { fields.fault("subject", "must be user:ID, service_account:ID or group:NAME") }
            return subject
        }
        let page = try fields.page(of: "grants")
        let grants: [Grant]
        if !subjects.isEmpty {
            let all = try await access.identities.grants(of: Set(subjects))
            grants = Array(all.drop { grant in page.after.map { grant.id <= $0.id } ?? false }.prefix(page.limit + 1))
        } else {
            grants = try await access.identities.grants(after: page.after?.id, limit: page.limit + 1)
        }
        return Answer.page(of: grants, page, id: \.id, \.json)
    }

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let origin = try await services.origin(context)
        let (subject, permission, end) = try await request.read { fields in
            let subject = fields.subject("subject", groups: true)
            fields.requireGiven("subject", subject)
            return (subject, fields.permission(), fields.end("expires_at", after: origin.instant))
        }
        guard let subject, let permission else { throw Problem(.validation, "subject, role and service are required.") }
        guard services.doorkeeper.rules.mayPassOn(permission, by: context.principal) else {
            throw Problem(.forbidden, "This is more than you may pass on.")
        }
        let isKnown =
            switch subject {
            case .user(let id): try await access.identities.user(id) != nil
            case .serviceAccount(let id): try await access.identities.serviceAccount(id) != nil
            // Groups are known to their provider alone.
            case .group: true
            }
        guard isKnown else {
            throw Faults([Fault(pointer: "/subject", detail: "there is no such user or service account")])
        }
        let grant = try await access.identities.create(
            Grant(
                id: origin.identifier(), subject: subject, permission: permission, expiresAt: end,
                createdAt: origin.instant, createdBy: context.principal.name))
        access.authenticator.forget()
        context.audit?.changed(grant.resource, service: permission.service, to: grant.json)
        return Answer.json(.created, headers: [.location: "\(APIPath.prefix)/grants/\(grant.id)"]) {
            $0.value(grant.json)
        }
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let (_, grant) = try await grant(context)
        return Answer.json { $0.value(grant.json) }
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, grant) = try await grant(context)
        try await access.identities.removeGrant(grant.id)
        access.authenticator.forget()
        context.audit?.changed(grant.resource, service: grant.permission.service, from: grant.json)
        return Response(status: .noContent)
    }

    private func grant(_ context: APIContext) async throws -> (AccessServices, Grant) {
        let access = try services.requireAccess()
        let missing = Problem(.notFound, "There is no such grant.")
        guard let id = context.parameters.get("id").flatMap({ Identifier($0) }) else { throw missing }
        // The list behind the id before it begins with it.
        let before =
            id.low > 0
            ? Identifier(high: id.high, low: id.low - 1)
            : id.high > 0 ? Identifier(high: id.high - 1, low: .max) : nil
        guard let grant = try await access.identities.grants(after: before, limit: 1).first, grant.id == id else {
            throw missing
        }
        return (access, grant)
    }
}
