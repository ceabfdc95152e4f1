/// What somebody may do with a service; each role may all that the ones before it may.
public enum Role: Int, Comparable, CaseIterable, Sendable {
    /// Sees jobs and executions.
    case viewer = 1
    /// Starts, stops and retries what is there.
    case `operator` = 2
    /// Creates, changes and removes jobs.
    case editor = 3
    /// Decides who may what, and sees the audit log.
    case admin = 4

    /// The contract's word.
    public var word: String {
        switch self {
        case .viewer: "viewer"
        case .operator: "operator"
        case .editor: "editor"
        case .admin: "admin"
        }
    }

    /// Reads the contract's word; nil for anything else.
    public init?(word: some StringProtocol) {
        guard let role = Role.allCases.first(where: { $0.word == word }) else { return nil }
        self = role
    }

    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}
