/// Counts requests against limits; in memory here, shared by nodes elsewhere.
public protocol Limiter: Sendable {
    /// Takes `cost` from every key's allowance, or from none when one of them has too little.
    func take(_ keys: [LimitKey], cost: Int) async -> LimitDecision
}

/// What is counted: whose requests, against which policy. Policies with one name are one.
public struct LimitKey: Hashable, Sendable {
    public let policy: LimitPolicy
    /// Who: an address, a user, a service.
    public let holder: String
    /// Of both texts, computed once: a key is looked up several times.
    private let digest: Int

    public init(_ policy: LimitPolicy, holder: String) {
        self.policy = policy
        self.holder = holder
        var hasher = Hasher()
        hasher.combine(policy.name)
        hasher.combine(holder)
        digest = hasher.finalize()
    }

    public static func == (left: LimitKey, right: LimitKey) -> Bool {
        left.digest == right.digest && left.holder == right.holder && left.policy.name == right.policy.name
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// How much in which time.
public struct LimitPolicy: Hashable, Sendable {
    /// Names it in `RateLimit-Policy` and in problems; a structured-field string, so ASCII without quotes.
    public var name: String
    public var measure: Measure

    public enum Measure: Hashable, Sendable {
        /// `rate` a second for as long as one likes, and `burst` times that for `seconds` after a rest.
        case rate(Int, burst: Int, seconds: Int)
        /// `quota` in each window, which begins with its first request.
        case window(quota: Int, seconds: Int)
    }

    public init(name: String, _ measure: Measure) {
        self.name = name
        self.measure = measure
    }

    /// What `RateLimit-Policy` tells: the most in that many seconds.
    public var quota: (amount: Int, seconds: Int) {
        switch measure {
        case .rate(let rate, let burst, let seconds): (rate * burst * seconds, seconds)
        case .window(let quota, let seconds): (quota, seconds)
        }
    }
}

/// Whether a request may go on, and what its answer tells of the limits.
public struct LimitDecision: Hashable, Sendable {
    /// One for each key, in order.
    public var allowances: [Allowance]
    /// The policies that refused it, by name; empty when it may go on.
    public var violated: [String]
    /// After how long the same request may be tried again; nil when it may go on.
    public var retryAfter: Duration?

    public var isAllowed: Bool { violated.isEmpty }

    /// What is left of a policy.
    public struct Allowance: Hashable, Sendable {
        public var policy: LimitPolicy
        /// How much may be taken at once now.
        public var remaining: Int
        /// How long until the allowance is whole again.
        public var reset: Duration

        public init(policy: LimitPolicy, remaining: Int, reset: Duration) {
            self.policy = policy
            self.remaining = remaining
            self.reset = reset
        }
    }

    public init(allowances: [Allowance], violated: [String] = [], retryAfter: Duration? = nil) {
        self.allowances = allowances
        self.violated = violated
        self.retryAfter = retryAfter
    }
}
