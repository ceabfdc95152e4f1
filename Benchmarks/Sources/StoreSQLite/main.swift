// What the SQLite store does in a second, through its port and in the batches that the engine uses, beside plain
// prepared statements that write the same rows with one commit a batch: the limit that this machine sets.
//
// Usage: StoreSQLite [create] [executions] [million] [--seconds N] [--jobs N]; without words all three.
// Prints `name value`, one a line.

import Foundation
import PunctualCore
import PunctualSQLite
import PunctualSchedule

let options = Options(CommandLine.arguments)
if let path = options.opened {
    try await Million.look(at: path)
    exit(0)
}
if options.does("create") { try await measureCreation() }
if options.does("executions") { try await measureExecutions() }
if options.does("million") { try await Million.measure(jobs: options.jobs) }

/// 64 clients, one job a call.
func measureCreation() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file("store.db"), clock: BenchClock())
    defer { store.close() }
    let began = ContinuousClock.now
    let end = began.advanced(by: .seconds(options.seconds))
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
        for client in 0..<64 {
            group.addTask {
                var count = 0
                while ContinuousClock.now < end {
                    _ = try await store.create([sampleJob("client-\(client)-\(count)", every: .seconds(60))])
                    count += 1
                }
                return count
            }
        }
        return try await group.reduce(0, +)
    }
    let rate = Double(made) / seconds(since: began)
    report("create_per_second", rate)
    let bare = try BareRows(path: folder.file("bare.db"))
    let bareRate = bare.creations(perCommit: 64, seconds: options.seconds)
    report("create_bare_per_second", bareRate)
    report("create_ratio", rate / bareRate, digits: 2)
}

/// 1,000 jobs due every second, ticked by 500; claims for 64 places, each end a call of its own.
func measureExecutions() async throws {
    let folder = try Folder()
    let clock = BenchClock()
    let store = try SQLiteStore(path: folder.file("store.db"), clock: clock)
    defer { store.close() }
    let jobs = (0..<1000).map { sampleJob("job-\($0)", every: .seconds(1), now: clock.now()) }
    _ = try await store.create(jobs)
    var (ticking, working) = (Duration.zero, Duration.zero)
    var (planned, ended) = (0, 0)
    while ticking + working < .seconds(options.seconds) {
        clock.advance(by: .seconds(1))
        let began = ContinuousClock.now
        while true {
            let due = try await store.dueJobs(shards: nil, limit: 500)
            let plans = due.jobs.compactMap { job -> TickPlan? in
                guard case .interval(let every, let anchor) = job.draft.schedule else { return nil }
                return job.plan(
                    at: due.now,
                    schedule: .interval(IntervalSchedule(every: every, anchor: anchor ?? job.createdAt)))
            }
            if plans.isEmpty { break }
            for case .applied(let rows) in try await store.apply(plans) { planned += rows.count }
            if plans.count < 500 { break }
        }
        let ticked = ContinuousClock.now
        ended += try await drain(store)
        ticking += ticked - began
        working += .now - ticked
    }
    report("tick_executions_per_second", Double(planned) / ticking.inSeconds)
    report("work_executions_per_second", Double(ended) / working.inSeconds)
    let rate = Double(ended) / (ticking + working).inSeconds
    report("executions_per_second", rate)
    let bare = try BareRows(path: folder.file("bare.db"))
    let bareRate = bare.executions(jobs: 1000, tickBatch: 500, workBatch: 64, seconds: options.seconds)
    report("executions_bare_per_second", bareRate)
    report("executions_ratio", rate / bareRate, digits: 2)
}

/// Claims while places are free and ends each execution as soon as it is begun, as the worker does with `noop`.
func drain(_ store: SQLiteStore) async throws -> Int {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var (inHand, ended) = (0, 0)
        while true {
            let claimed = try await store.claim(
                ClaimRequest(worker: "bench", limit: 64 - inHand, lease: .seconds(30)))
            if claimed.isEmpty, inHand == 0 { return ended }
            for execution in claimed {
                group.addTask {
                    _ = try await store.finish(
                        Completion(lease: execution.lease, outcome: .succeeded, result: ExecutionResult()))
                }
            }
            inHand += claimed.count
            // Everything that ends with the next commit, then the next claim.
            let wanted = max(1, inHand / 2)
            for _ in 0..<wanted {
                _ = try await group.next()
                inHand -= 1
                ended += 1
            }
        }
    }
}
