/// How much of a queue, a service or a job may run at once, and begin in a time, over all nodes together.
public struct WorkLimit: Hashable, Sendable {
    /// Of what it is the limit.
    public struct Key: Hashable, Comparable, Sendable {
        public var kind: Kind
        /// Of a queue or service its name, of a job its id.
        public var name: String

        public init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }

        /// By the words, byte by byte, as databases sort them; locks are taken in this order.
        public static func < (left: Key, right: Key) -> Bool {
            if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    public enum Kind: String, Sendable, CaseIterable {
        case jobs, queues, services
    }

    /// So many beginnings in a time.
    public struct Rate: Hashable, Sendable {
        public var count: Int
        public var per: Duration

        public init(count: Int, per: Duration) {
            self.count = count
            self.per = per
        }
    }

    public var key: Key
    /// How many run at once at most; nil means any number.
    public var concurrency: Int?
    /// How many begin in a time at most; nil means any number.
    public var rate: Rate?

    public init(_ key: Key, concurrency: Int? = nil, rate: Rate? = nil) {
        self.key = key
        self.concurrency = concurrency
        self.rate = rate
    }

    public static let concurrencies = 1...100_000
    public static let counts = 1...1_000_000
    public static let periods: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
}

extension ClaimCandidate {
    /// What its limits may be of.
    public var limitKeys: [WorkLimit.Key] {
        [.init(.jobs, "\(jobID)"), .init(.queues, queue), .init(.services, service)]
    }
}
