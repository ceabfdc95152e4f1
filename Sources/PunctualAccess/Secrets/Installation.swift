internal import Crypto
package import PunctualCore
package import PunctualSchedule

/// What an installation keeps for itself among the secrets, under a name that no service can have.
package enum Installation {
    /// The reserved service: `$` is no character of a service's name.
    package static let service = "$installation"
    private static let mark = "master-key"

    /// The master keys of this node are not those that the database was set up with.
    package struct OtherKeys: Error, Sendable {
        /// Names the key that is wanted.
        package let wanted: String
    }

    /// Whether a node with access control has ever run over the store.
    package static func isMarked(in store: any SecretStore) async throws(StoreError) -> Bool {
        try await !store.secret(mark, service: service).isEmpty
    }

    /// Sees that this node's master keys are the installation's; the first node writes them down, by name.
    /// - Returns: what the installation is called: the same on all its nodes, and with every master key that comes after the first.
    /// - Throws: `.corrupt` for a mark that was changed.
    package static func check(
        _ keys: InstallationKeys, in store: any SecretStore, at now: Timestamp
    ) async throws(StoreError) -> Result<String, OtherKeys> {
        while true {
            guard let record = try await store.secret(mark, service: service).first else {
                let context = SealContext.secret(service: service, name: mark, version: 1)
                var generator = SystemRandomNumberGenerator()
                let sealed = keys.masterKeys.seal(Redacted(Array(mark.utf8)), for: context, using: &generator)
                do throws(StoreError) {
                    try await store.put(
                        SecretRecord(
                            service: service, name: mark, version: 1, sealed: sealed, createdAt: now,
                            createdBy: "system"), overlapUntil: now)
                    return .success(id(sealed))
                } catch {
                    // Another node was first; its mark is read.
                    guard case .versionConflict = error else { throw error }
                    continue
                }
            }
            do throws(MasterKeys.Fault) {
                _ = try keys.masterKeys.open(record.sealed, for: record.context)
                return .success(id(record.sealed))
            } catch {
                if case .keyMissing(let wanted) = error { return .failure(OtherKeys(wanted: wanted)) }
                throw .corrupt("the mark of the installation's master key was changed; restore the database")
            }
        }
    }

    /// A name drawn from what stays of the mark when it is wrapped anew; it tells nothing of any key.
    private static func id(_ mark: SealedBytes) -> String {
        Base64URL.encode(SHA256.hash(data: mark.box).prefix(9))
    }

    /// Puts everything that an older master key wraps under the newest one: secrets, and users' second factors.
    /// - Returns: how many were rewrapped, and how many cannot be, since the key that wraps them is not here.
    package static func rewrap(
        _ keys: InstallationKeys, secrets: any SecretStore, identities: any IdentityStore
    ) async throws(StoreError) -> (done: Int, stuck: Int) {
        var (done, stuck) = (0, 0)
        while true {
            let records = try await secrets.secrets(notWrappedBy: keys.id, limit: 200)
            var rewrapped: [SecretRecord] = []
            for var record in records {
                var generator = SystemRandomNumberGenerator()
                do throws(MasterKeys.Fault) {
                    record.sealed = try keys.masterKeys.rewrap(record.sealed, for: record.context, using: &generator)
                    rewrapped.append(record)
                } catch {
                    stuck += 1
                }
            }
            if !rewrapped.isEmpty { try await secrets.rewrap(rewrapped) }
            done += rewrapped.count
            // Those that are stuck would come again and again.
            if rewrapped.count < 200 { break }
            stuck = 0
        }
        var last: Identifier?
        while true {
            let users = try await identities.users(after: last, limit: 200)
            for user in users where user.secondFactor.map({ $0.secret.masterKeyID != keys.id }) ?? false {
                if try await rewrap(user, keys, identities) { done += 1 } else { stuck += 1 }
            }
            last = users.last?.id
            if users.count < 200 { return (done, stuck) }
        }
    }

    private static func rewrap(
        _ user: User, _ keys: InstallationKeys, _ store: any IdentityStore
    ) async throws(StoreError) -> Bool {
        guard var factor = user.secondFactor else { return true }
        var generator = SystemRandomNumberGenerator()
        do throws(MasterKeys.Fault) {
            factor.secret = try keys.masterKeys.rewrap(
                factor.secret, for: .secondFactor(of: user.id), using: &generator)
        } catch {
            return false
        }
        var after = user
        after.secondFactor = factor
        do throws(StoreError) {
            _ = try await store.update(after, ifVersion: user.version)
        } catch {
            switch error {
            // Somebody is changing it; the next time finds it again.
            case .versionConflict, .notFound: break
            default: throw error
            }
        }
        return true
    }
}
