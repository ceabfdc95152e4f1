internal import PunctualCore

/// When and where a lane connects next: each host in turn, then a pause that grows and is random.
struct Connector {
    private let settings: RabbitMQSettings
    /// In an order of this lane's own, so that many processes share the hosts.
    private var hosts: [RabbitMQSettings.Host]
    private var failures = 0
    private var notBefore = ContinuousClock.now
    /// Why there is no connection.
    private(set) var fault: AMQPFault

    init(_ settings: RabbitMQSettings) {
        self.settings = settings
        hosts = settings.hosts.shuffled()
        fault = AMQPFault(.noConnection, "RabbitMQ at \(settings.place): not connected yet")
    }

    /// Whether the last try, or the last connection, came to nothing.
    var hasFailed: Bool { failures > 0 }

    /// How long until the next try; not above zero when it is due.
    var pause: Duration { notBefore - .now }

    /// Tries each host once, after the first one only while nobody wants to stop. Whoever uses the connection says whether it `succeeded` or was `lost`, also when there is none.
    /// - Throws: what the last one said.
    mutating func connect(opened: (Int32) -> Void, isStopping: () -> Bool) throws(AMQPFault) -> Link {
        for index in hosts.indices where index == 0 || !isStopping() {
            do throws(AMQPFault) {
                return try Link(settings, host: hosts[0], opened: opened)
            } catch {
                note(error)
                // The next one is the first to be tried the next time, too.
                hosts.append(hosts.removeFirst())
            }
        }
        throw fault
    }

    /// The connection works: the next pause is a short one again.
    mutating func succeeded() { failures = 0 }

    /// The connection has ended.
    mutating func lost(_ fault: AMQPFault) {
        note(fault)
        wait()
    }

    private mutating func note(_ fault: AMQPFault) { self.fault = fault }

    private mutating func wait() {
        let longest = settings.reconnectAtMost
        let pause = min(Duration.milliseconds(50) * (1 << min(failures, 10)), longest)
        failures += 1
        notBefore = .now + pause * Double.random(in: 0.5...1)
    }
}

/// How a lane is, for others to read.
struct LaneStatus: Sendable {
    var state: BrokerHealth.State
    /// Lines that cannot be used, with the reason.
    var refusals: [String: String] = [:]

    var health: BrokerHealth.State {
        if case .up = state, let refusal = refusals.min(by: { $0.key < $1.key }) { return .impaired(refusal.value) }
        return state
    }
}
