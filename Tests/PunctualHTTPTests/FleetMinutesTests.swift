import HTTPTypes
import HummingbirdTesting
import PunctualAPI
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@Suite("The last hour of all nodes", .timeLimit(.minutes(2)))
struct FleetMinutesTests {
    /// The reference store behind a door; it fails, or keeps all waiting, when it is told to.
    private final class Behind: FigureStore {
        enum Mood { case well, away, silent }

        let inner: MemoryStore
        let mood = Mutex(Mood.well)
        let asked = Mutex(0)
        /// What a version that counts otherwise has told.
        let unreadable = Mutex<[FigureTeller]>([])

        init(_ inner: MemoryStore) { self.inner = inner }

        func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError) {
            try await inner.tell(figures, by: teller)
        }

        func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures {
            asked.withLock { $0 += 1 }
            try? await until { mood.withLock { $0 != .silent } }  // Only a cancelled task fails.
            if mood.withLock({ $0 }) == .away { throw .unavailable("away") }
            var told = try await inner.toldFigures(ofLast: minutes, limit: limit)
            told.items += unreadable.withLock { $0 }.map { ToldFigures.Item(teller: $0, figures: nil) }
            return told
        }

        func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int { 0 }
    }

    private struct Scene {
        var api = APIScene()
        let store: Behind

        /// - Parameter clock: the node's own.
        init(_ clock: ManualClock? = nil, age: Duration = .zero, patience: Duration = .seconds(30)) {
            store = Behind(api.store)
            api.services.minutes = FleetMinutes(
                store, events: api.services.events, node: "n1", clock: clock ?? api.clock, age: age, patience: patience)
        }

        var minute: Int { MinuteFigures.minute(of: api.clock.now()) }

        /// What others have told.
        func tell(
            _ node: String, _ process: String = "1", minute: Int? = nil, succeeded: Int, failed: Int = 0
        )
            async throws
        {
            var figures = MinuteFigures(minute: minute ?? self.minute)
            figures.ended = [.succeeded: succeeded, .failed: failed]
            figures.queues = ["mail": .init(ended: succeeded + failed, failed: failed)]
            figures.late[12] = succeeded
            try await store.tell([figures], by: FigureTeller(node: node, process: process))
        }

        /// What this node sees end.
        func see(_ status: ExecutionStatus, times: Int = 1) {
            let now = api.clock.now()
            for _ in 0..<times {
                let ended = Execution(
                    id: .random(at: now), jobID: Identifier(high: 1, low: 1), jobName: "j", service: "s",
                    queue: "mail", priority: 5, scheduledAt: now, availableAt: now, trigger: .schedule,
                    status: status, attempt: 1, maxAttempts: 1, createdAt: now, startedAt: now, finishedAt: now)
                api.services.events.publish(.executionUpdated, ended)
            }
        }
    }

    private static let path = "/api/v1/stats/minutes?by=queue"

    @Test("is the sum of what eight nodes have told and of what this one has counted, its own rows apart")
    func sums() async throws {
        let scene = Scene()
        for number in 1...8 {
            let minute = scene.minute - number
            try await scene.tell("n\(number)", minute: minute, succeeded: number, failed: 1)
            try await scene.tell("n\(number)", succeeded: 10)
        }
        scene.see(.succeeded, times: 5)
        scene.see(.failed)
        // What it has told itself is older than what it knows.
        let counts = scene.api.services.minutes.counts
        try await scene.store.tell(counts.untold(), by: scene.api.services.minutes.teller)
        scene.see(.succeeded, times: 2)
        try await scene.api.run { client in
            let told = try await client.send(.get, Self.path).json
            #expect(told["nodes"] == .array((1...8).map { .string("n\($0)") }) && told["complete"] == true)
            let items = told["items"]?.array ?? []
            #expect(items.count == 60)
            #expect(items.last?["succeeded"] == 87 && items.last?["failed"] == 1, "\(items.last ?? .null)")
            #expect(items[51]["succeeded"] == 8 && items[51]["failed"] == 1 && items[50]["succeeded"] == 0)
            #expect(items.last?["lateness_ms"]?["p50"] == 1000 && items[50]["lateness_ms"]?["p95"] == .null)
            let queue = told["queues"]?[0]
            #expect(queue?["name"] == "mail" && queue?["ended"] == 132 && queue?["failed"] == 9, "\(told)")
            #expect(queue?["ended_by_minute"]?.array?.last == 88)
            let page = try await client.page("/").text
            #expect(page.contains("last hour, all nodes") && page.contains("<strong>132</strong> ended"))
            #expect(!page.contains("Not complete") && !page.contains("this node"))
        }
    }

    @Test("has what earlier lives of the node have counted, under its one name")
    func restarted() async throws {
        let scene = Scene()
        try await scene.tell("n1", "before", succeeded: 3)
        try await scene.tell("n1", "long before", succeeded: 4)
        scene.see(.succeeded)
        try await scene.api.run { client in
            let told = try await client.send(.get, Self.path).json
            #expect(told["nodes"] == ["n1"] && told["items"]?.array?.last?["succeeded"] == 8)
        }
    }

    @Test("is this node's alone, and says so, while the store fails or says nothing", arguments: [true, false])
    func alone(isSilent: Bool) async throws {
        let scene = Scene(patience: isSilent ? .milliseconds(50) : .seconds(30))
        try await scene.tell("n2", succeeded: 40)
        scene.see(.failed)
        scene.store.mood.withLock { $0 = isSilent ? .silent : .away }
        try await scene.api.run { client in
            let told = try await client.send(.get, Self.path).json
            #expect(told["complete"] == false && told["nodes"] == ["n1"], "\(told)")
            #expect(told["items"]?.array?.last?["failed"] == 1 && told["items"]?.array?.last?["succeeded"] == 0)
            for path in ["/", "/queues"] {
                let page = try await client.page(path).text
                #expect(page.contains("These are the figures of n1."), "\(page)")
            }
            scene.store.mood.withLock { $0 = .well }
            // The question that hung has its answer now.
            try await until { try await client.send(.get, Self.path).json["complete"] == true }
            let whole = try await client.send(.get, Self.path).json
            #expect(whole["nodes"] == ["n1", "n2"] && whole["items"]?.array?.last?["succeeded"] == 40)
            #expect(try await !client.page("/").text.contains("Not complete"))
        }
    }

    @Test("passes over what a version that counts otherwise has told, and says that something is missing")
    func unreadable() async throws {
        let scene = Scene()
        try await scene.tell("n2", succeeded: 4)
        scene.store.unreadable.withLock { $0 = [FigureTeller(node: "n3", process: "1")] }
        try await scene.api.run { client in
            let told = try await client.send(.get, Self.path).json
            #expect(told["complete"] == false && told["nodes"] == ["n1", "n2"])
            #expect(told["items"]?.array?.last?["succeeded"] == 4)
            let page = try await client.page("/").text
            #expect(page.contains("These are the figures of n1, n2."))
        }
    }

    @Test("is the hour of the store's clock, however wrong the node's own is", arguments: [-301, 301, 86_400])
    func clocks(seconds: Int64) async throws {
        let clock = ManualClock()
        clock.advance(by: .seconds(seconds))
        let scene = Scene(clock)
        try await scene.tell("n2", succeeded: 4)
        try await scene.tell("n2", minute: scene.minute - 59, succeeded: 6)
        scene.see(.succeeded)
        try await scene.api.run { client in
            let items = try await client.send(.get, Self.path).json["items"]?.array ?? []
            #expect(items.last?["at"] == .string("\(scene.api.clock.now())"), "\(items.last ?? .null)")
            #expect(items.last?["succeeded"] == 5 && items.first?["succeeded"] == 6)
            // Without the store it goes by the difference that it has seen.
            scene.store.mood.withLock { $0 = .away }
            clock.advance(by: .seconds(60))
            let later = try await client.send(.get, Self.path).json["items"]?.array ?? []
            #expect(later.last?["at"] == .string("\(scene.api.clock.now() + .seconds(60))"))
            #expect(later[58]["succeeded"] == 1)
        }
    }

    @Test("is read once for all who look")
    func shared() async throws {
        let scene = Scene(age: .seconds(3600))
        try await scene.tell("n2", succeeded: 4)
        try await scene.api.run { client in
            for _ in 0..<20 { _ = try await client.send(.get, Self.path) }
            scene.see(.succeeded)
            let items = try await client.send(.get, Self.path).json["items"]?.array ?? []
            #expect(items.last?["succeeded"] == 5, "what the node itself sees is not kept")
        }
        #expect(scene.store.asked.withLock { $0 } == 1)
    }
}
