package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        var jobs: [Job] = []
        for part in query.parts where jobs.count <= query.limit {
            let call = query.statement(part, limit: query.limit + 1 - jobs.count)
            // The index of labels is of a kind that only bitmaps can read.
            let calls = query.labels.isEmpty ? [call] : [PostgresStore.allowBitmaps(), call]
            jobs += try await run(calls).last?.map { StoredJob(&$0).job(definitions).job } ?? []
        }
        let hasMore = jobs.count > query.limit
        if hasMore { jobs.removeLast() }
        return Page(items: jobs, next: hasMore ? jobs.last.map { query.key(of: $0) } : nil)
    }

    private static let allowBitmaps = Statement("SELECT set_config('enable_bitmapscan', 'on', true)")
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

    fileprivate func statement(_ part: Part, limit: Int) -> Call {
        var parameters = Parameters()
        var conditions: [String] = []
        func add(_ condition: (String) -> String, _ value: some Bindable) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.types.count)"))
        }
        if let service { add({ "j.service = \($0)" }, service) }
        if let status {
            conditions.append("p.status = '\(status.rawValue)'")
            // The words of the partial index.
            if status != .active { conditions.append("p.status <> 'active'") }
        }
        if let queue { add({ "j.queue = \($0)" }, queue) }
        if let name { add({ "j.name = \($0)" }, name) }
        if !labels.isEmpty {
            var draft = JobDraft(name: "", schedule: .manual, target: .noop)
            draft.labels = labels
            add({ "j.labels <> '{}' AND j.labels @> \($0)::jsonb" }, draft.labelsText)
        }
        if let text, !text.isEmpty {
            // In collation C, lower() knows the letters of ASCII alone.
            add(
                {
                    "(strpos(lower(j.name), lower(\($0) COLLATE \"C\")) > 0 OR strpos(lower(j.description), lower(\($0) COLLATE \"C\")) > 0)"
                }, text)
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
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return Call(
            composed: """
                SELECT \(StoredJob.columns) FROM jobs j JOIN job_progress p ON p.id = j.id \(filter)
                ORDER BY \(order) LIMIT \(limit)
                """, parameters: parameters)
    }
}
