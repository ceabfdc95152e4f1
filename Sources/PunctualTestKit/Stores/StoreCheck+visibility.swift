internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    static let visibility: [StoreCheck] = (1...4).map(generated) + [ends, thousands]

    /// Jobs of a few services and labels, with a history; some jobs have moved to another service, some are gone.
    private static func generated(_ seed: UInt64) -> StoreCheck {
        StoreCheck("lists and claims show what permissions cover, nothing else and all of it (seed \(seed))") { scene in
            var random = VisibilityRandom(seed: seed)
            try await random.fill(scene)
            for round in 0..<12 {
                let visible = random.filter()
                let note = "seed \(seed), round \(round), \(visible.clauses)"
                var jobs = random.jobQuery()
                let wantedJobs = try await pages(of: jobs, in: scene).filter {
                    visible.shows(service: $0.draft.service, labels: $0.draft.labels)
                }
                (jobs.visible, jobs.limit) = (visible, random.random.pick([1, 3, 200]))
                let seenJobs = try await pages(of: jobs, in: scene)
                try expect(
                    seenJobs == wantedJobs, "\(note), \(jobs): saw \(names(seenJobs)), wanted \(names(wantedJobs))")

                var rows = random.executionQuery()
                var wantedRows: [Execution] = []
                for row in try await pages(of: rows, in: scene) {
                    let labels = try await scene.store.job(row.jobID)?.draft.labels
                    if visible.showsExecution(service: row.service, labels: labels) { wantedRows.append(row) }
                }
                (rows.visible, rows.limit) = (visible, random.random.pick([1, 4, 200]))
                let seenRows = try await pages(of: rows, in: scene)
                try expect(seenRows == wantedRows, "\(note), \(rows): saw \(seenRows), wanted \(wantedRows)")
                (rows.text, rows.depth) = ("B-1", random.random.pick([2, 5, 10_000]))
                let found = try await search(rows, in: scene)
                let wanted = wantedRows.filter { $0.jobName.contains("b-1") }
                try expect(found == wanted, "\(note), \(rows): found \(found), wanted \(wanted)")

                try await claim(random.random.int(in: 1...4), visible, scene, note)
            }
        }
    }

    /// What is taken is, of each service, the first of what waits and may be seen; nothing that is left has a higher priority.
    private static func claim(_ limit: Int, _ visible: ServiceFilter, _ scene: StoreScene, _ note: String) async throws
    {
        var waiting = ExecutionQuery()
        (waiting.statuses, waiting.limit) = ([.pending], 200)
        var wanted: [Execution] = []
        for row in try await pages(of: waiting, in: scene) {
            let labels = try await scene.store.job(row.jobID)?.draft.labels
            if visible.showsExecution(service: row.service, labels: labels) { wanted.append(row) }
        }
        wanted.sort { (-$0.priority, $0.availableAt, $0.id) < (-$1.priority, $1.availableAt, $1.id) }
        let claimed = try await scene.store.claim(
            ClaimRequest(worker: "w", visible: visible, limit: limit, lease: .seconds(60)))
        let seen = claimed.map(\.execution.id)
        try same(seen.count, min(limit, wanted.count))
        for (service, rows) in Dictionary(grouping: wanted, by: \.service) {
            let mine = rows.map(\.id).filter(seen.contains)
            try expect(mine == rows.prefix(mine.count).map(\.id), "\(note): of \(service) \(mine) of \(rows)")
        }
        try expect(
            claimed.map(\.execution.priority) == wanted.prefix(limit).map(\.priority),
            "\(note): claimed \(seen) of \(wanted)")
    }

    private static func names(_ jobs: [Job]) -> [String] { jobs.map { "\($0.draft.service)/\($0.draft.name)" } }

    private static func pages(of query: JobQuery, in scene: StoreScene) async throws -> [Job] {
        try await all { after in
            var query = query
            query.after = after
            return try await scene.store.jobs(query)
        }
    }

    private static func pages(of query: ExecutionQuery, in scene: StoreScene) async throws -> [Execution] {
        try await all { after in
            var query = query
            query.after = after
            return try await scene.store.executions(query)
        }
    }

    /// What a text finds, page by page, of which some may be empty.
    private static func search(_ query: ExecutionQuery, in scene: StoreScene) async throws -> [Execution] {
        var query = query
        var items: [Execution] = []
        repeat {
            let page = try await scene.store.executions(query)
            if let next = page.next, let after = query.after { try expect(next.id < after.id, "it does not go on") }
            items += page.items
            query.after = page.next
        } while query.after != nil
        return items
    }

    /// The items of all pages; a page without items is the only one.
    private static func all<Item>(_ page: (PageKey?) async throws -> Page<Item>) async throws -> [Item] {
        var items: [Item] = []
        var after: PageKey?
        repeat {
            let next = try await page(after)
            try expect(!next.items.isEmpty || after == nil, "a page is empty although another one was announced")
            items += next.items
            after = next.next
        } while after != nil && items.count < 10_000
        return items
    }

    private static let ends = StoreCheck("who may see nothing sees an empty page and claims nothing") { scene in
        let job = try await scene.job()
        try await scene.trigger(job)
        var jobs = JobQuery()
        jobs.visible = .nothing
        try same(try await scene.store.jobs(jobs).items, [])
        var rows = ExecutionQuery()
        rows.visible = .nothing
        try same(try await scene.store.executions(rows).items, [])
        let request = ClaimRequest(worker: "w", visible: .nothing, limit: 5, lease: .seconds(60))
        try same(try await scene.store.claim(request), [])
        try same(try await scene.claim().count, 1)
    }

    private static let thousands = StoreCheck("a label that more than a thousand jobs carry shows all their executions")
    {
        scene in
        let jobs = (0..<1200).map { number in
            scene.draftJob("job-\(number)") {
                ($0.service, $0.labels) = (number % 2 == 0 ? "even" : "odd", ["team": number % 6 == 0 ? "x" : "y"])
            }
        }
        _ = try await scene.store.create(jobs)
        var rows: [Execution] = []
        for job in jobs[0..<24] {
            let row = job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 1)
            rows.append(row)
            _ = try await scene.store.enqueue([row], of: job.id, overlap: .allowAll)
            scene.clock.advance(by: .seconds(1))
        }
        for (labels, service, count) in [
            (["team": "x"], nil, 4), (["team": "y"], nil, 20), (["team": "y"], "even", 8), (["team": "y"], "odd", 12),
        ] {
            // Both labels together are on 1,200 jobs, however they are divided among the clauses.
            let visible = ServiceFilter([
                Permission(.viewer, service: service, labels: labels),
                Permission(.viewer, service: "none", labels: ["team": "x"]),
                Permission(.viewer, service: "none", labels: ["team": "y"]),
            ])
            var query = ExecutionQuery()
            (query.visible, query.limit) = (visible, 3)
            let wanted = rows.reversed().filter { row in
                jobs.contains {
                    $0.id == row.jobID && visible.shows(service: $0.draft.service, labels: $0.draft.labels)
                }
            }
            try same(wanted.count, count)
            try same(try await pages(of: query, in: scene).map(\.id), wanted.map(\.id))
        }
    }
}

