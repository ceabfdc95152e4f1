internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/sessions`: signing in and out.
struct SessionController {
    let services: APIServices

    func signIn(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let (name, password, code, wantsCookie) = try await request.read { fields in
            let name = fields.string("name", lengths: 1...256)
            fields.requireGiven("name", name)
            let password = fields.shownPassword()
            fields.requireGiven("password", password)
            let code = fields.string("code", lengths: 1...64, nullable: true)
            return (name, password, code, fields.bool("cookie") ?? false)
        }
        guard let name, let password else { throw Problem(.validation, "name and password are required.") }
        if wantsCookie { try access.requireCookies(from: context.principal.address) }
        let now = try await services.store.now()
        switch try await access.signIn.check(name: name.lowercased(), password: password, code: code, at: now) {
        case .success(let user):
            access.authenticator.forget()
            context.audit?.identified(as: Subject.user(user.id).text)
            context.audit?.changed(user.resource)
            return wantsCookie
                ? try await session(of: user, access, at: now) : try await tokens(for: user, access, at: now)
        case .failure(.busy): throw Problem.signInsBusy
        case .failure(let refusal):
            let user = try await access.identities.user(named: name.lowercased())
            access.authenticator.forget()
            // Who mistypes the password's field for the name's must not find it in the log.
            context.audit?.refused(
                user?.resource,
                because: refusal == .wrong ? "wrong name, password or code" : "the second factor was missing")
            throw refusal == .wrong ? Problem.wrongSignIn : Problem.secondFactorRequired
        }
    }

    private func tokens(for user: User, _ access: AccessServices, at now: Timestamp) async throws -> Response {
        var generator = SystemRandomNumberGenerator()
        let (family, refresh) = RefreshFamily.begin(
            id: Identifier.random(at: now), subject: .user(user.id), client: OAuthController.ownClient, scopes: nil,
            pepper: access.keys.pepper, at: now, using: &generator)
        _ = try await access.identities.create(family)
        guard
            let token = access.signingKeys.mint(
                for: family.subject, client: family.client, family: family.id, scopes: nil, at: now)
        else { throw Problem.noSigningKey }
        return Answer.confidential([
            "access_token": .string(token.reveal()), "token_type": "Bearer",
            "expires_in": .int(AccessTokens.lifetime.components.seconds),
            "refresh_token": .string(refresh.text.reveal()), "csrf_token": .null, "user": user.json,
        ])
    }

    private func session(of user: User, _ access: AccessServices, at now: Timestamp) async throws -> Response {
        let secret = try await access.beginSession(of: user.id, at: now)
        let seconds = SessionSecret.lifetime.components.seconds
        let json: JSONValue = [
            "access_token": .null, "token_type": .null, "expires_in": .int(seconds), "refresh_token": .null,
            "csrf_token": .string(secret.crossSiteToken(access.keys.pepper)), "user": user.json,
        ]
        return Answer.confidential(
            json,
            headers: [.setCookie: Doorkeeper.cookie(secret.text.reveal(), seconds: seconds, isSecure: access.isSecure)])
    }

    /// Ends the session or token family that the request itself comes with.
    func signOut(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        guard let id = context.principal.family else {
            throw Problem(.conflict, "A key is no session; revoke it instead.")
        }
        let now = try await services.store.now()
        try await access.endFamily(id, at: now)
        context.audit?.changed("session:\(id)")
        var response = Response(status: .noContent)
        if context.principal.credential?.hasPrefix("session:") ?? false {
            response.headers[.setCookie] = Doorkeeper.cookie("", seconds: 0, isSecure: access.isSecure)
        }
        return response
    }
}

extension AccessServices {
    /// Cookies that may travel without TLS are for this machine alone.
    /// - Throws: `Problem` 409.
    func requireCookies(from address: IPAddress?) throws {
        if isSecure || (address?.isLoopback ?? false) { return }
        throw Problem(
            .conflict, "Sessions need TLS: set access.issuer to the https address at which the installation is reached."
        )
    }

    /// Begins a browser's session.
    /// - Parameters:
    ///   - groups: those that an outside provider names.
    ///   - granted: what its claims allow; both hold for this session alone.
    func beginSession(
        of user: Identifier, groups: [String] = [], granted: [Permission] = [], at now: Timestamp
    ) async throws(StoreError) -> SessionSecret {
        var generator = SystemRandomNumberGenerator()
        let secret = SessionSecret(family: Identifier.random(at: now), using: &generator)
        _ = try await identities.create(
            RefreshFamily(
                id: secret.family, subject: .user(user), client: SessionSecret.client, groups: groups, granted: granted,
                current: secret.hash(keys.pepper), rotatedAt: now, createdAt: now,
                expiresAt: now + SessionSecret.lifetime))
        return secret
    }

    /// Ends a family of tokens; one that has ended, or is gone, stays so.
    func endFamily(_ id: Identifier, at now: Timestamp) async throws {
        try await whileOvertaken("session") {
            guard let family = try await identities.family(id), family.revokedAt == nil else { return }
            _ = try await identities.update(family.revoked(at: now), ifVersion: family.version)
            authenticator.forget()
        }
    }
}

extension Doorkeeper {
    /// The field that gives a browser its session, or takes it away.
    /// - Parameters:
    ///   - isSecure: whether browsers come over TLS.
    ///   - purpose: what stands behind the name of a cookie that is for something else.
    static func cookie(_ value: String, seconds: Int64, isSecure: Bool, purpose: String = "") -> String {
        "\(isSecure ? cookie : plainCookie)\(purpose)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}

extension IPAddress {
    /// Whether it is this machine's own (RFC 1122, RFC 4291).
    var isLoopback: Bool {
        let plain = mapped ?? self
        return plain.bytes.count == 4 ? plain.bytes[0] == 127 : plain.bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}

extension Problem {
    /// One answer for everything that can be wrong.
    static let wrongSignIn = Problem(.unauthorized, "The name, the password or the code is wrong, or has to wait.")
    static let secondFactorRequired = Problem(
        .secondFactorRequired, "Send the code of the authenticator app, or a recovery code, as \"code\" as well.")
    static let noSigningKey: Problem = {
        var problem = Problem(.unavailable, "The node is starting; try again shortly.")
        problem.headers[.retryAfter] = "1"
        return problem
    }()
}
