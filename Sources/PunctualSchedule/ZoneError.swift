/// Why a zone cannot be used.
public enum ZoneError: Error, Hashable, Sendable {
    /// No such zone; `suggestion` is the nearest name that exists, where one is near.
    case unknown(name: String, suggestion: String?)
    /// The zone's TZif bytes break RFC 9636; `reason` says how.
    case malformed(name: String, reason: String)
}

extension ZoneError: CustomStringConvertible {
    /// One sentence for the person who wrote the name.
    public var description: String {
        switch self {
        case .unknown(let name, let suggestion):
            let hint =
                suggestion.map { "did you mean \"\($0)\"?" } ?? "use an IANA name such as \"Europe/Berlin\" or \"UTC\""
            return "unknown time zone \"\(name)\": \(hint)"
        case .malformed(let name, let reason):
            return "the rules of time zone \"\(name)\" are unreadable: \(reason)"
        }
    }
}
