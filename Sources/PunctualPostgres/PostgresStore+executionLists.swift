package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        guard let reduced = query.reduced else { return Page(items: [], next: nil) }
        var found = try await rows(of: reduced, showing: query.visible)
        let hasMore = found.count > query.limit
        if hasMore { found.removeLast() }
        var last = hasMore ? found.last : nil
        // The search goes on behind what was looked at.
        if !hasMore, query.text != nil {
            let looked = try await rows(of: reduced, showing: query.visible, .lastLookedAt).first
            // Read after the page: what has come meanwhile pushes it up, behind what was found by then.
            last = looked.flatMap { looked in found.last.map { $0.id < looked.id ? $0 : looked } ?? looked }
        }
        return Page(
            items: found, next: last.map { PageKey(value: String($0.scheduledAt.milliseconds), id: $0.id) })
    }

    /// What the query chooses, and of that what the filter shows, in case the query shows more.
    func rows(
        of query: ExecutionQuery, showing visible: ServiceFilter, _ part: ExecutionQuery.Part = .page
    ) async throws(StoreError) -> [Execution] {
        let rows: Rows?
        if let reader, !visible.isEverything {
            let calls = query.calls(part, selecting: nil, ReaderRole.keepingIDs)
            let page = query.isBrief ? PostgresStore.briefPage() : PostgresStore.page()
            rows = try await read(page, as: reader, visible, behind: calls)
        } else {
            let columns = StoredExecution.columns(of: nil, isBrief: query.isBrief)
            rows = try await run(query.calls(part, selecting: columns) { $0 }).last
        }
        return rows?.map { StoredExecution(&$0).row } ?? []
    }

    private static let page = Statement(pageText(isBrief: false))
    private static let briefPage = Statement(pageText(isBrief: true))

    private static func pageText(isBrief: Bool) -> String {
        """
        SELECT \(StoredExecution.columns(of: "e", isBrief: isBrief)) FROM unnest(\(ReaderRole.ids)) AS g (id) CROSS JOIN LATERAL (
            SELECT * FROM open_executions o WHERE o.id = g.id UNION ALL SELECT * FROM ended_executions o WHERE o.id = g.id
        ) e ORDER BY e.id DESC
        """
    }

    /// The index of labels is of a kind that only bitmaps can read.
    static let allowBitmaps = Statement("SELECT set_config('enable_bitmapscan', 'on', true)")
    /// For searches: how rare a text is decides about the plan.
    static let allowSearch = Statement(
        """
        SELECT set_config('enable_bitmapscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)
        """)
}

extension ExecutionQuery {
    enum Part {
        /// The page and one row more, newest first.
        case page
        /// For a text: the oldest of those that are looked at, when there may be older ones.
        case lastLookedAt
    }

    /// An id begins with its instant, so the order of ids is the order of instants, and each index ends in the id.
    /// - Parameters:
    ///   - columns: nil selects the id alone.
    ///   - whole: what is made of the last statement.
    fileprivate func calls(_ part: Part, selecting columns: String?, _ whole: (String) -> String) -> [Call] {
        let call: Call
        if let text {
            let isMine = visible.labelled.isEmpty || jobID != nil
            // Where labels decide, so many of each of the jobs are looked at.
            let depth = isMine ? self.depth : min(self.depth, 500)
            var all = self
            (all.text, all.limit) = (nil, depth - 1)
            var statement = ExecutionListStatement(all, columns ?? "id, job_name, error")
            let looked = "SELECT \(columns == nil ? "id" : "*") FROM (\(statement.sql)) w"
            switch part {
            case .page:
                let sql = statement.searching(looked, for: text, limit: limit + 1)
                call = Call(composed: whole(sql), parameters: statement.parameters)
            case .lastLookedAt:
                let sql = "\(looked) ORDER BY id DESC OFFSET \(depth - 1) LIMIT 1"
                call = Call(composed: whole(sql), parameters: statement.parameters)
            }
        } else {
            var statement = ExecutionListStatement(self, columns ?? "id")
            let sql = statement.sql
            call = Call(composed: whole(sql), parameters: statement.parameters)
        }
        return visible.labelled.isEmpty || jobID != nil ? [call] : [PostgresStore.allowBitmaps(), call]
    }
}

