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
            return (
                name: name, owner: fields.subject("owner", groups: false), scopes: fields.permissions("scopes"),
                addresses: fields.addresses("addresses") ?? [], end: fields.end("expires_at", after: now)
            )
        }
        guard let name = body.name else { throw Problem(.validation, "name is required.") }
        guard let owner = body.owner ?? context.principal.subject else {
            throw Faults([Fault(pointer: "/owner", detail: "is required: you are no user or service account here")])
        }
        try require(owner, context)
        try await requireLasting(context, access)
        let scopes = body.scopes ?? context.principal.permissions
        for (index, scope) in scopes.enumerated()
        where !services.doorkeeper.rules.mayPassOn(scope, by: context.principal) {
            throw Faults([Fault(pointer: "/scopes/\(index)", detail: "is more than you may pass on")])
        }
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

    /// Gives the key another secret; the old one holds for a while yet.
    func rotate(_ request: Request, _ context: APIContext) async throws -> Response {
        var overlap = APIKey.standardOverlap
        if let json = try await request.json() {
            let list = FaultList()
            var fields = Fields(json, into: list)
            overlap = fields.duration("overlap", .zero ... .seconds(30 * 86_400)) ?? overlap
            fields.finish()
            try list.throwIfAny()
        }
        let now = try await services.store.now()
        let (access, key) = try await managedKey(context)
        if key.revokedAt != nil { throw Problem(.conflict, "The key is revoked; make another one.") }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret(id: key.id, using: &generator)
        let rotated = try await change(request, context, access) {
            $0.rotated(to: secret.hash(access.keys.pepper), overlap: overlap, at: now)
        }
        return Self.shown(rotated, secret, .ok)
    }

    /// Voids the key for good.
    func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        let now = try await services.store.now()
        let (access, _) = try await managedKey(context)
        _ = try await change(request, context, access) { $0.revoked(at: now) }
        return Response(status: .noContent)
    }

    /// A key that ends, or is for some addresses alone, would make others of itself that do not.
    private func requireLasting(_ context: APIContext, _ access: AccessServices) async throws {
        var isBound = false
        switch context.credential {
        case .key(let secret):
            let key = try await access.identities.key(secret.id)
            isBound = key.map { $0.expiresAt != nil || !$0.addresses.isEmpty } ?? true
        case .token:
            // A service account's was had for a key.
            if case .serviceAccount = context.principal.subject { isBound = true }
        case .session, nil: break
        }
        if isBound {
            throw Problem(
                .forbidden,
                "A key with an end or with addresses, or a token that was had for a key, makes no keys; use one without, or sign in."
            )
        }
    }

    private func change(
        _ request: Request, _ context: APIContext, _ access: AccessServices, _ change: (APIKey) -> APIKey
    ) async throws -> APIKey {
        try await request.change("key") {
            let (_, before) = try await key(context)
            try request.checkVersion(before.version, of: "key")
            let after = try await access.identities.update(change(before), ifVersion: before.version)
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

    /// The same, for one who may exchange or void it: with a lesser key nobody gets hold of a greater one, or takes it away.
    private func managedKey(_ context: APIContext) async throws -> (AccessServices, APIKey) {
        let (access, key) = try await key(context)
        guard services.doorkeeper.rules.mayManage(key, by: context.principal) else {
            throw Problem(.forbidden, "The key is for more than the one that you show.")
        }
        return (access, key)
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
