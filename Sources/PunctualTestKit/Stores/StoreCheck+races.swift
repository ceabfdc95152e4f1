internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    /// Runs the call so many times at once; the results in no order.
    private static func together<Value: Sendable>(
        _ count: Int, _ call: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for index in 0..<count { group.addTask { try await call(index) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// How a call ended, for calls of which one alone may go well.
    private static func outcome<Value>(_ call: () async throws -> Value) async throws -> StoreError? {
        do {
            _ = try await call()
            return nil
        } catch let error as StoreError {
            return error
        }
    }

    static let races: [StoreCheck] = [
        StoreCheck("64 claims at once take each execution once") { scene in
            let job = try await scene.job()
            let rows = (1...200).map { job.execution(at: scene.now, trigger: .backfill, now: scene.now, nonce: $0) }
            _ = try await scene.store.enqueue(rows, of: job.id, overlap: .allowAll)
            let taken = try await together(64) { try await scene.claim(5, worker: "w\($0)") }.flatMap(\.self)
            try same(taken.count, 200)
            try same(Set(taken.map(\.execution.id)), Set(rows.map(\.id)))
        },
        StoreCheck("32 applications of one plan at once take effect once") { scene in
            let job = try await scene.job()
            scene.clock.advance(by: .seconds(60))
            let plan = try scene.plan(job)
            let outcomes = try await together(32) { _ in try await scene.store.apply([plan]) }.flatMap(\.self)
            try same(outcomes.count { $0 == .lostRace }, 31)
            try same(try await scene.history(job).count, 1)
            try same(try await scene.reload(job).runCount, 1)
        },
        StoreCheck("of updates at once, one takes effect") { scene in
            let job = try await scene.job()
            let outcomes = try await together(32) { index in
                try await outcome { try await scene.update(job) { $0.draft.description = "\(index)" } }
            }
            try same(outcomes.count { $0 == nil }, 1)
            try same(outcomes.count { $0 == .versionConflict(current: 2) }, 31)
            try same(try await scene.reload(job).version, 2)
        },
        StoreCheck("of creations of one name at once, one takes effect") { scene in
            let outcomes = try await together(32) { _ in
                try await outcome { try await scene.job("same") }
            }
            try same(outcomes.count { $0 == nil }, 1)
            try same(outcomes.count { $0 == .nameTaken }, 31)
        },
        StoreCheck("of completions at once, one takes effect") { scene in
            let job = try await scene.job()
            let runs = try await scene.running(job)
            let outcomes = try await together(32) { _ in
                try await scene.store.finish(Completion(lease: runs.lease, outcome: .failed))
            }
            try same(outcomes.count { $0 == .leaseLost }, 31)
            try same(try await scene.reload(job).failureCount, 1)
        },
        StoreCheck("of triggers at once, an overlap of skip lets one run") { scene in
            let job = try await scene.job()
            let rows = try await together(32) { _ in try await scene.trigger(job) }
            try same(rows.count { $0.status == .pending }, 1)
            try same(rows.count { $0.status == .skipped }, 31)
        },
        StoreCheck("of takeovers of a shard at once, one takes effect") { scene in
            let taken = try await together(32) {
                try await scene.store.acquire([7], holder: "n\($0)", duration: .seconds(10))
            }
            try same(taken.count { !$0.isEmpty }, 1)
            try same(try await scene.store.leases().map(\.term), [1])
        },
        StoreCheck("of requests with one key at once, one is fresh, also when the key was given up") { scene in
            let first = scene.now
            for _ in 0..<3 {
                let states = try await together(32) { _ in
                    try await scene.store.begin(key: "k", fingerprint: "f", staleAfter: .seconds(60))
                }
                try same(states.count { $0 == .fresh(since: first) }, 1)
                try same(states.count { $0 == .inProgress }, 31)
                try await scene.store.finish(key: "k", answer: nil)
                scene.clock.advance(by: .seconds(1))
            }
        },
        StoreCheck("a completion and a cancellation at once leave one consistent end") { scene in
            let job = try await scene.job { $0.overlapPolicy = .allowAll }
            for _ in 0..<20 {
                let runs = try await scene.running(job)
                async let ended = scene.store.finish(Completion(lease: runs.lease, outcome: .succeeded))
                async let asked = outcome { try await scene.store.cancel(runs.execution.id, of: job.id) }
                _ = try await (ended, asked)
                try same(try await scene.reload(runs.execution).status, .succeeded)
            }
            try same(try await scene.store.counts().executions[.succeeded, default: 0], 20)
        },
        StoreCheck("of 100 creations at once, those of a free name alone take effect") { scene in
            let outcomes = try await together(100) { index in
                try await outcome { try await scene.job("j\(index / 2)") }
            }
            try same(outcomes.count { $0 == nil }, 50)
            try same(try await scene.store.counts().jobs[.active, default: 0], 50)
        },
    ]
}
