package import PunctualCore
package import PunctualSchedule

/// Checks name, password and second factor, and counts what is wrong.
package struct SignIn: Sendable {
    private let store: any IdentityStore
    private let hasher: PasswordHasher
    private let keys: InstallationKeys
    /// How often a change is tried again that others were faster with.
    private static let mostTries = 20

    package init(store: any IdentityStore, hasher: PasswordHasher, keys: InstallationKeys) {
        self.store = store
        self.hasher = hasher
        self.keys = keys
    }

    /// Why nobody is signed in. Strangers hear the same of an unknown user, a held or disabled one and a wrong password.
    package enum Refusal: Error, Hashable, Sendable {
        case wrong
        /// The password is right, and a code must come with it.
        case secondFactorRequired
        /// Too many passwords wait to be checked: 503.
        case busy
    }

    /// Who that is.
    /// - Parameters:
    ///   - password: of at most `Password.mostBytes` bytes; a longer one is wrong.
    ///   - code: of the authenticator app, or one of the recovery codes; nil when none was given.
    package func check(
        name: String, password: String, code: String?, at now: Timestamp
    ) async throws(StoreError) -> Result<User, Refusal> {
        guard let password = Password(password) else { return .failure(.wrong) }
        let found = try await store.user(named: name)
        // People of a provider come in by it alone.
        let open = found.flatMap { $0.maySignIn(at: now) && !$0.isOutside ? $0 : nil }
        let verdict: PasswordHasher.Verdict
        do throws(PasswordHasher.Failure) {
            var generator = SystemRandomNumberGenerator()
            verdict = try await hasher.check(password, against: open?.passwordHash, using: &generator)
        } catch {
            return .failure(.busy)
        }
        guard let open else { return .failure(.wrong) }
        for _ in 0..<SignIn.mostTries {
            // Read anew: others may have guessed meanwhile, or the password was changed.
            guard let user = try await store.user(open.id), user.maySignIn(at: now),
                user.passwordHash == open.passwordHash
            else { return .failure(.wrong) }
            let (after, refusal) = try judge(user, verdict, code: code, at: now)
            if after != user {
                do throws(StoreError) {
                    _ = try await store.update(after, ifVersion: user.version)
                } catch {
                    if case .versionConflict = error { continue }
                    if case .notFound = error { return .failure(.wrong) }
                    throw error
                }
            }
            return refusal.map { .failure($0) } ?? .success(after)
        }
        throw .unavailable("the user \(open.id) is being changed by others")
    }

    /// The user as he is to be stored, and why he is not let in; nil when he is.
    private func judge(
        _ user: User, _ verdict: PasswordHasher.Verdict, code: String?, at now: Timestamp
    ) throws(StoreError) -> (User, Refusal?) {
        if verdict == .wrong { return (user.afterFailure(at: now), .wrong) }
        var after = user.afterSuccess()
        if case .rightButOutdated(let hash) = verdict { after.passwordHash = hash }
        guard let factor = user.secondFactor, factor.isConfirmed else { return (after, nil) }
        // Without a code nothing was guessed, and nothing is forgiven either.
        guard let code else { return (user, .secondFactorRequired) }
        guard let next = try keys.accept(code, for: factor, of: user.id, at: now) else {
            return (user.afterFailure(at: now), .wrong)
        }
        after.secondFactor = next
        return (after, nil)
    }
}

extension InstallationKeys {
    /// The factor after a code, which it takes once; nil when the code is wrong.
    package func accept(
        _ code: String, for factor: SecondFactor, of user: Identifier, at now: Timestamp
    ) throws(StoreError) -> SecondFactor? {
        let secret: Redacted<[UInt8]>
        do throws(MasterKeys.Fault) {
            secret = try masterKeys.open(factor.secret, for: .secondFactor(of: user))
        } catch {
            throw .corrupt("the second factor of user \(user) cannot be opened with the master keys of this node")
        }
        var next = factor
        if let step = OneTimePassword(secret: secret.reveal()).accept(code, at: now, lastStep: factor.lastStep) {
            next.lastStep = step
            return next
        }
        guard factor.isConfirmed,
            let rest = RecoveryCodes.accept(code, stored: factor.recoveryCodes, pepper: pepper)
        else { return nil }
        next.recoveryCodes = rest
        return next
    }
}
