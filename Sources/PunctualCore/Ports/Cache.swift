/// Copies of what the store answered, as bytes; never the truth, and safe to lose at any moment.
///
/// What is read through `value` after a `change` has returned on the same node is what the change left, or newer.
public protocol Cache: Sendable {
    /// The value, from a copy or as `load` tells it. Callers that ask for the same at the same time share one load.
    /// - Parameter load: reads the store's primary, or a replica that has what was written before the call; nil, when
    ///   there is nothing, is not kept.
    func value(
        of key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async throws(StoreError) -> CacheAnswer

    /// Makes a copy that nobody has asked for yet; what becomes of it is nobody's concern.
    func keep(
        _ key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async

    /// Runs a change of the store, and forgets what it makes stale, on every node.
    /// - Parameters:
    ///   - groups: what may be other than before, also when the body throws.
    ///   - body: while it runs, nobody keeps a copy of these groups.
    func change<Value: Sendable>(
        _ groups: [String], _ body: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value

    /// Forgets what this process keeps of the groups: something was changed that nobody keeps for longer than the grace,
    /// so that others need not be told.
    func drop(_ groups: [String])

    /// Whether what is kept now counts for longer than the grace, so that it is worth keeping before anybody asks.
    var isLasting: Bool { get }
}

/// What a load found.
public struct CacheLoad: Hashable, Sendable {
    public var bytes: [UInt8]
    /// How long this value counts when that is less than its policy's time: zero keeps nothing, and what counts for no
    /// longer than the grace is kept here and not shared. nil means the policy's time.
    public var timeToLive: Duration?

    public init(_ bytes: [UInt8], timeToLive: Duration? = nil) {
        self.bytes = bytes
        self.timeToLive = timeToLive
    }
}

/// Names what is kept.
public struct CacheKey: Hashable, Sendable {
    /// What becomes stale together, such as `job:0197…` or `jobs:billing`: one line of text.
    public let group: String
    /// Which value of the group, such as the query of a list; empty when there is one.
    public let name: String

    public init(_ group: String, _ name: String = "") {
        self.group = group
        self.name = name
    }
}

/// How long a copy counts.
///
/// What counts for no longer than its grace is good without anybody being told, so it is kept in each process alone.
public struct CachePolicy: Hashable, Sendable {
    /// As long as nobody says that it is stale.
    public var timeToLive: Duration
    /// When it is not known whether somebody would have said so: because of a lost connection, or of a node that is
    /// silent. One that is longer than a `moment`'s counts where processes tell each other by some way, of which one
    /// notice may be lost.
    public var grace: Duration
    /// How eagerly a value is loaded anew before its time is up, by one of those who ask for it; 0 means never, 1 so
    /// that it is ready just in time (Vattani, Chierichetti and Lowenstein 2015).
    public var eagerness: Double

    public init(timeToLive: Duration, grace: Duration = .milliseconds(700), eagerness: Double = 1) {
        self.timeToLive = timeToLive
        self.grace = min(grace, timeToLive)
        self.eagerness = eagerness
    }

    /// One job.
    public static let job = CachePolicy(timeToLive: .seconds(300))
    /// Lists and other queries.
    public static let list = CachePolicy(timeToLive: .seconds(60))
    /// What may change at any moment without anybody telling.
    public static let moment = CachePolicy(timeToLive: .milliseconds(700))
    /// Figures that nobody expects to be of this moment.
    public static let statistics = CachePolicy(timeToLive: .seconds(5), grace: .seconds(5))
}

/// What a cache answers, and where it had it from.
public struct CacheAnswer: Hashable, Sendable {
    /// nil when there is nothing.
    public let value: [UInt8]?
    public let source: Source
    /// How old the copy is; nil for one that was loaded for this call.
    public let age: Duration?
    /// How long the copy counts from now on, if nobody says that it is stale; nil when none is kept.
    public let left: Duration?

    /// For `Cache-Status` (RFC 9211).
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// This process had a copy.
        case local
        /// Another node had made one.
        case shared
        /// Somebody on this node was just loading it.
        case joined
        /// It was loaded, and kept unless its own time is none.
        case loaded
        /// It was loaded and not kept, since it is being changed, or the shared copies are out of reach.
        case passed
    }

    public init(value: [UInt8]?, source: Source, age: Duration? = nil, left: Duration? = nil) {
        self.value = value
        self.source = source
        self.age = age
        self.left = left
    }
}
