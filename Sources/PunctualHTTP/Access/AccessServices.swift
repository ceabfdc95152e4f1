internal import PunctualAPI
package import PunctualAccess
package import PunctualCore
package import PunctualSchedule

/// What the calls of access control work with; there is none in an installation that is open.
package struct AccessServices: Sendable {
    package let identities: any IdentityStore
    package let secrets: any SecretStore
    package let audits: any AuditStore
    package let keys: InstallationKeys
    package let hasher: PasswordHasher
    package let authenticator: Authenticator
    package let signingKeys: SigningKeys
    package let vault: SecretVault
    package let audit: AuditLog
    let refusals = RecentRefusals()
    package let setUp: SetUp
    package let signIn: SignIn
    /// Outside OpenID providers.
    package let providers: ProviderDirectory
    package let providerSignIn: ProviderSignIn
    /// The address at which the installation is reached, without a slash at its end.
    package let address: String
    /// The store's clock, which all nodes share.
    let now: @Sendable () async throws(StoreError) -> Timestamp

    /// - Parameters:
    ///   - issuer: what the installation's tokens name; the same on every node.
    ///   - providers: outside OpenID providers whose people and tokens are let in.
    ///   - calls: how they are called.
    ///   - report: told when one goes away or is back.
    package init(
        store: any IdentityStore & SecretStore & AuditStore, keys: InstallationKeys, issuer: String, address: String,
        now: @escaping @Sendable () async throws(StoreError) -> Timestamp, providers: [Provider] = [],
        calls: any ProviderCalls = NoProviderCalls(), report: @escaping ProviderDirectory.Report = { _, _ in },
        hasher: PasswordHasher = PasswordHasher()
    ) {
        identities = store
        secrets = store
        audits = store
        self.keys = keys
        self.address = address
        self.now = now
        self.hasher = hasher
        authenticator = Authenticator(
            store: store, pepper: keys.pepper, ownIssuer: issuer,
            mappings: Dictionary(providers.map { ($0.issuer, $0.mapping) }) { first, _ in first })
        signingKeys = SigningKeys(
            store: store, masterKeys: keys.masterKeys, issuer: issuer, authenticator: authenticator)
        vault = SecretVault(store: store, masterKeys: keys.masterKeys, now: now)
        audit = AuditLog(store: store)
        setUp = SetUp(store: store, pepper: keys.pepper)
        signIn = SignIn(store: store, hasher: hasher, keys: keys)
        let directory = ProviderDirectory(providers, calls: calls, signingKeys: signingKeys, report: report)
        self.providers = directory
        providerSignIn = ProviderSignIn(
            directory: directory, store: store, vault: vault, keys: keys, address: address)
        authenticator.onUnknownKey { [weak directory] issuer, now in
            await directory?.renew(issuer: issuer, at: now)
        }
    }

    /// Whether browsers come over TLS, so that cookies may say that they are for nothing else.
    var isSecure: Bool { address.hasPrefix("https://") }
}

extension APIServices {
    /// Puts access control before every call.
    package mutating func guardDoors(with access: AccessServices) {
        self.access = access
        doorkeeper.authenticator = access.authenticator
        doorkeeper.pepper = access.keys.pepper
        doorkeeper.isSecure = access.isSecure
    }

    /// For the calls that are about access control itself.
    /// - Throws: `Problem` 409 where there is none.
    func requireAccess() throws -> AccessServices {
        guard let access else { throw Problem(.conflict, "This installation has no access control.") }
        return access
    }
}
