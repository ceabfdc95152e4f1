internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let jobs: [StoreCheck] = [
        StoreCheck("the store's clock is the one it was given") { scene in
            try same(try await scene.store.now(), scene.now)
            scene.clock.advance(by: .seconds(5))
            try same(try await scene.store.now(), scene.now)
        },
        StoreCheck("a new job is found by its id") { scene in
            let job = try await scene.job()
            try same(try await scene.store.job(job.id), job)
        },
        StoreCheck("a new job is found by service and name") { scene in
            let job = try await scene.job("nightly") { $0.service = "billing" }
            try same(try await scene.store.job(named: "nightly", service: "billing"), job)
            try same(try await scene.store.job(named: "nightly", service: "default"), nil)
            try same(try await scene.store.job(named: "Nightly", service: "billing"), nil)
        },
        StoreCheck("an unknown job is nil") { scene in
            try same(try await scene.store.job(.random(at: scene.now)), nil)
            try same(try await scene.store.job(named: "none", service: "default"), nil)
        },
        StoreCheck("many jobs are read at once, in the order asked for, and those that are none are nil") { scene in
            let (first, second) = (try await scene.job("first"), try await scene.job("second"))
            let ids = [second.id, .random(at: scene.now), first.id, second.id]
            try same(try await scene.store.jobs(ids), [second, nil, first, second])
            try same(try await scene.store.jobs([Identifier]()), [])
        },
        StoreCheck("every field of a definition comes back as it was given") { scene in
            var job = scene.draftJob("all/fields") { draft in
                draft.description = "Schlüssel \"quoted\" \\ 🕰"
                draft.service = "s-1"
                draft.labels = ["team": "core", "tier": "ä"]
                draft.queue = "q.1"
                draft.priority = 9
                draft.startsAt = ManualClock.start
                draft.endsAt = ManualClock.start + .seconds(86_400)
                draft.maxRuns = 12
                draft.jitter = .milliseconds(1500)
                draft.timeout = .milliseconds(100)
                draft.retryPolicy = RetryPolicy(
                    maximumAttempts: 0, initialInterval: .milliseconds(250), backoffCoefficient: 1.5,
                    maximumInterval: .seconds(9), jitter: 0.25)
                draft.misfirePolicy = .fireAll
                draft.misfireThreshold = .seconds(7)
                draft.catchupWindow = .seconds(8)
                draft.maxCatchup = 3
                draft.overlapPolicy = .cancelOther
            }
            job.pauseReason = "tests"
            job.status = .paused
            job.createdBy = "somebody"
            _ = try await scene.store.create([job])
            try same(try await scene.store.job(job.id), job)
        },
        StoreCheck("two jobs of one service cannot share a name") { scene in
            _ = try await scene.job("one")
            let outcome = try await scene.store.create([scene.draftJob("one")])
            try same(outcome, [.failure(.nameTaken)])
        },
        StoreCheck("two services may use the same name") { scene in
            _ = try await scene.job("one")
            _ = try await scene.job("one") { $0.service = "other" }
            try same(try await scene.store.jobs(JobQuery()).items.count, 2)
        },
        StoreCheck("creating the same id again returns the job that is there") { scene in
            let job = try await scene.job("one")
            var again = job
            again.draft.description = "later"
            try same(try await scene.store.create([again]), [.success(job)])
            try same(try await scene.store.job(job.id), job)
        },
        StoreCheck("a batch of creations has one outcome each, in order") { scene in
            let (a, b, c) = (scene.draftJob("a"), scene.draftJob("a"), scene.draftJob("c"))
            try same(try await scene.store.create([a, b, c]), [.success(a), .failure(.nameTaken), .success(c)])
        },
        StoreCheck("a batch of none does nothing") { scene in
            try same(try await scene.store.create([]), [])
            try same(try await scene.store.apply([]), [])
        },
        StoreCheck("an update changes the definition and raises the version") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(1))
            let changed = try await scene.update(job) { $0.draft.priority = 1 }
            try same(changed.version, 2)
            try same(changed.draft.priority, 1)
            try same(changed.updatedAt, scene.now)
            try same(changed.createdAt, job.createdAt)
            try same(try await scene.reload(job), changed)
        },
        StoreCheck("an update of an older version is refused and names the newer") { scene in
            let job = try await scene.job()
            _ = try await scene.update(job) { $0.draft.priority = 1 }
            try await refuses(with: .versionConflict(current: 2)) {
                try await scene.update(job) { $0.draft.priority = 2 }
            }
            try same(try await scene.reload(job).draft.priority, 1)
        },
        StoreCheck("an update of an unknown job is refused") { scene in
            try await refuses(with: .notFound) { try await scene.update(scene.draftJob("x")) { _ in } }
        },
        StoreCheck("an update cannot take another job's name") { scene in
            _ = try await scene.job("one")
            let two = try await scene.job("two")
            try await refuses(with: .nameTaken) { try await scene.update(two) { $0.draft.name = "one" } }
            try same(try await scene.reload(two), two)
        },
        StoreCheck("a renamed job frees its old name") { scene in
            let one = try await scene.job("one")
            _ = try await scene.update(one) { $0.draft.name = "two" }
            try same(try await scene.store.job(named: "one", service: "default"), nil)
            _ = try await scene.job("one")
        },
        StoreCheck("an update may move a job to another service") { scene in
            let one = try await scene.job("one")
            _ = try await scene.update(one) { $0.draft.service = "other" }
            try same(try await scene.store.job(named: "one", service: "other")?.id, one.id)
        },
        StoreCheck("an update that says nothing of the next instant leaves it") { scene in
            let job = try await scene.job()
            try same(try await scene.update(job) { $0.draft.priority = 0 }.nextRunAt, job.nextRunAt)
        },
        StoreCheck("an update can set and clear the next instant") { scene in
            let job = try await scene.job()
            let later = scene.now + .seconds(999)
            let set = try await scene.update(job, next: .some(later)) { _ in }
            try same(set.nextRunAt, later)
            let cleared = try await scene.update(set, next: .some(nil)) { _ in }
            try same(cleared.nextRunAt, nil)
            try same(try await scene.reload(job).nextRunAt, nil)
        },
        StoreCheck("an update leaves the counters") { scene in
            let job = try await scene.job()
            try await scene.finish(try await scene.running(job), .failed)
            let changed = try await scene.update(try await scene.reload(job)) { $0.draft.priority = 0 }
            try same(changed.runCount, 1)
            try same(changed.failureCount, 1)
            try same(changed.lastStatus, .failed)
        },
        StoreCheck("pausing keeps its reason, resuming clears it") { scene in
            let job = try await scene.job()
            let paused = try await scene.update(job) {
                $0.status = .paused
                $0.pauseReason = "holidays"
            }
            try same(paused.pauseReason, "holidays")
            let resumed = try await scene.update(paused) {
                $0.status = .active
                $0.pauseReason = nil
            }
            try same(try await scene.reload(job), resumed)
            try same(resumed.pauseReason, nil)
        },
        StoreCheck("progress does not raise the version") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            try await scene.finish(try required(try await scene.claim().first))
            try same(try await scene.reload(job).version, 1)
        },
        StoreCheck("a job that completed while its owner changed it stays completed") { scene in
            let job = try await scene.job { $0.maxRuns = 1 }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            let paused = try await scene.update(job) {
                $0.draft.priority = 9
                $0.status = .paused
                $0.pauseReason = "too late"
            }
            try same(paused.status, .completed)
            try same(paused.pauseReason, nil)
            try same(paused.draft.priority, 9)
            try same(try await scene.reload(job), paused)
            let again = try await scene.update(paused, next: .some(scene.now + .seconds(60))) { $0.status = .active }
            try same(again.status, .active)
            try same(try await scene.reload(job), again)
        },
        StoreCheck("a deleted job is gone and its name is free") { scene in
            let job = try await scene.job("one")
            try await scene.store.delete(job.id, ifVersion: 1)
            try same(try await scene.store.job(job.id), nil)
            _ = try await scene.job("one")
        },
        StoreCheck("deleting an unknown job is refused") { scene in
            try await refuses(with: .notFound) {
                try await scene.store.delete(.random(at: scene.now), ifVersion: nil)
            }
        },
        StoreCheck("deleting an older version is refused") { scene in
            let job = try await scene.job()
            _ = try await scene.update(job) { $0.draft.priority = 1 }
            try await refuses(with: .versionConflict(current: 2)) {
                try await scene.store.delete(job.id, ifVersion: 1)
            }
            try await scene.store.delete(job.id, ifVersion: nil)
        },
        StoreCheck("deleting cancels what waits, asks what runs to stop, and keeps the history") { scene in
            let job = try await scene.job()
            let done = try await scene.running(job)
            try await scene.finish(done)
            let runs = try await scene.running(job)
            let waits = try await scene.trigger(job, overlap: .allowAll)
            let buffered = try await scene.trigger(job, overlap: .bufferAll)
            try await scene.store.delete(job.id, ifVersion: nil)
            try same(try await scene.reload(done.execution).status, .succeeded)
            let asked = try await scene.reload(runs.execution)
            try same(asked.status, .running)
            try expect(asked.cancelRequested)
            for row in [waits, buffered] {
                let cancelled = try await scene.reload(row)
                try same(cancelled.status, .cancelled)
                try same(cancelled.reason, .cancelled)
                try same(cancelled.finishedAt, scene.now)
            }
        },
        StoreCheck("an execution that outlives its job can still end") { scene in
            let runs = try await scene.running(try await scene.job())
            try await scene.store.delete(runs.execution.jobID, ifVersion: nil)
            try same(try await scene.finish(runs, .succeeded).status, .succeeded)
        },
    ]
}
