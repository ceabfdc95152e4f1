/// Carrying identities, secrets and the audit log from one store to another: rows as they are.
///
/// Users, service accounts, keys, grants and audit entries are read by the lists of the other ports. Each call is one
/// transaction and may be repeated.
public protocol AccessTransferStore: IdentityStore, SecretStore, AuditStore {
    /// The token families with the lowest ids above `id`; nil means from the first.
    func exportFamilies(after id: Identifier?, limit: Int) async throws(StoreError) -> [RefreshFamily]

    /// Every version of the secrets by service, name and version; those behind `place` when it is given.
    func exportSecrets(after place: SecretPlace?, limit: Int) async throws(StoreError) -> [SecretRecord]

    /// Puts rows there as they are; one that is there with the same id, or place, is replaced.
    /// - Throws: `.nameTaken` when a user or service account with another id has the name of one of them, `.conflict`
    ///   when a secret would have two current versions; then nothing was changed.
    func importAccess(_ rows: AccessRows) async throws(StoreError)

    /// Puts entries at the end of the log as they are; those that are there already are passed over.
    /// - Throws: `.conflict` when they do not continue the log; then nothing was changed.
    func importAudit(_ entries: [AuditEntry]) async throws(StoreError)
}

/// Where a version of a secret stands among all.
public struct SecretPlace: Hashable, Sendable {
    public var service: String
    public var name: String
    public var version: Int

    public init(_ record: SecretRecord) {
        (service, name, version) = (record.service, record.name, record.version)
    }
}

/// Rows of several kinds that are carried together.
public struct AccessRows: Hashable, Sendable {
    public var users: [User] = []
    public var serviceAccounts: [ServiceAccount] = []
    public var keys: [APIKey] = []
    public var grants: [Grant] = []
    public var families: [RefreshFamily] = []
    public var secrets: [SecretRecord] = []

    public init() {}
}
