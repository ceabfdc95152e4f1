package import PunctualCore
package import PunctualSchedule
internal import Synchronization

/// Finds out who asks, from what the request shows.
///
/// What the store says of keys, users and grants is kept in memory, and the store's revision is asked for once a second: what is
/// taken away here is void here at once, and on other nodes within five seconds, or nobody is let in until the store answers.
package final class Authenticator: Sendable {
    private let store: any IdentityStore
    private let pepper: Pepper
    private let verifier: Mutex<TokenVerifier>
    private let mappings: [String: ClaimMapping]
    private let ownIssuer: String
    private let freshness: Freshness

    private let keys = SharedCache<Identifier, APIKey?>(capacity: 20_000)
    private let standings = SharedCache<Subject, Standing>(capacity: 20_000)
    private let grants = SharedCache<Set<Subject>, [Grant]>(capacity: 20_000)
    private let families = SharedCache<Identifier, RefreshFamily?>(capacity: 20_000)
    private let tokens = SharedCache<String, TokenVerifier.Token>(capacity: 5000)
    private let renewKeys = Mutex<RenewKeys?>(nil)
    private let recent = RecentPrincipals(capacity: 20_000)
    private let watchers = Watchers()
    private let uses = Mutex<[Identifier: Use]>([:])

    /// Fetches the keys of an issuer anew, when it may.
    package typealias RenewKeys = @Sendable (_ issuer: String, _ now: Timestamp) async -> Void

    /// What matters of a subject beside its grants.
    private struct Standing: Sendable {
        var isThere: Bool
        /// Whether somebody shut it out.
        var isDisabled = false
        var tier: CallerTier?
        /// Tokens from before this instant are void.
        var signedOutAt: Timestamp?

        func isSignedOut(_ token: TokenVerifier.Token) -> Bool {
            guard let signedOutAt, let issued = token.issuedAt else { return false }
            return issued.seconds < signedOutAt.seconds
        }
    }

    /// - Parameters:
    ///   - ownIssuer: the issuer of this installation's own tokens.
    ///   - mappings: what the claims of outside issuers are worth, by issuer.
    package init(store: any IdentityStore, pepper: Pepper, ownIssuer: String, mappings: [String: ClaimMapping] = [:]) {
        self.store = store
        self.pepper = pepper
        self.ownIssuer = ownIssuer
        self.mappings = mappings
        verifier = Mutex(TokenVerifier(issuers: []))
        freshness = Freshness(store: store)
    }

    /// From now on tokens are judged by these issuers' keys.
    package func use(_ verifier: TokenVerifier) {
        self.verifier.withLock { $0 = verifier }
        tokens.clear()
        recent.clear()
    }

    /// From now on a token of a trusted issuer with a key that is not known makes its keys be fetched.
    package func onUnknownKey(_ renew: @escaping RenewKeys) { renewKeys.withLock { $0 = renew } }

    /// Forgets what the store has said: after each change of this node's own.
    package func forget() {
        keys.clear()
        standings.clear()
        grants.clear()
        families.clear()
        recent.clear()
    }

    /// Who shows this credential to see the metrics; while the store does not answer, whoever it was good for lately: that is when
    /// figures are needed most.
    /// - Parameter now: the store's time.
    package func watcher(
        showing credential: Credential, from address: IPAddress?, at now: () async throws(StoreError) -> Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        let caller = RecentPrincipals.Caller(credential, address)
        let result: Result<Principal, CredentialFault>
        do throws(StoreError) {
            // First, since it waits for a shorter time than the question for the time.
            if try await freshness.hasChanged() { forget() }
            result = try await principal(showing: credential, from: address, at: try await now())
        } catch {
            guard let known = watchers.principal(of: caller) else { throw error }
            return .success(known)
        }
        watchers.keep(try? result.get(), of: caller)  // Nothing of a credential that is good for nothing.
        return result
    }

    /// Who shows this credential; a fault when it is good for nothing.
    /// - Parameters:
    ///   - address: the client's; nil when it is not known.
    ///   - now: the store's time.
    package func principal(
        showing credential: Credential, from address: IPAddress?, at now: () async throws(StoreError) -> Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        if try await freshness.hasChanged() { forget() }
        return try await principal(showing: credential, from: address, at: try await now())
    }

    /// Who shows this credential; a fault when it is good for nothing.
    /// - Parameter address: the client's; nil when it is not known.
    package func principal(
        showing credential: Credential, from address: IPAddress?, at now: Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        if try await freshness.hasChanged() { forget() }
        let caller = RecentPrincipals.Caller(credential, address)
        let (known, generation) = recent.principal(of: caller, at: now)
        if let known { return .success(known) }
        let result =
            switch credential {
            case .key(let secret): try await principal(secret, address, now)
            case .token(let text): try await principal(text, address, now)
            case .session(let secret): try await principal(secret, address, now)
            }
        if case .success(let principal) = result { recent.keep(principal, of: caller, at: now, since: generation) }
        return result
    }

    private func principal(
        _ secret: APIKeySecret, _ address: IPAddress?, _ now: Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        guard var key = try await key(secret.id) else { return .failure(.unknown) }
        var end = end(of: key, secret, address, now)
        // Another node may just have rotated it: whoever shows the new secret must not wait until that is heard of here.
        if end == .failure(.wrongSecret), let newest = try await store.key(secret.id), newest != key {
            (key, end) = (newest, self.end(of: newest, secret, address, now))
        }
        let bound: Timestamp?
        switch end {
        case .success(let end): bound = end
        case .failure(let fault): return .failure(fault)
        }
        let standing = try await standing(of: key.owner)
        guard standing.isThere else { return .failure(.revoked) }
        noteUse(of: key, at: now)
        var principal = Principal(
            key.owner, credential: "key:\(key.id)", address: address, grants: try await grants(of: [key.owner]),
            scopes: key.scopes, end: bound, places: key.addresses, at: now)
        principal.tier = standing.tier
        return .success(principal)
    }

    /// From when on the key is void with this secret; nil means never.
    private func end(
        of key: APIKey, _ secret: APIKeySecret, _ address: IPAddress?, _ now: Timestamp
    ) -> Result<Timestamp?, CredentialFault> {
        Result { () throws(CredentialFault) in
            try key.check(secret, pepper: pepper, address: address, at: now)
        }
    }

    private func principal(
        _ text: Redacted<String>, _ address: IPAddress?, _ now: Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        let token: TokenVerifier.Token
        do throws(TokenFault) {
            token = try await verified(text, at: now)
        } catch {
            return .failure(error == .expired ? .expired : .wrongSecret)
        }
        guard token.issuer == ownIssuer else {
            guard let mapping = mappings[token.issuer] else { return .failure(.unknown) }
            // Whoever never signed in here has no user; one who was shut out is so with this credential too.
            let user = User.outsideID(issuer: token.issuer, subject: token.subject)
            let standing = try await standing(of: .user(user))
            if standing.isDisabled || standing.isSignedOut(token) { return .failure(.revoked) }
            let groups = Set(mapping.groups(of: token.claims).map(Subject.group))
            var principal = Principal(
                token, mapping: mapping, address: address, grants: try await grants(of: groups), at: now)
            principal.tier = standing.tier
            return .success(principal)
        }
        guard let content = AccessTokens.content(of: token) else { return .failure(.wrongSecret) }
        var (end, places): (Timestamp?, [IPRange]) = (nil, [])
        if let client = APIKey.id(ofClient: content.client) {
            guard let key = try await key(client) else { return .failure(.unknown) }
            // A token lives no longer than the key that it was had for, and is for no more.
            do throws(CredentialFault) { try key.check(address: address, at: now) } catch { return .failure(error) }
            (end, places) = (token.expiresAt, key.addresses)
        }
        if let id = content.family {
            let family = try await family(id)
            guard let family, family.revokedAt == nil, family.subject == content.subject else {
                return .failure(.revoked)
            }
        }
        let standing = try await standing(of: content.subject)
        guard standing.isThere else { return .failure(.revoked) }
        if standing.isSignedOut(token) { return .failure(.revoked) }
        var principal = Principal(
            content.subject, credential: "token:\(token.id ?? "")", address: address,
            grants: try await grants(of: [content.subject]), scopes: content.scopes, end: end, places: places, at: now)
        principal.family = content.family
        principal.tier = standing.tier
        return .success(principal)
    }

    private func principal(
        _ secret: SessionSecret, _ address: IPAddress?, _ now: Timestamp
    ) async throws(StoreError) -> Result<Principal, CredentialFault> {
        guard let family = try await family(secret.family) else { return .failure(.unknown) }
        guard secret.matches(family, pepper) else { return .failure(.wrongSecret) }
        if family.revokedAt != nil { return .failure(.revoked) }
        if family.expiresAt <= now || family.createdAt + SessionSecret.lifetime <= now { return .failure(.expired) }
        let standing = try await standing(of: family.subject)
        guard standing.isThere else { return .failure(.revoked) }
        let subjects = Set(family.groups.map(Subject.group)).union([family.subject])
        var principal = Principal(
            family.subject, groups: Set(family.groups), credential: "session:\(family.id)", address: address,
            grants: try await grants(of: subjects), granted: family.granted, scopes: family.scopes, at: now)
        principal.family = family.id
        principal.tier = standing.tier
        return .success(principal)
    }

    /// Signatures are dear: a token that was found good is known until it ends.
    private func verified(_ text: Redacted<String>, at now: Timestamp) async throws(TokenFault) -> TokenVerifier.Token {
        var token: TokenVerifier.Token
        do throws(TokenFault) { token = try await known(text, at: now) } catch {
            guard error == .keyUnknown, let renew = renewKeys.withLock({ $0 }),
                let issuer = TokenVerifier.issuer(claimedBy: text.reveal())
            else { throw error }
            await renew(issuer, now)
            // Others may have fetched it meanwhile, so it is looked at again in any case.
            token = try await known(text, at: now)
        }
        guard token.expiresAt + TokenVerifier.leeway > now else { throw .expired }
        return token
    }

    private func known(_ text: Redacted<String>, at now: Timestamp) async throws(TokenFault) -> TokenVerifier.Token {
        let verifier = verifier.withLock { $0 }
        return try await tokens.value(text.reveal()) { () async throws(TokenFault) in
            try verifier.verify(text.reveal(), at: now)
        }
    }

    // MARK: What the store says

    private func key(_ id: Identifier) async throws(StoreError) -> APIKey? {
        try await keys.value(id) { [store] () async throws(StoreError) in try await store.key(id) }
    }

    private func family(_ id: Identifier) async throws(StoreError) -> RefreshFamily? {
        try await families.value(id) { [store] () async throws(StoreError) in try await store.family(id) }
    }

    private func grants(of subjects: Set<Subject>) async throws(StoreError) -> [Grant] {
        if subjects.isEmpty { return [] }
        return try await grants.value(subjects) { [store] () async throws(StoreError) in
            try await store.grants(of: subjects)
        }
    }

    private func standing(of subject: Subject) async throws(StoreError) -> Standing {
        try await standings.value(subject) { [store] () async throws(StoreError) in
            switch subject {
            case .user(let id):
                let user = try await store.user(id)
                return Standing(
                    isThere: user.map { !$0.isDisabled } ?? false, isDisabled: user?.isDisabled ?? false,
                    tier: user?.tier, signedOutAt: user?.signedOutAt)
            case .serviceAccount(let id):
                let account = try await store.serviceAccount(id)
                return Standing(isThere: account.map { !$0.isDisabled } ?? false, tier: account?.tier)
            case .group: return Standing(isThere: false)
            }
        }
    }

    // MARK: Use of keys

    /// When a key was used; once a minute is told to the store.
    private struct Use {
        var at: Timestamp
        var isStored = false
    }

    private func noteUse(of key: APIKey, at now: Timestamp) {
        guard key.isWorthNoting(at: now) else { return }
        uses.withLock { uses in
            if uses[key.id].map({ now - $0.at >= .seconds(60) }) ?? true { uses[key.id] = Use(at: now) }
        }
    }

    /// Writes down when keys were last used; what cannot be written now is written the next time.
    package func storeUses(at now: Timestamp) async throws(StoreError) {
        let noted = uses.withLock { uses in
            uses = uses.filter { !$0.value.isStored || now - $0.value.at < .seconds(60) }
            return uses.filter { !$0.value.isStored }.mapValues(\.at)
        }
        guard !noted.isEmpty else { return }
        try await store.noteUse(noted)
        uses.withLock { uses in
            for (key, at) in noted where uses[key]?.at == at { uses[key]?.isStored = true }
        }
    }
}
