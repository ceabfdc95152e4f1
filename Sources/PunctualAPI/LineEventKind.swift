/// The `event` field of a server-sent event on an execution's `/lines` (WHATWG HTML §9.2).
public enum LineEventKind: String, Sendable, CaseIterable {
    case line
    /// The execution has ended, and all its lines have been sent.
    case end
}
