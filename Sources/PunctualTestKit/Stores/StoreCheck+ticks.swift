internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    static let ticks: [StoreCheck] = [
        StoreCheck("a job is due at its instant and not before") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .milliseconds(59_999))
            try same(try await scene.store.dueJobs(shards: nil, limit: 10).jobs, [])
            scene.clock.advance(by: .milliseconds(1))
            try same(try await scene.store.dueJobs(shards: nil, limit: 10).jobs, [job])
        },
        StoreCheck("due jobs come earliest first, up to the limit") { scene in
            var made = (0..<5).map { scene.draftJob("j\($0)") }
            for index in made.indices { made[index].nextRunAt = scene.now + .seconds(10 - index) }
            _ = try await scene.store.create(made)
            scene.clock.advance(by: .seconds(60))
            let due = try await scene.store.dueJobs(shards: nil, limit: 3)
            try same(due.jobs.map(\.draft.name), ["j4", "j3", "j2"])
            try same(due.now, scene.now)
        },
        StoreCheck("the next due instant is the earliest after now") { scene in
            try same(try await scene.store.dueJobs(shards: nil, limit: 1).nextDue, nil)
            var (a, b) = (scene.draftJob("a"), scene.draftJob("b"))
            a.nextRunAt = scene.now
            b.nextRunAt = scene.now + .seconds(5)
            _ = try await scene.store.create([a, b])
            try same(try await scene.store.dueJobs(shards: nil, limit: 10).nextDue, b.nextRunAt)
        },
        StoreCheck("due jobs are those of the shards asked for") { scene in
            let made = (0..<40).map { scene.draftJob("j\($0)") }
            _ = try await scene.store.create(made)
            let later = scene.now + .seconds(60)
            let shards = Set(made.prefix(10).map(\.id.virtualShard))
            try same(try await scene.store.dueJobs(shards: shards, limit: 100).nextDue, later)
            scene.clock.advance(by: .seconds(60))
            let due = try await scene.store.dueJobs(shards: shards, limit: 100).jobs
            try same(Set(due.map(\.id)), Set(made.map(\.id).filter { shards.contains($0.virtualShard) }))
            try same(try await scene.store.dueJobs(shards: Set(0..<256), limit: 100).jobs.count, 40)
            try same(try await scene.store.dueJobs(shards: [], limit: 100).jobs, [])
        },
        StoreCheck("paused jobs are due, completed ones are not") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            _ = try await scene.update(a) { $0.status = .paused }
            _ = try await scene.update(b) { $0.status = .completed }
            scene.clock.advance(by: .seconds(60))
            try same(try await scene.store.dueJobs(shards: nil, limit: 10).jobs.map(\.id), [a.id])
        },
        StoreCheck("a plan adds its execution and moves the job on") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            let added = try await scene.tick(job)
            try same(added.map(\.status), [.pending])
            try same(added.map(\.scheduledAt), [job.nextRunAt])
            let moved = try await scene.reload(job)
            try same(moved.nextRunAt, ManualClock.start + .seconds(120))
            try same(moved.runCount, 1)
            try same(moved.lastRunAt, job.nextRunAt)
            try same(moved.lastStatus, nil)
            try same(try await scene.reload(try required(added.first)), added.first)
        },
        StoreCheck("a plan that lost the race adds nothing") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            let plan = try scene.plan(job)
            _ = try await scene.store.apply([plan])
            try same(try await scene.store.apply([plan]), [.lostRace])
            try same(try await scene.history(job).count, 1)
            try same(try await scene.reload(job).runCount, 1)
        },
        StoreCheck("a plan of an older definition adds nothing") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            let plan = try scene.plan(job)
            _ = try await scene.update(job) { $0.draft.priority = 0 }
            try same(try await scene.store.apply([plan]), [.lostRace])
            try same(try await scene.history(job), [])
        },
        StoreCheck("a plan for another instant than the stored adds nothing") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            var plan = try scene.plan(job)
            plan.expected = plan.expected + .milliseconds(1)
            try same(try await scene.store.apply([plan]), [.lostRace])
        },
        StoreCheck("a plan of a deleted job adds nothing") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            let plan = try scene.plan(job)
            try await scene.store.delete(job.id, ifVersion: nil)
            try same(try await scene.store.apply([plan]), [.lostRace])
        },
        StoreCheck("plans of one call each have their own outcome") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            scene.clock.advance(by: .seconds(60))
            let (first, second) = (try scene.plan(a), try scene.plan(b))
            _ = try await scene.store.apply([first])
            let outcomes = try await scene.store.apply([first, second])
            try same(outcomes.first, .lostRace)
            guard case .applied(let added) = outcomes.last else { throw CheckFailure(description: "b was not ticked") }
            try same(added.map(\.jobID), [b.id])
        },
        StoreCheck("a paused job's occurrences are recorded as skipped") { scene in
            let job = try await scene.job()
            _ = try await scene.update(job) { $0.status = .paused }
            scene.clock.advance(by: .seconds(60))
            let added = try await scene.tick(job)
            try same(added.map(\.status), [.skipped])
            try same(added.map(\.reason), [.paused])
            let moved = try await scene.reload(job)
            try same(moved.status, .paused)
            try same(moved.runCount, 0)
            try same(moved.lastRunAt, nil)
        },
        StoreCheck("missed occurrences of a long sleep run once by default") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(112 * 60 + 30))
            try await scene.tick(job)
            try same(try await scene.tally(job), [.missed: 111, .pending: 1])
        },
        StoreCheck("a backlog that is made up for runs in line, one after the other") { scene in
            let job = try await scene.job {
                $0.misfirePolicy = .fireAll
                $0.overlapPolicy = .skip
            }
            scene.clock.advance(by: .seconds(5 * 60))
            try await scene.tick(job)
            try same(try await scene.tally(job), [.pending: 1, .buffered: 4])
            var order: [Timestamp] = []
            while let next = try await scene.claim(5).first {
                order.append(next.execution.scheduledAt)
                try await scene.finish(next)
            }
            try same(order, (1...5).map { ManualClock.start + .seconds(60 * $0) })
        },
        StoreCheck("a one-off job completes with its tick") { scene in
            let job = try await scene.job { $0.schedule = .once(at: ManualClock.start + .seconds(60)) }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            let done = try await scene.reload(job)
            try same(done.status, .completed)
            try same(done.nextRunAt, nil)
            try same(try await scene.claim().count, 1)
        },
        StoreCheck("the last run that is allowed completes the job") { scene in
            let job = try await scene.job { $0.maxRuns = 1 }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            try same(try await scene.reload(job).status, .completed)
        },
        StoreCheck("a fixed delay counts from the end of the run") { scene in
            let job = try await scene.job { $0.schedule = .fixedDelay(every: .seconds(30)) }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            try same(try await scene.reload(job).nextRunAt, nil)
            let runs = try required(try await scene.claim().first)
            scene.clock.advance(by: .seconds(45))
            try await scene.finish(runs, .failed)
            try same(try await scene.reload(job).nextRunAt, scene.now + .seconds(30))
        },
        StoreCheck("a fixed delay goes on when its waiting execution is cancelled") { scene in
            let job = try await scene.job { $0.schedule = .fixedDelay(every: .seconds(30)) }
            scene.clock.advance(by: .seconds(60))
            let row = try required(try await scene.tick(job).first)
            _ = try await scene.store.cancel(row.id, of: job.id)
            try same(try await scene.reload(job).nextRunAt, scene.now + .seconds(30))
        },
        StoreCheck("a fixed delay goes on when its occurrence was missed") { scene in
            let job = try await scene.job {
                $0.schedule = .fixedDelay(every: .seconds(30))
                $0.misfirePolicy = .skip
            }
            scene.clock.advance(by: .seconds(600))
            try same(try await scene.tick(job).map(\.status), [.missed])
            try same(try await scene.reload(job).status, .active)
            try same(try await scene.reload(job).nextRunAt, scene.now + .seconds(30))
        },
        StoreCheck("a fixed delay goes on when its occurrence is there already and has ended") { scene in
            let job = try await scene.job { $0.schedule = .fixedDelay(every: .seconds(30)) }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            try await scene.finish(try required(try await scene.claim().first))
            _ = try await scene.update(try await scene.reload(job), next: .some(scene.now)) { _ in }
            try same(try await scene.tick(job), [])
            try same(try await scene.reload(job).status, .active)
            try same(try await scene.reload(job).nextRunAt, scene.now + .seconds(30))
        },
        StoreCheck("a fixed delay whose next instant would be past its end completes with its run") { scene in
            let job = try await scene.job {
                $0.schedule = .fixedDelay(every: .seconds(30))
                $0.endsAt = ManualClock.start + .seconds(70)
            }
            scene.clock.advance(by: .seconds(60))
            try await scene.tick(job)
            try same(try await scene.reload(job).status, .active)
            try await scene.finish(try required(try await scene.claim().first))
            let done = try await scene.reload(job)
            try same(done.status, .completed)
            try same(done.nextRunAt, nil)
            try same(done.lastStatus, .succeeded)
        },
        StoreCheck("an execution made by hand waits at once") { scene in
            let job = try await scene.job()
            let row = try await scene.trigger(job)
            try same(row.status, .pending)
            try same(row.trigger, .manual)
            try same(try await scene.reload(row), row)
            try same(try await scene.reload(job).runCount, 1)
            try same(try await scene.reload(job).nextRunAt, job.nextRunAt)
        },
        StoreCheck("making the same execution again returns the one that is there") { scene in
            let job = try await scene.job { $0.overlapPolicy = .allowAll }
            let row = try await scene.trigger(job, nonce: 7)
            let runs = try required(try await scene.claim().first).execution
            let again = job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 7)
            try same(again.id, row.id)
            try same(try await scene.store.enqueue([again], of: job.id, overlap: .allowAll), [.existing(runs)])
            try same(try await scene.reload(job).runCount, 1)
        },
        StoreCheck("an execution of an unknown job cannot be made") { scene in
            let job = scene.draftJob("none")
            try await refuses(with: .notFound) { try await scene.trigger(job) }
        },
        StoreCheck("executions made in one call meet each other") { scene in
            let job = try await scene.job()
            let rows = (1...3).map { job.execution(at: scene.now, trigger: .backfill, now: scene.now, nonce: $0) }
            _ = try await scene.store.enqueue(rows, of: job.id, overlap: .bufferOne)
            try same(try await scene.tally(job), [.pending: 1, .buffered: 1, .skipped: 1])
            try same(try await scene.reload(job).runCount, 2)
        },
    ]
}
