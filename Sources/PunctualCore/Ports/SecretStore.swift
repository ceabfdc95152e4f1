public import PunctualSchedule

/// The encrypted secrets of services. What is in them is not the store's business.
public protocol SecretStore: Sendable {
    /// Adds a version; the one before it expires at `overlapUntil` unless it does earlier.
    /// - Throws: `.versionConflict` unless `record.version` is one above the current version (0 when there is none).
    func put(_ record: SecretRecord, overlapUntil: Timestamp) async throws(StoreError)

    /// Every version that is there, newest first; expired ones included.
    func secret(_ name: String, service: String) async throws(StoreError) -> [SecretRecord]

    /// The current versions of the service's secrets by name; those behind `after` when it is given, at most `limit`.
    func secrets(service: String, after: String?, limit: Int) async throws(StoreError) -> [SecretRecord]

    /// Removes every version of the secret. Repeating it changes nothing.
    func removeSecret(_ name: String, service: String) async throws(StoreError)

    /// Records whose data key another master key than this one wraps, at most `limit`, in no order.
    func secrets(notWrappedBy masterKeyID: String, limit: Int) async throws(StoreError) -> [SecretRecord]

    /// Puts the records' wrapped keys in the place of those that are wrapped otherwise; a record that is gone, or whose box is
    /// another one now, is passed over.
    func rewrap(_ records: [SecretRecord]) async throws(StoreError)

    /// Removes versions that expired before `instant`, at most `limit`; the count removed.
    func pruneSecrets(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}
