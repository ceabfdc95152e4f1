package import PunctualCore
package import PunctualSchedule

/// Opens secrets for those who run what refers to them.
///
/// What the store says is kept for up to five seconds; what is in a secret is opened for each use and kept nowhere.
package final class SecretVault: Sendable {
    private let store: any SecretStore
    private let masterKeys: MasterKeys
    private let now: @Sendable () async throws(StoreError) -> Timestamp
    private let records = SharedCache<Slot, [SecretRecord]>(capacity: 2000)

    /// A secret at a time: with the next turn it is read anew.
    private struct Slot: Hashable {
        let service: String
        let name: String
        let turn: Int64
    }

    /// The secret that signs a service's HTTP calls.
    package static let webhook = "webhook"

    private static let start = ContinuousClock.now
    private static let turnSeconds: Int64 = 5

    /// - Parameter now: the store's clock.
    package init(
        store: any SecretStore, masterKeys: MasterKeys,
        now: @escaping @Sendable () async throws(StoreError) -> Timestamp
    ) {
        self.store = store
        self.masterKeys = masterKeys
        self.now = now
    }

    /// Reads everything anew: after a change of this node's own.
    package func forget() { records.clear() }

    /// What the versions of the secret hold that are valid now, the newest first; empty when there is none.
    /// - Throws: also `.corrupt` for one that cannot be opened.
    package func contents(_ name: String, service: String) async throws(StoreError) -> [Redacted<String>] {
        let turn = SecretVault.start.duration(to: .now).components.seconds / SecretVault.turnSeconds
        let slot = Slot(service: service, name: name, turn: turn)
        let versions = try await records.value(slot) { [store] () async throws(StoreError) in
            try await store.secret(name, service: service)
        }
        var contents: [Redacted<String>] = []
        for record in versions.holding(at: try await now()) {
            do throws(MasterKeys.Fault) {
                let bytes = try masterKeys.open(record.sealed, for: record.context)
                contents.append(Redacted(String(decoding: bytes.reveal(), as: UTF8.self)))
            } catch {
                throw .corrupt("the secret \(name) of \(service) cannot be opened with the master keys of this node")
            }
        }
        return contents
    }

    /// What takes out of a worker's answer what the target's secrets hold, in each version that is valid yet.
    /// - Throws: `.unavailable` and the like; a secret that is gone, or cannot be opened, was sent to nobody.
    package func mask(for target: Target, service: String) async throws(StoreError) -> SecretMask {
        var secrets: [Redacted<String>] = []
        let names: Set<String>
        do throws(SecretReference.Fault) { names = try target.secretNames() } catch { return SecretMask.nothing }
        for name in names {
            do throws(StoreError) {
                secrets += try await contents(name, service: service)
            } catch {
                guard case .corrupt = error else { throw error }
            }
        }
        return SecretMask(secrets)
    }

    /// A target that is ready to run, and what takes its secrets out of what comes back.
    package struct Resolved: Sendable {
        package let target: Redacted<Target>
        package let mask: SecretMask
    }

    /// The target with its secrets in place of their references, ready to run.
    /// - Returns: a fault that names the secret, never its content.
    package func resolved(
        _ target: Target, service: String
    ) async throws(StoreError) -> Result<Resolved, SecretReference.Fault> {
        var secrets: [String: Redacted<String>] = [:]
        let names: Set<String>
        do throws(SecretReference.Fault) { names = try target.secretNames() } catch { return .failure(error) }
        if names.isEmpty { return .success(Resolved(target: Redacted(target), mask: SecretMask.nothing)) }
        for name in names.sorted() {
            guard let content = try await contents(name, service: service).first else {
                return .failure(.missing(name))
            }
            secrets[name] = content
        }
        do throws(SecretReference.Fault) {
            let ready = try target.resolved(with: secrets)
            return .success(Resolved(target: ready, mask: SecretMask(secrets.values)))
        } catch {
            return .failure(error)
        }
    }
}

extension SecretReference.Fault {
    /// For people; it tells nothing of what is in a secret.
    package var words: String {
        switch self {
        case .malformed:
            "a reference is {{secret:NAME}} without blanks, in a header's value, a body, a variable, a payload or a message"
        case .missing(let name): "there is no secret \(name) of this service"
        case .unfit(let name): "the secret in \(name) holds a line break or another character that a header cannot"
        }
    }
}
