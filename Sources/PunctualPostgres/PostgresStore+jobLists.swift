package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        guard let reduced = query.reduced else { return Page(items: [], next: nil) }
        var jobs = try await rows(of: reduced, showing: query.visible)
        let hasMore = jobs.count > query.limit
        if hasMore { jobs.removeLast() }
        return Page(items: jobs, next: hasMore ? jobs.last.map { query.key(of: $0) } : nil)
    }

    /// What the query chooses, and of that what the filter shows, in case the query shows more.
    func rows(of query: JobQuery, showing visible: ServiceFilter) async throws(StoreError) -> [Job] {
        let needsBitmaps = !query.labels.isEmpty || !query.visible.labelled.isEmpty
        let preparation =
            query.text != nil ? PostgresStore.allowSearch() : needsBitmaps ? PostgresStore.allowBitmaps() : nil
        var jobs: [Job] = []
        for part in query.parts where jobs.count <= query.limit {
            func calls(_ columns: String, _ whole: (String) -> String) -> [Call] {
                let (sql, parameters) = query.statement(part, selecting: columns, limit: query.limit + 1 - jobs.count)
                let call = Call(composed: whole(sql), parameters: parameters)
                return [preparation, call].compactMap { $0 }
            }
            let rows: Rows?
            if let reader, !visible.isEverything {
                let calls = calls("j.id", ReaderRole.keepingIDs)
                rows = try await read(PostgresStore.page(), as: reader, visible, behind: calls)
            } else {
                rows = try await run(calls(StoredJob.columns) { $0 }).last
            }
            jobs += rows?.map { StoredJob(&$0).job(definitions).job } ?? []
        }
        return jobs
    }

    private static let page = Statement(
        """
        SELECT \(StoredJob.columns) FROM unnest(\(ReaderRole.ids)) WITH ORDINALITY AS g (id, place) CROSS JOIN LATERAL (
            SELECT * FROM jobs o WHERE o.id = g.id OFFSET 0
        ) j CROSS JOIN LATERAL (SELECT * FROM job_progress o WHERE o.id = g.id OFFSET 0) p ORDER BY g.place
        """)
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
        case .name: "j.name"
        case .createdAt: "j.created_at"
        case .updatedAt: "j.updated_at"
        case .nextRunAt: "p.next_run_at"
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

    /// - Parameter columns: of `j`, jobs, and `p`, job_progress.
    fileprivate func statement(
        _ part: Part, selecting columns: String, limit: Int
    ) -> (sql: String, parameters: Parameters) {
        var parameters = Parameters()
        var conditions: [String] = []
        func add(_ condition: (String) -> String, _ value: some Bindable) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.types.count)"))
        }
        if let service { add({ "j.service = \($0)" }, service) }
        // As a literal, so that the partial index is seen to hold all of them.
        if let status { conditions.append("p.status = '\(status.rawValue)'") }
        if let queue { add({ "j.queue = \($0)" }, queue) }
        if let name { add({ "j.name = \($0)" }, name) }
        if !labels.isEmpty {
            var draft = JobDraft(name: "", schedule: .manual, target: .noop)
            draft.labels = labels
            add({ "j.labels <> '{}' AND j.labels @> \($0)::jsonb" }, draft.labelsText)
        }
        if let text, !text.isEmpty {
            // So written, an index of trigrams can answer it; in collation C, lower() knows the letters of ASCII alone.
            add({ "(lower(j.name) LIKE \($0) OR lower(j.description) LIKE \($0))" }, JobQuery.pattern(text))
        }
        let (sign, direction) = descending ? ("<", "DESC") : (">", "ASC")
        let id = sort == .nextRunAt ? "p.id" : "j.id"
        var order = "\(column) \(direction), \(id) \(direction)"
        switch part {
        case .whole, .instants:
            if part == .instants { conditions.append("p.next_run_at IS NOT NULL") }
            if let after {
                if sort == .name {
                    parameters.append(after.value ?? "")
                } else {
                    parameters.append(after.value.flatMap { Int64($0) } ?? 0)
                }
                let value = parameters.types.count
                add({ "(\(column), \(id)) \(sign) ($\(value), \($0))" }, after.id)
            }
        case .withoutInstant:
            conditions.append("p.next_run_at IS NULL")
            if let after, after.value == nil { add({ "p.id \(sign) \($0)" }, after.id) }
            order = "p.id \(direction)"
        }
        func rows(
            _ columns: String, _ more: String..., tables: String = "jobs j JOIN job_progress p ON p.id = j.id"
        ) -> String {
            let all = conditions + more
            let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
            return "SELECT \(columns) FROM \(tables) \(filter)\nORDER BY \(order) LIMIT \(limit)"
        }
        if visible.isEverything { return (rows(columns), parameters) }
        var arms: [String] = []
        var before = ""
        let key = "j.id, \(column) AS key"
        if !visible.services.isEmpty {
            parameters.append(visible.services)
            let services = "$\(parameters.types.count)::text[]"
            // By name there is an index of each service: a range of it each, in order.
            arms.append(
                sort == .name
                    ? "SELECT n.* FROM unnest(\(services)) AS s (name) CROSS JOIN LATERAL (\(rows(key, "j.service = s.name"))) n"
                    : rows(key, "j.service = ANY (\(services))"))
        }
        if !visible.labelled.isEmpty {
            parameters.append(visible.labelled.text)
            before = JobQuery.labelled("$\(parameters.types.count)")
            arms.append(rows(key, "NOT (SELECT are FROM many)", tables: JobQuery.joined(to: "mine")))
            let carries = """
                (SELECT bool_or(j.labels @> c.labels AND (c.service IS NULL OR c.service = j.service)) FROM clauses c)
                """
            arms.append(rows(key, "(SELECT are FROM many)", carries))
        }
        // What two arms show is there once.
        let chosen = arms.map { "(\($0))" }.joined(separator: " UNION ")
        let first = "SELECT id FROM (\(chosen)) u ORDER BY key \(direction), id \(direction) LIMIT \(limit)"
        return (
            """
            \(before) SELECT \(columns) FROM \(JobQuery.joined(to: "(\(first))")) ORDER BY \(order)
            """, parameters
        )
    }

    /// What `LIKE` takes for a text that holds this one.
    private static func pattern(_ text: String) -> String {
        var pattern = "%"
        for scalar in text.unicodeScalars {
            if ["%", "_", "\\"].contains(scalar) { pattern.unicodeScalars.append("\\") }
            let isCapital = ("A"..."Z").contains(scalar)
            pattern.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value | 32)) : scalar)
        }
        return pattern + "%"
    }

    /// How many jobs with the labels are found by them; of more, the next is soon met by walking.
    private static let labelledLimit = 1000

    /// The jobs that are seen by their labels as `mine`, or that there are `many`.
    private static func labelled(_ clauses: String) -> String {
        """
        WITH clauses AS MATERIALIZED (
            SELECT c.service, c.labels FROM jsonb_to_recordset(\(clauses)::jsonb) AS c (service text, labels jsonb)
        ), mine AS MATERIALIZED (
            SELECT DISTINCT j.id FROM clauses c CROSS JOIN LATERAL (
                SELECT o.id FROM jobs o WHERE o.labels <> '{}' AND o.labels @> c.labels
                    AND (c.service IS NULL OR o.service = c.service) LIMIT \(labelledLimit + 1)
            ) j
        ), many AS MATERIALIZED (
            SELECT count(*) > \(labelledLimit) AS are FROM mine
        )
        """
    }

    /// The rows of the jobs whose ids the table has.
    private static func joined(to table: String) -> String {
        """
        \(table) m CROSS JOIN LATERAL (SELECT * FROM jobs o WHERE o.id = m.id OFFSET 0) j
        CROSS JOIN LATERAL (SELECT * FROM job_progress o WHERE o.id = m.id OFFSET 0) p
        """
    }
}
