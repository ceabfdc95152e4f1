internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/me`: who asks, and what is his alone.
struct MeController {
    let services: APIServices

    func whoAmI(_ request: Request, _ context: APIContext) async throws -> Response {
        let principal = context.principal
        var (name, hasSecondFactor, hasPassword): (String?, JSONValue, JSONValue) = (nil, .null, .null)
        if let access = services.access {
            switch principal.subject {
            case .user(let id):
                let user = try await access.identities.user(id)
                name = user?.name
                hasSecondFactor = .bool(user?.secondFactor?.isConfirmed ?? false)
                hasPassword = .bool(user?.passwordHash != nil)
            case .serviceAccount(let id): name = try await access.identities.serviceAccount(id)?.name
            case .group, nil: break
            }
        }
        return Answer.confidential([
            "principal": .string(principal.name), "subject": .shown(principal.subject?.text), "name": .shown(name),
            "credential": .shown(principal.credential), "second_factor": hasSecondFactor,
            "has_password": hasPassword, "permissions": .array(principal.permissions.map(\.json)),
            "csrf_token": .shown(crossSiteToken(request, principal)),
        ])
    }

    /// What a page must send with changes; nil unless the request came with a session's cookie.
    private func crossSiteToken(_ request: Request, _ principal: Principal) -> String? {
        guard let pepper = services.access?.keys.pepper, principal.credential?.hasPrefix("session:") ?? false else {
            return nil
        }
        return services.doorkeeper.session(of: request)?.crossSiteToken(pepper)
    }

    func changePassword(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, user) = try await me(context)
        let hasSecondFactor = user.secondFactor?.isConfirmed ?? false
        let (current, password) = try await request.read { fields in
            let current = fields.shownPassword("current_password")
            fields.requireGiven("current_password", current)
            let password = fields.newPassword(hasSecondFactor: hasSecondFactor, context: [user.name])
            fields.requireGiven("password", password)
            return (current, password)
        }
        guard let current, let password else { throw Problem(.validation, "Both passwords are required.") }
        try await require(current, of: user, access, context)
        let hash = try await access.hash(password)
        _ = try await access.change(user.id) { $0.passwordHash = hash }
        // Whoever knew the old password is out with it.
        try await signOutEverywhere(user, access, context)
        return Response(status: .noContent)
    }

    /// Begins the enrolment of an authenticator app; it counts once a first code is confirmed.
    func enrolSecondFactor(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, user) = try await me(context)
        try await requirePassword(request, of: user, access, context)
        var generator = SystemRandomNumberGenerator()
        let secret = OneTimePassword.newSecret(using: &generator)
        let sealed = access.keys.masterKeys.seal(
            Redacted(secret), for: .secondFactor(of: user.id), using: &generator)
        _ = try await access.change(user.id) { user in
            if user.secondFactor?.isConfirmed ?? false {
                throw Problem(.conflict, "There is a second factor already; remove it first.")
            }
            user.secondFactor = SecondFactor(secret: sealed)
        }
        context.audit?.changed(user.resource)
        let password = OneTimePassword(secret: secret)
        return Answer.confidential([
            "secret": .string(password.text), "uri": .string(password.uri(issuer: "Punctual", account: user.name)),
        ])
    }

    func confirmSecondFactor(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, user) = try await me(context)
        let code = try await request.read { fields in
            let code = fields.string("code", lengths: 1...64)
            fields.requireGiven("code", code)
            return code
        }
        guard let code else { throw Problem(.validation, "code is required.") }
        var generator = SystemRandomNumberGenerator()
        let recovery = RecoveryCodes.make(pepper: access.keys.pepper, using: &generator)
        let now = try await services.store.now()
        _ = try await access.change(user.id) { user in
            guard let factor = user.secondFactor, !factor.isConfirmed else {
                throw Problem(.conflict, "There is no enrolment to confirm; begin one.")
            }
            guard var next = try access.keys.accept(code, for: factor, of: user.id, at: now) else {
                throw Faults([Fault(pointer: "/code", detail: "is not the code of this moment")])
            }
            next.isConfirmed = true
            next.recoveryCodes = recovery.stored
            user.secondFactor = next
        }
        context.audit?.changed(user.resource, from: ["second_factor": false], to: ["second_factor": true])
        return Answer.confidential(["recovery_codes": .array(recovery.shown.reveal().map(JSONValue.string))])
    }

    func removeSecondFactor(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, user) = try await me(context)
        let (password, code) = try await request.read { fields in
            let password = fields.shownPassword()
            fields.requireGiven("password", password)
            return (password, fields.string("code", lengths: 1...64, nullable: true))
        }
        guard let password else { throw Problem(.validation, "password is required.") }
        // A password that was found out must not be enough.
        guard try await require(password, code: code, of: user, access, context) else {
            throw Faults([Fault(pointer: "/code", detail: "is required: of the app, or a recovery code")])
        }
        _ = try await access.change(user.id) { $0.secondFactor = nil }
        context.audit?.changed(user.resource, from: ["second_factor": true], to: ["second_factor": false])
        return Response(status: .noContent)
    }

    func signOutEverywhere(_ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        let (access, user) = try await me(context)
        try await signOutEverywhere(user, access, context)
        return Response(status: .noContent)
    }

    private func signOutEverywhere(_ user: User, _ access: AccessServices, _ context: APIContext) async throws {
        let now = try await services.store.now()
        try await access.signOutEverywhere(user.id, at: now)
        context.audit?.changed(user.resource, to: ["signed_out_at": .shown(now)])
    }

    /// The user who asks.
    /// - Throws: `Problem` 409 for anybody who is no user.
    private func me(_ context: APIContext) async throws -> (AccessServices, User) {
        let access = try services.requireAccess()
        guard case .user(let id) = context.principal.subject, let user = try await access.identities.user(id) else {
            throw Problem(.conflict, "Only a user has a password, a second factor and sessions.")
        }
        return (access, user)
    }

    /// Reads a body that shows the password once more: a key or session that was left lying about must not be enough.
    private func requirePassword(
        _ request: Request, of user: User, _ access: AccessServices, _ context: APIContext
    ) async throws {
        let password = try await request.read { fields in
            let password = fields.shownPassword()
            fields.requireGiven("password", password)
            return password
        }
        guard let password else { throw Problem(.validation, "password is required.") }
        try await require(password, of: user, access, context)
    }

    /// - Returns: whether nothing but the password is needed, or the code was right, too.
    /// - Throws: `Problem` 403 for a wrong password or code, 503.
    @discardableResult
    private func require(
        _ password: String, code: String? = nil, of user: User, _ access: AccessServices, _ context: APIContext
    ) async throws -> Bool {
        let now = try await services.store.now()
        switch try await access.signIn.check(name: user.name, password: password, code: code, at: now) {
        case .success: return true
        case .failure(.secondFactorRequired): return false
        case .failure(.busy): throw Problem.signInsBusy
        case .failure(.wrong):
            let what = code == nil ? "password" : "password or code"
            context.audit?.refused(user.resource, because: "wrong \(what)")
            throw Problem(.forbidden, "The \(what) is wrong, or has to wait.")
        }
    }
}

extension AccessServices {
    /// Voids every session and token of the user.
    func signOutEverywhere(_ id: Identifier, at now: Timestamp) async throws {
        _ = try await change(id) { $0.signedOutAt = now }
        _ = try await identities.revokeFamilies(of: .user(id), at: now)
        authenticator.forget()
    }
}
