package import PunctualCore
package import PunctualJSON
package import PunctualSchedule
internal import Synchronization

/// The installation's signing keys as every node has them: versions of a secret of its own, the newest published before it signs.
package final class SigningKeys: Sendable {
    private static let name = "signing-key"

    private let store: any SecretStore
    private let masterKeys: MasterKeys
    private let authenticator: Authenticator
    private let tokens: AccessTokens
    private let state = Mutex(State())

    private struct State {
        var ring = SigningKeyRing([])
        /// Outside issuers by name.
        var trusted: [String: TokenIssuer] = [:]
    }

    /// - Parameters:
    ///   - issuer: the installation's address, `iss` and `aud` of its tokens.
    ///   - authenticator: told of keys that come and go.
    package init(store: any SecretStore, masterKeys: MasterKeys, issuer: String, authenticator: Authenticator) {
        self.store = store
        self.masterKeys = masterKeys
        self.authenticator = authenticator
        tokens = AccessTokens(issuer: issuer, audience: issuer)
    }

    package var issuer: String { tokens.issuer }

    /// From now on the tokens of this outside issuer are taken, by these keys of it.
    package func trust(_ issuer: TokenIssuer, at now: Timestamp) async {
        state.withLock { $0.trusted[issuer.name] = issuer }
        await tell(at: now)
    }

    /// Reads the keys, and makes one when it is time; to be repeated each minute at least.
    package func renew(at now: Timestamp) async throws(StoreError) {
        var ring = try await stored(at: now)
        if ring.needsNewKey(at: now) {
            try await make(at: now)
            ring = try await stored(at: now)
        }
        let isNew = state.withLock { state in
            let isNew = state.ring.published(at: now).map(\.id) != ring.published(at: now).map(\.id)
            state.ring = ring
            return isNew
        }
        if isNew { await tell(at: now) }
    }

    /// The set for `/.well-known/jwks.json` (RFC 7517).
    package func jwks(at now: Timestamp) -> JSONValue { state.withLock { $0.ring }.jwks(at: now) }

    /// A token for the subject; nil before the first `renew`.
    package func mint(
        for subject: Subject, client: String, family: Identifier?, scopes: [Permission]?, at now: Timestamp
    ) -> Redacted<String>? {
        guard let key = state.withLock({ $0.ring }).signer(at: now) else { return nil }
        return tokens.mint(
            for: subject, client: client, family: family, scopes: scopes, id: Identifier.random(at: now), key: key,
            at: now)
    }

    /// Tells the authenticator of all keys; of two at once the last one tells what both have changed.
    private func tell(at now: Timestamp) async {
        while true {
            let jwks = jwks(at: now)
            let keys = await TokenKey.keys(jwks: jwks, algorithms: [.edDSA])
            let own = TokenIssuer.own(name: tokens.issuer, audience: tokens.audience, keys: keys)
            let isTold = state.withLock { state in
                guard state.ring.jwks(at: now) == jwks else { return false }
                authenticator.use(TokenVerifier(issuers: [own] + state.trusted.values))
                return true
            }
            if isTold { return }
        }
    }

    private func stored(at now: Timestamp) async throws(StoreError) -> SigningKeyRing {
        var keys: [SigningKey] = []
        for record in try await store.secret(SigningKeys.name, service: Installation.service).holding(at: now) {
            let seed: Redacted<[UInt8]>
            do throws(MasterKeys.Fault) {
                seed = try masterKeys.open(record.sealed, for: record.context)
            } catch {
                throw .corrupt("a signing key cannot be opened with the master keys of this node")
            }
            guard let key = await SigningKey(seed: seed, createdAt: record.createdAt) else {
                throw .corrupt("a stored signing key is none")
            }
            keys.append(key)
        }
        return SigningKeyRing(keys)
    }

    /// Adds a key; when another node is faster, its key is the new one.
    private func make(at now: Timestamp) async throws(StoreError) {
        let version = (try await store.secret(SigningKeys.name, service: Installation.service).first?.version ?? 0) + 1
        let context = SealContext.secret(service: Installation.service, name: SigningKeys.name, version: version)
        var generator = SystemRandomNumberGenerator()
        let seed = Redacted(SigningKey.newSeed(using: &generator))
        let record = SecretRecord(
            service: Installation.service, name: SigningKeys.name, version: version,
            sealed: masterKeys.seal(seed, for: context, using: &generator), createdAt: now, createdBy: "system")
        // The last token of the key before it lives for so long, and an hour more does no harm.
        let kept = SigningKeyRing.lead + AccessTokens.lifetime + TokenVerifier.leeway + .seconds(3600)
        do throws(StoreError) {
            try await store.put(record, overlapUntil: now + kept)
        } catch {
            guard case .versionConflict = error else { throw error }
        }
    }
}
