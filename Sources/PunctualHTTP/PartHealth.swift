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

    package init(name: String, status: Status, detail: String) {
        self.name = name
        self.status = status
        self.detail = detail
    }
}
