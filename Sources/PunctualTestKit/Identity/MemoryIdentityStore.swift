public import PunctualCore
public import PunctualSchedule

/// The reference store of identities, secrets and the audit log: dictionaries, clear before fast; what it does is what a driver must do.
///
/// An actor, so each call is one transaction.
public actor MemoryIdentityStore {
    var revision: Int64 = 0
    var users: [Identifier: User] = [:]
    var accounts: [Identifier: ServiceAccount] = [:]
    var keys: [Identifier: APIKey] = [:]
    var grants: [Identifier: Grant] = [:]
    var families: [Identifier: RefreshFamily] = [:]
    var secretRecords: [SecretRecord] = []
    var entries: [AuditEntry] = []
    var hasLostAuditHead = false
    /// Whether it cannot be asked for its revision.
    public private(set) var isAway = false

    public init() {}

    /// From now on it does not answer when it is asked for its revision, or does again.
    public func goAway(_ isAway: Bool) { self.isAway = isAway }
}

extension MemoryIdentityStore: IdentityStore {
    public func identityRevision() async throws(StoreError) -> Int64 {
        if isAway { throw .unavailable("away") }
        return revision
    }

    public func create(_ user: User) async throws(StoreError) -> User {
        if let existing = users[user.id] { return existing }
        if users.values.contains(where: { $0.name == user.name }) { throw .nameTaken }
        users[user.id] = user
        revision += 1
        return user
    }

    public func user(_ id: Identifier) async throws(StoreError) -> User? { users[id] }

    public func user(named name: String) async throws(StoreError) -> User? {
        users.values.first { $0.name == name }
    }

    public func users(after: Identifier?, limit: Int) async throws(StoreError) -> [User] {
        page(users, after, limit)
    }

    public func update(_ user: User, ifVersion version: Int) async throws(StoreError) -> User {
        try check(users[user.id]?.version, version)
        if users.values.contains(where: { $0.name == user.name && $0.id != user.id }) { throw .nameTaken }
        var user = user
        user.version = version + 1
        let changed = user
        try keepingAnAdministrator { users[changed.id] = changed }
        revision += 1
        return user
    }

    public func create(_ account: ServiceAccount) async throws(StoreError) -> ServiceAccount {
        if let existing = accounts[account.id] { return existing }
        if accounts.values.contains(where: { $0.name == account.name }) { throw .nameTaken }
        accounts[account.id] = account
        revision += 1
        return account
    }

    public func serviceAccount(_ id: Identifier) async throws(StoreError) -> ServiceAccount? { accounts[id] }

    public func serviceAccounts(after: Identifier?, limit: Int) async throws(StoreError) -> [ServiceAccount] {
        page(accounts, after, limit)
    }

    public func update(_ account: ServiceAccount, ifVersion version: Int) async throws(StoreError) -> ServiceAccount {
        try check(accounts[account.id]?.version, version)
        if accounts.values.contains(where: { $0.name == account.name && $0.id != account.id }) { throw .nameTaken }
        var account = account
        account.version = version + 1
        accounts[account.id] = account
        revision += 1
        return account
    }

    public func remove(_ subject: Subject) async throws(StoreError) {
        try keepingAnAdministrator {
            if case .user(let id) = subject { users[id] = nil }
            grants = grants.filter { $0.value.subject != subject }
        }
        if case .serviceAccount(let id) = subject { accounts[id] = nil }
        keys = keys.filter { $0.value.owner != subject }
        families = families.filter { $0.value.subject != subject }
        revision += 1
    }

    public func create(_ key: APIKey) async throws(StoreError) -> APIKey {
        if let existing = keys[key.id] { return existing }
        guard isKnown(key.owner) else { throw .notFound }
        keys[key.id] = key
        revision += 1
        return key
    }

    public func key(_ id: Identifier) async throws(StoreError) -> APIKey? { keys[id] }

    public func keys(of owner: Subject?, after: Identifier?, limit: Int) async throws(StoreError) -> [APIKey] {
        page(keys.filter { owner == nil || $0.value.owner == owner }, after, limit)
    }

    public func update(_ key: APIKey, ifVersion version: Int) async throws(StoreError) -> APIKey {
        try check(keys[key.id]?.version, version)
        var key = key
        key.version = version + 1
        key.lastUsedAt = keys[key.id]?.lastUsedAt
        keys[key.id] = key
        revision += 1
        return key
    }

    public func noteUse(_ uses: [Identifier: Timestamp]) async throws(StoreError) {
        for (id, instant) in uses {
            let last = keys[id]?.lastUsedAt ?? instant
            keys[id]?.lastUsedAt = max(last, instant)
        }
    }

    public func create(_ grant: Grant) async throws(StoreError) -> Grant {
        if let existing = grants[grant.id] { return existing }
        grants[grant.id] = grant
        revision += 1
        return grant
    }

    public func removeGrant(_ id: Identifier) async throws(StoreError) {
        guard grants[id] != nil else { return }
        try keepingAnAdministrator { grants[id] = nil }
        revision += 1
    }

    public func grants(of subjects: Set<Subject>) async throws(StoreError) -> [Grant] {
        grants.values.filter { subjects.contains($0.subject) }.sorted { $0.id < $1.id }
    }

    public func grants(after: Identifier?, limit: Int) async throws(StoreError) -> [Grant] {
        page(grants, after, limit)
    }

    public func create(_ family: RefreshFamily) async throws(StoreError) -> RefreshFamily {
        if let existing = families[family.id] { return existing }
        families[family.id] = family
        return family
    }

    public func family(_ id: Identifier) async throws(StoreError) -> RefreshFamily? { families[id] }

    public func update(_ family: RefreshFamily, ifVersion version: Int) async throws(StoreError) -> RefreshFamily {
        try check(families[family.id]?.version, version)
        var family = family
        family.version = version + 1
        if family.revokedAt != nil { revision += 1 }
        families[family.id] = family
        return family
    }

    public func revokeFamilies(of subject: Subject, at instant: Timestamp) async throws(StoreError) -> Int {
        let living = families.values.filter { $0.subject == subject && $0.revokedAt == nil }
        for family in living {
            families[family.id]?.revokedAt = instant
            families[family.id]?.version += 1
        }
        if !living.isEmpty { revision += 1 }
        return living.count
    }

    public func pruneFamilies(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        let ended = families.values.filter { $0.expiresAt < instant }.prefix(limit)
        for family in ended { families[family.id] = nil }
        return ended.count
    }

    /// Makes the change, unless it would leave no administrator where there is one.
    private func keepingAnAdministrator(_ change: () -> Void) throws(StoreError) {
        let (had, before) = (hasAdministrator, (users, grants))
        change()
        if !had || hasAdministrator { return }
        (users, grants) = before
        throw .lastAdministrator
    }

    private var hasAdministrator: Bool {
        grants.values.contains { grant in
            guard grant.makesAdministrator, case .user(let id) = grant.subject else { return false }
            return users[id]?.signsInHere ?? false
        }
    }

    private func isKnown(_ subject: Subject) -> Bool {
        switch subject {
        case .user(let id): users[id] != nil
        case .serviceAccount(let id): accounts[id] != nil
        case .group: false
        }
    }

    private func check(_ stored: Int?, _ version: Int) throws(StoreError) {
        guard let stored else { throw .notFound }
        guard stored == version else { throw .versionConflict(current: stored) }
    }

    func page<Item>(_ items: [Identifier: Item], _ after: Identifier?, _ limit: Int) -> [Item] {
        let ids = items.keys.filter { id in after.map { id > $0 } ?? true }.sorted().prefix(limit)
        return ids.compactMap { items[$0] }
    }
}