/// A list of executions as one statement: several ranges of indexes, each in order, and the first of them all.
private struct ExecutionListStatement {
    private let query: ExecutionQuery
    private let columns: String
    private(set) var parameters = Parameters()
    private var conditions: [String] = []
    /// Names of parameters: the services that are seen whole, the clauses with labels.
    private var (services, clauses) = ("", "")

    /// How many jobs with the labels are looked at one by one; of more, the next execution is soon met by walking.
    private static let jobLimit = 1000

    init(_ query: ExecutionQuery, _ columns: String) {
        (self.query, self.columns) = (query, columns)
        if let jobID = query.jobID { add({ "job_id = \($0)" }, jobID) }
        if let reason = query.reason { add({ "reason = \($0)" }, reason.rawValue) }
        if let queue = query.queue { add({ "queue = \($0)" }, queue) }
        if let service = query.service { add({ "service = \($0)" }, service) }
        if let from = query.from {
            add({ "id >= \($0)" }, Identifier.first(at: from))
            add({ "scheduled_at >= \($0)" }, from)
        }
        if let to = query.to {
            add({ "id < \($0)" }, Identifier.first(at: to))
            add({ "scheduled_at < \($0)" }, to)
        }
        if let after = query.after { add({ "id < \($0)" }, after.id) }
    }

    /// Of the rows of another statement those that have the text; in collation C, lower() knows the letters of ASCII alone.
    mutating func searching(_ rows: String, for text: String, limit: Int) -> String {
        let text = "lower(\(name(text)) COLLATE \"C\")"
        let places = ["w.job_name", "w.error"].map { "strpos(lower(\($0) COLLATE \"C\"), \(text)) > 0" }
        return "\(rows) WHERE \(places.joined(separator: " OR ")) ORDER BY id DESC LIMIT \(limit)"
    }

    private mutating func add(_ condition: (String) -> String, _ value: some Bindable) {
        conditions.append(condition(name(value)))
    }

    private mutating func name(_ value: some Bindable) -> String {
        parameters.append(value)
        return "$\(parameters.types.count)"
    }

    var sql: String {
        mutating get {
            let visible = query.visible
            let job = query.jobID == nil ? nil : "$1"
            var tables: [(name: String, status: String?)] = [("open_executions", nil), ("ended_executions", nil)]
            if !query.statuses.isEmpty {
                tables = query.statuses.sorted { $0.rawValue < $1.rawValue }.map { status in
                    (status.isFinal ? "ended_executions" : "open_executions", status.rawValue)
                }
            }
            if visible.isEverything { return merged(tables.map { rows($0.name, $0.status, job: job) }) }
            services = name(visible.services)
            let labelled = visible.labelled
            if !labelled.isEmpty { clauses = name(labelled.text) }
            if job != nil {
                conditions.append(ServiceFilter.condition(services: services, clauses: clauses))
                return merged(tables.map { rows($0.name, $0.status, job: job) })
            }
            let parts = tables.flatMap { table in
                (visible.services.isEmpty ? [] : [ofServices(table.name, table.status)])
                    + (labelled.isEmpty ? [] : ofJobs(table.name, table.status))
            }
            return labelled.isEmpty ? merged(parts) : distinct(parts)
        }
    }

    private var limit: Int { query.limit + 1 }

    private func merged(_ parts: [String]) -> String {
        parts.count == 1 ? parts[0] : parts.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT \(limit)"
    }

    /// What two parts show is there twice.
    private func distinct(_ parts: [String]) -> String {
        """
        WITH clauses AS MATERIALIZED (
            SELECT c.service, c.labels FROM jsonb_to_recordset(\(clauses)::jsonb) AS c (service text, labels jsonb)
        ), mine AS MATERIALIZED (
            SELECT j.id, bool_or(c.service IS NULL) AS everywhere, array_agg(c.service) AS services
            FROM clauses c CROSS JOIN LATERAL (
                SELECT o.id FROM jobs o WHERE o.labels <> '{}' AND o.labels @> c.labels LIMIT \(Self.jobLimit + 1)
            ) j GROUP BY j.id
        ), many AS MATERIALIZED (
            SELECT count(*) > \(Self.jobLimit) AS are FROM mine
        ) SELECT DISTINCT ON (id) * FROM (\(parts.joined(separator: " UNION ALL "))) p ORDER BY id DESC LIMIT \(limit)
        """
    }

