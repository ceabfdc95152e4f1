public import PunctualCore
internal import PunctualSchedule

/// One sentence that holds for every pair of stores of a kind.
public struct TransferCheck: Sendable, CustomStringConvertible {
    public typealias TransferableStore = Store & TransferStore

    /// The sentence.
    public let name: String
    /// Runs the check from one empty store into another whose clocks are the one given.
    public let run: @Sendable (any TransferableStore, any TransferableStore, ManualClock) async throws -> Void

    init(
        _ name: String,
        _ run: @escaping @Sendable (any TransferableStore, any TransferableStore, ManualClock) async throws -> Void
    ) {
        self.name = name
        self.run = run
    }

    public var description: String { name }

    fileprivate static func contents(
        of store: any TransferStore
    ) async throws -> (jobs: [Job], executions: [TransferredExecution]) {
        (
            try await store.exportJobs(after: nil, limit: 1000),
            try await store.exportExecutions(after: nil, limit: 1000)
        )
    }
}

extension TransferCheck {
    /// Every check.
    public static let all: [TransferCheck] = [
        TransferCheck("what is exported and imported is the same, whatever its state") { source, target, clock in
            let scene = StoreScene(store: source, clock: clock)
            let job = try await scene.job()
            let ended = try await scene.running(job)
            try await scene.finish(ended)
            _ = try await scene.running(try await scene.job("other"))
            let (jobs, executions) = try await TransferCheck.contents(of: source)
            try expect(jobs.count == 2 && executions.count == 2, "\(jobs.count) jobs, \(executions.count) executions")
            for _ in 0..<2 {  // Twice is once.
                try await target.importJobs(jobs)
                try await target.importExecutions(executions)
                let copy = try await TransferCheck.contents(of: target)
                try same(copy.jobs, jobs)
                try same(copy.executions, executions)
            }
            let (counts, wanted) = (try await target.counts(), try await source.counts())
            for status in JobStatus.allCases { try same(counts.jobs[status] ?? 0, wanted.jobs[status] ?? 0) }
            for status in ExecutionStatus.allCases {
                try same(counts.executions[status] ?? 0, wanted.executions[status] ?? 0)
            }
        },
        TransferCheck("an imported row replaces the one that is there") { source, target, clock in
            let scene = StoreScene(store: source, clock: clock)
            let runs = try await scene.running(try await scene.job())
            let before = try await TransferCheck.contents(of: source)
            try await target.importJobs(before.jobs)
            try await target.importExecutions(before.executions)
            try await scene.finish(runs)
            let after = try await TransferCheck.contents(of: source)
            try await target.importJobs(after.jobs)
            try await target.importExecutions(after.executions)
            try same(try await TransferCheck.contents(of: target).executions.map(\.execution.status), [.succeeded])
            try same(try await target.counts().executions[.running] ?? 0, 0)
        },
        TransferCheck("what waits in the source can be claimed in the target") { source, target, clock in
            let scene = StoreScene(store: source, clock: clock)
            let job = try await scene.job()
            try await scene.trigger(job)
            let all = try await TransferCheck.contents(of: source)
            try await target.importJobs(all.jobs)
            try await target.importExecutions(all.executions)
            let claimed = try await target.claim(ClaimRequest(worker: "w", limit: 10, lease: .seconds(60)))
            try same(claimed.map(\.execution.id), all.executions.map(\.execution.id))
        },
        TransferCheck("a name that another job has is refused, and nothing is changed") { source, target, clock in
            let scene = StoreScene(store: source, clock: clock)
            _ = try await scene.job()
            _ = try await scene.job("second")
            _ = try await StoreScene(store: target, clock: clock).job("second")
            let jobs = try await source.exportJobs(after: nil, limit: 10)
            try await refuses(with: .nameTaken) { try await target.importJobs(jobs) }
            try same(try await target.exportJobs(after: nil, limit: 10).count, 1)
        },
        TransferCheck("pages follow one another in the order of ids") { source, _, clock in
            let scene = StoreScene(store: source, clock: clock)
            var made: [Identifier] = []
            for number in 0..<7 { made.append(try await scene.job("j\(number)").id) }
            var (seen, last): ([Identifier], Identifier?) = ([], nil)
            while true {
                let page = try await source.exportJobs(after: last, limit: 3).map(\.id)
                if page.isEmpty { break }
                seen += page
                last = page.last
            }
            try same(seen, made.sorted())
        },
    ]
}
