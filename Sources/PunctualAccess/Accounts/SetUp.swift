package import PunctualCore
package import PunctualSchedule

/// The first administrator of an installation, made by whoever holds the one-time token that `serve` prints.
///
/// The token is drawn from the installation's key: every node prints the same one, and nothing of it is stored. It is good for
/// nothing once there is a user.
package struct SetUp: Sendable {
    private static let use = "setup"
    /// Always the same, so that of two at once the store lets one be the first.
    package static let firstUser = Identifier(high: 0x8000, low: 0x8000_0000_0000_0001)
    private static let firstGrant = Identifier(high: 0x8000, low: 0x8000_0000_0000_0002)

    private let store: any IdentityStore
    private let pepper: Pepper

    package init(store: any IdentityStore, pepper: Pepper) {
        self.store = store
        self.pepper = pepper
    }

    /// Whether there is no user yet but those of outside providers, who stand behind all others.
    package func isNeeded() async throws(StoreError) -> Bool {
        // Who took the last user away was an account, or the first token would be good again.
        guard try await store.users(after: nil, limit: 1).allSatisfy(\.isOutside) else { return false }
        return try await store.serviceAccounts(after: nil, limit: 1).isEmpty
    }

    /// What the first administrator has to show.
    package var token: Redacted<String> { Redacted(Base64URL.encode(pepper.hash(SetUp.use, use: SetUp.use).bytes)) }

    /// Whether the text is the token, of the newest master key or of one before it.
    package func isToken(_ text: String) -> Bool {
        let given = Array(text.utf8)
        return pepper.marks(of: SetUp.use, use: SetUp.use).contains {
            areEqual(Array(Base64URL.encode($0).utf8), given)
        }
    }

    /// Makes the first user, who may do everything.
    /// - Returns: the user; nil when somebody else was first.
    package func begin(name: String, passwordHash: String, at now: Timestamp) async throws(StoreError) -> User? {
        guard try await isNeeded() else { return nil }
        // The grant first: with it alone nobody can do anything, and a user without it could not be helped.
        _ = try await store.create(
            Grant(
                id: SetUp.firstGrant, subject: .user(SetUp.firstUser), permission: Permission(.admin, service: nil),
                createdAt: now, createdBy: "system"))
        let user = User(id: SetUp.firstUser, name: name, passwordHash: passwordHash, createdAt: now)
        let stored: User
        do throws(StoreError) {
            stored = try await store.create(user)
        } catch {
            if case .nameTaken = error { return nil }
            throw error
        }
        // Hashes are salted, so nobody else's is the same.
        return stored.passwordHash == passwordHash ? stored : nil
    }
}
