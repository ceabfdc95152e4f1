package import PunctualCore

/// Which services' things a query may show: each clause is one that suffices.
package struct ServiceFilter: Hashable, Sendable {
    package let clauses: [Clause]

    /// A service, or all of them, and labels that a job must carry.
    package struct Clause: Hashable, Sendable {
        /// nil means any.
        package let service: String?
        package let labels: [String: String]
    }

    /// Shows what any of the permissions covers; clauses that another one contains are left out.
    package init(_ permissions: [Permission]) {
        var kept: [Permission] = []
        for permission in permissions where !kept.contains(where: { $0.reaches(permission) }) {
            kept.removeAll { permission.reaches($0) }
            kept.append(permission)
        }
        clauses = kept.map { Clause(service: $0.service, labels: $0.labels) }
    }

    package static let everything = ServiceFilter([Permission(.viewer, service: nil)])
    package static let nothing = ServiceFilter([])

    /// Whether a query needs no condition at all.
    package var isEverything: Bool { clauses.contains { $0.service == nil && $0.labels.isEmpty } }
    /// Whether no query needs to be made.
    package var isNothing: Bool { clauses.isEmpty }

    /// The services that may be seen whole; nil when there is more to it than a list of them.
    package var wholeServices: Set<String>? {
        let names = clauses.compactMap { $0.labels.isEmpty ? $0.service : nil }
        return names.count == clauses.count ? Set(names) : nil
    }

    /// Whether it shows a job of that service with those labels.
    package func shows(service: String, labels: [String: String]) -> Bool {
        clauses.contains { clause in
            (clause.service == nil || clause.service == service) && clause.labels.allSatisfy { labels[$0] == $1 }
        }
    }
}

extension Permission {
    /// Whether it covers all that the other one covers, whatever the roles.
    fileprivate func reaches(_ other: Permission) -> Bool {
        (service == nil || service == other.service) && labels.allSatisfy { other.labels[$0] == $1 }
    }
}
