internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/keys`
struct KeyController {
    let services: APIServices

    /// One's own keys; an administrator's list has everybody's.
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        var owner = fields.text("owner").flatMap { text -> Subject? in
            let subject = Subject(text)
            if subject == nil { fields.fault("owner", "must be user:ID or service_account:ID") }
            return subject
        }
        let page = try fields.page(of: "keys")
        if let owner {
            try require(owner, context)
        } else if !services.doorkeeper.rules.isAdministrator(context.principal) {
            owner = context.principal.subject
            // Whom only an outside provider knows owns no keys.
            if owner == nil { return Answer.page(of: [APIKey](), page, id: \.id, \.json) }
        }
        let keys = try await access.identities.keys(of: owner, after: page.after?.id, limit: page.limit + 1)
        return Answer.page(of: keys, page, id: \.id, \.json)
    }

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let now = try await services.store.now()
        let body = try await request.read { fields in
            let name = fields.string("name", lengths: 1...64)
            fields.requireGiven("name", name)
            let scopes = fields.isNull("scopes") ? nil : fields.permissions("scopes")
            if fields.isNull("scopes") { _ = fields.value("scopes") }
            return (
                name: name, owner: fields.subject("owner", groups: false), scopes: scopes,
                addresses: fields.addresses("addresses") ?? [], end: fields.end("expires_at", after: now)
            )
        }
        guard let name = body.name else { throw Problem(.validation, "name is required.") }
        guard let owner = body.owner ?? context.principal.subject else {
            throw Faults([Fault(pointer: "/owner", detail: "is required: you are no user or service account here")])
        }
        try require(owner, context)
        try requireLasting(context)
        for (index, scope) in (body.scopes ?? []).enumerated()
        where !services.doorkeeper.rules.mayPassOn(scope, by: context.principal) {
            throw Faults([Fault(pointer: "/scopes/\(index)", detail: "is more than you may pass on")])
        }
        let scopes =
            body.scopes ?? services.doorkeeper.rules.standardScopes(ofKeyFor: owner, by: context.principal)
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret(id: Identifier.random(at: now), using: &generator)
        var key = APIKey(
            id: secret.id, name: name, owner: owner,
            secrets: [APIKey.Secret(hash: secret.hash(access.keys.pepper), createdAt: now)], scopes: scopes,
            addresses: body.addresses, expiresAt: body.end, createdAt: now, createdBy: context.principal.name)
        do throws(StoreError) {
            key = try await access.identities.create(key)
        } catch {
            guard case .notFound = error else { throw error }
            throw Faults([Fault(pointer: "/owner", detail: "there is no such user or service account")])
        }
        access.authenticator.forget()
        context.audit?.changed(key.resource, to: key.json)
        return Self.shown(key, secret, .created)
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let (_, key) = try await key(context)
        try request.checkVersion(key.version, of: "key")
        return Answer.versioned(key.json, key.version)
    }

    /// Gives the key another secret; the old one holds for a while yet, and until then there is no third one unless the request
    /// insists.
    func rotate(_ request: Request, _ context: APIContext) async throws -> Response {
        var (overlap, force) = (APIKey.standardOverlap, false)
        if let json = try await request.json() {
            let list = FaultList()
            var fields = Fields(json, into: list)
            overlap = fields.duration("overlap", .zero ... .seconds(30 * 86_400)) ?? overlap
            force = fields.bool("force") ?? false
            fields.finish()
            try list.throwIfAny()
        }
        let now = try await services.store.now()
        let (access, key) = try await key(context)
        if key.revokedAt != nil { throw Problem(.conflict, "The key is revoked; make another one.") }
        try requireNoOverlap(of: key, force, at: now)
        try require(services.doorkeeper.rules.mayManage(key, by: context.principal))
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret(id: key.id, using: &generator)
        let rotated = try await change(request, context, access) { key in
            // Another request may have been faster.
            try requireNoOverlap(of: key, force, at: now)
            return key.rotated(to: secret.hash(access.keys.pepper), overlap: overlap, at: now)
        }
        return Self.shown(rotated, secret, .ok)
    }

    /// Voids the key for good.
    func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        let now = try await services.store.now()
        let (access, key) = try await key(context)
        try require(services.doorkeeper.rules.mayRevoke(key, by: context.principal))
        _ = try await change(request, context, access) { $0.revoked(at: now) }
        return Response(status: .noContent)
    }

    /// A credential that ends, or is for some addresses alone, would make keys that do not.
    private func requireLasting(_ context: APIContext) throws {
        guard context.principal.isBound else { return }
        throw Problem(
            .forbidden,
            "A key with an end or with addresses, or a token that was had for a key, makes no keys; use one without, or sign in."
        )
    }

    private func change(
        _ request: Request, _ context: APIContext, _ access: AccessServices, _ change: (APIKey) throws -> APIKey
    ) async throws -> APIKey {
        try await request.change("key") {
            let (_, before) = try await key(context)
            try request.checkVersion(before.version, of: "key")
            let after = try await access.identities.update(try change(before), ifVersion: before.version)
            access.authenticator.forget()
            context.audit?.changed(after.resource, from: before.json, to: after.json)
            return after
        }
    }

    /// The key of the path, for its owner or an administrator; for others it is not there.
    private func key(_ context: APIContext) async throws -> (AccessServices, APIKey) {
        let access = try services.requireAccess()
        let missing = Problem(.notFound, "There is no such key.")
        guard let id = context.parameters.get("id").flatMap({ Identifier($0) }),
            let key = try await access.identities.key(id)
        else { throw missing }
        switch decide(key.owner, context) {
        case .allowed: return (access, key)
        case .signInFirst: throw Problem.signInFirst
        case .refused(.notOwn): throw missing
        case .refused(let reason): throw Problem(refused: reason)
        }
    }

    /// For one who would exchange or void it: with a lesser credential nobody gets hold of a greater key, or takes it away.
    private func require(_ mayManage: Bool) throws {
        guard mayManage else {
            throw Problem(
                .forbidden,
                "The key is for more than what you show: it may do more, holds longer or from more places; sign in.")
        }
    }

    /// A third secret would void the first one at once, with whatever still shows it.
    private func requireNoOverlap(of key: APIKey, _ force: Bool, at now: Timestamp) throws {
        guard !force, let end = key.overlapEnd(at: now) else { return }
        throw Problem(
            .conflict,
            "The key was rotated, and its old secret holds until \(end); another rotation would void that now. Wait, or send \"force\": true."
        )
    }

    private func decide(_ owner: Subject, _ context: APIContext) -> AccessDecision {
        services.doorkeeper.rules.decide(context.operation, by: context.principal, on: .owned(by: owner))
    }

    private func require(_ owner: Subject, _ context: APIContext) throws {
        switch decide(owner, context) {
        case .allowed: return
        case .signInFirst: throw Problem.signInFirst
        case .refused(let reason): throw Problem(refused: reason)
        }
    }

    /// The key with its text, this once.
    private static func shown(_ key: APIKey, _ secret: APIKeySecret, _ status: HTTPResponse.Status) -> Response {
        var response = Answer.versioned(
            key.json.with("key", .string(secret.text.reveal())), key.version, status,
            location: status == .created ? "keys/\(key.id)" : nil)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
