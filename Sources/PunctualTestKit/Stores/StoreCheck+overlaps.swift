internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    /// What a job has on its hands when one more occurrence comes.
    private enum Hands: String, CaseIterable {
        case nothing, waiting, running
        case runningAndBuffered = "running and buffered"
        case ended
    }

    static let overlaps: [StoreCheck] =
        OverlapPolicy.allCases.flatMap { policy in Hands.allCases.map { meets(policy, $0) } } + followUps

    private static func meets(_ policy: OverlapPolicy, _ hands: Hands) -> StoreCheck {
        StoreCheck("overlap \(policy.rawValue) meets \(hands.rawValue)") { scene in
            let job = try await scene.job { $0.overlapPolicy = policy }
            let counts = try await prepare(hands, of: job, scene)
            let before = try await scene.history(job)
            scene.clock.advance(by: .seconds(60))
            let row = try required(try await scene.tick(job).first)
            try same(try await scene.reload(row), row)
            var ran = true
            switch policy.decide(waiting: counts.waiting, running: counts.running, buffered: counts.buffered) {
            case .run: try same(row.status, .pending)
            case .buffer: try same(row.status, .buffered)
            case .skip(let reason):
                ran = false
                try same(row.status, .skipped)
                try same(row.reason, reason)
                try same(row.finishedAt, scene.now)
            case .replace(let waits):
                try same(row.status, waits ? .buffered : .pending)
                for other in before {
                    try same(try await scene.reload(other), other.cancelling(at: scene.now, reason: .overlap) ?? other)
                }
            }
            if policy != .cancelOther {
                for other in before { try same(try await scene.reload(other), other) }
            }
            let runs = try await scene.reload(job).runCount
            try same(runs, before.count + (ran ? 1 : 0))
        }
    }

    private static func prepare(
        _ hands: Hands, of job: Job, _ scene: StoreScene
    ) async throws -> (waiting: Int, running: Int, buffered: Int) {
        switch hands {
        case .nothing: return (0, 0, 0)
        case .waiting:
            try await scene.trigger(job)
            return (1, 0, 0)
        case .running:
            _ = try await scene.running(job)
            return (0, 1, 0)
        case .runningAndBuffered:
            _ = try await scene.running(job)
            try same(try await scene.trigger(job, overlap: .bufferOne).status, .buffered)
            return (0, 1, 1)
        case .ended:
            try await scene.finish(try await scene.running(job))
            return (0, 0, 0)
        }
    }

    private static let followUps: [StoreCheck] = [
        StoreCheck("a buffered execution waits for a worker as soon as the running one has ended") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            let runs = try await scene.running(job)
            let next = try await scene.trigger(job)
            try same(try await scene.claim(), [])
            scene.clock.advance(by: .seconds(3))
            try await scene.finish(runs)
            let turn = try await scene.reload(next)
            try same(turn.status, .pending)
            try same(turn.availableAt, scene.now)
            try same(try await scene.claim().map(\.execution.id), [next.id])
        },
        StoreCheck("a failed end lets the buffered one follow as well") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            let runs = try await scene.running(job)
            let next = try await scene.trigger(job)
            try await scene.finish(runs, .failed)
            try same(try await scene.reload(next).status, .pending)
        },
        StoreCheck("a retry keeps the buffered one waiting") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            let runs = try await scene.running(job)
            let next = try await scene.trigger(job)
            try await scene.finish(runs, .retry(after: .seconds(5)))
            try same(try await scene.reload(next).status, .buffered)
        },
        StoreCheck("the oldest of several buffered follows, one at a time") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferAll }
            let runs = try await scene.running(job)
            var line: [Execution] = []
            for _ in 0..<3 {
                scene.clock.advance(by: .seconds(1))
                line.append(try await scene.trigger(job))
            }
            try await scene.finish(runs)
            for row in line {
                let claimed = try await scene.claim()
                try same(claimed.map(\.execution.id), [row.id])
                try await scene.finish(try required(claimed.first))
            }
        },
        StoreCheck("cancelling the waiting one lets the buffered one follow") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            let first = try await scene.trigger(job)
            let second = try await scene.trigger(job)
            try same(second.status, .buffered)
            _ = try await scene.store.cancel(first.id, of: job.id)
            try same(try await scene.reload(second).status, .pending)
        },
        StoreCheck("cancelling the buffered one leaves the running one alone") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferOne }
            let runs = try await scene.running(job)
            let second = try await scene.trigger(job)
            try same(try await scene.store.cancel(second.id, of: job.id).status, .cancelled)
            try same(try await scene.reload(runs.execution), runs.execution)
        },
        StoreCheck("the one that replaces a running one runs when that has stopped") { scene in
            let job = try await scene.job { $0.overlapPolicy = .cancelOther }
            let runs = try await scene.running(job)
            let next = try await scene.trigger(job)
            try same(next.status, .buffered)
            let renewed = try await scene.store.renew([runs.lease], for: .seconds(60))
            try same(renewed, [.renewed(until: scene.now + .seconds(60), cancelRequested: true)])
            let stopped = try await scene.finish(runs, .cancelled)
            try same(stopped.status, .cancelled)
            try same(stopped.reason, .overlap)
            try same(try await scene.reload(next).status, .pending)
        },
        StoreCheck("the newest of several replacements wins") { scene in
            let job = try await scene.job { $0.overlapPolicy = .cancelOther }
            let runs = try await scene.running(job)
            let (second, third) = (try await scene.trigger(job), try await scene.trigger(job))
            let replaced = try await scene.reload(second)
            try same(replaced.status, .cancelled)
            try same(replaced.reason, .overlap)
            try await scene.finish(runs, .cancelled)
            try same(try await scene.claim().map(\.execution.id), [third.id])
        },
        StoreCheck("jobs do not meet each other's executions") { scene in
            let (a, b) = (try await scene.job("a"), try await scene.job("b"))
            _ = try await scene.running(a)
            try same(try await scene.trigger(b).status, .pending)
        },
        StoreCheck("no more than the limit wait in line") { scene in
            let job = try await scene.job { $0.overlapPolicy = .bufferAll }
            let rows = (1...UInt64(OverlapPolicy.bufferLimit + 2)).map {
                job.execution(at: scene.now, trigger: .backfill, now: scene.now, nonce: $0)
            }
            let outcomes = try await scene.store.enqueue(rows, of: job.id, overlap: .bufferAll)
            guard case .created(let last) = outcomes.last else { throw CheckFailure(description: "is there already") }
            try same(last.status, .skipped)
            try same(last.reason, .bufferFull)
            try same(try await scene.store.counts().executions[.buffered], OverlapPolicy.bufferLimit)
        },
    ]
}
