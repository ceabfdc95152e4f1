internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    /// How each creation ended: nil when it went well.
    private static func faults(_ outcomes: [Result<Job, StoreError>]) -> [StoreError?] {
        outcomes.map { if case .failure(let error) = $0 { error } else { nil } }
    }

    private static func draft(_ name: String, _ service: String, _ scene: StoreScene) -> Job {
        scene.draftJob(name) { $0.service = service }
    }

    private static func full(_ service: String, _ limit: Int) -> StoreError {
        .quotaExceeded(.jobs(of: service, limit: limit))
    }

    /// Executions of the job made by hand, as many as wanted.
    private static func rows(_ count: Int, of job: Job, _ scene: StoreScene) -> [Execution] {
        (0..<count).map { _ in
            job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: .random(in: 1 ... .max))
        }
    }

    static let quotas: [StoreCheck] = [
        StoreCheck("a service gets as many jobs as it may have, the first ones, and others go on") { scene in
            let jobs = ["d", "c", "b", "a"].map { draft($0, "tight", scene) } + [draft("e", "free", scene)]
            let outcomes = try await scene.store.create(jobs, within: ["tight": 2, "other": 0])
            try same(faults(outcomes), [nil, nil, full("tight", 2), full("tight", 2), nil])
            try same(try await scene.store.job(named: "c", service: "tight")?.id, jobs[1].id)
            try same(try await scene.store.job(named: "b", service: "tight"), nil)
            try same(try await scene.store.counts().jobs[.active, default: 0], 3)
            try same(faults(try await scene.store.create([draft("f", "tight", scene)], within: [:])), [nil])
        },
        StoreCheck("what is there takes no room: a repeated call and a taken name are told as ever") { scene in
            let jobs = ["a", "b"].map { draft($0, "tight", scene) }
            _ = try await scene.store.create(jobs, within: ["tight": 2])
            let again = try await scene.store.create(
                jobs + [draft("a", "tight", scene), draft("c", "tight", scene)], within: ["tight": 2])
            try same(faults(again), [nil, nil, .nameTaken, full("tight", 2)])
            let twins = [draft("d", "tight", scene), draft("d", "tight", scene), draft("e", "tight", scene)]
            let outcomes = try await scene.store.create(twins, within: ["tight": 4])
            try same(faults(outcomes), [nil, .nameTaken, nil])
        },
        StoreCheck("a job that is deleted makes room, and a smaller quota takes none away") { scene in
            let jobs = ["a", "b", "c"].map { draft($0, "tight", scene) }
            _ = try await scene.store.create(jobs, within: ["tight": 3])
            try same(
                faults(try await scene.store.create([draft("d", "tight", scene)], within: ["tight": 1])),
                [full("tight", 1)])
            try same(try await scene.store.counts().jobs[.active, default: 0], 3)
            try await scene.store.delete(jobs[0].id, ifVersion: nil)
            try same(faults(try await scene.store.create([draft("d", "tight", scene)], within: ["tight": 3])), [nil])
        },
        StoreCheck("however many add at once, singly and in numbers, a service gets no more than it may have") {
            scene in
            let outcomes = try await withThrowingTaskGroup(of: [StoreError?].self) { group in
                for index in 0..<40 {
                    let count = index.isMultiple(of: 8) ? 70 : 1
                    let jobs = (0..<count).map { draft("j\(index)-\($0)", "tight", scene) }
                    group.addTask { faults(try await scene.store.create(jobs, within: ["tight": 100])) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try same(outcomes.count { $0 == nil }, 100)
            try same(outcomes.count { $0 == full("tight", 100) }, 285)
            try same(try await scene.store.counts().jobs[.active, default: 0], 100)
        },
        StoreCheck("a job moves to a service that has room, and needs none to stay") { scene in
            let store = scene.store
            _ = try await store.create([draft("a", "tight", scene), draft("b", "free", scene)])
            let job = try await required(store.job(named: "b", service: "free"))
            func move(_ job: Job, to service: String, within limit: Int?) async throws -> Job {
                var draft = job.draft
                draft.service = service
                let change = JobChange(
                    draft: draft, status: job.status, pauseReason: nil, nextRunAt: nil, updatedAt: scene.now)
                return try await store.update(job.id, change, ifVersion: job.version, within: limit)
            }
            try await refuses(with: full("tight", 1)) { try await move(job, to: "tight", within: 1) }
            try same(try await scene.reload(job).version, 1)
            let stayed = try await move(job, to: "free", within: 0)
            let moved = try await move(stayed, to: "tight", within: 2)
            try same(moved.draft.service, "tight")
        },
        StoreCheck("however many jobs move at once, a service gets no more than it may have") { scene in
            var jobs: [Job] = []
            for index in 0..<20 { jobs.append(try await scene.job("j\(index)") { $0.service = "s\(index)" }) }
            let moved = try await withThrowingTaskGroup(of: Int.self) { [jobs] group in
                for job in jobs {
                    group.addTask {
                        var draft = job.draft
                        draft.service = "tight"
                        let change = JobChange(
                            draft: draft, status: job.status, pauseReason: nil, nextRunAt: nil, updatedAt: scene.now)
                        do {
                            _ = try await scene.store.update(job.id, change, ifVersion: 1, within: 7)
                            return 1
                        } catch StoreError.quotaExceeded {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            try same(moved, 7)
        },
        StoreCheck("what is made by hand waits only as far as its service may, all of it or none") { scene in
            let job = try await scene.job { $0.queue = "line" }
            let other = try await scene.job("other") {
                $0.service = "other"
                $0.queue = "line"
            }
            let refusal = StoreError.quotaExceeded(.waiting(of: "default", queue: "line", limit: 3))
            _ = try await scene.store.enqueue(rows(5, of: other, scene), of: other.id, overlap: .allowAll)
            _ = try await scene.store.enqueue(rows(2, of: job, scene), of: job.id, overlap: .allowAll, within: 3)
            let two = rows(2, of: job, scene)
            try await refuses(with: refusal) {
                try await scene.store.enqueue(two, of: job.id, overlap: .allowAll, within: 3)
            }
            try same(try await scene.tally(job), [.pending: 2])
            try same(try await scene.reload(job).runCount, 2)
            let last = rows(1, of: job, scene)
            _ = try await scene.store.enqueue(last, of: job.id, overlap: .allowAll, within: 3)
            // A repeated call adds nothing, and what does not wait takes no room.
            try same(
                try await scene.store.enqueue(last, of: job.id, overlap: .allowAll, within: 3).count { outcome in
                    if case .existing = outcome { true } else { false }
                }, 1)
            let skipped = try await scene.store.enqueue(
                rows(1, of: job, scene), of: job.id, overlap: .skip, within: 3)
            try expect(skipped.line == nil)
            // Another queue is another line.
            let elsewhere = try await scene.job("elsewhere")
            _ = try await scene.store.enqueue(
                rows(3, of: elsewhere, scene), of: elsewhere.id, overlap: .allowAll, within: 3)
            // What takes the place of others needs no more than they had.
            _ = try await scene.store.enqueue(rows(1, of: job, scene), of: job.id, overlap: .cancelOther, within: 3)
            try same(try await scene.tally(job)[.pending], 1)
        },
        StoreCheck("what is due is recorded and waits, however much of its service does") { scene in
            let job = try await scene.job { $0.overlapPolicy = .allowAll }
            _ = try await scene.store.enqueue(rows(4, of: job, scene), of: job.id, overlap: .allowAll)
            scene.clock.advance(by: .seconds(60))
            try same(try await scene.tick(job).map(\.status), [.pending])
            try await refuses(with: .quotaExceeded(.waiting(of: "default", queue: "default", limit: 4))) {
                try await scene.store.enqueue(rows(1, of: job, scene), of: job.id, overlap: .allowAll, within: 4)
            }
        },
        StoreCheck("however many are made by hand at once, no more wait than may") { scene in
            var jobs: [Job] = []
            for index in 0..<8 { jobs.append(try await scene.job("j\(index)")) }
            let added = try await withThrowingTaskGroup(of: Int.self) { [jobs] group in
                for index in 0..<40 {
                    let job = jobs[index % 8]
                    group.addTask {
                        do {
                            let outcomes = try await scene.store.enqueue(
                                rows(2, of: job, scene), of: job.id, overlap: .allowAll, within: 30)
                            return outcomes.count
                        } catch StoreError.quotaExceeded {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            try same(added, 30)
            try same(try await scene.store.counts().executions[.pending, default: 0], 30)
        },
    ]
}
