import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualServer

/// A replica whose state the test sets; its rows are those of a store of its own.
private final class PlayedReplica: Replica, Sendable {
    let name: String
    let rows: MemoryStore
    let position = Mutex<UInt64>(100)
    let age = Mutex(Duration.zero)
    let isDead = Mutex(false)

    var reader: any JobStore & HistoryStore & ExecutionStore { rows }

    init(_ name: String, clock: ManualClock) {
        self.name = name
        rows = MemoryStore(clock: clock)
    }

    func state() async throws(StoreError) -> (position: UInt64, age: Duration) {
        if isDead.withLock({ $0 }) { throw .unavailable("dead") }
        return (position.withLock { $0 }, age.withLock { $0 })
    }
}

@Suite("Reads from replicas")
struct ReplicaReadsTests {
    private let clock = ManualClock()
    private let primary: MemoryStore
    private let replicas: [PlayedReplica]
    /// Holds the primary's position.
    private let head: PlayedReplica

    init() {
        let clock = clock
        primary = MemoryStore(clock: clock)
        head = PlayedReplica("primary", clock: clock)
        replicas = ["a", "b"].map { PlayedReplica($0, clock: clock) }
    }

    /// The routed store, after its replicas were asked once. Each store holds one job, named after it.
    private func store(
        _ told: @escaping @Sendable (String, String?) -> Void = { _, _ in }
    ) async throws -> RoutedStore {
        for (store, name) in [(primary, "primary"), (replicas[0].rows, "a"), (replicas[1].rows, "b")] {
            _ = try await store.create([job(name)])
        }
        let reads = ReplicaReads(
            replicas, mostAge: .seconds(5),
            primaryPosition: { [head] () async throws(StoreError) in head.position.withLock { $0 } }, changed: told)
        await reads.look()
        return RoutedStore(primary: primary, replicas: reads)
    }

    private func job(_ name: String) -> Job {
        Job(
            id: .random(at: clock.now()), draft: JobDraft(name: name, schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: clock.now())
    }

    /// Which store answers a list.
    private func source(_ store: RoutedStore) async throws -> String? {
        try await store.jobs(JobQuery()).items.first { ["a", "b", "primary"].contains($0.draft.name) }?.draft.name
    }

    @Test("who is left out is told with the reason, at the first look already")
    func told() async throws {
        let told = Mutex<[String]>([])
        replicas[1].age.withLock { $0 = .seconds(9) }
        _ = try await store { name, fault in told.withLock { $0.append("\(name): \(fault ?? "read")") } }
        #expect(told.withLock { $0 } == ["a: read", "b: its newest data are 9s old"])
    }

    @Test("go to them in turn, and tell how old the answer may be")
    func turns() async throws {
        replicas[0].age.withLock { $0 = .seconds(2) }
        let store = try await store()
        var seen: [String?] = []
        for _ in 0..<4 { seen.append(try await source(store)) }
        #expect(Set(seen) == ["a", "b"] && seen[0] == seen[2] && seen[1] == seen[3])
        let staleness = Staleness()
        try await Staleness.$current.withValue(staleness) { for _ in 0..<2 { _ = try await store.counts() } }
        #expect((staleness.age ?? .zero) >= .seconds(2))
        let exact = Staleness()
        try await Staleness.$current.withValue(exact) { _ = try await store.job(.random(at: clock.now())) }
        #expect(exact.age == nil)
    }

    @Test("see what this node wrote, whether a replica has it yet or not")
    func readYourWrites() async throws {
        let store = try await store()
        head.position.withLock { $0 = 200 }
        _ = try await store.create([job("new")])
        #expect(try await source(store) == "primary")
        replicas[1].position.withLock { $0 = 200 }
        #expect(try await source(store) == "b")
        #expect(try await source(store) == "b")
        replicas[0].position.withLock { $0 = 250 }
        #expect(try await Set([source(store), source(store)]) == ["a", "b"])
    }

    @Test("leave out one that lags or is gone, and take it in again")
    func health() async throws {
        let changes = Mutex<[String]>([])
        let store = try await store { name, fault in changes.withLock { $0.append("\(name) \(fault == nil)") } }
        replicas[0].age.withLock { $0 = .seconds(6) }
        replicas[1].isDead.withLock { $0 = true }
        await store.replicas.look()
        #expect(try await source(store) == "primary")
        replicas[0].age.withLock { $0 = .zero }
        replicas[1].isDead.withLock { $0 = false }
        await store.replicas.look()
        #expect(try await Set([source(store), source(store)]) == ["a", "b"])
        #expect(changes.withLock { $0.sorted() } == ["a false", "a true", "a true", "b false", "b true", "b true"])
    }

    @Test("go to the primary when the primary does not tell how far it is")
    func unknownPosition() async throws {
        let reads = ReplicaReads(
            replicas, mostAge: .seconds(5),
            primaryPosition: { () async throws(StoreError) -> UInt64 in throw .unavailable("busy") })
        await reads.look()
        let store = RoutedStore(primary: primary, replicas: reads)
        _ = try await store.create([job("primary")])
        #expect(try await source(store) == "primary")
    }
}

extension ReplicaReads {
    /// Asks every replica how far it is.
    fileprivate func look() async {
        for index in replicas.indices { await look(at: index) }
    }
}