/// Draws what there is, who sees it, and what he asks.
private struct VisibilityRandom {
    var random: SimulationRandom
    private var jobs: [Job] = []
    private static let services = ["a", "b", "c"]

    init(seed: UInt64) { random = SimulationRandom(seed: seed) }

    private mutating func labels() -> [String: String] {
        var labels: [String: String] = [:]
        if random.chance(60) { labels["team"] = random.pick(["x", "y"]) }
        if random.chance(30) { labels["tier"] = random.pick(["1", "2"]) }
        return labels
    }

    mutating func filter() -> ServiceFilter {
        if random.chance(8) { return .everything }
        return ServiceFilter(
            (0..<random.int(in: 1...4)).map { _ in
                let service = random.chance(80) ? random.pick(Self.services + ["elsewhere"]) : nil
                let labels = random.chance(50) ? [:] : labels()
                // One that sees everything tells nothing.
                return Permission(
                    .viewer, service: service, labels: service == nil && labels.isEmpty ? ["team": "x"] : labels)
            })
    }

    mutating func fill(_ scene: StoreScene) async throws {
        for number in 0..<20 {
            let service = random.pick(Self.services)
            let (labels, queue, isDue) = (labels(), random.pick(["p", "q"]), random.chance(70))
            var job = scene.draftJob("job-\(number % 7)-\(number)") {
                ($0.service, $0.labels, $0.queue, $0.priority) = (service, labels, queue, number % 3)
            }
            if !isDue { job.nextRunAt = nil }
            jobs.append(job)
        }
        _ = try await scene.store.create(jobs)
        for job in jobs {
            let rows = (0..<random.int(in: 0...6)).map { number in
                var row = job.execution(
                    at: scene.now - .seconds(random.int(in: 0...9)), trigger: .manual, now: scene.now,
                    nonce: UInt64(number + 1))
                row.status = random.pick([.pending, .succeeded, .failed, .skipped])
                if row.status == .skipped { row.reason = .overlap }
                if row.status.isFinal { row.finishedAt = scene.now }
                return row
            }
            _ = try await scene.store.enqueue(rows, of: job.id, overlap: .allowAll)
            if random.chance(30) { scene.clock.advance(by: .seconds(1)) }
        }
        for job in jobs[0..<3] { try await scene.store.delete(job.id, ifVersion: nil) }
        for job in jobs[3..<7] {
            let (service, labels) = (random.pick(Self.services), labels())
            _ = try await scene.update(try await scene.reload(job)) {
                ($0.draft.service, $0.draft.labels) = (service, labels)
            }
        }
    }

    mutating func jobQuery() -> JobQuery {
        var query = JobQuery()
        query.limit = 200
        (query.sort, query.descending) = (random.pick(JobQuery.Sort.allCases), random.chance(50))
        if random.chance(30) { query.service = random.pick(Self.services) }
        if random.chance(20) { query.queue = random.pick(["p", "q"]) }
        if random.chance(20) { query.labels = ["team": random.pick(["x", "y"])] }
        if random.chance(20) { query.text = "1" }
        return query
    }

    mutating func executionQuery() -> ExecutionQuery {
        var query = ExecutionQuery()
        query.limit = 200
        if random.chance(25) { query.service = random.pick(Self.services) }
        if random.chance(20) { query.jobID = random.pick(jobs).id }
        if random.chance(20) { query.queue = random.pick(["p", "q"]) }
        if random.chance(10) { query.reason = .overlap }
        if random.chance(15) { query.from = ManualClock.start - .seconds(5) }
        if random.chance(15) { query.to = ManualClock.start - .seconds(2) }
        if random.chance(40) {
            query.statuses = Set(
                random.shuffled(ExecutionStatus.allCases).prefix(random.int(in: 1...4)))
        }
        return query
    }
}
