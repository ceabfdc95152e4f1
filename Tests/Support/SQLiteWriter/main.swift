// Writes to a store as fast as it can and says on stdout what was acknowledged, until it is killed; DurabilityTests
// starts it, kills it and looks at what it left.
//
// Usage: sqlite-writer PATH

import Foundation
import PunctualCore
import PunctualSQLite
import PunctualSchedule

struct SystemTime: WallClock {
    func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// One write a line, so that a line is there whole or not at all.
func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    // A reader that is gone is about to kill this process.
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}

guard CommandLine.arguments.count == 2 else {
    print("usage: sqlite-writer PATH")
    exit(2)
}
let clock = SystemTime()
let store = try SQLiteStore(path: CommandLine.arguments[1], clock: clock)
say("ready")
try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<4 {
        group.addTask {
            while true {
                let now = clock.now()
                let id = Identifier.random(at: now)
                var draft = JobDraft(
                    name: "job-\(id)", schedule: .interval(every: .milliseconds(50), anchor: now), target: .noop)
                draft.overlapPolicy = .allowAll
                let outcomes = try await store.create([Job(id: id, draft: draft, nextRunAt: now, createdAt: now)])
                if case .success = outcomes.first { say("job \(id)") }
            }
        }
    }
    group.addTask {
        while true {
            let due = try await store.dueJobs(shards: nil, limit: 20)
            let plans = due.jobs.compactMap { job -> TickPlan? in
                guard case .interval(let every, let anchor) = job.draft.schedule else { return nil }
                return job.plan(
                    at: due.now,
                    schedule: .interval(IntervalSchedule(every: every, anchor: anchor ?? job.createdAt)))
            }
            for case .applied(let rows) in try await store.apply(plans) {
                for row in rows { say("execution \(row.id)") }
            }
        }
    }
    group.addTask {
        while true {
            let claimed = try await store.claim(ClaimRequest(worker: "writer", limit: 20, lease: .seconds(3600)))
            for execution in claimed { say("claimed \(execution.execution.id)") }
            try await withThrowingTaskGroup(of: Void.self) { ends in
                for execution in claimed {
                    ends.addTask {
                        let completion = Completion(lease: execution.lease, outcome: .succeeded)
                        if case .finished(let ended) = try await store.finish(completion) { say("ended \(ended.id)") }
                    }
                }
                try await ends.waitForAll()
            }
        }
    }
    try await group.waitForAll()
}
