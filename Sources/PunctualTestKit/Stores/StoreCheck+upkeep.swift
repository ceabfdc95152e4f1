internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    private static func counts(
        _ scene: StoreScene, _ wanted: [ExecutionStatus: Int], line: Int = #line
    ) async throws {
        try same(try await scene.store.counts().executions.filter { $0.value != 0 }, wanted, line: line)
    }

    static let upkeep: [StoreCheck] = [
        StoreCheck("an attempt whose lease ran out is tried again after a pause") { scene in
            let job = try await scene.job()
            let runs = try await scene.running(job)
            scene.clock.advance(by: .milliseconds(59_999))
            try same(try await scene.store.reclaimExpired(limit: 10, random: 0.5), [])
            scene.clock.advance(by: .milliseconds(1))
            let back = try required(try await scene.store.reclaimExpired(limit: 10, random: 0.5).first)
            try same(back.status, .pending)
            try same(back.availableAt, scene.now + .seconds(1))
            try same(back.pastAttempts.map(\.reason), [.leaseExpired])
            try same(try await scene.reload(runs.execution), back)
            try same(try await scene.store.reclaimExpired(limit: 10, random: 0.5), [])
        },
        StoreCheck("an attempt that kills its workers fails after the last try") { scene in
            let job = try await scene.job { $0.retryPolicy.maximumAttempts = 2 }
            _ = try await scene.running(job)
            for _ in 0..<2 {
                scene.clock.advance(by: .seconds(600))
                _ = try await scene.store.reclaimExpired(limit: 10, random: 0.5)
                scene.clock.advance(by: .seconds(600))
                _ = try await scene.claim()
            }
            let row = try required(try await scene.history(job).first)
            try same(row.status, .failed)
            try same(row.reason, .leaseExpired)
            try same(row.attempt, 2)
            try same(try await scene.reload(job).failureCount, 1)
        },
        StoreCheck("an expired attempt that was asked to stop is cancelled") { scene in
            let job = try await scene.job()
            let runs = try await scene.running(job)
            _ = try await scene.store.cancel(runs.execution.id, of: job.id)
            scene.clock.advance(by: .seconds(60))
            try same(try await scene.store.reclaimExpired(limit: 10, random: 0.5).map(\.status), [.cancelled])
        },
        StoreCheck("expired attempts are taken back up to the limit") { scene in
            let job = try await scene.job()
            for _ in 0..<5 { _ = try await scene.running(job) }
            scene.clock.advance(by: .seconds(60))
            try same(try await scene.store.reclaimExpired(limit: 3, random: 0.5).count, 3)
            try same(try await scene.store.reclaimExpired(limit: 3, random: 0.5).count, 2)
        },
        StoreCheck("an expired attempt of a deleted job ends") { scene in
            let runs = try await scene.running(try await scene.job())
            try await scene.store.delete(runs.execution.jobID, ifVersion: nil)
            scene.clock.advance(by: .seconds(60))
            let ended = try required(try await scene.store.reclaimExpired(limit: 3, random: 0.5).first)
            try expect(ended.status.isFinal)
        },
        StoreCheck("pruning removes what ended before the instant, up to the limit, and nothing else") { scene in
            let job = try await scene.job()
            for _ in 0..<3 { try await scene.finish(try await scene.running(job)) }
            scene.clock.advance(by: .seconds(10))
            let edge = scene.now
            let later = try await scene.finish(try await scene.running(job))
            let runs = try await scene.running(job)
            let waits = try await scene.trigger(job, overlap: .allowAll)
            try same(try await scene.prune(before: edge), 3)
            try same(try await scene.prune(before: edge), 0)
            try same(Set(try await scene.history(job).map(\.id)), [later.id, runs.execution.id, waits.id])
        },
        StoreCheck("a job with a retention of its own keeps its executions that long, the others as long as all") {
            scene in
            var jobs: [Job] = []
            for (name, hours) in [("brief", 1), ("plain", nil), ("long", 48), ("brief-too", 1)] as [(String, Int64?)] {
                jobs.append(try await scene.job(name) { $0.retention = hours.map { .seconds($0 * 3600) } })
            }
            for job in jobs + jobs + jobs { try await scene.finish(try await scene.running(job)) }
            func left(after time: Duration) async throws -> [Int] {
                scene.clock.advance(by: time)
                _ = try await scene.prune(before: scene.now - .seconds(86_400))
                var counts: [Int] = []
                for job in jobs { counts.append(try await scene.history(job).count) }
                return counts
            }
            try same(try await left(after: .seconds(3600)), [3, 3, 3, 3])
            try same(try await left(after: .milliseconds(1)), [0, 3, 3, 0])
            try same(try await left(after: .seconds(82_800)), [0, 0, 3, 0])
            try same(try await left(after: .seconds(86_399)), [0, 0, 3, 0])
            try same(try await left(after: .seconds(1)), [0, 0, 0, 0])
        },
        StoreCheck("a retention may be changed, and goes with its job") { scene in
            var job = try await scene.job { $0.retention = .seconds(60) }
            try await scene.finish(try await scene.running(job))
            scene.clock.advance(by: .seconds(61))
            job = try await scene.update(job) { $0.draft.retention = .seconds(3600) }
            try same(job.draft.retention, .seconds(3600))
            try same(try await scene.prune(before: scene.now), 0)
            try await scene.store.delete(job.id, ifVersion: nil)
            try same(try await scene.prune(before: scene.now - .seconds(3600)), 0)
            try same(try await scene.prune(before: scene.now), 1)
        },
        StoreCheck("counts follow every step") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            try await counts(scene, [:])
            for _ in 0..<3 { try await scene.trigger(job) }
            try await counts(scene, [.pending: 1, .buffered: 1, .skipped: 1])
            let runs = try required(try await scene.claim().first)
            try await counts(scene, [.running: 1, .buffered: 1, .skipped: 1])
            try await scene.finish(runs, .failed)
            try await counts(scene, [.pending: 1, .failed: 1, .skipped: 1])
            _ = try await scene.store.retry(runs.execution.id, of: job.id)
            try await counts(scene, [.pending: 2, .skipped: 1])
            try await scene.store.delete(job.id, ifVersion: nil)
            try await counts(scene, [.cancelled: 2, .skipped: 1])
            _ = try await scene.prune(before: scene.now + .seconds(1))
            try await counts(scene, [:])
        },
        StoreCheck("counts tell jobs by status, how many are due and how late") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            _ = try await scene.job("c") { $0.schedule = .manual }
            try same(try await scene.store.counts().due, 0)
            _ = try await scene.update(a) { $0.status = .completed }
            scene.clock.advance(by: .seconds(75))
            var counts = try await scene.store.counts()
            try same(counts.jobs[.active, default: 0], 2)
            try same(counts.jobs[.completed, default: 0], 1)
            try same(counts.due, 1)
            try same(counts.lag, .seconds(15))
            try await scene.store.delete(b.id, ifVersion: nil)
            counts = try await scene.store.counts()
            try same(counts.jobs[.active, default: 0], 1)
            try same(counts.lag, .zero)
        },
        StoreCheck("a free shard is taken with the first term") { scene in
            let taken = try await scene.store.acquire([3, 1], holder: "a", duration: .seconds(10))
            let until = scene.now + .seconds(10)
            try same(
                taken,
                [
                    ShardLease(shard: 1, holder: "a", term: 1, expiresAt: until),
                    ShardLease(shard: 3, holder: "a", term: 1, expiresAt: until),
                ])
            try same(try await scene.store.leases(), taken)
        },
        StoreCheck("a held shard is not taken from its holder") { scene in
            let held = try await scene.store.acquire([1], holder: "a", duration: .seconds(10))
            try same(try await scene.store.acquire([1, 2], holder: "b", duration: .seconds(10)).map(\.shard), [2])
            try same(try await scene.store.leases().first, held.first)
        },
        StoreCheck("a holder prolongs its lease without a new term") { scene in
            _ = try await scene.store.acquire([1], holder: "a", duration: .seconds(10))
            scene.clock.advance(by: .seconds(9))
            let again = try await scene.store.acquire([1], holder: "a", duration: .seconds(10))
            try same(again, [ShardLease(shard: 1, holder: "a", term: 1, expiresAt: scene.now + .seconds(10))])
        },
        StoreCheck("a lease that ran out is taken over with a higher term") { scene in
            _ = try await scene.store.acquire([1], holder: "a", duration: .seconds(10))
            scene.clock.advance(by: .seconds(10))
            let taken = try await scene.store.acquire([1], holder: "b", duration: .seconds(10))
            try same(taken.map(\.term), [2])
            try same(try await scene.store.acquire([], holder: "a", duration: .seconds(10)), [])
        },
        StoreCheck("a released shard is free at once, and only its holder can release it") { scene in
            var held = try await scene.store.acquire([1], holder: "a", duration: .seconds(10))
            var stale = held
            stale[0].term = 0
            try await scene.store.release(stale)
            try same(try await scene.store.acquire([1], holder: "b", duration: .seconds(10)), [])
            try await scene.store.release(held)
            try same(try await scene.store.leases(), [ShardLease(shard: 1, holder: nil, term: 1, expiresAt: nil)])
            held = try await scene.store.acquire([1], holder: "b", duration: .seconds(10))
            try same(held.map(\.term), [2])
        },
        StoreCheck("a node that leaves is no node any more, and its shards are free at once") { scene in
            let node = NodeRecord(
                id: "a", roles: [], version: "1", address: nil, startedAt: scene.now, lastSeenAt: scene.now)
            try await scene.store.heartbeat(node)
            _ = try await scene.store.acquire([1, 2], holder: "a", duration: .seconds(10))
            _ = try await scene.store.acquire([3], holder: "b", duration: .seconds(10))
            try await scene.store.leave("a")
            try await scene.store.leave("nobody")
            try same(try await scene.store.nodes(seenSince: ManualClock.start), [])
            try same(try await scene.store.leases().map(\.holder), [nil, nil, "b"])
            try same(try await scene.store.acquire([1], holder: "b", duration: .seconds(10)).map(\.shard), [1, 3])
        },
        StoreCheck("nodes are those seen since an instant, as they last said") { scene in
            func node(_ id: String, _ version: String, address: String?) -> NodeRecord {
                NodeRecord(
                    id: id, roles: ["api", "worker"], version: version, address: address, startedAt: ManualClock.start,
                    lastSeenAt: ManualClock.start, shards: address == nil ? nil : 16)
            }
            try await scene.store.heartbeat(node("b", "1", address: nil))
            scene.clock.advance(by: .seconds(10))
            try await scene.store.heartbeat(node("a", "1", address: nil))
            try await scene.store.heartbeat(node("a", "2", address: "10.0.0.1:8080"))
            var wanted = node("a", "2", address: "10.0.0.1:8080")
            wanted.lastSeenAt = scene.now
            try same(try await scene.store.nodes(seenSince: scene.now), [wanted])
            try same(try await scene.store.nodes(seenSince: ManualClock.start).map(\.id), ["a", "b"])
        },
    ]
}
