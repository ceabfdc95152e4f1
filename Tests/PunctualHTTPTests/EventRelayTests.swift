import Hummingbird
import HummingbirdTesting
import PunctualAPI
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// Nodes that hand each other events over a link that a test may break.
private final class Mesh: Sendable {
    struct State {
        /// Nodes whose messages come nowhere.
        var cut: Set<Int> = []
        /// Every message that was sent, by node.
        var said: [[String]] = []
        /// What becomes of a message on its way; nil loses it.
        var bend: (@Sendable (String) -> String?)?
        /// How far the clock was put ahead.
        var ahead = Duration.zero
    }

    let logs: [EventLog]
    let relays = Mutex<[EventRelay]>([])
    let state: Mutex<State>

    init(_ count: Int, bytesPerSecond: Int = 1 << 20, mostBytes: Int = 7900) {
        let ticking = TickingClock()
        clock = ticking
        state = Mutex(State(said: Array(repeating: [], count: count)))
        logs = (0..<count).map { _ in EventLog(epoch: Timestamp(milliseconds: 1), now: { ticking.now }) }
        let made = logs.indices.map { index in
            EventRelay(
                log: logs[index],
                link: .init(mostBytes: mostBytes, bytesPerSecond: bytesPerSecond) { [weak self] in
                    self?.carry($0, from: index) ?? false
                }, now: { ticking.now })
        }
        relays.withLock { $0 = made }
    }

    let clock: TickingClock

    private func carry(_ messages: [String], from node: Int) -> Bool {
        for message in messages {
            let (isCut, bend) = state.withLock { state in
                state.said[node].append(message)
                return (state.cut.contains(node), state.bend)
            }
            if isCut { return false }
            guard let text = bend.map({ $0(message) }) ?? message else { continue }
            for relay in relays.withLock({ $0 }) { relay.hear(text) }
        }
        return true
    }

    /// What a node has said of events, and not of its wish to hear them.
    func said(by node: Int) -> [String] {
        state.withLock { $0.said[node].filter { $0.hasPrefix("events") } }
    }

    /// Runs the relays, and an API at each of their logs.
    func run(_ body: @escaping @Sendable ([any TestClientProtocol]) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for relay in relays.withLock({ $0 }) { group.addTask { await relay.run() } }
            defer { group.cancelAll() }
            try await open([], body)
        }
    }

    private func open(
        _ clients: [any TestClientProtocol], _ body: @escaping @Sendable ([any TestClientProtocol]) async throws -> Void
    ) async throws {
        if clients.count == logs.count { return try await body(clients) }
        var scene = APIScene()
        scene.services.events = logs[clients.count]
        try await scene.run(.live) { client in try await self.open(clients + [client], body) }
    }
}

/// The monotonic clock, which a test may put ahead.
private final class TickingClock: Sendable {
    private let ahead = Mutex(Duration.zero)
    var now: ContinuousClock.Instant { ContinuousClock.now + ahead.withLock { $0 } }
    func advance(by time: Duration) { ahead.withLock { $0 += time } }
}

