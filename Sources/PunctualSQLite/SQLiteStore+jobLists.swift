internal import GRDB
package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        guard let query = query.reduced else { return Page(items: [], next: nil) }
        return try await read { transaction in
            var jobs: [Job] = []
            for part in query.parts where jobs.count <= query.limit {
                let (sql, values) = query.statement(part, limit: query.limit + 1 - jobs.count)
                jobs += try transaction.database.rows(composed: sql, values) { try transaction.jobRow(from: &$0).job }
            }
            let hasMore = jobs.count > query.limit
            if hasMore { jobs.removeLast() }
            return Page(items: jobs, next: hasMore ? jobs.last.map { query.key(of: $0) } : nil)
        }
    }
}

extension JobQuery {
    /// A missing instant sorts last both ways, so a list by it comes in two parts, each a range of the index.
    fileprivate enum Part {
        case whole, instants, withoutInstant
    }

    fileprivate var parts: [Part] {
        guard sort == .nextRunAt else { return [.whole] }
        return after.map { $0.value == nil } ?? false ? [.withoutInstant] : [.instants, .withoutInstant]
    }

    private var column: String {
        switch sort {
        case .name: "name"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        case .nextRunAt: "next_run_at"
        }
    }

    fileprivate func key(of job: Job) -> PageKey {
        switch sort {
        case .name: PageKey(value: job.draft.name, id: job.id)
        case .createdAt: PageKey(value: String(job.createdAt.milliseconds), id: job.id)
        case .updatedAt: PageKey(value: String(job.updatedAt.milliseconds), id: job.id)
        case .nextRunAt: PageKey(value: job.nextRunAt.map { String($0.milliseconds) }, id: job.id)
        }
    }

    fileprivate func statement(_ part: Part, limit: Int) -> (sql: String, values: [any Bindable]) {
        var conditions: [String] = []
        var values: [any Bindable] = []
        func add(_ condition: String, _ new: any Bindable...) {
            conditions.append(condition)
            values += new
        }
        if let service { add("service = ?", service) }
        if let status {
            add("status = ?", status.rawValue)
            // The words of the partial index.
            if status != .active { add("status <> 'active'") }
        }
        if let queue { add("queue = ?", queue) }
        if let name { add("name = ?", name) }
        if !labels.isEmpty {
            let condition = carries(labels, definition: "definition")
            conditions.append(condition.sql)
            values += condition.values
        }
        if let text, !text.isEmpty {
            let pattern =
                "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
            add("(name LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')", pattern, pattern)
        }
        let (sign, direction) = descending ? ("<", "DESC") : (">", "ASC")
        var order = "\(column) \(direction), id \(direction)"
        switch part {
        case .whole, .instants:
            if part == .instants { add("next_run_at IS NOT NULL") }
            if let after {
                let value: any Bindable = sort == .name ? after.value ?? "" : after.value.flatMap { Int64($0) } ?? 0
                add("(\(column), id) \(sign) (?, ?)", value, after.id)
            }
        case .withoutInstant:
            add("next_run_at IS NULL")
            if let after, after.value == nil { add("id \(sign) ?", after.id) }
            order = "id \(direction)"
        }
        func rows(_ more: String...) -> String {
            let all = conditions + more
            let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
            return "SELECT \(Transaction.jobColumns) FROM jobs \(filter) ORDER BY \(order) LIMIT ?"
        }
        let services = visible.services
        if visible.isEverything { return (rows(), values + [limit]) }
        if sort == .name, visible.labelled.isEmpty, services.count <= ServiceFilter.mergeLimit {
            // By name there is an index of each service: a range of it each, in order, and the first of them all.
            let ranges = services.map { _ in "SELECT * FROM (\(rows("service = ?")))" }
            let sql = ranges.joined(separator: " UNION ALL ") + " ORDER BY \(order) LIMIT ?"
            return (sql, services.flatMap { values + [$0, limit] } + [limit])
        }
        let condition = visible.condition(ofExecutions: false)
        return (rows(condition.sql), values + condition.values + [limit])
    }
}
