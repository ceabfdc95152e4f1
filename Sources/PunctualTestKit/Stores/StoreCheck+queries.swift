internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let queries: [StoreCheck] =
        JobQuery.Sort.allCases.flatMap { sort in [false, true].map { pages(sort, descending: $0) } } + filters
        + ExecutionStatus.allCases.map(byStatus) + [open]

    private static let open = StoreCheck("jobs with executions that have not ended are told from others") { scene in
        let (quiet, waiting, running) = (try await scene.job("q"), try await scene.job("w"), try await scene.job("r"))
        let ended = try await scene.job("e")
        let runs = try await scene.running(ended)
        try same(try await scene.store.openJobs(among: [ended.id]), [ended.id])
        try await scene.finish(runs)
        _ = try await scene.running(running)
        _ = try await scene.trigger(waiting, overlap: .allowAll)
        _ = try await scene.trigger(running, overlap: .bufferAll)
        let nobody = Identifier.random(at: scene.now)
        let found = try await scene.store.openJobs(among: [quiet, waiting, running, ended].map(\.id) + [nobody])
        try same(found, [waiting.id, running.id])
        try same(try await scene.store.openJobs(among: [quiet.id]), [])
        try same(try await scene.store.openJobs(among: []), [])
    }

    /// Every job once, in order, whatever the pages' size; three jobs share each instant, and some have none.
    private static func pages(_ sort: JobQuery.Sort, descending: Bool) -> StoreCheck {
        StoreCheck("pages by \(sort.rawValue), \(descending ? "descending" : "ascending"), hold every job once") {
            scene in
            var made: [Job] = []
            for (index, name) in ["b", "a", "A", "c_1", "c-1", "B", "d", "a.b", "z", "Z"].enumerated() {
                var job = scene.draftJob(name)
                job.nextRunAt = index % 4 == 3 ? nil : scene.now + .seconds(60 * (index / 3))
                made.append(job)
                if index % 3 == 2 { scene.clock.advance(by: .seconds(1)) }
            }
            _ = try await scene.store.create(made)
            let wanted = made.sorted { left, right in
                let order = sort.precedes(left, right, descending: descending)
                return order ?? (descending ? left.id > right.id : left.id < right.id)
            }.map(\.draft.name)
            for size in [1, 3, 200] {
                var query = JobQuery()
                (query.sort, query.descending, query.limit) = (sort, descending, size)
                var seen: [String] = []
                repeat {
                    let page = try await scene.store.jobs(query)
                    try expect(page.items.count <= size)
                    seen += page.items.map(\.draft.name)
                    query.after = page.next
                } while query.after != nil && seen.count <= made.count
                try same(seen, wanted)
            }
        }
    }

    private static func byStatus(_ status: ExecutionStatus) -> StoreCheck {
        StoreCheck("executions are found by the status \(status.rawValue)") { scene in
            let job = try await scene.job()
            let rows = ExecutionStatus.allCases.enumerated().map { index, status in
                var row = job.execution(
                    at: scene.now + .seconds(index), trigger: .manual, now: scene.now, nonce: 1)
                row.status = status
                if status.isFinal { row.finishedAt = scene.now }
                return row
            }
            _ = try await scene.store.enqueue(rows, of: job.id, overlap: .allowAll)
            var query = ExecutionQuery()
            query.statuses = [status]
            try same(try await scene.store.executions(query).items.map(\.status), [status])
            query.statuses = Set(ExecutionStatus.allCases).subtracting([status])
            try same(try await scene.store.executions(query).items.count, rows.count - 1)
        }
    }

    private static func found(_ scene: StoreScene, _ change: (inout JobQuery) -> Void) async throws -> [String] {
        var query = JobQuery()
        change(&query)
        return try await scene.store.jobs(query).items.map(\.draft.name)
    }

    private static func number(_ scene: StoreScene, _ change: (inout ExecutionQuery) -> Void) async throws -> Int {
        var query = ExecutionQuery()
        change(&query)
        return try await scene.store.executions(query).items.count
    }

    private static let filters: [StoreCheck] = [
        StoreCheck("jobs are found by service, queue and name") { scene in
            _ = try await scene.job("a") { $0.service = "s" }
            _ = try await scene.job("b") { $0.queue = "q" }
            try same(try await found(scene) { $0.service = "s" }, ["a"])
            try same(try await found(scene) { $0.queue = "q" }, ["b"])
            try same(try await found(scene) { $0.name = "b" }, ["b"])
            try same(try await found(scene) { $0.name = "c" }, [])
        },
        StoreCheck("jobs are found by status") { scene in
            let a = try await scene.job("a")
            _ = try await scene.job("b")
            _ = try await scene.update(a) { $0.status = .paused }
            try same(try await found(scene) { $0.status = .paused }, ["a"])
            try same(try await found(scene) { $0.status = .active }, ["b"])
            try same(try await found(scene) { $0.status = .completed }, [])
        },
        StoreCheck("jobs are found by labels, all of which must match") { scene in
            _ = try await scene.job("a") { $0.labels = ["team": "x", "tier": "1"] }
            _ = try await scene.job("b") { $0.labels = ["team": "x", "tier": "2"] }
            try same(try await found(scene) { $0.labels = ["team": "x"] }, ["a", "b"])
            try same(try await found(scene) { $0.labels = ["team": "x", "tier": "2"] }, ["b"])
            try same(try await found(scene) { $0.labels = ["team": "2"] }, [])
        },
        StoreCheck("text is found in name and description without regard to case") { scene in
            _ = try await scene.job("nightly-Report")
            _ = try await scene.job("other") { $0.description = "Makes the REPORT" }
            try same(try await found(scene) { $0.text = "report" }, ["nightly-Report", "other"])
            try same(try await found(scene) { $0.text = "NIGHT" }, ["nightly-Report"])
        },
        StoreCheck("signs of patterns in a text stand for themselves") { scene in
            _ = try await scene.job("a") { $0.description = "100 % of it_all \\ done" }
            _ = try await scene.job("b") { $0.description = "100 of it-all" }
            for text in ["0 %", "it_all", "\\ d"] { try same(try await found(scene) { $0.text = text }, ["a"]) }
        },
        StoreCheck("filters and pages go together") { scene in
            for index in 0..<9 { _ = try await scene.job("j\(index)") { $0.queue = index % 2 == 0 ? "even" : "odd" } }
            var query = JobQuery()
            (query.queue, query.limit) = ("even", 2)
            let first = try await scene.store.jobs(query)
            try same(first.items.map(\.draft.name), ["j0", "j2"])
            query.after = first.next
            try same(try await scene.store.jobs(query).items.map(\.draft.name), ["j4", "j6"])
        },
        StoreCheck("a page that holds exactly the rest is the last") { scene in
            for name in ["a", "b"] { _ = try await scene.job(name) }
            var query = JobQuery()
            query.limit = 2
            try same(try await scene.store.jobs(query).next, nil)
        },
        StoreCheck("executions come newest first, each once, whatever the pages' size") { scene in
            let job = try await scene.job()
            var made: [Execution] = []
            for index in 0..<7 {
                made.append(try await scene.trigger(job, nonce: UInt64(index + 1), overlap: .allowAll))
                if index % 2 == 0 { scene.clock.advance(by: .seconds(1)) }
            }
            let wanted = made.sorted { ($0.scheduledAt, $0.id) > ($1.scheduledAt, $1.id) }.map(\.id)
            for size in [1, 2, 100] {
                var query = ExecutionQuery()
                query.limit = size
                var seen: [Identifier] = []
                repeat {
                    let page = try await scene.store.executions(query)
                    seen += page.items.map(\.id)
                    query.after = page.next
                } while query.after != nil && seen.count <= made.count
                try same(seen, wanted)
            }
        },
        StoreCheck("executions are found from an instant on, and before one") { scene in
            let job = try await scene.job()
            for _ in 0..<3 {
                try await scene.trigger(job, overlap: .allowAll)
                scene.clock.advance(by: .seconds(10))
            }
            var query = ExecutionQuery()
            query.from = ManualClock.start + .seconds(10)
            try same(try await scene.store.executions(query).items.count, 2)
            query.to = ManualClock.start + .seconds(20)
            try same(
                try await scene.store.executions(query).items.map(\.scheduledAt), [ManualClock.start + .seconds(10)])
        },
        StoreCheck("executions are found by job, service, queue and reason") { scene in
            let a = try await scene.job("a") { $0.service = "s" }
            let b = try await scene.job("b") { $0.queue = "q" }
            try await scene.trigger(a)
            try await scene.trigger(b)
            try same(try await scene.trigger(b).status, .skipped)
            try same(try await number(scene) { $0.jobID = a.id }, 1)
            try same(try await number(scene) { $0.service = "s" }, 1)
            try same(try await number(scene) { $0.queue = "q" }, 2)
            try same(try await number(scene) { $0.reason = .overlap }, 1)
            try same(try await number(scene) { $0.reason = .timeout }, 0)
        },
        StoreCheck("executions are found by a text in the job's name or the error, signs of patterns as they are") {
            scene in
            let (a, b) = (try await scene.job("nightly-Report"), try await scene.job("other"))
            try await scene.trigger(a)
            let failed = try await scene.finish(
                scene.running(b), .failed, reason: .connection, error: "The REPORT server is 100%_gone \\ away")
            func found(_ text: String) async throws -> Int { try await number(scene) { $0.text = text } }
            try same(try await found("report"), 2)
            try same(try await found("NIGHT"), 1)
            for text in ["0%_g", "\\ A"] { try same(try await found(text), 1) }
            for text in ["0_%", "gone%", "é"] { try same(try await found(text), 0) }
            var query = ExecutionQuery()
            (query.text, query.statuses, query.service) = ("server", [.failed], failed.service)
            let page = try await scene.store.executions(query)
            try same(page.items, [failed])
            try same(page.next, nil)
        },
        StoreCheck("a search looks at so many and says where to go on") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            var wanted: [Identifier] = []
            for index in 0..<7 {
                scene.clock.advance(by: .seconds(1))
                let row = try await scene.trigger(index % 3 == 0 ? b : a, nonce: UInt64(index + 1), overlap: .allowAll)
                if index % 3 == 0 { wanted.insert(row.id, at: 0) }
            }
            var query = ExecutionQuery()
            (query.text, query.depth, query.limit) = ("b", 2, 1)
            var (seen, pages): ([Identifier], Int) = ([], 0)
            repeat {
                let page = try await scene.store.executions(query)
                seen += page.items.map(\.id)
                query.after = page.next
                pages += 1
            } while query.after != nil && pages < 20
            try same(seen, wanted)
            try expect((4...8).contains(pages), "\(pages) pages")
        },
        StoreCheck("brief executions come without what may be large") { scene in
            let job = try await scene.job()
            let claimed = try await scene.running(job)
            try await scene.finish(claimed, .retry(after: .zero), reason: .connection, error: "away")
            let again = try await scene.claim(200)
            try same(again.count, 1)
            var full = try await scene.finish(again[0], .failed, error: "gone", result: ExecutionResult(output: "much"))
            try same(full.pastAttempts.count, 1)
            var query = ExecutionQuery()
            query.isBrief = true
            (full.result, full.pastAttempts) = (nil, [])
            try same(try await scene.store.executions(query).items, [full])
        },
        StoreCheck("another job's execution is nil") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            let row = try await scene.trigger(a)
            try same(try await scene.store.execution(row.id, of: b.id), nil)
            try same(try await scene.store.execution(row.id, of: a.id), row)
            try same(try await scene.store.execution(row.id, of: nil), row)
        },
    ]
}

extension JobQuery.Sort {
    /// Whether one comes before the other; nil when only the id decides.
    fileprivate func precedes(_ left: Job, _ right: Job, descending: Bool) -> Bool? {
        switch self {
        case .name:
            left.draft.name.utf8.lexicographicallyPrecedes(right.draft.name.utf8) != descending
        case .createdAt: order(left.createdAt, right.createdAt, descending)
        case .updatedAt: order(left.updatedAt, right.updatedAt, descending)
        case .nextRunAt: order(left.nextRunAt, right.nextRunAt, descending)
        }
    }

    private func order(_ left: Timestamp?, _ right: Timestamp?, _ descending: Bool) -> Bool? {
        switch (left, right) {
        case (nil, nil): nil
        case (nil, _): false
        case (_, nil): true
        case (let left?, let right?): left == right ? nil : (left < right) != descending
        }
    }
}
