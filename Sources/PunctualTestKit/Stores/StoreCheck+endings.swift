internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let endings: [StoreCheck] =
        [
            StoreCheck("a success keeps its result") { scene in
                let job = try await scene.job()
                let runs = try await scene.running(job)
                scene.clock.advance(by: .milliseconds(1500))
                let result = ExecutionResult(httpStatus: 204, output: "päckchen\u{0}\n", outputTruncated: true)
                let ended = try await scene.finish(runs, .succeeded, result: result)
                try same(ended.status, .succeeded)
                try same(ended.result, result)
                try same(ended.duration, .milliseconds(1500))
                try same(ended.leaseExpiresAt, nil)
                try same(try await scene.reload(ended), ended)
                try same(try await scene.reload(job).lastStatus, .succeeded)
                try same(try await scene.reload(job).failureCount, 0)
            },
            StoreCheck("a failure keeps its reason and error and is counted") { scene in
                let job = try await scene.job()
                let ended = try await scene.finish(
                    try await scene.running(job), .failed, reason: .exitCode, error: "exit 3",
                    result: ExecutionResult(exitCode: 3))
                try same(ended.status, .failed)
                try same(ended.reason, .exitCode)
                try same(ended.error, "exit 3")
                try same(try await scene.reload(ended), ended)
                try same(try await scene.reload(job).lastStatus, .failed)
                try same(try await scene.reload(job).failureCount, 1)
            },
            StoreCheck("a retry waits out its pause, then takes the next attempt") { scene in
                let job = try await scene.job()
                let runs = try await scene.running(job)
                let paused = try await scene.finish(runs, .retry(after: .seconds(5)), reason: .timeout, error: "slow")
                try same(paused.status, .pending)
                try same(paused.availableAt, scene.now + .seconds(5))
                try same(try await scene.reload(paused), paused)
                try same(try await scene.reload(job).failureCount, 0)
                try same(try await scene.claim(), [])
                scene.clock.advance(by: .seconds(5))
                let again = try required(try await scene.claim().first)
                try same(again.execution.attempt, 2)
                let past = try required(try await scene.finish(again).attempts.first)
                try same(past.status, .failed)
                try same(past.reason, .timeout)
                try same(past.error, "slow")
            },
            StoreCheck("an execution that is handed back waits at once and loses no attempt") { scene in
                let runs = try await scene.running(try await scene.job())
                let back = try await scene.finish(runs, .handedBack)
                try same(back.status, .pending)
                try same(back.maxAttempts, runs.execution.maxAttempts + 1)
                let again = try required(try await scene.claim(worker: "w2").first)
                try same(again.execution.attempt, 2)
                try same(again.execution.pastAttempts.map(\.reason), [.shutdown])
            },
            StoreCheck("a stopped attempt that was asked to stop is cancelled") { scene in
                let job = try await scene.job()
                let runs = try await scene.running(job)
                let asked = try await scene.store.cancel(runs.execution.id, of: job.id)
                try same(asked.status, .running)
                try expect(asked.cancelRequested)
                let ended = try await scene.finish(runs, .retry(after: .seconds(1)))
                try same(ended.status, .cancelled)
                try same(try await scene.reload(job).lastStatus, .cancelled)
            },
            StoreCheck("an attempt that succeeds although it was asked to stop has succeeded") { scene in
                let job = try await scene.job()
                let runs = try await scene.running(job)
                _ = try await scene.store.cancel(runs.execution.id, of: job.id)
                try same(try await scene.finish(runs, .succeeded).status, .succeeded)
            },
            StoreCheck("a waiting execution is cancelled at once and never runs") { scene in
                let job = try await scene.job()
                let row = try await scene.trigger(job)
                scene.clock.advance(by: .seconds(1))
                let ended = try await scene.store.cancel(row.id, of: job.id)
                try same(ended.status, .cancelled)
                try same(ended.reason, .cancelled)
                try same(ended.finishedAt, scene.now)
                try same(try await scene.claim(), [])
                try same(try await scene.reload(job).lastStatus, nil)
            },
            StoreCheck("cancelling or retrying what is not there is refused") { scene in
                let (job, other) = (try await scene.job("a"), try await scene.job("b"))
                let row = try await scene.trigger(job)
                for (id, owner) in [(Identifier.random(at: scene.now), job.id), (row.id, other.id)] {
                    try await refuses(with: .notFound) { try await scene.store.cancel(id, of: owner) }
                    try await refuses(with: .notFound) { try await scene.store.retry(id, of: owner) }
                }
            },
            StoreCheck("what is asked to stop twice is still only asked") { scene in
                let job = try await scene.job()
                let runs = try await scene.running(job)
                let once = try await scene.store.cancel(runs.execution.id, of: job.id)
                try same(try await scene.store.cancel(runs.execution.id, of: job.id), once)
            },
            StoreCheck("a retry by hand opens a failed execution with fresh attempts") { scene in
                let job = try await scene.job { $0.retryPolicy.maximumAttempts = 2 }
                let failed = try await scene.finish(try await scene.running(job), .failed, reason: .timeout, error: "x")
                scene.clock.advance(by: .seconds(5))
                let open = try await scene.store.retry(failed.id, of: job.id)
                try same(open, failed.reopened(at: scene.now, policy: job.draft.retryPolicy))
                try same(try await scene.reload(open), open)
                let again = try required(try await scene.claim().first)
                try same(again.execution.attempt, 2)
                try same(again.execution.maxAttempts, 3)
                try same(try await scene.finish(again).attempts.map(\.status), [.failed, .succeeded])
            },
            StoreCheck("a job's retry policy is asked when its execution is opened again") { scene in
                let job = try await scene.job()
                let failed = try await scene.finish(try await scene.running(job), .failed)
                _ = try await scene.update(try await scene.reload(job)) { $0.draft.retryPolicy.maximumAttempts = 7 }
                try same(try await scene.store.retry(failed.id, of: job.id).maxAttempts, 8)
            },
            StoreCheck("a retry by hand waits where those look who run what its job says now") { scene in
                let job = try await scene.job { $0.target = .worker(task: "mail", payload: .null) }
                func failed(lane: Lane, tasks: Set<String>? = nil) async throws -> Execution {
                    try await scene.finish(required(try await scene.claim(lane: lane, tasks: tasks).first), .failed)
                }
                try await scene.trigger(job)
                var row = try await failed(lane: .outside)
                _ = try await scene.update(try await scene.reload(job)) { $0.draft.target = .noop }
                _ = try await scene.store.retry(row.id, of: job.id)
                try same(try await scene.claim(lane: .outside), [])
                row = try await failed(lane: .builtIn)
                _ = try await scene.update(try await scene.reload(job)) {
                    $0.draft.target = .worker(task: "index", payload: .null)
                }
                _ = try await scene.store.retry(row.id, of: job.id)
                try same(try await scene.claim(), [])
                try same(try await scene.claim(lane: .outside, tasks: ["mail"]), [])
                try same(try await failed(lane: .outside, tasks: ["index"]).id, row.id)
            },
            StoreCheck("what waits and what is tried again goes where those look who run what its job says now") {
                scene in
                var job = try await scene.job { $0.retryPolicy.initialInterval = .zero }
                let waiting = try await scene.trigger(job)
                _ = try await scene.update(job) { $0.draft.target = .worker(task: "mail", payload: .null) }
                try same(try await scene.claim(), [])
                let taken = try required(try await scene.claim(lane: .outside, tasks: ["mail"]).first)
                try same(taken.execution.id, waiting.id)
                job = try await scene.reload(job)
                _ = try await scene.update(job) { $0.draft.target = .noop }
                try same(try await scene.finish(taken, .retry(after: .zero)).status, .pending)
                try same(try await scene.claim(lane: .outside), [])
                try same(try await scene.claim().map(\.execution.id), [waiting.id])
            },
        ] + ExecutionStatus.allCases.flatMap { [cancelling($0), retrying($0)] }

    /// An execution in any status, written as it is.
    private static func execution(_ status: ExecutionStatus, of job: Job, _ scene: StoreScene) async throws -> Execution
    {
        var row = job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 1)
        row.status = status
        if status == .running { row = row.claimed(by: "w1", at: scene.now, lease: .seconds(60)) }
        if status.isFinal { row.finishedAt = scene.now }
        _ = try await scene.store.enqueue([row], of: job.id, overlap: .allowAll)
        return row
    }

    private static func cancelling(_ status: ExecutionStatus) -> StoreCheck {
        StoreCheck("cancelling an execution that is \(status.rawValue) does what the state machine says") { scene in
            let job = try await scene.job()
            let row = try await execution(status, of: job, scene)
            scene.clock.advance(by: .seconds(1))
            if let next = row.cancelling(at: scene.now) {
                try same(try await scene.store.cancel(row.id, of: job.id), next)
                try same(try await scene.reload(row), next)
            } else {
                try await conflicts { try await scene.store.cancel(row.id, of: job.id) }
                try same(try await scene.reload(row), row)
            }
        }
    }

    private static func retrying(_ status: ExecutionStatus) -> StoreCheck {
        StoreCheck("retrying an execution that is \(status.rawValue) does what the state machine says") { scene in
            let job = try await scene.job()
            let row = try await execution(status, of: job, scene)
            scene.clock.advance(by: .seconds(1))
            if let next = row.reopened(at: scene.now, policy: job.draft.retryPolicy) {
                try same(try await scene.store.retry(row.id, of: job.id), next)
                try same(try await scene.claim().map(\.execution.id), [row.id])
            } else {
                try await conflicts { try await scene.store.retry(row.id, of: job.id) }
                try same(try await scene.reload(row), row)
            }
        }
    }
}
