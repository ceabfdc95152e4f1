/// The limits of queues, services and jobs, which claims keep to.
public protocol LimitStore: Sendable {
    /// Every limit, by kind and name.
    func limits() async throws(StoreError) -> [WorkLimit]

    /// How much of each limit is used now. Costs as much as runs at once.
    func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse]

    /// The limit; nil when there is none.
    func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit?

    /// Whether there is any limit; that may be a second old.
    func hasLimits() async throws(StoreError) -> Bool

    /// Sets the limit in place of what there was; what runs goes on. Repeating it changes nothing. It holds for what begins
    /// from then on; other nodes may take a second or so until they keep to that of a job.
    func setLimit(_ limit: WorkLimit) async throws(StoreError)

    /// Removes the limit; false when there was none. A job's goes with the job.
    func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool
}

extension LimitStore {
    public func hasLimits() async throws(StoreError) -> Bool { try await !limits().isEmpty }
}
