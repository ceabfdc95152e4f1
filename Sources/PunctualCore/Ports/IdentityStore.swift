public import PunctualSchedule

/// Who there is, with which credentials, and who may what.
///
/// Each call is one transaction. A change names the version that it was made from, so that of two at once one fails.
///
/// While there is an administrator (a user who signs in here, with a grant that makes him one), one stays: a change or removal
/// that would leave none is refused, also when several are made at once.
public protocol IdentityStore: Sendable {
    /// A number that each change raises but for notes of use: when it stands, everything that was read still holds.
    func identityRevision() async throws(StoreError) -> Int64

    /// Adds a user; one that is there already (same id) is returned.
    /// - Throws: `.nameTaken`.
    func create(_ user: User) async throws(StoreError) -> User
    /// The user, or nil.
    func user(_ id: Identifier) async throws(StoreError) -> User?
    /// The user of that name, or nil.
    func user(named name: String) async throws(StoreError) -> User?
    /// Users by id; those behind `after` when it is given, at most `limit`.
    func users(after: Identifier?, limit: Int) async throws(StoreError) -> [User]
    /// Puts the user in the place of its version `version`; the stored one's version is raised.
    /// - Throws: `.notFound`, `.versionConflict`, `.nameTaken`, `.lastAdministrator`.
    func update(_ user: User, ifVersion version: Int) async throws(StoreError) -> User

    /// Adds a service account; one that is there already (same id) is returned.
    /// - Throws: `.nameTaken`.
    func create(_ account: ServiceAccount) async throws(StoreError) -> ServiceAccount
    /// The service account, or nil.
    func serviceAccount(_ id: Identifier) async throws(StoreError) -> ServiceAccount?
    /// Service accounts by id; those behind `after` when it is given, at most `limit`.
    func serviceAccounts(after: Identifier?, limit: Int) async throws(StoreError) -> [ServiceAccount]
    /// Puts the account in the place of its version `version`; the stored one's version is raised.
    /// - Throws: `.notFound`, `.versionConflict`, `.nameTaken`.
    func update(_ account: ServiceAccount, ifVersion version: Int) async throws(StoreError) -> ServiceAccount

    /// Removes the user, service account or group, with its keys, grants and token families. Repeating it changes nothing.
    /// - Throws: `.lastAdministrator`.
    func remove(_ subject: Subject) async throws(StoreError)

    /// Adds a key; one that is there already (same id) is returned.
    /// - Throws: `.notFound` when its owner is gone.
    func create(_ key: APIKey) async throws(StoreError) -> APIKey
    /// The key, or nil.
    func key(_ id: Identifier) async throws(StoreError) -> APIKey?
    /// Keys by id, of one owner or, when nil, of all; those behind `after` when it is given, at most `limit`.
    func keys(of owner: Subject?, after: Identifier?, limit: Int) async throws(StoreError) -> [APIKey]
    /// Puts the key in the place of its version `version`, its last use untouched; the stored one's version is raised.
    /// - Throws: `.notFound`, `.versionConflict`.
    func update(_ key: APIKey, ifVersion version: Int) async throws(StoreError) -> APIKey
    /// Notes when keys were last used; an earlier instant than the stored one and an unknown key are passed over.
    func noteUse(_ uses: [Identifier: Timestamp]) async throws(StoreError)

    /// Adds a grant; one that is there already (same id) is returned.
    func create(_ grant: Grant) async throws(StoreError) -> Grant
    /// Removes a grant. Repeating it changes nothing.
    /// - Throws: `.lastAdministrator`.
    func removeGrant(_ id: Identifier) async throws(StoreError)
    /// The grants of any of these subjects, by id; void ones included.
    func grants(of subjects: Set<Subject>) async throws(StoreError) -> [Grant]
    /// Grants by id; those behind `after` when it is given, at most `limit`.
    func grants(after: Identifier?, limit: Int) async throws(StoreError) -> [Grant]

    /// Adds a token family; one that is there already (same id) is returned.
    func create(_ family: RefreshFamily) async throws(StoreError) -> RefreshFamily
    /// The token family, or nil.
    func family(_ id: Identifier) async throws(StoreError) -> RefreshFamily?
    /// Puts the family in the place of its version `version`; the stored one's version is raised.
    /// - Throws: `.notFound`, `.versionConflict`: another request has used the token.
    func update(_ family: RefreshFamily, ifVersion version: Int) async throws(StoreError) -> RefreshFamily
    /// Revokes every living family of the subject; the count revoked.
    func revokeFamilies(of subject: Subject, at instant: Timestamp) async throws(StoreError) -> Int
    /// Removes families that expired before `instant`, at most `limit`; the count removed.
    func pruneFamilies(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}
