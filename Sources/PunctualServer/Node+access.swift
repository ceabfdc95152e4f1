internal import Foundation
internal import Logging
internal import Metrics
internal import PunctualAccess
internal import PunctualCore
internal import PunctualEngine
internal import PunctualExecutors
internal import PunctualHTTP
internal import PunctualRedis
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

extension Node {
    /// Access control as the settings want it.
    /// - Returns: nil when whoever reaches the port may do everything.
    /// - Throws: `SettingsError` when the master key is missing, or is not the database's.
    static func openAccess(
        _ settings: Settings, _ opened: OpenStore, _ calls: GuardedProviderCalls, _ logger: Logger
    ) async throws -> AccessServices? {
        guard settings.access.mode == .required else { return nil }
        let keys = try await masterKeys(settings, opened, logger)
        let store = opened.store
        let now = try await store.now()
        let id = try await requireOwn(keys, opened, at: now)
        let access = AccessServices(
            store: opened.access, keys: keys, issuer: settings.access.issuer ?? "urn:punctual:\(id)",
            address: settings.access.issuer ?? settings.baseURL(port: settings.httpPort), now: store.now,
            providers: settings.access.providers, calls: calls,
            report: { name, fault in
                if let fault {
                    logger.error(
                        "an OpenID provider is away; the keys that are known stay in use",
                        metadata: ["provider": "\(name)", "error": "\(fault)"])
                } else {
                    logger.notice("an OpenID provider is back", metadata: ["provider": "\(name)"])
                }
            })
        try await access.signingKeys.renew(at: now)
        return access
    }

    /// Sees that the master keys are the database's.
    /// - Returns: what the installation is called.
    /// - Throws: `SettingsError` when they are others.
    @discardableResult
    static func requireOwn(_ keys: InstallationKeys, _ opened: OpenStore, at now: Timestamp) async throws -> String {
        switch try await Installation.check(keys, in: opened.access, at: now) {
        case .success(let id): return id
        case .failure(let other):
            throw SettingsError(
                "access.master_key: the database was set up with the master key \(other.wanted), and this node has \(keys.id); "
                    + "give it the same key as the others")
        }
    }

    /// The master keys of the settings, or of their file; nil when there are none yet.
    static func givenMasterKeys(_ settings: Settings) throws(SettingsError) -> InstallationKeys? {
        if let text = settings.access.masterKey, let keys = InstallationKeys(text: text) { return keys }
        return try MasterKeyFile.read(
            try MasterKeyFile.path(settings, environment: ProcessInfo.processInfo.environment))
    }

    private static func masterKeys(
        _ settings: Settings, _ opened: OpenStore, _ logger: Logger
    ) async throws -> InstallationKeys {
        if let keys = try givenMasterKeys(settings) { return keys }
        let path = try MasterKeyFile.path(settings, environment: ProcessInfo.processInfo.environment)
        // A new one would be of no use, and whoever finds its file later takes it for the right one.
        if try await Installation.isMarked(in: opened.access) {
            throw SettingsError(
                "access.master_key: the database was set up with a master key that this node does not have: there is no "
                    + "\(path), and PUNCTUAL_MASTER_KEY is not set; give it the same key as the others, or from the copy"
            )
        }
        let keys = try MasterKeyFile.make(path)
        logger.notice(
            "a master key was made: keep a copy, without it every secret, key and token of this installation is lost",
            metadata: ["file": "\(path)", "key": "\(keys.id)"])
        return keys
    }

