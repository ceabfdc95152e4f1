// What the PostgreSQL store does in a second, through its port and in the batches that the engine uses, beside pgbench
// with rows of the same size in the same batches on the same server: the limit that this machine sets.
//
// Usage: StorePostgres [create] [bulk] [executions] [--seconds N]; without words all three.
// Prints `name value`, one a line.

import Foundation
import PunctualCore
import PunctualPostgres
import PunctualSchedule
import TestPeers

let options = Options(CommandLine.arguments)
let server = try PostgresServer()
if options.does("create") { try await measureCreation() }
if options.does("bulk") { try await measureBulk() }
if options.does("executions") { try await measureExecutions() }

/// 64 clients, one job a call.
func measureCreation() async throws {
    let store = try await PostgresStore(uri: try server.database())
    let rate = try await creations(store, callers: 64, jobs: 1)
    report("create_per_second", rate)
    let plain = try PlainRows(server).creations(seconds: options.seconds)
    report("create_pgbench_per_second", plain)
    report("create_ratio", rate / plain, digits: 2)
    await store.close()
}

/// One client, a thousand jobs a call.
func measureBulk() async throws {
    let store = try await PostgresStore(uri: try server.database())
    let rate = try await creations(store, callers: 2, jobs: 1000)
    report("bulk_per_second", rate)
    let plain = try PlainRows(server).bulk(seconds: options.seconds)
    report("bulk_pgbench_per_second", plain)
    report("bulk_ratio", rate / plain, digits: 2)
    await store.close()
}

func creations(_ store: PostgresStore, callers: Int, jobs: Int) async throws -> Double {
    let began = ContinuousClock.now
    let end = began.advanced(by: .seconds(options.seconds))
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<callers {
            group.addTask {
                var count = 0
                while ContinuousClock.now < end {
                    let first = count
                    let new = (0..<jobs).map { sampleJob("caller-\(caller)-\(first + $0)", every: .seconds(60)) }
                    for outcome in try await store.create(new) { _ = try outcome.get() }
                    count += jobs
                }
                return count
            }
        }
        return try await group.reduce(0, +)
    }
    return Double(made) / seconds(since: began)
}

/// 1,000 jobs that fall due as fast as they are planned, by 500; two workers of a hundred places claim, and each end is a
/// call of its own.
func measureExecutions() async throws {
    let store = try await PostgresStore(uri: try server.database())
    let start = now() + .seconds(-1_000_000)
    let jobs = (0..<1000).map { sampleJob("job-\($0)", every: .seconds(1), now: start) }
    _ = try await store.create(jobs)
    var (ticking, working) = (0.0, 0.0)
    var (planned, ended) = (0, 0)
    while ticking + working < Double(options.seconds) {
        var began = ContinuousClock.now
        for _ in 0..<10 {
            for _ in 0..<2 {
                let due = try await store.dueJobs(shards: nil, limit: 500)
                let plans = due.jobs.compactMap { job in job.nextRunAt.map { plan(job, at: $0) } }
                for case .applied(let rows) in try await store.apply(plans) { planned += rows.count }
            }
        }
        ticking += seconds(since: began)
        began = .now
        ended += try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<2 { group.addTask { try await drain(store, worker: "bench-\(worker)") } }
            return try await group.reduce(0, +)
        }
        working += seconds(since: began)
    }
    report("tick_executions_per_second", Double(planned) / ticking)
    let rate = Double(ended) / working
    report("work_executions_per_second", rate)
    report("executions_per_second", Double(ended) / (ticking + working))
    let plain = try PlainRows(server).executions(seconds: options.seconds)
    report("work_pgbench_per_second", plain)
    report("work_ratio", rate / plain, digits: 2)
    await store.close()
}

/// One execution at the instant, and a second later the next.
func plan(_ job: Job, at instant: Timestamp) -> TickPlan {
    TickPlan(
        jobID: job.id, expected: instant, version: job.version, next: instant + .seconds(1), status: .active,
        executions: [job.execution(at: instant, trigger: .schedule, now: instant)], overlap: .allowAll)
}

/// Claims while places are free and ends each execution as soon as it is begun, as the worker does with `noop`.
func drain(_ store: PostgresStore, worker: String) async throws -> Int {
    try await withThrowingTaskGroup(of: Void.self) { group in
        let places = 100
        var (inHand, ended) = (0, 0)
        while true {
            let claimed = try await store.claim(
                ClaimRequest(worker: worker, limit: places - inHand, lease: .seconds(30)))
            if claimed.isEmpty, inHand == 0 { return ended }
            for execution in claimed {
                group.addTask {
                    _ = try await store.finish(
                        Completion(lease: execution.lease, outcome: .succeeded, result: ExecutionResult()))
                }
            }
            inHand += claimed.count
            // Everything that ends with the next commit, then the next claim.
            for _ in 0..<inHand {
                _ = try await group.next()
                inHand -= 1
                ended += 1
            }
        }
    }
}
