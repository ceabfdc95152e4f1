internal import PunctualCore
internal import PunctualSchedule

extension StoreCheck {
    static let shares: [StoreCheck] = turns + dedicated

    /// That many executions of the service wait, a millisecond apart.
    private static func backlog(
        of service: String, _ count: Int, priority: Int = 5, in scene: StoreScene
    ) async throws {
        let job = try await scene.job("\(service)-\(priority)") { ($0.service, $0.priority) = (service, priority) }
        var rows: [Execution] = []
        for index in 0..<count {
            rows.append(
                job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: UInt64(index) + 1))
            scene.clock.advance(by: .milliseconds(1))
        }
        _ = try await scene.store.enqueue(rows, of: job.id, overlap: .allowAll)
    }

    private static func services(_ claimed: [ClaimedExecution]) -> [String: Int] {
        Dictionary(grouping: claimed, by: \.service).mapValues(\.count)
    }

    private static let turns: [StoreCheck] = [
        StoreCheck("services of one priority give as many each, however long one has waited") { scene in
            try await backlog(of: "first", 30, in: scene)
            try await backlog(of: "second", 3, in: scene)
            try await backlog(of: "third", 30, in: scene)
            try same(services(try await scene.claim(9)), ["first": 3, "second": 3, "third": 3])
            try same(services(try await scene.claim(8)), ["first": 4, "third": 4])
        },
        StoreCheck("whoever takes one at a time meets a new service by the second") { scene in
            try await backlog(of: "old", 40, in: scene)
            for _ in 0..<20 { try same(services(try await scene.claim(1)), ["old": 1]) }
            try await backlog(of: "new", 2, in: scene)
            var seen: [String] = []
            for _ in 0..<5 { seen += try await scene.claim(1).map(\.service) }
            try same(seen.count { $0 == "new" }, 2)
            try expect(seen.prefix(2).contains("new"), "\(seen)")
        },
        StoreCheck("a service that had nothing waiting has saved up no turns") { scene in
            try await backlog(of: "busy", 60, in: scene)
            try same(services(try await scene.claim(30)), ["busy": 30])
            try await backlog(of: "idle", 30, in: scene)
            var given: [String: Int] = [:]
            for _ in 0..<5 { given.merge(services(try await scene.claim(4)), uniquingKeysWith: +) }
            try expect((8...12).contains(given["busy", default: 0]), "\(given)")
            try same(given.values.reduce(0, +), 20)
        },
        StoreCheck("a higher priority goes before the turns of services") { scene in
            try await backlog(of: "a", 4, priority: 7, in: scene)
            try await backlog(of: "b", 4, priority: 2, in: scene)
            try await backlog(of: "a", 4, priority: 2, in: scene)
            try same(services(try await scene.claim(4)), ["a": 4])
            let rest = try await scene.claim(4)
            try same(Set(rest.map(\.execution.priority)), [2])
            try same(services(rest), ["a": 2, "b": 2])
        },
        StoreCheck("within a service what has waited longest goes first") { scene in
            for service in ["a", "b"] { try await backlog(of: service, 6, in: scene) }
            var seen: [String: [Timestamp]] = [:]
            for _ in 0..<4 {
                for one in try await scene.claim(3) { seen[one.service, default: []].append(one.execution.availableAt) }
            }
            for times in seen.values { try same(times, times.sorted()) }
            try same(seen.mapValues(\.count), ["a": 6, "b": 6])
        },
        StoreCheck("of two hundred services each has its turn before any has its second") { scene in
            let names = (0..<200).map { "s\($0)" }
            for name in names { try await backlog(of: name, 2, in: scene) }
            for _ in 0..<2 {
                var seen: [String] = []
                for _ in 0..<20 { seen += try await scene.claim(10).map(\.service) }
                try same(Set(seen), Set(names))
                try same(seen.count, names.count)
            }
        },
        StoreCheck("a claim empties many services, highest priority first, in one call") { scene in
            for index in 0..<90 { try await backlog(of: "s\(index)", 3, priority: index % 3, in: scene) }
            let taken = try await scene.claim(200)
            try same(taken.count, 200)
            try same(
                Dictionary(grouping: taken, by: \.execution.priority).mapValues(\.count), [2: 90, 1: 90, 0: 20])
            try same(try await scene.claim(200).count, 70)
        },
    ]

    private static let dedicated: [StoreCheck] = [
        StoreCheck("a worker for some services takes nothing of others, and is not woken for them") { scene in
            for service in ["a", "b", "c"] { try await backlog(of: service, 2, in: scene) }
            let others = WorkChoice(lane: .builtIn, services: ["d"])
            try same(try await scene.store.nextAvailable(for: others), nil)
            try same(try await scene.claim(services: ["d"]), [])
            try same(try await scene.claim(services: []), [])
            try same(services(try await scene.claim(services: ["a", "c", "d"])), ["a": 2, "c": 2])
            try same(
                try await scene.store.nextAvailable(for: WorkChoice(lane: .builtIn, services: ["a", "c"])), nil)
            try expect(
                try await scene.store.nextAvailable(for: WorkChoice(lane: .builtIn, services: ["b"])) ?? .seconds(9)
                    <= .zero)
            try same(services(try await scene.claim()), ["b": 2])
        },
        StoreCheck("a worker for high priorities takes nothing below, and is not woken for it") { scene in
            for priority in [2, 5, 8] { try await backlog(of: "s", 2, priority: priority, in: scene) }
            try same(try await scene.claim(leastPriority: 9), [])
            try same(try await scene.claim(leastPriority: 5).map(\.execution.priority), [8, 8, 5, 5])
            let work = WorkChoice(lane: .builtIn, leastPriority: 5)
            try same(try await scene.store.nextAvailable(for: work), nil)
            try expect(try await scene.store.nextAvailable(lane: .builtIn) ?? .seconds(9) <= .zero)
            try same(try await scene.claim().map(\.execution.priority), [2, 2])
        },
        StoreCheck("a worker for some queues is not woken for others") { scene in
            try await scene.trigger(try await scene.job { $0.queue = "mail" })
            let work = WorkChoice(lane: .builtIn, queues: ["slow"])
            try same(try await scene.store.nextAvailable(for: work), nil)
            try same(
                try await scene.store.nextAvailable(for: WorkChoice(lane: .builtIn, queues: ["slow", "mail"])), .zero)
        },
        StoreCheck("a claim that names executions keeps to services and priority, too") { scene in
            var rows: [Execution] = []
            for (name, priority) in [("a", 5), ("b", 5), ("c", 2)] {
                rows.append(
                    try await scene.trigger(
                        try await scene.job(name) { ($0.service, $0.priority) = (name, priority) }))
            }
            let some = try await scene.claim(executions: rows, services: ["a", "c"], leastPriority: 3)
            try same(services(some), ["a": 1])
            try same(services(try await scene.claim(executions: rows)), ["b": 1, "c": 1])
        },
    ]
}
