internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Lets concurrent calls of one kind share a statement: whoever arrives while others are on their way joins the next.
final class SharedLane<Item: Sendable, Answer: Sendable>: Sendable {
    private typealias Waiting = (item: Item, continuation: CheckedContinuation<Result<Answer, StoreError>, Never>)

    private struct State {
        var waiting: [Waiting] = []
        var flights = 0
    }

    private let state = Mutex(State())
    /// The most that share one statement, in the items' weight.
    private let batchLimit: Int
    private let weight: @Sendable (Item) -> Int
    /// The most statements on their way at once.
    private let flightLimit: Int
    private let perform: @Sendable (PostgresStore, [Item]) async throws(StoreError) -> [Answer]

    /// - Parameters:
    ///   - weight: of an item in the batch; one that is above the limit goes alone.
    ///   - perform: one answer an item, in order.
    init(
        batchLimit: Int = 512, flightLimit: Int = 2, weight: @escaping @Sendable (Item) -> Int = { _ in 1 },
        perform: @escaping @Sendable (PostgresStore, [Item]) async throws(StoreError) -> [Answer]
    ) {
        self.batchLimit = batchLimit
        self.flightLimit = flightLimit
        self.weight = weight
        self.perform = perform
    }

    /// How many wait for the next statement.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for the item's answer; a caller that is cancelled waits with the others, since its item is on its way.
    func submit(_ item: Item, to store: PostgresStore) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            let mustFly = state.withLock { state in
                state.waiting.append((item, continuation))
                guard state.flights < flightLimit else { return false }
                state.flights += 1
                return true
            }
            // Awaited by those whose items it carries.
            if mustFly { Task { await fly(store) } }
        }
        return try result.get()
    }

    private func fly(_ store: PostgresStore) async {
        while true {
            // Who is about to arrive joins.
            await Task.yield()
            let batch: [Waiting] = state.withLock { state in
                var total = 0
                let count = state.waiting.prefix { waiting in
                    total += weight(waiting.item)
                    return total <= batchLimit
                }.count
                let batch = Array(state.waiting.prefix(max(1, count)))
                state.waiting.removeFirst(batch.count)
                if batch.isEmpty { state.flights -= 1 }
                return batch
            }
            if batch.isEmpty { return }
            let outcome: Result<[Answer], StoreError>
            do throws(StoreError) {
                outcome = .success(try await perform(store, batch.map(\.item)))
            } catch { outcome = .failure(error) }
            switch outcome {
            case .success(let answers):
                for (waiting, answer) in zip(batch, answers) {
                    waiting.continuation.resume(returning: .success(answer))
                }
            case .failure(let error):
                for waiting in batch { waiting.continuation.resume(returning: .failure(error)) }
            }
        }
    }
}

/// What the store's concurrent calls share.
struct Lanes: Sendable {
    let creations = SharedLane<(jobs: [Job], limits: [String: Int]), [Result<Job, StoreError>]>(batchLimit: 256) {
        (store, lists) async throws(StoreError) in
        // Of one node's settings: those of a service are the same in each.
        let limits = lists.reduce(into: [:]) { all, list in all.merge(list.limits, uniquingKeysWith: min) }
        var answers = try await store.insert(lists.flatMap(\.jobs), within: limits)[...]
        return lists.map { list in
            defer { answers.removeFirst(list.jobs.count) }
            return Array(answers.prefix(list.jobs.count))
        }
    }
    let completions = SharedLane<[Completion], [FinishOutcome]>(weight: \.count) {
        (store, lists) async throws(StoreError) in
        var outcomes = try await store.end(lists.flatMap { $0 })[...]
        return lists.map { list in
            defer { outcomes.removeFirst(list.count) }
            return Array(outcomes.prefix(list.count))
        }
    }
    let time = SharedLane<Void, Timestamp>(flightLimit: 1) { (store, askers) async throws(StoreError) in
        Array(repeating: try await store.readTime(), count: askers.count)
    }
    /// One at a time: they would only wait for each other's lock.
    let audits = SharedLane<[AuditDraft], [AuditEntry]>(batchLimit: 64, flightLimit: 1) {
        (store, lists) async throws(StoreError) in
        var entries = try await store.chain(lists.flatMap { $0 })[...]
        return lists.map { list in
            defer { entries.removeFirst(list.count) }
            return Array(entries.prefix(list.count))
        }
    }
    let jobs = SharedLane<Identifier, Job?>(batchLimit: 128) { (store, ids) async throws(StoreError) in
        try await store.jobs(ids)
    }
    let executions = SharedLane<Identifier, Execution?>(batchLimit: 128) { (store, ids) async throws(StoreError) in
        try await store.executions(ids)
    }
}
