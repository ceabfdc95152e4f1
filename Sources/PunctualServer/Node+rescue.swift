internal import Foundation
internal import PunctualAccess
internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule

extension Node {
    /// Lets a user in again who is locked out, without a server: with the database and its master key.
    /// - Parameters:
    ///   - name: what he signs in with.
    ///   - makingAdministrator: whether he becomes an administrator unless he is one.
    /// - Returns: his new password; whether he was made an administrator; his keys that stay good, by name and id.
    /// - Throws: `SettingsError` with one line that says what is missing.
    package static func rescue(
        _ name: String, makingAdministrator: Bool, _ settings: Settings
    ) async throws -> (password: String, isMadeAdministrator: Bool, keys: [(name: String, id: String)]) {
        try OpenStore.requireExisting(settings)
        guard let keys = try givenMasterKeys(settings) else {
            let path = try MasterKeyFile.path(settings, environment: ProcessInfo.processInfo.environment)
            throw SettingsError(
                "the installation's master key is needed: there is no \(path), and access.master_key is not set "
                    + "(PUNCTUAL_MASTER_KEY, or PUNCTUAL_MASTER_KEY_FILE)")
        }
        let opened = try await OpenStore(
            settings, clock: SystemClock(), bell: SignalBell(), logger: try makeLogger(settings, nodeID: "rescue"))
        let result: Result<Rescue.Outcome, any Error>
        do {
            result = .success(try await rescue(name, makingAdministrator, opened, keys))
        } catch {
            result = .failure(error)
        }
        await opened.close()
        let outcome = try result.get()
        return (
            outcome.password.reveal(), outcome.isMadeAdministrator,
            outcome.keys.map { ($0.name, $0.id.description) }
        )
    }

    private static func rescue(
        _ name: String, _ makingAdministrator: Bool, _ opened: OpenStore, _ keys: InstallationKeys
    ) async throws -> Rescue.Outcome {
        let now = try await opened.store.now()
        guard try await Installation.isMarked(in: opened.access) else {
            throw SettingsError("nobody was ever let into this database; start `punctual serve` over it first")
        }
        try await requireOwn(keys, opened, at: now)
        let helper = "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
        do {
            return try await Rescue(store: opened.access).run(
                name, makingAdministrator: makingAdministrator, by: helper, at: now)
        } catch let refusal as Rescue.Refusal {
            switch refusal {
            case .noSuchUser: throw SettingsError("there is no user \(name)")
            case .isOutside: throw SettingsError("\(name) signs in at a provider, and has no password here")
            }
        } catch let error as StoreError {
            throw SettingsError("the database did not take it: \(error)")
        }
    }
}
