internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/users`
struct UserController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        let name = fields.text("name")
        let page = try fields.page(of: "users")
        guard let name else {
            let users = try await access.identities.users(after: page.after?.id, limit: page.limit + 1)
            return Answer.page(of: users, page, id: \.id, \.json)
        }
        let named = try await access.identities.user(named: name.lowercased())
        return Answer.page(of: [named].compactMap { $0 }, page, id: \.id, \.json)
    }

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let (name, password, isDisabled, tier) = try await request.read { fields in
            let name = fields.accountName()
            fields.requireGiven("name", name)
            let password =
                fields.isNull("password")
                ? nil : fields.newPassword(hasSecondFactor: false, context: [name].compactMap { $0 })
            if fields.isNull("password") { _ = fields.value("password") }
            return (name, password, fields.bool("disabled") ?? false, fields.tier())
        }
        guard let name else { throw Problem(.validation, "name is required.") }
        var hash: String?
        if let password { hash = try await access.hash(password) }
        let now = try await services.store.now()
        var user = User(
            id: Identifier.random(at: now), name: name, isDisabled: isDisabled, tier: tier, passwordHash: hash,
            createdAt: now)
        do throws(StoreError) {
            user = try await access.identities.create(user)
        } catch {
            if case .nameTaken = error { throw Problem(.nameTaken, "Another user has that name.") }
            throw error
        }
        access.authenticator.forget()
        context.audit?.changed(user.resource, to: user.json)
        return Answer.versioned(user.json, user.version, .created, location: "users/\(user.id)")
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        guard let user = try await access.identities.user(try id(context)) else { throw Problem.noUser }
        try request.checkVersion(user.version, of: "user")
        return Answer.versioned(user.json, user.version)
    }

    func patch(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let id = try id(context)
        guard let known = try await access.identities.user(id) else { throw Problem.noUser }
        let hasSecondFactor = known.secondFactor?.isConfirmed ?? false
        let isOwn = context.principal.subject == .user(id)
        let patch = try await request.read(types: Request.patchTypes) { fields in
            let name = fields.accountName()
            let isDisabled = fields.bool("disabled")
            let hasNoTier = fields.isNull("tier")
            let tier = fields.tier()
            let password = fields.newPassword(hasSecondFactor: hasSecondFactor, context: [name ?? known.name])
            let removesFactor = fields.isNull("second_factor")
            if let value = fields.value("second_factor", nullIsMissing: false), !value.isNull {
                fields.fault("second_factor", "can only be null: the user enrols another one")
            }
            // He is whoever his provider says, and nobody who knows a password.
            if id.isOutside {
                if name != nil { fields.fault("name", "is made of what the user's provider tells, and stays") }
                if password != nil { fields.fault("password", "cannot be set: the user's provider signs him in") }
            }
            // A key or session that was left lying about must not be enough.
            if isOwn, password != nil { fields.fault("password", "is your own: change it by POST /api/v1/me/password") }
            if isOwn, removesFactor {
                fields.fault("second_factor", "is your own: remove it by DELETE /api/v1/me/second-factor, with a code")
            }
            return (
                name: name, isDisabled: isDisabled, tier: tier, hasNoTier: hasNoTier, password: password,
                removesFactor: removesFactor
            )
        }
        var hash: String?
        if let password = patch.password { hash = try await access.hash(password) }
        let (before, after) = try await access.change(id, for: request) { user in
            if let name = patch.name { user.name = name }
            if let isDisabled = patch.isDisabled { user.isDisabled = isDisabled }
            if patch.tier != nil || patch.hasNoTier { user.tier = patch.tier }
            if patch.removesFactor { user.secondFactor = nil }
            // A password that an administrator sets lets in who was locked out.
            if let hash { (user.passwordHash, user.failedSignIns, user.heldUntil) = (hash, 0, nil) }
        }
        if hash != nil || patch.isDisabled == true || patch.removesFactor {
            _ = try await access.identities.revokeFamilies(of: .user(id), at: try await services.store.now())
            access.authenticator.forget()
        }
        context.audit?.changed(
            after.resource, from: before.json, to: after.json.with("reset", .bool(hash != nil)))
        return Answer.versioned(after.json, after.version)
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        guard let user = try await access.identities.user(try id(context)) else { throw Problem.noUser }
        try request.checkVersion(user.version, of: "user")
        try await access.identities.remove(.user(user.id))
        access.authenticator.forget()
        context.audit?.changed(user.resource, from: user.json)
        return Response(status: .noContent)
    }

    private func id(_ context: APIContext) throws -> Identifier {
        guard let id = context.parameters.get("id").flatMap({ Identifier($0) }) else { throw Problem.noUser }
        return id
    }
}

extension Problem {
    static let noUser = Problem(.notFound, "There is no such user.")
}
