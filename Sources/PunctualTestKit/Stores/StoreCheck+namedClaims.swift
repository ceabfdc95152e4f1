internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension StoreCheck {
    static let namedClaims: [StoreCheck] = [
        StoreCheck("a claim that names executions takes exactly these, each once") { scene in
            let job = try await scene.job()
            var rows: [Execution] = []
            for _ in 0..<5 { rows.append(try await scene.trigger(job, overlap: .allowAll)) }
            let named = [rows[1], rows[3]]
            let taken = try await scene.claim(executions: named)
            try same(Set(taken.map(\.execution.id)), Set(named.map(\.id)))
            try same(taken.map(\.execution.attempt), [1, 1])
            try same(taken.map(\.target), [.noop, .noop])
            try same(try await scene.claim(worker: "w2", executions: named), [])
            try same(try await scene.claim(worker: "w2", executions: []), [])
            // The others still wait, also those before them.
            try same(try await scene.claim().count, 3)
        },
        StoreCheck("a claim that names executions leaves those that may not be taken") { scene in
            let job = try await scene.job { $0.queue = "slow" }
            let paused = try await scene.trigger(job)
            _ = try await scene.store.setQueue("slow", paused: true)
            let other = try await scene.trigger(
                try await scene.job("other") { $0.target = .worker(task: "mail", payload: .null) })
            let manual = try await scene.job("later")
            var later = manual.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 1)
            later.availableAt = scene.now + .seconds(5)
            _ = try await scene.store.enqueue([later], of: manual.id, overlap: .allowAll)
            let ended = try await scene.running(try await scene.job("ended"))
            try await scene.finish(ended)
            let running = try await scene.running(try await scene.job("running"))
            let unknown = manual.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 2)
            let named = [paused, other, later, ended.execution, running.execution, unknown]
            try same(try await scene.claim(executions: named), [])
            try same(try await scene.reload(paused), paused)
            try same(try await scene.reload(running.execution), running.execution)
            _ = try await scene.store.setQueue("slow", paused: false)
            scene.clock.advance(by: .seconds(5))
            try same(Set(try await scene.claim(executions: named).map(\.execution.id)), [paused.id, later.id])
            try same(try await scene.claim(lane: .outside, tasks: ["index"], executions: named), [])
            let mail = try await scene.claim(lane: .outside, tasks: ["mail"], executions: named)
            try same(mail.map(\.execution.id), [other.id])
        },
        StoreCheck("a claim that names executions keeps to its limits, highest priority first") { scene in
            var rows: [Execution] = []
            for (index, priority) in [2, 9, 4, 9, 0, 6].enumerated() {
                rows.append(
                    try await scene.trigger(
                        try await scene.job("j\(index)") {
                            $0.priority = priority
                            $0.queue = index.isMultiple(of: 2) ? "even" : "odd"
                        }))
                scene.clock.advance(by: .milliseconds(10))
            }
            try same(try await scene.claim(0, executions: rows), [])
            try same(try await scene.claim(queues: ["none": 5], executions: rows), [])
            let some = try await scene.claim(3, queues: ["even": 1, "odd": 5], executions: rows)
            try same(some.map(\.execution.priority), [9, 9, 6])
            let rest = try await scene.claim(queues: ["even": 2, "odd": 5], executions: rows)
            try same(rest.map(\.execution.priority), [4, 2])
        },
        StoreCheck("a claim that names executions shows no more than its worker may see") { scene in
            let rows = [
                try await scene.trigger(try await scene.job("a") { $0.service = "a" }),
                try await scene.trigger(try await scene.job("b") { $0.service = "b" }),
            ]
            var visible = ServiceFilter.nothing
            func claim() async throws -> [Identifier] {
                try await scene.store.claim(
                    ClaimRequest(
                        worker: "w", executions: Set(rows.map(\.id)), visible: visible, limit: 10, lease: .seconds(60))
                ).map(\.execution.id)
            }
            try same(try await claim(), [])
            visible = ServiceFilter([Permission(.viewer, service: "b")])
            try same(try await claim(), [rows[1].id])
        },
        StoreCheck("of many that name the same executions at once, each execution goes to one") { scene in
            let job = try await scene.job()
            var made: [Execution] = []
            for _ in 0..<20 { made.append(try await scene.trigger(job, overlap: .allowAll)) }
            let rows = made
            let taken = try await withThrowingTaskGroup(of: [Identifier].self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await scene.claim(30, worker: "w\(number)", executions: rows).map(\.execution.id)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try same(taken.count, Set(taken).count)
            // What was locked meanwhile was passed over.
            let rest = try await scene.claim(30, executions: rows).map(\.execution.id)
            try same(Set(taken + rest), Set(rows.map(\.id)))
        },
    ]
}
