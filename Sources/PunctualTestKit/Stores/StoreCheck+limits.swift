internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let limits: [StoreCheck] = [
        StoreCheck("limits are kept, listed by kind and name, replaced and removed") { scene in
            let store = scene.store
            try same(try await store.limits(), [])
            let mail = WorkLimit(.init(.queues, "mail"), concurrency: 3)
            let billing = WorkLimit(.init(.services, "billing"), rate: .init(count: 5, per: .seconds(60)))
            try await store.setLimit(billing)
            try await store.setLimit(mail)
            try same(try await store.limits(), [mail, billing])
            var other = mail
            (other.concurrency, other.rate) = (nil, .init(count: 1, per: .seconds(2)))
            try await store.setLimit(other)
            try same(try await store.limit(mail.key), other)
            try same(try await store.removeLimit(mail.key), true)
            try same(try await store.removeLimit(mail.key), false)
            try same(try await store.limit(mail.key), nil)
            try same(try await store.limits(), [billing])
        },
        StoreCheck("no more of a queue run at once than its limit says, and an end makes room") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 2))
            try await fill(scene, [("a", "q", "s"), ("b", "q", "t")], 4)
            let first = try await scene.claim(5)
            try same(first.count, 2)
            try same(Set(first.map(\.service)), ["s", "t"])
            try same(try await scene.claim(5, worker: "w2"), [])
            try await scene.finish(first[0])
            try same(try await scene.claim(5, worker: "w2").count, 1)
            try same(try await scene.claim(5, worker: "w3"), [])
            _ = try await scene.store.removeLimit(.init(.queues, "q"))
            try same(try await scene.claim(9, worker: "w3").count, 5)
        },
        StoreCheck("how much of a limit is used is told, by its kind and name; of a rate it comes back with time") {
            scene in
            let jobs = try await fill(scene, [("a", "q", "s"), ("b", "q", "t")], 2)
            let keys = [
                WorkLimit.Key(.queues, "q"), .init(.services, "s"), .init(.jobs, "\(jobs[1].id)"),
                .init(.queues, "idle"),
            ]
            for key in keys { try await scene.store.setLimit(WorkLimit(key, concurrency: 9)) }
            let rate = WorkLimit.Key(.services, "t")
            try await scene.store.setLimit(WorkLimit(rate, rate: .init(count: 10, per: .seconds(10))))
            func uses(_ running: [Int], begun: Int) -> [WorkLimit.Key: LimitUse] {
                var uses = Dictionary(uniqueKeysWithValues: zip(keys, running.map { LimitUse(running: $0) }))
                uses[rate] = LimitUse(begun: begun)
                return uses
            }
            try same(try await scene.store.limitsInUse(), uses([0, 0, 0, 0], begun: 0))
            try same(try await scene.claim(9).count, 4)
            try same(try await scene.store.limitsInUse(), uses([4, 2, 2, 0], begun: 2))
            scene.clock.advance(by: .seconds(1))
            try same(try await scene.store.limitsInUse(), uses([4, 2, 2, 0], begun: 1))
            scene.clock.advance(by: .seconds(9))
            try same(try await scene.store.limitsInUse(), uses([4, 2, 2, 0], begun: 0))
        },
        StoreCheck("a task is found behind 70 lines of a limited queue that hold others") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 50))
            for number in 0..<70 {
                let job = try await scene.job("other-\(number)") {
                    ($0.queue, $0.service) = ("q", "s\(number)")
                    $0.target = .worker(task: "other", payload: .null)
                }
                try await scene.trigger(job)
            }
            let wanted = try await scene.job("wanted") {
                ($0.queue, $0.service) = ("q", "z")
                $0.target = .worker(task: "wanted", payload: .null)
            }
            let execution = try await scene.trigger(wanted)
            let taken = try await scene.claim(1, lane: .outside, tasks: ["wanted"])
            try same(taken.map(\.execution.id), [execution.id])
        },
        StoreCheck("no more of a service run at once than its limit says; others are not held up") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.services, "s"), concurrency: 2))
            try await fill(scene, [("a", "q", "s"), ("b", "r", "s"), ("c", "q", "t")], 3)
            try same(services(try await scene.claim(9)), ["s": 2, "t": 3])
            try same(try await scene.claim(9, worker: "w2"), [])
        },
        StoreCheck("no more of a job run at once than its limit says; those behind it are not held up") { scene in
            let jobs = try await fill(scene, [("a", "q", "s"), ("b", "q", "s")], 6)
            try await scene.store.setLimit(WorkLimit(.init(.jobs, "\(jobs[0].id)"), concurrency: 1))
            var seen: [Identifier: Int] = [:]
            for _ in 0..<4 {
                for one in try await scene.claim(9) { seen[one.execution.jobID, default: 0] += 1 }
            }
            try same(seen, [jobs[0].id: 1, jobs[1].id: 6])
        },
        StoreCheck("an execution keeps to the limits of its queue, its service and its job at once") { scene in
            let jobs = try await fill(scene, [("a", "q", "s"), ("b", "q", "s"), ("c", "q", "t"), ("d", "r", "t")], 5)
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 5))
            try await scene.store.setLimit(WorkLimit(.init(.services, "s"), concurrency: 3))
            try await scene.store.setLimit(WorkLimit(.init(.jobs, "\(jobs[0].id)"), concurrency: 1))
            var running: [ClaimedExecution] = []
            for _ in 0..<6 { running += try await scene.claim(20) }
            try expect(running.count { $0.execution.queue == "q" } == 5, "of q \(running.map(\.execution.queue))")
            try expect(running.count { $0.service == "s" } <= 3)
            try expect(running.count { $0.execution.jobID == jobs[0].id } <= 1)
            try same(running.count { $0.execution.queue == "r" }, 5)
        },
        StoreCheck("no more begin in a time than the rate says, after a pause a whole time's at once") { scene in
            try await scene.store.setLimit(
                WorkLimit(.init(.queues, "q"), rate: .init(count: 6, per: .seconds(60))))
            try await fill(scene, [("a", "q", "s")], 30)
            try same(try await scene.claim(20).count, 6)
            try same(try await scene.claim(20), [])
            scene.clock.advance(by: .seconds(9))
            try same(try await scene.claim(20), [])
            scene.clock.advance(by: .seconds(1))
            try same(try await scene.claim(20).count, 1)
            scene.clock.advance(by: .seconds(25))
            try same(try await scene.claim(20).count, 2)
            // What is not used is kept for one time, and no longer.
            scene.clock.advance(by: .seconds(600))
            try same(try await scene.claim(20).count, 6)
            try same(try await scene.claim(20), [])
        },
        StoreCheck("a lease that ended frees its place when it is taken back") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 1))
            try await fill(scene, [("a", "q", "s")], 2)
            try same(try await scene.claim(5).count, 1)
            scene.clock.advance(by: .seconds(61))
            try same(try await scene.claim(5), [])
            try same(try await scene.store.reclaimExpired(limit: 10, random: 0.5).count, 1)
            try same(try await scene.claim(5).count, 1)
        },
        StoreCheck("a claim that names executions leaves those that are limited to claims that name none") { scene in
            let free = try await scene.trigger(try await scene.job("free"))
            var rows = [free]
            for (name, queue, service) in [("a", "q", "x"), ("b", "y", "s"), ("c", "y", "x")] {
                let job = try await scene.job(name) { ($0.queue, $0.service) = (queue, service) }
                rows.append(try await scene.trigger(job))
            }
            for key in [WorkLimit.Key(.queues, "q"), .init(.services, "s"), .init(.jobs, "\(rows[3].jobID)")] {
                try await scene.store.setLimit(WorkLimit(key, concurrency: 5))
            }
            try same(try await scene.claim(executions: rows).map(\.execution.id), [free.id])
            var seen: Set<Identifier> = []
            for _ in 0..<3 { seen.formUnion(try await scene.claim().map(\.execution.id)) }
            try same(seen, Set(rows.dropFirst().map(\.id)))
        },
        StoreCheck("a job's limit goes with the job") { scene in
            let job = try await scene.job()
            try await scene.store.setLimit(WorkLimit(.init(.jobs, "\(job.id)"), concurrency: 5))
            try await scene.store.delete(job.id, ifVersion: nil)
            try same(try await scene.store.limits(), [])
        },
        StoreCheck("of what is limited, too, the higher priority goes first, and paused queues give nothing") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.services, "s"), concurrency: 1))
            for priority in [3, 8, 5] {
                try await scene.trigger(
                    try await scene.job("p\(priority)") {
                        ($0.service, $0.priority, $0.queue) = ("s", priority, priority == 8 ? "urgent" : "q")
                    })
            }
            _ = try await scene.store.setQueue("urgent", paused: true)
            let first = try await scene.claim(5)
            try same(first.map(\.execution.priority), [5])
            _ = try await scene.store.setQueue("urgent", paused: false)
            try await scene.finish(first[0])
            try same(try await scene.claim(5).map(\.execution.priority), [8])
        },
        StoreCheck("what is limited and what is not keep to their priorities among each other") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 10))
            for (priority, queue) in [(2, "q"), (5, "r"), (9, "q"), (7, "r"), (4, "q")] {
                try await scene.trigger(
                    try await scene.job("p\(priority)") { ($0.priority, $0.queue) = (priority, queue) })
            }
            var seen: [Int] = []
            for _ in 0..<5 { seen += try await scene.claim(1).map(\.execution.priority) }
            try same(seen, [9, 7, 5, 4, 2])
        },
        StoreCheck("outside workers and permissions keep to limits as well") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 1))
            for service in ["a", "b"] {
                let job = try await scene.job(service) {
                    ($0.queue, $0.service, $0.target) = ("q", service, .worker(task: "t\(service)", payload: .null))
                }
                for _ in 0..<2 { try await scene.trigger(job, overlap: .allowAll) }
            }
            try same(try await scene.claim(5, lane: .outside, tasks: ["other"]), [])
            var wish = ClaimRequest(worker: "w", lane: .outside, limit: 5, lease: .seconds(60))
            wish.visible = ServiceFilter([Permission(.operator, service: "b")])
            let taken = try await scene.store.claim(wish)
            try same(services(taken), ["b": 1])
            try same(try await scene.claim(5, lane: .outside, tasks: ["ta"]), [])
            try await scene.finish(taken[0])
            try same(services(try await scene.claim(5, lane: .outside, tasks: ["ta"])), ["a": 1])
        },
        StoreCheck("many that claim at once bring no more to run than a limit says") { scene in
            try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 5))
            try await fill(scene, [("a", "q", "s"), ("b", "q", "t")], 30)
            for round in 0..<4 {
                let taken = try await withThrowingTaskGroup(of: [ClaimedExecution].self) { group in
                    for number in 0..<8 { group.addTask { try await scene.claim(9, worker: "w\(round)-\(number)") } }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                // Those whose rows others had locked were passed over.
                try expect((1...5).contains(taken.count), "\(taken.count) at once")
                for one in taken { try await scene.finish(one) }
            }
        },
    ]

    /// Jobs with so many executions each that wait.
    @discardableResult
    private static func fill(
        _ scene: StoreScene, _ kinds: [(name: String, queue: String, service: String)], _ count: Int
    ) async throws -> [Job] {
        var jobs: [Job] = []
        for kind in kinds {
            let job = try await scene.job(kind.name) { ($0.queue, $0.service) = (kind.queue, kind.service) }
            for _ in 0..<count { try await scene.trigger(job, overlap: .allowAll) }
            jobs.append(job)
        }
        return jobs
    }

    private static func services(_ claimed: [ClaimedExecution]) -> [String: Int] {
        Dictionary(grouping: claimed, by: \.service).mapValues(\.count)
    }
}
