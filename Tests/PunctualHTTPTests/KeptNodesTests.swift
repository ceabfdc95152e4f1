import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualPostgres
import PunctualRedis
import PunctualSchedule
import TestPeers
import Testing

/// Two nodes' APIs over one PostgreSQL, each with a cache and a Redis client of its own.
private struct TwoNodes: Sendable {
    let clients: [any TestClientProtocol]
    let caches: [SharedCache]
    /// As the engine of some node uses it: nobody is told.
    let store: PostgresStore

    /// - Parameters:
    ///   - redis: nil for nodes without one.
    ///   - members: the nodes that use it.
    static func run(
        _ redis: RedisPeer?, on members: Set<Int> = [0, 1], _ body: @escaping @Sendable (TwoNodes) async throws -> Void
    ) async throws {
        let uri = try await blocking { try PostgresServer.shared.database() }
        let (first, second) = (try await PostgresStore(uri: uri), try await PostgresStore(uri: uri))
        var links: [Redis] = []
        var caches: [SharedCache] = []
        var scenes: [APIScene] = []
        let prefix = "t\(UInt64.random(in: .min ... .max))"
        for (index, store) in [first, second].enumerated() {
            var link: Redis?
            if let redis, members.contains(index) {
                link = try Redis(RedisSettings("redis://127.0.0.1:\(redis.port)"))
            }
            if let link { links.append(link) }
            caches.append(
                SharedCache(
                    link, hasOthers: true, node: "n\(index)", prefix: prefix,
                    tellOthers: { groups, isShared in
                        let told = isShared ? groups.filter(KeptGroups.lasting.contains) : groups
                        if !told.isEmpty { store.tellStale(told, isShared: isShared) }
                    }))
            var scene = APIScene()
            scene.services.store = store
            scenes.append(scene)
        }
        for index in scenes.indices { scenes[index].services.keepAnswers(in: caches[index]) }
        let (made, ready) = (scenes, caches)
        let (listening, hear) = AsyncStream.makeStream(of: Void.self)
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            for (cache, store) in zip(ready, [first, second]) {
                group.addTask { await cache.run() }
                let listener = store.listener(ringing: Silence()) { notice in
                    // As the node does it.
                    switch notice {
                    case .listening:
                        cache.listens(true)
                        hear.yield()
                    case .deaf: cache.listens(false)
                    case .groups(let groups, let isShared):
                        cache.drop(groups)
                        Task { await cache.heard(groups, isShared: isShared) }  // It ends at once.
                    }
                }
                group.addTask { await listener.run() }
            }
            defer { group.cancelAll() }
            do {
                var ears = listening.makeAsyncIterator()
                for _ in ready { await ears.next() }
                if redis != nil { try await until { ready.allSatisfy(\.isTrusted) } }
                try await made[0].run { one in
                    try await made[1].run { other in
                        try await body(TwoNodes(clients: [one, other], caches: ready, store: first))
                    }
                }
                return .success(())
            } catch { return .failure(error) }
        }
        for link in links { await link.close() }
        await first.close()
        await second.close()
        try result.get()
    }

    private struct Silence: Bell {
        func jobsChanged() {}
        func workWaiting() {}
        func workCancelled() {}
        func shardsFreed() {}
    }

    /// Reads until it is so. What is asked for more than a second after now is so at once.
    func see(
        _ path: String, on node: Int, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: (CallAnswer) -> Bool
    ) async throws {
        let changedAt = ContinuousClock.now
        while true {
            let askedAt = ContinuousClock.now
            let answer = try await clients[node].send(.get, path)
            if isSo(answer) { return }
            guard changedAt.duration(to: askedAt) <= .seconds(1) else {
                Issue.record("\(what), a second later: \(answer.headers)", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

private let quiet = #"{"name":"quiet","schedule":{"type":"manual"},"target":{"type":"worker","task":"t"}}"#

@Suite("Answers that are kept by two nodes", .timeLimit(.minutes(10)))
struct KeptNodesTests {
    /// What is written through each node, and what an engine does, is seen through both.
    private static func changes(_ nodes: TwoNodes, isShared: Bool) async throws {
        for round in 0..<4 {
            let (writer, reader) = (nodes.clients[round % 2], nodes.clients[1 - round % 2])
            let other = 1 - round % 2
            let made = try await writer.made("/api/v1/jobs", quiet.replacing("quiet", with: "quiet-\(round)"))
            let id = try #require(made["id"]?.string)
            let (job, list) = ("/api/v1/jobs/\(id)", "/api/v1/jobs?name=quiet-\(round)")
            for client in [writer, reader] {
                for path in [job, list] { _ = try await client.readKept(path) }
            }
            // A machine that is busy may keep nodes from hearing of each other for a while.
            if isShared { try await until { try await reader.readKept(job).status.timeToLive ?? 0 > 200 } }
            let change = try await writer.send(.patch, job, #"{"description":"new"}"#)
            #expect(change.status == 200)
            #expect(try await writer.send(.get, job).json["description"] == "new")
            #expect(try await writer.send(.get, list).json["items"]?[0]?["description"] == "new")
            try await nodes.see(job, on: other, "the job") { $0.json["description"] == "new" }
            try await nodes.see(list, on: other, "the list") { $0.json["items"]?[0]?["description"] == "new" }

            for client in [writer, reader] { _ = try await client.readKept(job) }
            let run = try await writer.made("\(job)/trigger")
            #expect(try await writer.send(.get, job).json["run_count"] == 1)
            try await nodes.see(job, on: other, "the trigger") { $0.json["run_count"] == 1 }
            // An engine, of which nobody is told.
            let claimed = try await nodes.store.claim(
                ClaimRequest(worker: "w", lane: .outside, limit: 10, lease: .seconds(60)))
            let mine = try #require(claimed.first { $0.execution.id.description == run["id"]?.string })
            for client in [writer, reader] { _ = try await client.read(job) }
            _ = try await nodes.store.finish(Completion(lease: mine.lease, outcome: .succeeded))
            for node in 0..<2 {
                try await nodes.see(job, on: node, "the end") { $0.json["last_status"] == "succeeded" }
                try await nodes.see("/api/v1/executions/\(id)", on: node, "the execution") {
                    $0.json["items"]?[0]?["status"] == "succeeded"
                }
            }
            // It lies quiet again.
            for client in [writer, reader] { _ = try await client.readKept(job) }
            #expect(try await writer.send(.delete, job).status == 204)
            #expect(try await writer.send(.get, job).status == 404)
            try await nodes.see(job, on: other, "the deletion") { $0.status == 404 }
            try await nodes.see(list, on: other, "the list without it") { $0.json["items"]?.array?.isEmpty == true }
        }
    }

    @Test("over one Redis, a write is seen through the other within a second, and so is an execution's end")
    func shared() async throws {
        let redis = try await blocking { RedisPeer.shared }
        try await TwoNodes.run(redis) { try await Self.changes($0, isShared: true) }
    }

    @Test("without Redis the same holds, since copies count for less than a second")
    func alone() async throws {
        try await TwoNodes.run(nil) { try await Self.changes($0, isShared: false) }
    }

    @Test(
        "what was written through a node is seen through the other within a second, whichever of them has Redis",
        arguments: [[], [0], [1], [0, 1]] as [Set<Int>])
    func mixed(members: Set<Int>) async throws {
        let redis = try await blocking { RedisPeer.shared }
        try await TwoNodes.run(redis, on: members) { try await Self.mixed($0, members) }
    }

    private static func mixed(_ nodes: TwoNodes, _ members: Set<Int>) async throws {
        for round in 0..<6 {
            let (writer, other) = (nodes.clients[round % 2], 1 - round % 2)
            let isPaused = round % 4 < 2
            for client in nodes.clients { _ = try await client.readKept("/api/v1/queues") }
            let pause = try await writer.send(.post, "/api/v1/queues/q/\(isPaused ? "pause" : "resume")")
            #expect(pause.status == 200)
            let own = try await writer.send(.get, "/api/v1/queues")
            #expect(isPaused == isQueuePaused(own))
            try await nodes.see("/api/v1/queues", on: other, "the queue") { isPaused == isQueuePaused($0) }
            let made = try await writer.made("/api/v1/jobs", quiet.replacing("quiet", with: "mixed-\(round)"))
            let path = "/api/v1/jobs/\(try #require(made["id"]?.string))"
            try await nodes.see("/api/v1/stats", on: other, "the figures") {
                $0.json["jobs"]?["active"]?.int ?? 0 > round
            }
            if members.contains(other) {
                try await until { try await nodes.clients[other].readKept(path).status.timeToLive ?? 0 > 200 }
            } else {
                _ = try await nodes.clients[other].readKept(path)
            }
            #expect(try await writer.send(.patch, path, #"{"description":"new"}"#).status == 200)
            try await nodes.see(path, on: other, "the job") { $0.json["description"] == "new" }
        }
    }

    private static func isQueuePaused(_ answer: CallAnswer) -> Bool {
        answer.json["items"]?.array?.first { $0["name"] == "q" }?["paused"] == true
    }

    @Test("a job that was written is there for all nodes before anybody has asked for it")
    func writtenThrough() async throws {
        let redis = try await blocking { RedisPeer.shared }
        try await TwoNodes.run(redis) { try await Self.writes($0) }
    }

    private static func writes(_ nodes: TwoNodes) async throws {
        let cache = nodes.caches[0]
        let id = try #require(try await nodes.clients[0].made("/api/v1/jobs", quiet)["id"]?.string)
        for end in ["", "/pause", "/resume"] {
            try await until { cache.isTrusted && cache.counts.written >= 1 }
            let before = cache.counts.written
            let path = "/api/v1/jobs/\(id)"
            let body = end.isEmpty ? #"{"description":"new"}"# : nil
            let answer = try await nodes.clients[0].send(end.isEmpty ? .patch : .post, path + end, body)
            #expect(answer.status == 200)
            try await until { cache.counts.written > before }
            let other = try await nodes.clients[1].read(path)
            #expect(other.answer.headers[.eTag] == answer.headers[.eTag] && other.answer.body == answer.body)
            // A machine that is busy may have lost patience with Redis.
            if nodes.caches[1].counts.sources[.passed, default: 0] == 0 {
                #expect(other.status.isHit && other.status.detail == "shared", "\(end)")
            }
        }
    }

    @Test("Redis that goes away makes nothing wrong, and nodes trust their copies again when it is back")
    func gone() async throws {
        let redis = try await blocking { try RedisPeer() }
        try await TwoNodes.run(redis) { nodes in
            try await Self.changes(nodes, isShared: false)
            let job =
                "/api/v1/jobs/"
                + (try #require(try await nodes.clients[0].made("/api/v1/jobs", quiet)["id"]?.string))
            for client in nodes.clients { _ = try await client.readKept(job) }
            try await blocking { redis.kill() }
            let change = try await nodes.clients[0].send(.patch, job, #"{"description":"new"}"#)
            #expect(change.status == 200)
            #expect(try await nodes.clients[0].send(.get, job).json["description"] == "new")
            try await nodes.see(job, on: 1, "the change without Redis") { $0.json["description"] == "new" }
            try await Self.changes(nodes, isShared: false)
            try await blocking { try redis.start() }
            try await until { nodes.caches.allSatisfy(\.isTrusted) }
            #expect(try await nodes.clients[1].send(.get, job).json["description"] == "new")
            try await Self.changes(nodes, isShared: true)
            redis.kill()
        }
    }
}