    /// Who may call the API, and how often.
    /// - Parameters:
    ///   - redis: where nodes count together; nil means that each counts for itself.
    ///   - installation: tells its counts there from those of others.
    static func doorkeeper(_ settings: Settings, _ redis: Redis?, installation: String) -> Doorkeeper {
        var doorkeeper = Doorkeeper()
        doorkeeper.rules = AccessRules(adminAddresses: settings.access.adminAddresses)
        doorkeeper.clientAddress = ClientAddress(
            trusted: settings.access.trustedProxies, field: settings.access.forwardedField)
        // Who is open to everybody on a machine has nobody to keep apart, but for the pages in its browsers.
        if settings.access.mode == .open {
            doorkeeper.localDoor = LocalDoor(origins: settings.httpOrigins)
        } else {
            let alone = MemoryLimiter()
            doorkeeper.limiter = alone
            if let redis {
                doorkeeper.limiter = RedisLimiter(
                    redis, fallback: alone, prefix: "\(settings.brokers.redisPrefix.text):\(installation)",
                    decided: noteLimits)
            }
            doorkeeper.calls = settings.access.concurrency.map { TenantSlots(most: $0) }
            doorkeeper.streams = settings.access.streams.map { TenantSlots(most: $0) }
        }
        doorkeeper.limits = settings.access.limits
        doorkeeper.tier = settings.access.tier
        return doorkeeper
    }

    /// Counts who has counted a request: Redis for all nodes, or this node alone.
    private static func noteLimits(_ isShared: Bool) {
        (isShared ? limitsByRedis : limitsByNode).increment()
    }

    private static let limitsByRedis = Counter(label: "punctual_limit_decisions_total", dimensions: [("by", "redis")])
    private static let limitsByNode = Counter(label: "punctual_limit_decisions_total", dimensions: [("by", "node")])

    /// Shows how the first administrator comes in; the token stands behind `#`, which browsers send to nobody.
    static func announceSetUp(_ token: Redacted<String>, at base: String) {
        print("Set up the first administrator: \(base)/setup#token=\(token.reveal())")
        print("The one-time token is \(token.reveal())")
        fflush(nil)
    }

    /// The secrets of a service that sign its HTTP calls; nil when it has none.
    static func webhookSecrets(_ vault: SecretVault) -> HTTPExecutor.SecretsOfService {
        { service async throws(StoreError) in
            let contents = try await vault.contents(SecretVault.webhook, service: service)
            if contents.isEmpty { return nil }
            // A secret of another form is refused when it is written.
            return contents.compactMap { WebhookSecret($0.reveal()) }
        }
    }
}

/// Keeps what is known of outside providers fresh; a provider that does not answer delays nothing else.
struct ProviderUpkeep: Service {
    let directory: ProviderDirectory
    let store: any JobStore
    let logger: Logger

    func run() async throws {
        try await repeatUntilShutdown {
            do throws(StoreError) {
                await directory.renew(at: try await store.now())
            } catch {
                logger.error("providers could not be asked", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(5))
        }
    }
}

/// Keeps what access control needs: signing keys, notes of use, nothing that has ended.
struct AccessUpkeep: Service {
    let access: AccessServices
    let store: any JobStore
    let logger: Logger

    private static let batch = 1000

    func run() async throws {
        let turns = Atomic(0)
        try await repeatUntilShutdown {
            do throws(StoreError) {
                try await step(turns.add(1, ordering: .relaxed).oldValue)
            } catch {
                logger.error("the upkeep of access control failed", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(10))
        }
        // What was noted since is told before the node goes.
        try? await access.authenticator.storeUses(at: store.now())  // A store that is gone loses no more than that.
    }

    /// - Parameter turn: counts the steps, from 0: each is ten seconds.
    func step(_ turn: Int) async throws(StoreError) {
        let now = try await store.now()
        try await access.authenticator.storeUses(at: now)
        if turn % 6 == 0 { try await access.signingKeys.renew(at: now) }
        guard turn % 360 == 0 else { return }
        while try await access.identities.pruneFamilies(before: now, limit: Self.batch) == Self.batch {}
        while try await access.secrets.pruneSecrets(before: now, limit: Self.batch) == Self.batch {}
        let (done, stuck) = try await Installation.rewrap(
            access.keys, secrets: access.secrets, identities: access.identities)
        if done > 0 {
            logger.notice("secrets are wrapped by the newest master key now", metadata: ["count": "\(done)"])
        }
        if stuck > 0 {
            logger.error("secrets are wrapped by a master key that is not here", metadata: ["count": "\(stuck)"])
        }
    }
}
