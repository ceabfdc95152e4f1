package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// Signs people in who are known to an outside provider: by authorization code with PKCE.
package struct ProviderSignIn: Sendable {
    private let directory: ProviderDirectory
    private let store: any IdentityStore
    private let vault: SecretVault
    private let keys: InstallationKeys
    /// The address at which the installation is reached.
    private let address: String

    package init(
        directory: ProviderDirectory, store: any IdentityStore, vault: SecretVault, keys: InstallationKeys,
        address: String
    ) {
        self.directory = directory
        self.store = store
        self.vault = vault
        self.keys = keys
        self.address = address
    }

    /// What the provider's answer says, as the browser brings it.
    package struct Answer: Sendable {
        package var state: String?
        package var code: String?
        package var issuer: String?
        package var error: String?

        package init(state: String? = nil, code: String? = nil, issuer: String? = nil, error: String? = nil) {
            self.state = state
            self.code = code
            self.issuer = issuer
            self.error = error
        }
    }

    /// Somebody who was let in.
    package struct Entry: Sendable {
        package let user: User
        /// The groups that his token names.
        package let groups: [String]
        /// What his claims allow beside what user and groups were granted.
        package let granted: [Permission]
        package let returnTo: String
    }

    /// Why nobody is let in.
    package enum Refusal: Error, Hashable, Sendable {
        /// This browser has begun nothing, or too long ago.
        case notBegun
        /// The answer is to another attempt.
        case state
        /// The answer is another provider's.
        case issuer
        /// The provider says no: its error's code.
        case declined(String)
        /// There is no code.
        case code
        /// The provider is away, or its answer is none.
        case provider(ProviderFault)
        /// It does not give a token for the code: the error's code.
        case exchange(String)
        case token(IDToken.Fault)
        /// The client's secret is not there.
        case secret
        /// The user of that id is.
        case disabled(Identifier)
    }

    /// Begins an attempt.
    /// - Returns: where the browser is sent, and what it holds meanwhile.
    package func begin(
        _ provider: Provider, returnTo: String, at now: Timestamp
    ) async throws(ProviderFault) -> (url: String, sealed: String) {
        let metadata = try await directory.metadata(of: provider, at: now)
        var generator = SystemRandomNumberGenerator()
        let attempt = LoginAttempt(provider: provider.name, returnTo: returnTo, at: now, using: &generator)
        let url = attempt.url(at: metadata, of: provider, redirect: redirect(provider))
        return (url, attempt.sealed(keys.masterKeys, using: &generator))
    }

    /// Ends the attempt that the browser holds.
    /// - Parameter sealed: nil when it holds none.
    package func finish(
        _ provider: Provider, _ answer: Answer, sealed: String?, at now: Timestamp
    ) async throws(StoreError) -> Result<Entry, Refusal> {
        let attempt: LoginAttempt
        let metadata: ProviderMetadata
        let code: String
        do throws(Refusal) {
            attempt = try self.attempt(provider, answer, sealed, at: now)
            do throws(ProviderFault) { metadata = try await directory.metadata(of: provider, at: now) } catch {
                throw .provider(error)
            }
            // RFC 9207, section 2.4.
            if answer.issuer ?? (metadata.tellsIssuer ? "" : provider.issuer) != provider.issuer { throw .issuer }
            if let error = answer.error { throw .declined(Self.word(error)) }
            guard let given = answer.code, (1...2048).contains(given.utf8.count) else { throw .code }
            code = given
        } catch {
            return .failure(error)
        }
        var secret: Redacted<String>?
        switch provider.clientSecret {
        case .given(let given): secret = given
        case .stored(let service, let name):
            secret = try await vault.contents(name, service: service).first
            if secret == nil { return .failure(.secret) }
        case nil: break
        }
        let token: TokenVerifier.Token
        do throws(Refusal) {
            let (text, access) = try await exchange(code, attempt, provider, metadata, secret)
            token = try await verified(text, access, attempt, provider, at: now)
        } catch {
            return .failure(error)
        }
        let user = try await self.user(provider, subject: token.subject, at: now)
        if user.isDisabled { return .failure(.disabled(user.id)) }
        return .success(
            Entry(
                user: user, groups: provider.mapping.groups(of: token.claims).sorted(),
                granted: provider.mapping.permissions(of: token.claims), returnTo: attempt.returnTo))
    }

    private func redirect(_ provider: Provider) -> String { "\(address)/auth/\(provider.name)/callback" }

    private func attempt(
        _ provider: Provider, _ answer: Answer, _ sealed: String?, at now: Timestamp
    ) throws(Refusal) -> LoginAttempt {
        guard let attempt = sealed.flatMap({ LoginAttempt(sealed: $0, keys.masterKeys, at: now) }),
            attempt.provider == provider.name
        else { throw .notBegun }
        guard let state = answer.state, attempt.isState(state) else { throw .state }
        return attempt
    }

    /// The tokens for the code (RFC 6749, section 4.1.3).
    private func exchange(
        _ code: String, _ attempt: LoginAttempt, _ provider: Provider, _ metadata: ProviderMetadata,
        _ secret: Redacted<String>?
    ) async throws(Refusal) -> (id: String, access: String?) {
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect(provider)),
            ("code_verifier", attempt.verifier),
        ]
        var authorization: Redacted<String>?
        switch secret {
        case nil: fields.append(("client_id", provider.clientID))
        case let secret? where metadata.wantsSecretInForm:
            fields += [("client_id", provider.clientID), ("client_secret", secret.reveal())]
        case let secret?:
            let pair = "\(FormText.encode(provider.clientID)):\(FormText.encode(secret.reveal()))"
            authorization = Redacted("Basic \(Base64URL.padded(Array(pair.utf8)))")
        }
        let (reply, json): (ProviderReply, JSONValue)
        do throws(ProviderFault) {
            reply = try await directory.post(
                metadata.tokenURL, form: FormText.encode(fields), authorization: authorization)
            guard [200, 400, 401, 403].contains(reply.status) else { throw .status(reply.status) }
            json = try reply.json()
        } catch {
            throw .provider(error)
        }
        guard reply.status == 200 else { throw .exchange(Self.word(json["error"]?.string ?? "")) }
        guard json["token_type"]?.string?.lowercased() == "bearer", let id = json["id_token"]?.string else {
            throw .exchange("no_id_token")
        }
        return (id, json["access_token"]?.string)
    }

    private func verified(
        _ text: String, _ access: String?, _ attempt: LoginAttempt, _ provider: Provider, at now: Timestamp
    ) async throws(Refusal) -> TokenVerifier.Token {
        func verify() throws(IDToken.Fault) -> TokenVerifier.Token {
            try IDToken.verify(
                text, of: provider, keys: directory.keys(of: provider), nonce: attempt.nonce, accessToken: access,
                at: now)
        }
        do throws(IDToken.Fault) { return try verify() } catch {
            // Its keys may have been rotated since.
            guard error == .token(.keyUnknown) else { throw .token(error) }
            await directory.renew(issuer: provider.issuer, at: now)
        }
        do throws(IDToken.Fault) { return try verify() } catch { throw .token(error) }
    }

    /// The user of the subject, made at his first sign-in.
    private func user(_ provider: Provider, subject: String, at now: Timestamp) async throws(StoreError) -> User {
        let fresh = User.outside(provider, subject: subject, at: now)
        if let known = try await store.user(fresh.id) { return known }
        do throws(StoreError) {
            // Of two at once one makes him; for the other he is there.
            return try await store.create(fresh)
        } catch {
            guard case .nameTaken = error else { throw error }
            return try await store.create(.outside(provider, subject: subject, isNameTaken: true, at: now))
        }
    }

    /// An error's code as the log may show it.
    private static func word(_ text: String) -> String {
        let isWord = text.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
        return isWord && (1...64).contains(text.utf8.count) ? text : "unknown"
    }
}
