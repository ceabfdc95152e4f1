package import PunctualCore

/// Claims what a broker's hints tell of, and settles the hints.
package struct HintedClaims: Sendable {
    private let claim: @Sendable (ClaimRequest) async throws(StoreError) -> [ClaimedExecution]
    private let worker: String
    private let lane: Lane
    private let lease: Duration

    /// - Parameters:
    ///   - lease: how long a claim holds without a heartbeat.
    ///   - claim: the store's, within a limit of time.
    package init(
        worker: String, lane: Lane = .builtIn, lease: Duration,
        claim: @escaping @Sendable (ClaimRequest) async throws(StoreError) -> [ClaimedExecution]
    ) {
        self.claim = claim
        self.worker = worker
        self.lane = lane
        self.lease = lease
    }

    /// Takes as many of the executions as there is room for.
    ///
    /// A hint is done with when the store was asked for its execution, whatever it said: what was not given has an owner,
    /// has ended, or may not be taken now and is told of again. Those that there was no room for, and all when the store
    /// cannot be asked, come again.
    /// - Parameter room: at least 1; the consumer's prefetch should not be larger.
    package func take(
        _ deliveries: [HintDelivery], room: Int, from consumer: any HintConsumer
    ) async throws(StoreError) -> [ClaimedExecution] {
        let ids = Set(deliveries.map(\.hint.executionID))
        let claimed: [ClaimedExecution]
        do throws(StoreError) {
            claimed = try await claim(
                ClaimRequest(worker: worker, lane: lane, executions: ids, limit: room, lease: lease))
        } catch {
            await consumer.settle(deliveries.map(\.again))
            throw error
        }
        let taken = Set(claimed.map(\.execution.id))
        let isFull = claimed.count == room && ids.count > room
        await consumer.settle(
            deliveries.map { isFull && !taken.contains($0.hint.executionID) ? $0.again : $0.done })
        return claimed
    }
}
