internal import PunctualCore

/// A piece of a statement and what goes in for its question marks.
struct Condition {
    var sql: String
    var values: [any Bindable]

    /// Both; the second alone when it is the first.
    static func and(_ left: Condition?, _ right: Condition) -> Condition {
        guard let left else { return right }
        return Condition(sql: "\(left.sql) AND \(right.sql)", values: left.values + right.values)
    }
}

extension ServiceFilter {
    /// The most ranges of an index that one statement merges.
    static let mergeLimit = 100

    /// True of the rows of `jobs`, or of `executions`, that it shows. Labels are the job's as it stands now.
    func condition(ofExecutions: Bool) -> Condition {
        var parts: [Condition] = []
        // Joined by OR, none may have an index: its rows would be gathered and sorted, all of them.
        let service = labelled.count + min(1, services.count) > 1 ? "+service" : "service"
        if !services.isEmpty {
            parts.append(Condition(sql: "\(service) IN (\(marks(services.count)))", values: services))
        }
        for clause in labelled {
            var part = clause.service.map { Condition(sql: "\(service) = ?", values: [$0]) }
            if ofExecutions {
                let job = carries(clause.labels, definition: "j.definition")
                part = .and(
                    part,
                    Condition(
                        sql: "EXISTS (SELECT 1 FROM jobs j WHERE j.id = executions.job_id AND \(job.sql))",
                        values: job.values))
            } else {
                part = .and(part, carries(clause.labels, definition: "definition"))
            }
            if let part { parts.append(part) }
        }
        return Condition(
            sql: "(\(parts.map { "(\($0.sql))" }.joined(separator: " OR ")))", values: parts.flatMap(\.values))
    }
}

/// True when the definition holds all of the labels; one that cannot be read holds none.
func carries(_ labels: [String: String], definition: String) -> Condition {
    let readable = "CASE WHEN json_valid(\(definition)) THEN \(definition) ELSE '{}' END"
    let one =
        "EXISTS (SELECT 1 FROM json_each(\(readable), '$.labels') AS label WHERE label.key = ? AND label.value = ?)"
    return Condition(
        sql: labels.map { _ in one }.joined(separator: " AND "),
        values: labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
}

/// As many question marks, with commas between.
func marks(_ count: Int) -> String { [String](repeating: "?", count: count).joined(separator: ", ") }
