/// A role, and what it holds for.
public struct Permission: Hashable, Sendable {
    public var role: Role
    /// The service; nil means all, those that are yet to come included.
    public var service: String?
    /// Only jobs that carry all of these; empty means any job.
    public var labels: [String: String]

    public init(_ role: Role, service: String?, labels: [String: String] = [:]) {
        self.role = role
        self.service = service
        self.labels = labels
    }

    /// Whether it holds for the whole installation.
    public var isGlobal: Bool { service == nil && labels.isEmpty }

    /// Whether it holds for a job of that service with those labels.
    public func covers(service: String, labels: [String: String]) -> Bool {
        (self.service == nil || self.service == service) && self.labels.allSatisfy { labels[$0] == $1 }
    }

    /// What both allow; nil when they have nothing in common.
    public func intersection(_ other: Permission) -> Permission? {
        if let mine = service, let theirs = other.service, mine != theirs { return nil }
        var both = labels
        for (name, value) in other.labels {
            if let mine = both[name], mine != value { return nil }
            both[name] = value
        }
        return Permission(min(role, other.role), service: service ?? other.service, labels: both)
    }
}

/// Whom a permission can be given to.
public enum Subject: Hashable, Sendable {
    case user(Identifier)
    case serviceAccount(Identifier)
    /// All whom a provider's token names as members.
    case group(String)

    /// `user:ID`, `service_account:ID` or `group:NAME`, as tokens and the audit log write it.
    public var text: String {
        switch self {
        case .user(let id): "user:\(id)"
        case .serviceAccount(let id): "service_account:\(id)"
        case .group(let name): "group:\(name)"
        }
    }

    /// Reads `text`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = text[text.index(after: colon)...]
        switch (text[..<colon], Identifier(rest)) {
        case ("user", let id?): self = .user(id)
        case ("service_account", let id?): self = .serviceAccount(id)
        case ("group", _) where !rest.isEmpty: self = .group(String(rest))
        default: return nil
        }
    }
}
