internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let claims: [StoreCheck] = [
        StoreCheck("a claim gives the next attempt, a lease, and what the job says") { scene in
            let job = try await scene.job {
                $0.timeout = .seconds(7)
                $0.retryPolicy.maximumAttempts = 9
            }
            let row = try await scene.trigger(job)
            scene.clock.advance(by: .seconds(2))
            let claimed = try required(try await scene.claim().first)
            try same(claimed.execution, row.claimed(by: "w1", at: scene.now, lease: .seconds(60)))
            try same(claimed.target, job.draft.target)
            try same(claimed.timeout, .seconds(7))
            try same(claimed.retryPolicy, job.draft.retryPolicy)
            try same(try await scene.reload(row), claimed.execution)
        },
        StoreCheck("a claimed execution is not given out again") { scene in
            _ = try await scene.running(try await scene.job())
            try same(try await scene.claim(worker: "w2"), [])
        },
        StoreCheck("a claim follows a change of the target") { scene in
            let job = try await scene.job()
            try await scene.trigger(job)
            _ = try await scene.update(job) { $0.draft.target = .command(CommandTarget(argv: ["true"])) }
            try same(try await scene.claim().map(\.target), [.command(CommandTarget(argv: ["true"]))])
        },
        StoreCheck("higher priorities are taken first, then what waits longest") { scene in
            var wanted: [(Int, Int, Identifier)] = []
            for (index, priority) in [5, 0, 9, 5, 9].enumerated() {
                let job = try await scene.job("j\(index)") { $0.priority = priority }
                wanted.append((-priority, index, try await scene.trigger(job).id))
                scene.clock.advance(by: .seconds(1))
            }
            let order = wanted.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
            var seen: [Identifier] = []
            while let next = try await scene.claim(1).first { seen.append(next.execution.id) }
            try same(seen, order)
        },
        StoreCheck("a claim takes at most its limit") { scene in
            let job = try await scene.job()
            for _ in 0..<5 { try await scene.trigger(job, overlap: .allowAll) }
            try same(try await scene.claim(3).count, 3)
            try same(try await scene.claim(3).count, 2)
            try same(try await scene.claim(0).count, 0)
        },
        StoreCheck("each queue gives as many as the worker asks of it") { scene in
            for queue in ["a", "b", "c"] {
                let job = try await scene.job(queue) { $0.queue = queue }
                for _ in 0..<4 { try await scene.trigger(job, overlap: .allowAll) }
            }
            let taken = try await scene.claim(10, queues: ["a": 1, "b": 3, "d": 2])
            try same(Dictionary(grouping: taken, by: \.execution.queue).mapValues(\.count), ["a": 1, "b": 3])
            try same(try await scene.claim(2, queues: ["c": 4]).count, 2)
            try same(try await scene.claim(10, queues: ["a": 0]).count, 0)
            try same(try await scene.claim(10, queues: [:]).count, 0)
        },
        StoreCheck("across queues the higher priority goes first") { scene in
            for (queue, priority) in [("a", 1), ("b", 8), ("c", 4)] {
                try await scene.trigger(
                    try await scene.job(queue) {
                        $0.queue = queue
                        $0.priority = priority
                    })
            }
            try same(try await scene.claim(2).map(\.execution.queue), ["b", "c"])
        },
        StoreCheck("a paused queue gives nothing until it is let go") { scene in
            let job = try await scene.job { $0.queue = "slow" }
            try await scene.trigger(job)
            _ = try await scene.store.setQueue("slow", paused: true)
            try same(try await scene.claim(), [])
            try same(try await scene.claim(queues: ["slow": 5]), [])
            try same(try await scene.store.nextAvailable(lane: .builtIn), nil)
            _ = try await scene.store.setQueue("slow", paused: false)
            try same(try await scene.claim().count, 1)
        },
        StoreCheck("a worker of one lane takes nothing of another") { scene in
            let mine = try await scene.job("mine")
            let outside = try await scene.job("outside") { $0.target = .worker(task: "t", payload: .null) }
            try await scene.trigger(mine)
            try await scene.trigger(outside)
            try same(try await scene.claim(lane: .broker), [])
            try same(try await scene.claim(lane: .outside).map(\.execution.jobID), [outside.id])
            try same(try await scene.claim(lane: .builtIn).map(\.execution.jobID), [mine.id])
        },
        StoreCheck("an outside worker takes only its tasks") { scene in
            for task in ["resize", "mail", "index"] {
                try await scene.trigger(try await scene.job(task) { $0.target = .worker(task: task, payload: .null) })
            }
            try same(try await scene.claim(lane: .outside, tasks: ["other"]), [])
            let taken = try await scene.claim(lane: .outside, tasks: ["mail", "index"])
            try same(Set(taken.map(\.execution.jobName)), ["mail", "index"])
            try same(try await scene.claim(lane: .outside).count, 1)
        },
        StoreCheck("nothing is taken before it is available") { scene in
            let job = try await scene.job()
            var row = job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 1)
            row.availableAt = scene.now + .seconds(5)
            _ = try await scene.store.enqueue([row], of: job.id, overlap: .allowAll)
            try same(try await scene.claim(), [])
            try same(try await scene.store.nextAvailable(lane: .builtIn), .seconds(5))
            scene.clock.advance(by: .milliseconds(4999))
            try same(try await scene.claim(), [])
            scene.clock.advance(by: .milliseconds(1))
            try same(try await scene.store.nextAvailable(lane: .builtIn), .zero)
            try same(try await scene.claim().count, 1)
        },
        StoreCheck("the wait for the next is nil when nothing waits in the lane") { scene in
            try same(try await scene.store.nextAvailable(lane: .builtIn), nil)
            try await scene.trigger(try await scene.job())
            try same(try await scene.store.nextAvailable(lane: .outside), nil)
            _ = try await scene.claim()
            try same(try await scene.store.nextAvailable(lane: .builtIn), nil)
        },
        StoreCheck("buffered and ended executions are never taken") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            try await scene.finish(try await scene.running(job))
            _ = try await scene.running(job)
            try same(try await scene.trigger(job).status, .buffered)
            try same(try await scene.trigger(job).status, .skipped)
            try same(try await scene.claim(), [])
        },
        StoreCheck("queues tell their depth, what runs, their age and workers") { scene in
            let job = try await scene.job { $0.queue = "q" }
            for _ in 0..<4 { try await scene.trigger(job, overlap: .allowAll) }
            _ = try await scene.claim(1, worker: "a")
            _ = try await scene.claim(1, worker: "b")
            scene.clock.advance(by: .seconds(9))
            try same(
                try await scene.store.queues(),
                [QueueSummary(name: "q", paused: false, depth: 2, running: 2, oldestAge: .seconds(9), workers: 2)])
        },
        StoreCheck("queues are those that are paused, used, or named by a job") { scene in
            _ = try await scene.job("a") { $0.queue = "named" }
            _ = try await scene.store.setQueue("paused", paused: true)
            let gone = try await scene.job("b") { $0.queue = "used" }
            _ = try await scene.running(gone)
            try await scene.store.delete(gone.id, ifVersion: nil)
            try same(try await scene.store.queues().map(\.name), ["named", "paused", "used"])
        },
        StoreCheck("pausing a queue twice changes nothing more") { scene in
            let once = try await scene.store.setQueue("q", paused: true)
            try same(try await scene.store.setQueue("q", paused: true), once)
            try expect(once.paused)
        },
        StoreCheck("a paused queue tells since when it is paused, and how long the oldest waits in it") { scene in
            let job = try await scene.job { $0.queue = "q" }
            try await scene.trigger(job)
            try same(try await scene.store.queues().map(\.pausedAt), [nil])
            scene.clock.advance(by: .seconds(3))
            let paused = scene.clock.now()
            try same(try await scene.store.setQueue("q", paused: true).pausedAt, paused)
            scene.clock.advance(by: .seconds(60))
            try same(try await scene.store.setQueue("q", paused: true).pausedAt, paused)
            try same(try await scene.store.queues().first { $0.name == "q" }?.oldestAge, .seconds(63))
            try same(try await scene.store.setQueue("q", paused: false).pausedAt, nil)
            try same(try await scene.store.queues().map(\.pausedAt), [nil])
            let earlier = paused + .seconds(-3600)
            try same(try await scene.store.setQueue("q", paused: true, since: earlier).pausedAt, earlier)
            try same(try await scene.store.queues().map(\.pausedAt), [earlier])
        },
    ]

    static let fencing: [StoreCheck] = [
        StoreCheck("an attempt ends once") { scene in
            let runs = try await scene.running(try await scene.job())
            let ended = try await scene.finish(runs)
            let again = try await scene.store.finish(Completion(lease: runs.lease, outcome: .failed))
            try same(again, .leaseLost)
            try same(try await scene.reload(ended), ended)
        },
        StoreCheck("a stale worker cannot end a newer attempt") { scene in
            let old = try await scene.running(try await scene.job())
            scene.clock.advance(by: .seconds(60))
            _ = try await scene.store.reclaimExpired(limit: 10, random: 0.5)
            scene.clock.advance(by: .seconds(100))
            let new = try required(try await scene.claim(worker: "w2").first)
            try same(new.execution.attempt, 2)
            try same(try await scene.store.finish(Completion(lease: old.lease, outcome: .succeeded)), .leaseLost)
            try same(try await scene.reload(new.execution), new.execution)
            try await scene.finish(new)
        },
        StoreCheck("another worker cannot end an attempt with the right number") { scene in
            var lease = try await scene.running(try await scene.job()).lease
            lease.worker = "thief"
            try same(try await scene.store.finish(Completion(lease: lease, outcome: .succeeded)), .leaseLost)
        },
        StoreCheck("an unknown execution's lease is lost") { scene in
            let lease = Lease(executionID: .random(at: scene.now), attempt: 1, worker: "w1")
            try same(try await scene.store.finish(Completion(lease: lease, outcome: .succeeded)), .leaseLost)
            try same(try await scene.store.renew([lease], for: .seconds(9)), [.lost])
        },
        StoreCheck("a renewal prolongs the lease from the store's now") { scene in
            let runs = try await scene.running(try await scene.job())
            scene.clock.advance(by: .seconds(50))
            let until = scene.now + .seconds(60)
            try same(
                try await scene.store.renew([runs.lease], for: .seconds(60)),
                [.renewed(until: until, cancelRequested: false)])
            try same(try await scene.reload(runs.execution).leaseExpiresAt, until)
            scene.clock.advance(by: .seconds(59))
            try same(try await scene.store.reclaimExpired(limit: 10, random: 0.5), [])
        },
        StoreCheck("a renewal never shortens a lease") { scene in
            let runs = try await scene.running(try await scene.job())
            for duration in [Duration.seconds(600), .seconds(60)] {
                try same(
                    try await scene.store.renew([runs.lease], for: duration),
                    [.renewed(until: scene.now + .seconds(600), cancelRequested: false)])
            }
        },
        StoreCheck("renewals have one outcome each, in order") { scene in
            let job = try await scene.job()
            let (a, b) = (try await scene.running(job), try await scene.running(job))
            try await scene.finish(a)
            let outcomes = try await scene.store.renew([a.lease, b.lease], for: .seconds(60))
            try same(outcomes, [.lost, .renewed(until: scene.now + .seconds(60), cancelRequested: false)])
        },
        StoreCheck("a stale worker cannot renew") { scene in
            let old = try await scene.running(try await scene.job())
            try await scene.finish(old, .retry(after: .zero))
            let new = try required(try await scene.claim().first)
            try same(try await scene.store.renew([old.lease], for: .seconds(600)), [.lost])
            try same(try await scene.reload(new.execution), new.execution)
        },
        StoreCheck("a lease that ran out and was not taken back still counts") { scene in
            let runs = try await scene.running(try await scene.job())
            scene.clock.advance(by: .seconds(61))
            try same(try await scene.finish(runs).status, .succeeded)
        },
    ]
}
