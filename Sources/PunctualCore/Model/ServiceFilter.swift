/// Which jobs, and what belongs to them, a query may show: each clause is one that suffices.
public struct ServiceFilter: Hashable, Sendable {
    /// None of them holds another one; empty shows nothing.
    public let clauses: [Clause]

    /// A service, or all of them, and labels that a job must carry.
    public struct Clause: Hashable, Sendable {
        /// nil means any.
        public let service: String?
        /// All must match; empty means any job.
        public let labels: [String: String]
    }

    /// Shows what any of the permissions covers; clauses that another one contains are left out.
    public init(_ permissions: [Permission]) {
        var kept: [Permission] = []
        for permission in permissions where !kept.contains(where: { $0.reaches(permission) }) {
            kept.removeAll { permission.reaches($0) }
            kept.append(permission)
        }
        clauses = kept.map { Clause(service: $0.service, labels: $0.labels) }
    }

    /// Hides nothing.
    public static let everything = ServiceFilter([Permission(.viewer, service: nil)])
    /// Hides all there is.
    public static let nothing = ServiceFilter([])

    /// Whether a query needs no condition at all.
    public var isEverything: Bool { clauses.contains { $0.service == nil && $0.labels.isEmpty } }
    /// Whether no query needs to be made.
    public var isNothing: Bool { clauses.isEmpty }

    /// The services that may be seen whole; nil when there is more to it than a list of them.
    public var wholeServices: Set<String>? {
        let names = clauses.compactMap { $0.labels.isEmpty ? $0.service : nil }
        return names.count == clauses.count ? Set(names) : nil
    }

    /// Whether it shows anything of that service.
    public func mayShow(service: String) -> Bool { clauses.contains { $0.service == nil || $0.service == service } }

    /// Whether it shows a job of that service with those labels.
    public func shows(service: String, labels: [String: String]) -> Bool {
        clauses.contains { clause in
            (clause.service == nil || clause.service == service) && clause.labels.allSatisfy { labels[$0] == $1 }
        }
    }

    /// Whether it shows executions of that service.
    /// - Parameter labels: of their job; nil when it is gone, and then only clauses without labels count.
    public func showsExecution(service: String, labels: [String: String]?) -> Bool {
        clauses.contains { clause in
            (clause.service == nil || clause.service == service)
                && (clause.labels.isEmpty || labels.map { of in clause.labels.allSatisfy { of[$0] == $1 } } ?? false)
        }
    }
}

extension Permission {
    /// Whether it covers all that the other one covers, whatever the roles.
    fileprivate func reaches(_ other: Permission) -> Bool {
        (service == nil || service == other.service) && labels.allSatisfy { other.labels[$0] == $1 }
    }
}
