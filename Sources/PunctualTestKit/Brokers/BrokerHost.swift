public import PunctualCore

/// A broker, fresh for one check, and the faults that the check may strike it with.
public protocol BrokerHost: Sendable {
    /// Opens the broker as one more process would.
    func open() async throws -> BrokerPeer

    /// Breaks every connection at once; new ones pass.
    func cut() async throws

    /// Breaks every connection, and nobody reaches the broker until `start`.
    func stop() async throws

    /// Lets everybody reach the broker again.
    func start() async throws

    /// How long a check waits for what must come.
    var patience: Duration { get }

    /// How long a `publish` may take to fail.
    var publishLimit: Duration { get }
}

/// One process at the broker.
public struct BrokerPeer: Sendable {
    public let broker: any ExecutionBroker
    /// Ends its connections without a word, for good, as the death of the process does.
    public let kill: @Sendable () async throws -> Void

    public init(broker: any ExecutionBroker, kill: @escaping @Sendable () async throws -> Void) {
        self.broker = broker
        self.kill = kill
    }
}
