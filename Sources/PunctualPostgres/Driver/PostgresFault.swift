internal import CLibpq
internal import PunctualCore

/// Why PostgreSQL, or the way to it, did not do what it was asked.
struct PostgresFault: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// The server refused; `state` says why.
        case refused
        /// The connection ended; whether the call took effect is unknown.
        case lost
        /// The call's limit of time ran out; whether it took effect is unknown.
        case late
        /// The calling task was cancelled; whether the call took effect is unknown.
        case cancelled
        /// Somebody else's cancellation hit this call; it did nothing.
        case disturbed
        /// No connection was free, or none can be had; the call was not sent.
        case noConnection
        /// What came is not what was asked for.
        case unreadable
    }

    /// The state of a server that takes no connections yet (`cannot_connect_now`).
    static let notYet = "57P03"

    let kind: Kind
    /// The five signs of SQLSTATE; empty when no server spoke.
    let state: String
    let message: String
    /// The constraint that was violated; nil for other refusals.
    let constraint: String?

    init(_ kind: Kind, _ message: String, state: String = "", constraint: String? = nil) {
        self.kind = kind
        self.state = state
        self.message = message
        self.constraint = constraint
    }

    /// The refusal that a result carries.
    init(result: OpaquePointer) {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let state = field(PostgresFault.stateField) ?? ""
        // Only another connection behind the same pooler can have prepared a statement by our name.
        let advice =
            state == "42P05" ? "; behind PgBouncer in transaction mode the URI needs pgbouncer=true" : ""
        let detail = (field(PostgresFault.detailField).map { " (\($0))" } ?? "") + advice
        // Without a state libpq speaks itself, of a connection that ended; class 57P is the server's farewell.
        self.init(
            state.isEmpty || state.hasPrefix("57P") ? .lost : .refused,
            (field(PostgresFault.messageField) ?? "the server closed the connection") + detail, state: state,
            constraint: field(PostgresFault.constraintField))
    }

    // The signs of libpq's PG_DIAG macros, which Swift does not see.
    private static let stateField = Int32(UInt8(ascii: "C"))
    private static let messageField = Int32(UInt8(ascii: "M"))
    private static let detailField = Int32(UInt8(ascii: "D"))
    private static let constraintField = Int32(UInt8(ascii: "n"))

    /// Whether the same call may work when it is made again at once or a little later.
    var isPassing: Bool {
        switch kind {
        case .lost, .disturbed, .noConnection: true
        case .late, .cancelled, .unreadable: false
        case .refused:
            // A serialization fault, a deadlock, a statement that this connection has not prepared any more, a plan that
            // a migration made stale; then resources that may be free again soon: connections, locks, memory.
            ["40001", "40P01", "26000", "0A000", "53300", "55P03", "53200"].contains(state) || state.hasPrefix("08")
        }
    }

    /// Whether the call may have taken effect.
    var isAmbiguous: Bool { kind == .lost || kind == .late || kind == .cancelled }
}

extension StoreError {
    /// PostgreSQL's complaint in the caller's words; the one place that maps SQLSTATE.
    init(_ fault: PostgresFault) {
        let text = fault.state.isEmpty ? fault.message : "\(fault.message) [\(fault.state)]"
        switch fault.kind {
        case .cancelled: self = .cancelled
        case .unreadable: self = .corrupt(fault.message)
        case .lost, .late, .disturbed, .noConnection: self = .unavailable("PostgreSQL: \(text)")
        case .refused:
            switch fault.state {
            case "53100", "54000": self = .full("PostgreSQL: \(text)")
            case "57014": self = .unavailable("PostgreSQL: the statement took too long and was stopped")
            // Data or index corrupted.
            case "XX001", "XX002": self = .corrupt("PostgreSQL: \(text); restore it from a backup")
            case "25006":
                self = .unavailable("PostgreSQL: \(text); the server is read-only, name the primary or wait for it")
            case "42501": self = .unavailable("PostgreSQL: \(text); grant this role the right, or use another")
            default: self = .unavailable("PostgreSQL: \(text)")
            }
        }
    }
}
