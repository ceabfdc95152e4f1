/// How a part of the node is that it can do without.
package struct PartHealth: Sendable, Hashable {
    package enum Status: String, Sendable {
        case ok
        /// It is reached, and something of it does not work.
        case impaired
        case unavailable
    }

    package var name: String
    package var status: Status
    /// What it is, or what is wrong and what to do; for those who may see the node's state.
    package var detail: String
    /// How long it took to answer just now; nil when it was not asked, or did not answer.
    package var latency: Duration?

    package init(name: String, status: Status, detail: String, latency: Duration? = nil) {
        self.name = name
        self.status = status
        self.detail = detail
        self.latency = latency
    }
}