    /// In order, by whichever index fits the conditions.
    /// - Parameter job: the expression for the one job whose rows these are; nil when they are any job's.
    private func rows(
        _ table: String, _ status: String?, _ more: [String] = [], columns: String? = nil, limit: Int? = nil,
        job: String? = nil
    ) -> String {
        let all = conditions + (status.map { ["status = '\($0)'"] } ?? []) + more
        let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
        var source = query.visible.isEverything ? table : "\(table) o"
        if let job, table == "open_executions" {
            // A job has few open executions: they are found first, then sorted.
            source = "(SELECT * FROM open_executions WHERE job_id = \(job) OFFSET 0) o"
        }
        return
            "(SELECT \(columns ?? self.columns) FROM \(source) \(filter) ORDER BY id DESC LIMIT \(limit ?? self.limit))"
    }

    /// The newest of the services that are seen whole. Of what is open there is no index by service: those are few.
    private func ofServices(_ table: String, _ status: String?) -> String {
        if table == "open_executions" { return rows(table, status, ["o.service = ANY (\(services)::text[])"]) }
        return """
            (SELECT o.* FROM unnest(\(services)::text[]) AS s (name) CROSS JOIN LATERAL \
            \(rows(table, status, ["o.service = s.name"])) o ORDER BY o.id DESC LIMIT \(limit))
            """
    }

    /// The newest of the jobs that are seen by their labels: job by job, or by walking where those are many.
    private func ofJobs(_ table: String, _ status: String?) -> [String] {
        func of(_ job: String, columns: String? = nil, limit: Int? = nil) -> String {
            let conditions = ["job_id = \(job).id", "(\(job).everywhere OR o.service = ANY (\(job).services))"]
            return rows(table, status, conditions, columns: columns, limit: limit, job: "\(job).id")
        }
        // Only the jobs with the newest executions can have a place on the page.
        let few = """
            (SELECT o.* FROM (
                SELECT m.id, m.everywhere, m.services, n.id AS newest FROM mine m
                CROSS JOIN LATERAL \(of("m", columns: "id", limit: 1)) n
                WHERE NOT (SELECT are FROM many) ORDER BY newest DESC LIMIT \(limit)
            ) h CROSS JOIN LATERAL \(of("h")) o ORDER BY o.id DESC LIMIT \(limit))
            """
        let carries = "(SELECT j.labels @> c.labels FROM jobs j WHERE j.id = o.job_id)"
        // A clause of no service comes to nothing here.
        let ofServices = """
            (SELECT o.* FROM clauses c CROSS JOIN LATERAL \(rows(table, status, ["o.service = c.service", carries])) o
            WHERE (SELECT are FROM many))
            """
        let everywhere = """
            (SELECT bool_or(j.labels @> c.labels) FROM jobs j CROSS JOIN clauses c WHERE j.id = o.job_id AND c.service IS NULL)
            """
        let ofAll = rows(table, status, ["(SELECT are FROM many)", everywhere])
        let labelled = query.visible.labelled
        return [few] + (labelled.contains { $0.service != nil } ? [ofServices] : [])
            + (labelled.contains { $0.service == nil } ? [ofAll] : [])
    }
}

extension ServiceFilter {
    /// True of the executions `o` that a filter shows; labels are the job's as it stands now.
    /// - Parameters:
    ///   - services: the parameter that holds those seen whole.
    ///   - clauses: the parameter that holds the clauses with labels; empty when there are none.
    static func condition(services: String, clauses: String) -> String {
        let whole = "o.service = ANY (\(services)::text[])"
        if clauses.isEmpty { return whole }
        return """
            (\(whole) OR (
                SELECT bool_or(j.labels @> c.labels)
                FROM jobs j CROSS JOIN jsonb_to_recordset(\(clauses)::jsonb) AS c (service text, labels jsonb)
                WHERE j.id = o.job_id AND (c.service IS NULL OR c.service = o.service)
            ))
            """
    }
}
