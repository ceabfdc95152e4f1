package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        guard let query = query.reduced else { return Page(items: [], next: nil) }
        return try await read { transaction in
            var found: [Execution] = []
            for arm in try transaction.arms(of: query) {
                let (sql, values) = query.statement(arm)
                found += try transaction.database.rows(composed: sql, values, read: Execution.init)
            }
            if query.visible.isEverything { return query.page(found) }
            // What two arms show is there twice.
            let each = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return query.page(each.values.sorted { $0.id > $1.id })
        }
    }
}

/// One of the statements that together find a page: each gives the newest that it may see, a page and one row more.
private enum Arm {
    /// Whatever the query's own conditions choose.
    case all
    /// Each of the services has its range of an index.
    case services([String])
    /// Of one job, where the condition holds.
    case job(Identifier, Condition)
    /// Where the condition holds, found by walking.
    case walk(Condition)
}

extension Transaction {
    /// How many jobs are looked at one by one; of more, the next execution is soon met by walking.
    private static let jobLimit = 1000

    fileprivate func arms(of query: ExecutionQuery) throws -> [Arm] {
        let visible = query.visible
        if visible.isEverything { return [.all] }
        let whole = visible.condition(ofExecutions: true)
        // The executions of one job are a range of their own, whoever sees which.
        if query.jobID != nil { return [.walk(whole)] }
        var arms: [Arm] = []
        let services = visible.services
        if !services.isEmpty {
            if query.hasIndex || services.count > ServiceFilter.mergeLimit {
                arms.append(.walk(Condition(sql: "+service IN (\(marks(services.count)))", values: services)))
            } else {
                arms.append(.services(services))
            }
        }
        if visible.labelled.isEmpty { return arms }
        let labels = visible.labelled.map { carries($0.labels, definition: "definition") }
        let jobs = try database.rows(
            composed: "SELECT id FROM jobs WHERE \(labels.map { "(\($0.sql))" }.joined(separator: " OR ")) LIMIT ?",
            labels.flatMap(\.values) + [Transaction.jobLimit + 1]
        ) { try $0.identifier() }
        if jobs.count > Transaction.jobLimit { return arms + [.walk(whole)] }
        // Only those with the newest executions can have a place on the page.
        var newest: [(job: Identifier, row: Identifier)] = []
        for job in jobs {
            let (sql, values) = query.newest(of: job, whole)
            newest += try database.rows(composed: sql, values) { (job, try $0.identifier()) }
        }
        newest.sort { $0.row > $1.row }
        return arms + newest.prefix(query.limit + 1).map { .job($0.job, whole) }
    }
}

extension ExecutionQuery {
    fileprivate func page(_ found: [Execution]) -> Page<Execution> {
        let items = Array(found.prefix(limit))
        let last = found.count > limit ? items.last : nil
        return Page(
            items: items, next: last.map { PageKey(value: String($0.scheduledAt.milliseconds), id: $0.id) })
    }

    /// Whether a condition other than the service has an index.
    fileprivate var hasIndex: Bool { reason != nil || queue != nil || !statuses.isEmpty }

    /// The newest execution of the job, if any.
    fileprivate func newest(of job: Identifier, _ condition: Condition) -> (sql: String, values: [any Bindable]) {
        var query = self
        query.limit = 0
        let (sql, values) = query.statement(.job(job, condition))
        return ("SELECT id FROM (\(sql))", values)
    }

    /// The page and one row more, newest first.
    ///
    /// An id begins with its instant, so the order of ids is the order of instants, and each index ends in the id. Of
    /// several conditions the one that usually lets the fewest through picks the index; `+` keeps the others from it.
    fileprivate func statement(_ arm: Arm) -> (sql: String, values: [any Bindable]) {
        var conditions: [String] = []
        var values: [any Bindable] = []
        var hasIndex = false
        func pick(_ column: String, _ value: any Bindable) {
            conditions.append("\(hasIndex ? "+" : "")\(column) = ?")
            values.append(value)
            hasIndex = true
        }
        var ranges: (column: String, values: [String])?
        if case .job(let job, _) = arm { pick("job_id", job) }
        if let jobID { pick("job_id", jobID) }
        if let reason { pick("reason", reason.rawValue) }
        let words = statuses.map(\.rawValue).sorted()
        if words.count == 1 { pick("status", words[0]) }
        if words.count > 1 {
            if hasIndex {
                conditions.append("+status IN (\(marks(words.count)))")
                values += words
            } else {
                ranges = ("status", words)
                hasIndex = true
            }
        }
        if let queue { pick("queue", queue) }
        if let service { pick("service", service) }
        if let from {
            conditions.append("id >= ? AND scheduled_at >= ?")
            values += [Identifier.first(at: from), from]
        }
        if let to {
            conditions.append("id < ? AND scheduled_at < ?")
            values += [Identifier.first(at: to), to]
        }
        if let after {
            conditions.append("id < ?")
            values.append(after.id)
        }
        switch arm {
        case .all: break
        case .services(let services): ranges = ("service", services)
        case .job(_, let condition), .walk(let condition):
            conditions.append(condition.sql)
            values += condition.values
        }
        func rows(_ more: [String]) -> String {
            let all = conditions + more
            let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
            return "SELECT \(Execution.columns) FROM executions \(filter) ORDER BY id DESC LIMIT ?"
        }
        guard let ranges else { return (rows([]), values + [limit + 1]) }
        let range = rows(["\(ranges.column) = ?"])
        if ranges.values.count == 1 { return (range, values + ranges.values + [limit + 1]) }
        // One range of the index each, in order, and the first of them all.
        let parts = ranges.values.map { _ in "SELECT * FROM (\(range))" }
        return (
            parts.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT ?",
            ranges.values.flatMap { values + [$0, limit + 1] } + [limit + 1]
        )
    }
}
