package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        guard let query = query.reduced else { return Page(items: [], next: nil) }
        return try await read { transaction in
            var found: [Execution] = []
            let (arms, bound) = try transaction.arms(of: query)
            // Up to where all arms have been looked at, for a text.
            var end = bound
            for arm in arms {
                let depth = max(200, query.depth / arms.count)
                let (sql, values) = query.search(arm, depth: min(depth, query.depth))
                found += try transaction.database.rows(composed: sql, values, read: Execution.init)
                if query.text == nil { continue }
                let (last, these) = query.lastLookedAt(arm, depth: min(depth, query.depth))
                let stop = try transaction.database.rows(composed: last, these, read: Execution.init).first
                end = [end, stop.map(PageKey.init)].compactMap { $0 }.max { $0.id < $1.id }
            }
            if query.visible.isEverything { return query.page(found, end: end) }
            // What two arms show is there twice.
            let each = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            let seen = each.values.filter { row in end.map { row.id >= $0.id } ?? true }
            return query.page(seen.sorted { $0.id > $1.id }, end: end)
        }
    }
}

extension PageKey {
    fileprivate init(_ execution: Execution) {
        self.init(value: String(execution.scheduledAt.milliseconds), id: execution.id)
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

    /// - Returns: the arms, and for a text where they stop to be all.
    fileprivate func arms(of query: ExecutionQuery) throws -> (arms: [Arm], bound: PageKey?) {
        let visible = query.visible
        if visible.isEverything { return ([.all], nil) }
        let whole = visible.condition(ofExecutions: true)
        // The executions of one job are a range of their own, whoever sees which.
        if query.jobID != nil { return ([.walk(whole)], nil) }
        var arms: [Arm] = []
        let services = visible.services
        if !services.isEmpty {
            if query.hasIndex || services.count > ServiceFilter.mergeLimit {
                arms.append(.walk(Condition(sql: "+service IN (\(marks(services.count)))", values: services)))
            } else {
                arms.append(.services(services))
            }
        }
        if visible.labelled.isEmpty { return (arms, nil) }
        let labels = visible.labelled.map { carries($0.labels, definition: "definition") }
        let jobs = try database.rows(
            composed: "SELECT id FROM jobs WHERE \(labels.map { "(\($0.sql))" }.joined(separator: " OR ")) LIMIT ?",
            labels.flatMap(\.values) + [Transaction.jobLimit + 1]
        ) { try $0.identifier() }
        if jobs.count > Transaction.jobLimit { return (arms + [.walk(whole)], nil) }
        // Only those with the newest executions can have a place on the page.
        var newest: [Execution] = []
        for job in jobs {
            let (sql, values) = query.newest(of: job, whole)
            newest += try database.rows(composed: sql, values, read: Execution.init)
        }
        newest.sort { $0.id > $1.id }
        let chosen = newest.prefix(query.limit + 1)
        // Whether the others have the text is not looked at: the search goes on with their newest.
        let bound = query.text == nil || chosen.count == newest.count ? nil : chosen.last.map(PageKey.init)
        return (arms + chosen.map { .job($0.jobID, whole) }, bound)
    }
}

extension ExecutionQuery {
    /// - Parameter end: where to look on for a text when these are all that were found.
    fileprivate func page(_ found: [Execution], end: PageKey?) -> Page<Execution> {
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last.map(PageKey.init) : end)
    }

    /// The same without the text, at most so many.
    private func looking(_ depth: Int) -> ExecutionQuery {
        var query = self
        (query.text, query.limit) = (nil, depth - 1)
        return query
    }

    /// Of what the other conditions choose, those that have the text.
    fileprivate func search(_ arm: Arm, depth: Int) -> (sql: String, values: [any Bindable]) {
        guard let text else { return statement(arm) }
        let (sql, values) = looking(depth).statement(arm)
        let pattern =
            "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
        return (
            """
            SELECT * FROM (\(sql)) WHERE job_name LIKE ? ESCAPE '\\' OR error LIKE ? ESCAPE '\\' ORDER BY id DESC LIMIT ?
            """, values + [pattern, pattern, limit + 1]
        )
    }

    /// The oldest of those that are looked at, when there may be older ones.
    fileprivate func lastLookedAt(_ arm: Arm, depth: Int) -> (sql: String, values: [any Bindable]) {
        let (sql, values) = looking(depth).statement(arm)
        return ("SELECT * FROM (\(sql)) ORDER BY id DESC LIMIT 1 OFFSET ?", values + [depth - 1])
    }

    /// Whether a condition other than the service has an index.
    fileprivate var hasIndex: Bool { reason != nil || !isTrouble && (queue != nil || !statuses.isEmpty) }

    /// Whether it is about what went wrong in one way, which has an index for each service; of no one job.
    private var isTrouble: Bool {
        jobID == nil && reason == nil && statuses.count == 1 && statuses.isSubset(of: [.failed, .skipped, .missed])
    }

    /// Whether the index of what went wrong in a service finds the rows.
    private func isTroubleOfService(_ arm: Arm) -> Bool {
        switch arm {
        case .services: isTrouble
        case .all, .walk: isTrouble && service != nil
        case .job: false
        }
    }

    /// The newest execution of the job, if any.
    fileprivate func newest(of job: Identifier, _ condition: Condition) -> (sql: String, values: [any Bindable]) {
        var query = self
        (query.text, query.limit, query.isBrief) = (nil, 0, true)
        return query.statement(.job(job, condition))
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
        let isTrouble = isTroubleOfService(arm)
        if isTrouble { conditions.append(Migrations.isTrouble) }
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
        if let service, isTrouble {
            conditions.append("service = ?")
            values.append(service)
        } else if let service {
            pick("service", service)
        }
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
            let columns = isBrief ? Execution.briefColumns : Execution.columns
            return "SELECT \(columns) FROM executions \(filter) ORDER BY id DESC LIMIT ?"
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
