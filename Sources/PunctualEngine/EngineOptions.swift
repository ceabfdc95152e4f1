/// Every limit and rhythm of the loops, named.
package struct EngineOptions: Sendable {
    /// Jobs that one tick plans at most; a full batch is followed by the next at once.
    package var tickBatch = 500
    /// The longest that the scheduler and the worker wait without looking.
    package var pollInterval = Duration.seconds(1)
    /// How long the scheduler lets rings gather after a look.
    package var ringPause = Duration.milliseconds(10)
    /// The time limit of one store call of the scheduler, to read what is due or to apply plans; nil means none, which
    /// is for tests with a clock of their own. The other limits likewise.
    package var tickTimeout: Duration? = .seconds(10)
    /// What a call took that was given up comes back when its lease runs out.
    package var claimTimeout: Duration? = .seconds(10)
    /// Of one heartbeat; well within the lease, so that another follows before it runs out.
    package var renewTimeout: Duration? = .seconds(5)
    /// Of telling how an attempt ended; it is told again while the lease holds.
    package var finishTimeout: Duration? = .seconds(10)
    package var reclaimTimeout: Duration? = .seconds(10)
    /// Of removing one batch.
    package var retentionTimeout: Duration? = .seconds(60)
    /// Of one call about nodes and shards; some of them fit into a shard's lease.
    package var shardTimeout: Duration? = .seconds(3)
    /// Calls of one kind that were given up at their limit and have not come back, at most; more are refused.
    package var abandonedCalls = 32
    /// Attempts that run at once.
    package var concurrency = 512
    /// Attempts that have run and wait for the store to hear how they ended, beside those that run.
    package var untold = 1024
    /// Ends of attempts that the store is told in one call.
    package var finishBatch = 512
    /// Limits by queue; nil takes from every queue up to `concurrency`.
    package var queues: [String: Int]?
    /// Only executions of these services; nil takes those of all.
    package var services: Set<String>?
    /// Only executions of at least this priority.
    package var leastPriority = 0
    /// Executions that one claim takes at most.
    package var claimBatch = 256
    /// How long a claim holds without a heartbeat; heartbeats come three times as often.
    package var lease = Duration.seconds(30)
    /// Trust in a lease ends this long before it does.
    package var leaseMargin = Duration.seconds(2)
    /// How long running work may go on after the signal to stop.
    package var shutdownGrace = Duration.seconds(20)
    package var reapInterval = Duration.seconds(1)
    package var reapBatch = 200
    package var retentionInterval = Duration.seconds(600)
    package var retentionBatch = 1000
    /// How long ended executions are kept, but for those of jobs with a retention of their own.
    package var retention = Duration.seconds(90 * 86_400)
    /// How long answers to requests with an idempotency key are kept.
    package var idempotencyRetention = Duration.seconds(86_400)
    /// How long figures of a minute are kept; an hour of them is shown.
    package var figureRetention = Duration.seconds(7200)
    package var shards = 8
    package var shardLease = Duration.seconds(10)
    /// Compiled schedules that the scheduler keeps.
    package var scheduleCache = 10_000

    package init() {}
}
