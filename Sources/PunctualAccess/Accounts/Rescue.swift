package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// Lets somebody in again who is locked out: for whoever holds both the database and the master key, and may do everything with
/// them anyhow.
package struct Rescue: Sendable {
    private let store: any IdentityStore & AuditStore
    private let hasher: PasswordHasher
    /// The operation's name in the audit log; it is no call of the API.
    package static let operation = "rescueUser"

    package init(store: any IdentityStore & AuditStore, hasher: PasswordHasher = PasswordHasher()) {
        self.store = store
        self.hasher = hasher
    }

    /// Why nobody is helped.
    package enum Refusal: Error, Hashable, Sendable {
        case noSuchUser
        /// His provider signs him in.
        case isOutside
    }

    /// Gives the user a new password, takes his second factor off, enables him, and ends all his sign-ins.
    /// - Parameters:
    ///   - makingAdministrator: whether he gets the role `admin` for everything unless he has it.
    ///   - helper: who does it, for the audit log.
    /// - Throws: `Refusal`, `StoreError`, `PasswordHasher.Failure`. It may be called again.
    package func run(
        _ name: String, makingAdministrator: Bool, by helper: String, at now: Timestamp
    ) async throws -> Outcome {
        var generator = SystemRandomNumberGenerator()
        let text = Password.randomText(using: &generator)
        guard let password = Password(text) else {
            preconditionFailure("24 characters are no more than a password has")
        }
        let hash = try await hasher.hash(password, using: &generator)
        let (before, after) = try await letIn(name, hash, at: now)
        let subject = Subject.user(after.id)
        _ = try await store.revokeFamilies(of: subject, at: now)
        var isMade = false
        if makingAdministrator, try await !store.grants(of: [subject]).contains(where: \.makesAdministrator) {
            isMade = true
            _ = try await store.create(
                Grant(
                    id: Identifier.random(at: now), subject: subject, permission: Permission(.admin, service: nil),
                    createdAt: now, createdBy: "system"))
        }
        _ = try await store.append([
            AuditDraft(
                at: now, principal: "system", operation: Rescue.operation, resource: "user:\(after.id)",
                before: ["disabled": .bool(before.isDisabled), "second_factor": .bool(before.secondFactor != nil)],
                after: [
                    "disabled": false, "second_factor": false, "reset": true, "made_administrator": .bool(isMade),
                    "by": .string(helper),
                ])
        ])
        return Outcome(
            password: Redacted(text), isMadeAdministrator: isMade, keys: try await keysLeft(of: subject, at: now))
    }

    /// What came of a rescue.
    package struct Outcome: Sendable {
        /// To be shown this once.
        package let password: Redacted<String>
        /// False for one who was an administrator before, too.
        package let isMadeAdministrator: Bool
        /// His keys that go on being good.
        package let keys: [APIKey]
    }

    private func keysLeft(of subject: Subject, at now: Timestamp) async throws(StoreError) -> [APIKey] {
        let size = 200
        var (kept, last): ([APIKey], Identifier?) = ([], nil)
        while true {
            let page = try await store.keys(of: subject, after: last, limit: size)
            kept += page.filter { key in key.revokedAt == nil && (key.expiresAt.map { now < $0 } ?? true) }
            guard page.count == size, let end = page.last else { return kept }
            last = end.id
        }
    }

    /// - Returns: the user before and after.
    private func letIn(
        _ name: String, _ hash: String, at now: Timestamp
    ) async throws -> (before: User, after: User) {
        while true {
            guard let before = try await store.user(named: name.lowercased()) else { throw Refusal.noSuchUser }
            if before.isOutside { throw Refusal.isOutside }
            var after = before
            (after.passwordHash, after.secondFactor, after.isDisabled) = (hash, nil, false)
            (after.failedSignIns, after.heldUntil, after.signedOutAt) = (0, nil, now)
            after.updatedAt = now
            do throws(StoreError) {
                return (before, try await store.update(after, ifVersion: before.version))
            } catch {
                // He is being guessed at meanwhile.
                guard case .versionConflict = error else { throw error }
            }
        }
    }
}