private func port(_ client: any TestClientProtocol) throws -> Int { try #require(client.port) }

private func make(_ name: String, at client: any TestClientProtocol, service: String = "default") async throws {
    let job =
        #"{"name":"\#(name)","service":"\#(service)","schedule":{"type":"manual"},"target":{"type":"noop"},"description":"ü\n"}"#
    #expect(try await client.send(.post, "/api/v1/jobs", job).status == 201)
}

/// The names that are missing although the reader was not told so: what must never be.
private func missing(_ wanted: [String], in events: [ReadEvent]) -> [String] {
    let resets = events.lastIndex { $0.kind == "reset" } ?? -1
    let seen = Set(events.compactMap { $0.json["name"]?.string })
    let last = events.lastIndex { event in wanted.contains { event.json["name"]?.string == $0 } } ?? -1
    return resets > last || resets >= 0 ? [] : wanted.filter { !seen.contains($0) }
}

@Suite("Events of other nodes", .timeLimit(.minutes(5)))
struct EventRelayTests {
    @Test(
        "a reader sees what happens at every node, of its filter and no more, and nodes say nothing while nobody reads")
    func follow() async throws {
        let mesh = Mesh(3)
        try await mesh.run { clients in
            for (index, client) in clients.enumerated() { try await make("before-\(index)", at: client) }
            #expect((0..<3).allSatisfy { mesh.said(by: $0).isEmpty })
            let events = try await readEvents(3, from: try port(clients[0]), query: "?service=b") {
                for (index, client) in clients.enumerated() {
                    try await make("a-\(index)", at: client, service: "a")
                    try await make("b-\(index)", at: client, service: "b")
                }
            }
            // What happened just before is told, too.
            let names = events.filter { $0.kind != "reset" }.compactMap { $0.json["name"]?.string }
            #expect(Set(names) == ["b-0", "b-1", "b-2"] && events.allSatisfy { $0.kind == "job.created" })
            #expect(events.allSatisfy { $0.json["description"] == "ü\n" })
        }
    }

    @Test("a reader that comes back at another node gets all that came meanwhile")
    func elsewhere() async throws {
        let mesh = Mesh(3)
        try await mesh.run { clients in
            var wanted: [String] = []
            var last = ""
            var seen: [ReadEvent] = []
            for round in 0..<6 {
                let (reader, name) = (clients[round % 3], "round-\(round)")
                let place = last.isEmpty ? nil : last
                wanted += (0..<3).map { "\(name)-\($0)" }
                // Half of it while nobody reads.
                if round > 0 { for node in 0..<2 { try await make("\(name)-\(node)", at: clients[node]) } }
                var open = Set(wanted.suffix(3))
                try await followEvents(
                    from: try port(reader), after: place,
                    whenOpen: {
                        if round == 0 { for node in 0..<2 { try await make("\(name)-\(node)", at: clients[node]) } }
                        try await make("\(name)-2", at: clients[2])
                    }
                ) { event in
                    seen.append(event)
                    last = event.id
                    open.remove(event.json["name"]?.string ?? "")
                    return !open.isEmpty
                }
            }
            #expect(!seen.contains { $0.kind == "reset" })
            #expect(missing(wanted, in: seen).isEmpty)
        }
    }

    @Test(
        "of other nodes' jobs and executions a reader is told what his rights and their labels let him see, and no more"
    )
    func isolation() async throws {
        let mesh = Mesh(2)
        var (guarded, open) = (try await AccessScene(), APIScene())
        open.services.store = guarded.scene.store
        (guarded.scene.services.events, open.services.events) = (mesh.logs[0], mesh.logs[1])
        let permissions = [
            "ada": Permission(.viewer, service: "a"), "bob": Permission(.viewer, service: "b", labels: ["team": "x"]),
        ]
        var keys: [String: String] = [:]
        for (name, permission) in permissions {
            let user = try await guarded.user(name, [permission])
            keys[name] = try await guarded.key(of: .user(user.id)).text
        }
        let (scene, other, texts) = (guarded, open, keys)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for relay in mesh.relays.withLock({ $0 }) { group.addTask { await relay.run() } }
            defer { group.cancelAll() }
            try await scene.run(.live) { here in
                try await other.run(.live) { there in
                    for (name, wanted) in [("ada", ["a-x", "a-y"]), ("bob", ["b-x"])] {
                        var seen: [String] = []
                        try await followEvents(
                            from: try port(here), headers: ["Authorization": "Bearer \(texts[name] ?? "")"],
                            whenOpen: {
                                for job in ["b-y", "b-x", "a-y", "a-x"] {
                                    let text =
                                        #"{"name":"\#(name)-\#(job)","service":"\#(job.prefix(1))","labels":{"team":"\#(job.suffix(1))"},"schedule":{"type":"manual"},"target":{"type":"noop"}}"#
                                    let id = try await there.made("/api/v1/jobs", text)["id"]?.string ?? ""
                                    _ = try await there.made("/api/v1/jobs/\(id)/trigger")
                                }
                            }
                        ) { event in
                            if event.kind == "job.created" { seen.append(event.json["name"]?.string ?? "") }
                            if event.kind == "execution.updated" { seen.append(event.json["job_name"]?.string ?? "") }
                            return seen.count < 2 * wanted.count
                        }
                        #expect(Set(seen) == Set(wanted.map { "\(name)-\($0)" }), "\(name)")
                    }
                }
            }
        }
    }

    @Test("a lost message, a silent node, a link that comes back and a long absence are told as reset")
    func gaps() async throws {
        let mesh = Mesh(2)
        try await mesh.run { clients in
            let lost = Mutex(false)
            // The message with the job is lost on its way.
            mesh.state.withLock { state in
                state.bend = { text in
                    guard text.contains("\"gone\"") else { return text }
                    lost.withLock { $0 = true }
                    return nil
                }
            }
            let events = try await readEvents(2, from: try port(clients[0])) {
                try await make("gone", at: clients[1])
                try await until { lost.withLock { $0 } }
                try await make("after", at: clients[1])
            }
            #expect(events.map(\.kind) == ["reset", "job.created"])

            let silence = try await readEvents(1, from: try port(clients[0]), query: "?service=none") {
                _ = mesh.state.withLock { $0.cut.insert(1) }
                mesh.clock.advance(by: .seconds(6))
            }
            #expect(silence.map(\.kind) == ["reset"])
            _ = mesh.state.withLock { $0.cut.remove(1) }

            let again = try await readEvents(1, from: try port(clients[0]), query: "?service=none") {
                mesh.relays.withLock { $0[0] }.connected()
            }
            #expect(again.map(\.kind) == ["reset"])

            // For two minutes nobody reads, and then nothing is told.
            mesh.clock.advance(by: .seconds(130))
            let absent = try await readEvents(1, from: try port(clients[0]), after: again[0].id)
            #expect(absent.map(\.kind) == ["reset"])
        }
    }

    @Test("an event larger than a message comes whole, and one that is far too large is a gap")
    func large() async throws {
        let mesh = Mesh(2, mostBytes: 1000)
        try await mesh.run { clients in
            let events = try await readEvents(3, from: try port(clients[0])) {
                for size in [20_000, 90_000, 10] {
                    let text = String(repeating: "ü€", count: size / 5)
                    let job =
                        #"{"name":"j\#(size)","schedule":{"type":"manual"},"target":{"type":"worker","task":"t","payload":"\#(text)"}}"#
                    let status = try await clients[1].send(.post, "/api/v1/jobs", job).status
                    #expect(status == 201)
                }
            }
            #expect(Set(events.map { $0.json["name"]?.string ?? $0.kind }) == ["j20000", "reset", "j10"])
            let payload = events.first { $0.json["name"] == "j20000" }?.json["target"]?["payload"]?.string
            let isWhole = payload == String(repeating: "ü€", count: 4000)
            #expect(isWhole)
            #expect(mesh.said(by: 1).allSatisfy { $0.utf8.count <= 1000 })
        }
    }

    @Test("a flood is cut down to what the link may carry, and readers are told")
    func flood() async throws {
        let mesh = Mesh(2, bytesPerSecond: 20_000)
        try await mesh.run { clients in
            let began = ContinuousClock.now
            let items = (0..<100).map { #"{"name":"j\#($0)","schedule":{"type":"manual"},"target":{"type":"noop"}}"# }
            try await followEvents(
                from: try port(clients[0]),
                whenOpen: {
                    let all = #"{"items":[\#(items.joined(separator: ","))]}"#
                    let status = try await clients[1].send(.post, "/api/v1/jobs/bulk", all).status
                    #expect(status < 300)
                }
            ) { $0.kind != "reset" }
            let said = mesh.said(by: 1).reduce(0) { $0 + $1.utf8.count }
            let seconds = began.duration(to: .now) / .seconds(1)
            #expect(Double(said) <= 20_000 * (1 + seconds) + 2_000, "\(said) bytes in \(seconds) s")
        }
    }

    @Test("a twin whose numbers hide the hole leaves a reader without an event and without a word: the check sees it")
    func brokenTwin() async throws {
        let mesh = Mesh(2)
        try await mesh.run { clients in
            let lost = Mutex(0)
            mesh.state.withLock { state in
                state.bend = { text in
                    let words = text.split(separator: " ", maxSplits: 3)
                    guard words.count == 4, let number = Int(words[2]) else { return text }
                    return lost.withLock { lost in
                        if text.contains("\"gone\"") {
                            lost += 1
                            return nil
                        }
                        return "\(words[0]) \(words[1]) \(max(0, number - lost)) \(words[3])"
                    }
                }
            }
            let events = try await readEvents(1, from: try port(clients[0])) {
                try await make("gone", at: clients[1])
                try await until { lost.withLock { $0 } == 1 }
                try await make("after", at: clients[1])
            }
            #expect(missing(["gone", "after"], in: events) == ["gone"])
        }
    }

    @Test(
        "what is no message of ours is a gap and nothing else",
        arguments: [
            "", "x", "want", "want a b", "want \n", "events", "events a 1 whole", "events a -1 whole\n",
            "events a b whole\n",
            "events a 1 other\n", "events a/b 1 whole\n", "events a 1 whole\nx", "events a 1 whole\njob.created\t1\t{}",
            "events a 1 whole\njob.created\t1\t{\"service\":1,\"id\":\"x\"}", "events a 1 whole\nreset\t1\t{}",
            "events a 1 whole\nexecution.updated\t-1\t{}", "events a 99999999999999999999 whole\n",
        ])
    func hostile(text: String) async throws {
        let mesh = Mesh(1)
        try await mesh.run { clients in
            let events = try await readEvents(1, from: try port(clients[0])) {
                mesh.relays.withLock { $0[0] }.hear(text)
            }
            #expect(events.map(\.kind) == ["reset"])
        }
    }
}
