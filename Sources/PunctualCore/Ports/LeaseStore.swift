public import PunctualSchedule

/// Which node ticks which shard, and which nodes there are. Leases save work; they don't keep it safe.
public protocol LeaseStore: Sendable {
    /// Takes the shards that are free, run out, or held by `holder` already; a change of holder raises the term.
    /// - Returns: the leases that `holder` has after the call.
    func acquire(_ shards: [Int], holder: String, duration: Duration) async throws(StoreError) -> [ShardLease]

    /// Gives the shards up, where `holder` has them with that term.
    func release(_ leases: [ShardLease]) async throws(StoreError)

    /// The lease rows of all shards that were ever held, by shard.
    func leases() async throws(StoreError) -> [ShardLease]

    /// Writes that the node is there.
    func heartbeat(_ node: NodeRecord) async throws(StoreError)

    /// Removes the node and gives up every shard that it holds, so that others need not wait for its leases to run out.
    func leave(_ node: String) async throws(StoreError)

    /// The nodes seen since `instant`, by id.
    func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord]
}

public struct ShardLease: Hashable, Sendable {
    public var shard: Int
    /// nil when nobody holds it.
    public var holder: String?
    /// Raised by each takeover.
    public var term: Int
    public var expiresAt: Timestamp?

    public init(shard: Int, holder: String?, term: Int, expiresAt: Timestamp?) {
        self.shard = shard
        self.holder = holder
        self.term = term
        self.expiresAt = expiresAt
    }
}

public struct NodeRecord: Hashable, Sendable {
    public var id: String
    public var roles: [String]
    public var version: String
    public var address: String?
    public var startedAt: Timestamp
    /// Set by the store.
    public var lastSeenAt: Timestamp
    /// How many shards the node is set to divide the schedule into; nil when it schedules nothing, or cannot say.
    public var shards: Int?

    public init(
        id: String, roles: [String], version: String, address: String?, startedAt: Timestamp, lastSeenAt: Timestamp,
        shards: Int? = nil
    ) {
        self.id = id
        self.roles = roles
        self.version = version
        self.address = address
        self.startedAt = startedAt
        self.lastSeenAt = lastSeenAt
        self.shards = shards
    }
}
