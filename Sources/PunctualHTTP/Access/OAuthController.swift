internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/oauth/token`, `/oauth/revoke` and what is published of them (RFC 6749, 7009, 8414).
struct OAuthController {
    let services: APIServices

    /// The client of people's programs; it has no secret.
    static let ownClient = "punctual"

    func token(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        return try await answering(context) { () async throws in
            let form = try await OAuthForm(request)
            switch form["grant_type"] {
            case "client_credentials": return try await credentials(form, access, context)
            case "refresh_token": return try await refresh(form, access, context)
            case nil: throw OAuthFault(.invalidRequest, "grant_type is missing")
            default: throw OAuthFault(.unsupportedGrantType, "use client_credentials or refresh_token")
            }
        }
    }

    func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        return try await answering(context) { () async throws in
            let form = try await OAuthForm(request)
            guard let text = form["token"] else { throw OAuthFault(.invalidRequest, "token is missing") }
            // An access token, or a key, is good as long as what it came from, and that is ended elsewhere: 200 would not be true.
            if Credential(bearer: text[...]) != nil { throw OAuthFault.unsupportedTokenType }
            // What is no token of ours is as good as revoked (RFC 7009, section 2.2).
            guard let token = RefreshToken(text, pepper: access.keys.pepper) else {
                context.audit?.stayedSilent()
                return Self.answer([:])
            }
            try await access.endFamily(token.family, at: try await services.store.now())
            if let family = try await access.identities.family(token.family) {
                context.audit?.identified(as: family.subject.text)
            }
            context.audit?.changed("session:\(token.family)")
            return Self.answer([:])
        }
    }

    /// A service account's key against a token.
    private func credentials(
        _ form: OAuthForm, _ access: AccessServices, _ context: APIContext
    ) async throws -> Response {
        guard let client = form.client, let shown = form.secret, let secret = APIKeySecret(shown) else {
            throw OAuthFault(.invalidClient, "show a service account's id or name, and one of its keys as its secret")
        }
        let now = try await services.store.now()
        let address = context.principal.address
        let found = try await access.authenticator.principal(showing: .key(secret), from: address, at: now)
        guard case .success(let principal) = found, case .serviceAccount(let id) = principal.subject,
            let account = try await access.identities.serviceAccount(id),
            client == account.id.description || client.lowercased() == account.name,
            let key = try await access.identities.key(secret.id)
        else {
            context.audit?.refused("key:\(secret.id)", because: "wrong client or key")
            throw OAuthFault(.invalidClient, "the client or its key is not valid")
        }
        let wanted = try form.scopes
        let given = try Self.scope(of: principal, wanted)
        context.audit?.identified(as: principal.name)
        context.audit?.changed(key.resource)
        return try Self.answer(
            access.signingKeys.mint(
                for: .serviceAccount(id), client: key.client, family: nil,
                scopes: key.scopes.map { $0.limited(to: wanted) } ?? wanted, at: now), scope: given, refresh: nil)
    }

    private func refresh(
        _ form: OAuthForm, _ access: AccessServices, _ context: APIContext
    ) async throws -> Response {
        guard let text = form["refresh_token"] else { throw OAuthFault(.invalidRequest, "refresh_token is missing") }
        guard let token = RefreshToken(text, pepper: access.keys.pepper) else { throw OAuthFault.invalidGrant }
        for _ in 0..<5 {
            let now = try await services.store.now()
            guard let family = try await access.identities.family(token.family),
                family.client != SessionSecret.client
            else { throw OAuthFault.invalidGrant }
            let wanted = try form.scopes
            var given: String?
            var generator = SystemRandomNumberGenerator()
            let outcome = family.use(
                token, client: form.client ?? Self.ownClient, pepper: access.keys.pepper, at: now, using: &generator)
            // A scope that he cannot have uses up no token.
            if case .rotated = outcome {
                given = try Self.scope(of: try await access.principal(of: family, at: now), wanted)
            }
            do throws(StoreError) {
                switch outcome {
                case .refused: break
                case .reused(let revoked):
                    _ = try await access.identities.update(revoked, ifVersion: family.version)
                    access.authenticator.forget()
                    context.audit?.identified(as: family.subject.text)
                    context.audit?.refused(
                        "session:\(family.id)", because: "a used refresh token was shown: its family is revoked")
                case .rotated(let next, _):
                    _ = try await access.identities.update(next, ifVersion: family.version)
                }
            } catch {
                // Another request with the same token was faster; this one is a repetition now.
                if case .versionConflict = error { continue }
                throw error
            }
            guard case .rotated(_, let next) = outcome, try await access.isThere(family.subject) else {
                throw OAuthFault.invalidGrant
            }
            context.audit?.stayedSilent()
            let scopes = family.scopes.map { $0.limited(to: wanted) } ?? wanted
            let access = access.signingKeys.mint(
                for: family.subject, client: family.client, family: family.id, scopes: scopes, at: now)
            return try Self.answer(access, scope: given, refresh: next)
        }
        throw Problem(.conflict, "The token is being used by others; try again.")
    }

    /// What a token is good for now, as `scope` tells it (RFC 6749, section 5.1); labels have no word in it. nil when that is nothing.
    /// - Parameter wanted: what the client asks for; nil when it leaves that open.
    /// - Throws: `OAuthFault` `invalid_scope` when it may have nothing of what it asks for (section 5.2).
    private static func scope(of principal: Principal, _ wanted: [Permission]?) throws(OAuthFault) -> String? {
        // In an order that does not change from answer to answer.
        let words = Set(principal.permissions.limited(to: wanted).map(\.scope)).sorted()
        if words.isEmpty, wanted != nil { throw OAuthFault(.invalidScope, "none of these is the client's to have") }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static func answer(
        _ token: Redacted<String>?, scope: String?, refresh: RefreshToken?
    ) throws -> Response {
        guard let token else { throw Problem.noSigningKey }
        var json: JSONValue = [
            "access_token": .string(token.reveal()), "token_type": "Bearer",
            "expires_in": .int(AccessTokens.lifetime.components.seconds),
        ]
        if let scope { json = json.with("scope", .string(scope)) }
        if let refresh { json = json.with("refresh_token", .string(refresh.text.reveal())) }
        return answer(json)
    }

    private static func answer(_ json: JSONValue, _ status: HTTPResponse.Status = .ok) -> Response {
        Answer.confidential(json, status)
    }

    /// Gives faults the form of RFC 6749, section 5.2; but for those, problems are problems here, too.
    private func answering(_ context: APIContext, _ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let fault as OAuthFault {
            context.audit?.failed()
            var response = Self.answer(
                ["error": .string(fault.code.rawValue), "error_description": .string(fault.detail)],
                fault.code == .invalidClient ? .unauthorized : .badRequest)
            if fault.code == .invalidClient { response.headers[.wwwAuthenticate] = "Basic realm=\"punctual\"" }
            return response
        }
    }

    /// Where everything is (RFC 8414).
    func metadata(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let address = access.address
        return Answer.json(headers: [.cacheControl: "max-age=300"]) {
            $0.value([
                "issuer": .string(access.signingKeys.issuer), "token_endpoint": .string("\(address)/oauth/token"),
                "revocation_endpoint": .string("\(address)/oauth/revoke"),
                "jwks_uri": .string("\(address)/.well-known/jwks.json"), "response_types_supported": [],
                "grant_types_supported": ["client_credentials", "refresh_token"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "revocation_endpoint_auth_methods_supported": ["none"],
            ])
        }
    }

    func keys(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let keys = access.signingKeys.jwks(at: try await access.now())
        // Shorter than a new key is published before it signs.
        return Answer.json(headers: [.cacheControl: "max-age=300"]) { $0.value(keys) }
    }
}

extension AccessServices {
    /// What the tokens of a family stand for.
    fileprivate func principal(of family: RefreshFamily, at now: Timestamp) async throws(StoreError) -> Principal {
        let grants = try await identities.grants(of: Set(family.groups.map(Subject.group)).union([family.subject]))
        return Principal(
            family.subject, groups: Set(family.groups), credential: "session:\(family.id)", address: nil,
            grants: grants, granted: family.granted, scopes: family.scopes, at: now)
    }

    /// Whether the subject is there and not disabled.
    func isThere(_ subject: Subject) async throws(StoreError) -> Bool {
        switch subject {
        case .user(let id): try await identities.user(id).map { !$0.isDisabled } ?? false
        case .serviceAccount(let id): try await identities.serviceAccount(id).map { !$0.isDisabled } ?? false
        case .group: false
        }
    }
}
