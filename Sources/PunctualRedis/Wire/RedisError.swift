/// Why Redis, or the way to it, did not do what it was asked.
package struct RedisError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The URL, or a file that it names, cannot be used.
        case settings
        /// The server refused; `code` says why.
        case refused
        /// The connection ended; whether the call took effect is unknown.
        case lost
        /// The call's limit of time ran out; whether it took effect is unknown.
        case late
        /// The calling task was cancelled; whether the call took effect is unknown.
        case cancelled
        /// Too many calls wait already; this one was not sent.
        case full
        /// There is no connection now; the call was not sent.
        case unavailable
        /// What came is no RESP, or not what the call answers with.
        case unreadable
        /// `close` has been called.
        case closed
    }

    package let kind: Kind
    /// The first word of the server's refusal, such as `WRONGTYPE` or `MOVED`; empty when no server spoke.
    package let code: String
    /// What was wrong, where, and what to do, in one line without secrets.
    package let message: String

    package init(_ kind: Kind, _ message: String, code: String = "") {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// A server's refusal as it came.
    init(refusal text: String) {
        let code = text.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
        self.init(.refused, text, code: String(code))
    }

    package var description: String { "Redis: \(message)" }

    /// Whether the call did nothing for certain.
    package var isUnsent: Bool { kind == .full || kind == .unavailable || kind == .closed }

    /// Whether the server refused for a state that passes by itself, such as a failover under way; the call did
    /// nothing.
    var isPassing: Bool {
        kind == .refused
            && ["LOADING", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "UNBLOCKED"].contains(code)
    }

    /// Whether the user may not do what was asked, or nobody was let in.
    var isAboutRights: Bool {
        kind == .refused
            && (["NOPERM", "NOAUTH"].contains(code)
                || code == "ERR" && message.contains("user executing the script"))
    }

    /// Whether somebody must see to the server or the user: everything of the kind is refused until then.
    var isStanding: Bool {
        isAboutRights || kind == .refused && ["OOM", "MISCONF", "NOREPLICAS"].contains(code)
    }

    static let closed = RedisError(.closed, "the client has been closed")
    static let cancelled = RedisError(.cancelled, "the task was cancelled")
}
