import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("A node with a broker", .timeLimit(.minutes(10)))
struct BrokerTests {
    /// Does things at a RabbitMQ by a client that is not ours; one answer for each step.
    private func rabbit(_ url: String, _ steps: [JSONValue], in folder: Folder) async throws -> [JSONValue] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = root.appending(path: "Tests/PunctualRabbitMQTests/Oracles/pika_peer.py")
        let said = try await Program.run(
            root.appending(path: ".venv/bin/python3").path, [script.path, url, JSONValue.array(steps).description],
            in: folder)
        #expect(said.status == 0, "\(said)")
        return try said.lines.map { try JSONValue(parsing: $0) }
    }

    private func make(_ job: String, _ server: RunningServer) async throws -> Said {
        try await server.punctual("job", "apply", "-f", "-", input: job)
    }

    @Test("runs what RabbitMQ's hints tell of, publishes messages there, and says how it is")
    func rabbitMQ() async throws {
        let peer = RabbitMQServer.shared
        try await withFolder { folder in
            let environment = [
                "PUNCTUAL_BROKER": "rabbitmq", "PUNCTUAL_RABBITMQ_URL": peer.url(),
                "PUNCTUAL_RABBITMQ_PREFIX": peer.newName("system"),
            ]
            try await withServer(in: folder, environment: environment) { server in
                let queue = peer.newName("messages")
                _ = try await rabbit(peer.url(), [["do": "declare", "queue": .string(queue)]], in: folder)
                try await eventually("the broker is well") {
                    let parts = try await server.json("status")["schedule"]?["parts"]?.array ?? []
                    return parts.map { $0["status"]?.string } == ["ok", "ok", "ok"] ? true : nil
                }

                let told =
                    #"{"name": "told", "schedule": {"type": "interval", "every": "1s"}, "target": {"type": "noop"}}"#
                #expect(try await make(told, server).status == 0)
                let message = """
                    {"name": "message", "schedule": {"type": "manual"}, "target": {
                     "type": "publish", "broker": "rabbitmq", "destination": "/\(queue)", "message": {"n": 7}}}
                    """
                #expect(try await make(message, server).status == 0)
                let said = try await server.punctual("job", "trigger", "message", "--wait", "--timeout", "60s")
                #expect(said.status == 0, "\(said)")
                let taken = try await rabbit(peer.url(), [["do": "take", "queue": .string(queue)]], in: folder)
                let execution = try #require(try await server.executions(of: "message").first)
                #expect(taken.first?["body"]?.string == #"{"n":7}"#)
                #expect(taken.first?["properties"]?["message_id"] == execution["id"])
                #expect(taken.first?["properties"]?["headers"]?["punctual-job"]?.string == "message")

                // What cannot be routed fails, and says what to do.
                let lost = message.replacing("/\(queue)", with: "/nobody-has-this").replacing(
                    #""message", "#, with: #""lost", "#
                )
                .replacing(#""name": "message""#, with: #""name": "lost", "retry_policy": {"maximum_attempts": 1}"#)
                #expect(try await make(lost, server).status == 0)
                #expect(try await server.punctual("job", "trigger", "lost", "--wait", "--timeout", "60s").status == 7)
                let failed = try #require(try await server.executions(of: "lost").first)
                #expect(failed["error"]?.string?.contains("nobody-has-this") == true, "\(failed)")

                // The worker looks at the store once a second; the hints were there before.
                try await eventually("hints bring work") {
                    let text = try await server.call("/metrics").body
                    return text.contains(#"punctual_hint_claims_total{result="taken"}"#)
                        && text.contains(#"punctual_hints_total{result="confirmed"}"#) ? true : nil
                }
                let page = try await server.punctual("status")
                #expect(page.out.contains("rabbitmq") && page.out.contains("broker"), "\(page)")
                let health = try JSONValue(parsing: try await server.call("/health").body)
                #expect(health["status"]?.string == "healthy")
                #expect(health["services"]?["rabbitmq"]?["status"]?.string == "ok")
            }
        }
    }

    @Test("three nodes with one Redis count an address's requests together; without it each counts for itself")
    func limits() async throws {
        let redis = try RedisPeer()
        let environment = [
            "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_LIMITS_ADDRESS": "5",
            "PUNCTUAL_DATABASE_URL": try PostgresServer.shared.database(),
            "PUNCTUAL_REDIS_URL": "redis://127.0.0.1:\(redis.port)", "PUNCTUAL_LOG_LEVEL": "warning",
        ]
        /// Asks each node 150 times at the same moment; how many were let in, and how long that took.
        @Sendable func flood(_ nodes: [RunningServer], in folder: Folder) async throws -> (letIn: Int, seconds: Double)
        {
            let began = ContinuousClock.now
            let letIn = try await withThrowingTaskGroup(of: Int.self) { group in
                for node in nodes {
                    group.addTask {
                        let said = try await Program.run(
                            try Program.installed("curl"),
                            [
                                "--silent", "--output", "/dev/null", "--write-out", "%{http_code}\n",
                                "\(node.address)/api/v1/jobs?limit=[1-150]",
                            ], in: folder)
                        // Who shows nothing is told so when he is let in.
                        #expect(Set(said.lines).isSubset(of: ["401", "429"]), "\(said)")
                        return said.lines.count { $0 == "401" }
                    }
                }
                return try await group.reduce(0, +)
            }
            let took = began.duration(to: .now)
            return (letIn, took / .seconds(1))
        }
        try await withFolder { folder in
            let serve = ["serve", "--port", "0", "--node-id"]
            try await withServer(serve + ["n1"], in: folder, named: "n1", environment: environment) { first in
                try await withServer(serve + ["n2"], in: folder, named: "n2", environment: environment) { second in
                    try await withServer(serve + ["n3"], in: folder, named: "n3", environment: environment) { third in
                        let nodes = [first, second, third]
                        // Five a second, twice that for ten seconds.
                        let together = try await flood(nodes, in: folder)
                        let bound = Int(min(50 + 5 * together.seconds, 10 + 10 * together.seconds) * 1.02) + 1
                        // On a busy machine Redis may be slower than a request waits for it.
                        var alone = 0
                        for node in nodes {
                            let text = try await node.call("/metrics").body
                            alone +=
                                text.firstMatch(of: /punctual_limit_decisions_total\{by="node"\} (\d+)/)
                                .flatMap { Int($0.1) } ?? 0
                        }
                        #expect((10...bound + alone).contains(together.letIn), "\(together), \(alone) alone")
                        #expect(alone < 300, "most is counted together")
                        redis.kill()
                        let apart = try await flood(nodes, in: folder)
                        let each = min(50 + 5 * apart.seconds, 10 + 10 * apart.seconds)
                        #expect((30...Int(3 * each * 1.02) + 3).contains(apart.letIn), "\(apart)")
                    }
                }
            }
        }
    }

    @Test("runs what hints in Redis' streams tell of, and adds messages to a stream")
    func redis() async throws {
        let peer = RedisPeer.shared
        try await withFolder { folder in
            let environment = [
                "PUNCTUAL_BROKER": "redis", "PUNCTUAL_REDIS_URL": "redis://127.0.0.1:\(peer.port)",
                "PUNCTUAL_REDIS_PREFIX": "system",
            ]
            try await withServer(in: folder, environment: environment) { server in
                #expect(try await server.punctual("job", "create", "told", "--every", "1s", "--noop").status == 0)
                let message = """
                    {"name": "message", "schedule": {"type": "manual"}, "target": {
                     "type": "publish", "broker": "redis", "destination": "totals", "message": "done"}}
                    """
                #expect(try await make(message, server).status == 0)
                let said = try await server.punctual("job", "trigger", "message", "--wait", "--timeout", "60s")
                #expect(said.status == 0, "\(said)")
                let execution = try #require(try await server.executions(of: "message").first?["id"]?.string)
                let entries = try peer.cli(["XRANGE", "totals", "-", "+"])
                #expect(entries.contains("id\n\(execution)\n") && entries.contains("message\ndone"), "\(entries)")
                // Installations with the same prefix are told apart.
                let keys = try peer.cli(["KEYS", "system:*"]).split(separator: "\n")
                #expect(keys.allSatisfy { $0.contains(/^system:[0-9a-z]+:/) }, "\(keys)")
                // Nobody writes to our own keys.
                let own = try await make(message.replacing("totals", with: "system:x"), server)
                #expect(own.status != 0 && own.err.contains("target/destination"), "\(own)")
                let other = try await make(message.replacing(#""redis""#, with: #""rabbitmq""#), server)
                #expect(other.status != 0 && other.err.contains("target/broker"), "\(other)")
                try await eventually("hints bring work") {
                    try await server.call("/metrics").body.contains(#"punctual_hint_claims_total{result="taken"}"#)
                        ? true : nil
                }
            }
        }
    }

    @Test("goes on without a broker and a Redis that nobody reaches, and says so")
    func away() async throws {
        try await withFolder { folder in
            // Nobody listens there.
            let environment = [
                "PUNCTUAL_BROKER": "rabbitmq", "PUNCTUAL_RABBITMQ_URL": "amqp://127.0.0.1:1",
                "PUNCTUAL_REDIS_URL": "redis://127.0.0.1:1",
            ]
            try await withServer(in: folder, environment: environment) { server in
                #expect(try await server.punctual("job", "create", "now", "--manual", "--noop").status == 0)
                let said = try await server.punctual("job", "trigger", "now", "--wait", "--timeout", "60s")
                #expect(said.status == 0, "\(said)")
                try await eventually("the node tells that it does without") {
                    let answer = try await server.call("/health")
                    let health = try JSONValue(parsing: answer.body)
                    #expect(answer.status == 200)
                    return health["status"]?.string == "degraded"
                        && health["services"]?["broker"]?["status"]?.string == "unavailable" ? true : nil
                }
                #expect(try await server.call("/health/ready").status == 200)
            }
        }
    }

    @Test("ends within its grace though RabbitMQ stands still, and says that it stood still")
    func frozen() async throws {
        let peer = try await { try await Task.detached { try RabbitMQServer() }.value }()
        try await withFolder { folder in
            let environment = [
                "PUNCTUAL_BROKER": "rabbitmq", "PUNCTUAL_RABBITMQ_URL": peer.url() + "?heartbeat=1",
                "PUNCTUAL_SHUTDOWN_GRACE": "4s", "PUNCTUAL_LOG_LEVEL": "info",
            ]
            let ended = try await withServer(in: folder, environment: environment) { server in
                #expect(try await server.punctual("job", "create", "told", "--every", "1s", "--noop").status == 0)
                try await eventually("the broker is well") {
                    let parts = try await server.json("status")["schedule"]?["parts"]?.array ?? []
                    return parts.map { $0["status"]?.string } == ["ok", "ok", "ok"] ? true : nil
                }
                peer.freeze(true)
                try await eventually("the log tells") {
                    server.background.err.contains("a part of the node is not well") ? true : nil
                }
                return ContinuousClock.now
            }
            let took = ContinuousClock.now - ended.value
            #expect(ended.status == 0)
            // On a busy machine a process takes its time to end, too.
            #expect(took < .seconds(6), "\(took)")
        }
        peer.freeze(false)
        peer.stop()
    }

    @Test(
        "that cannot exist ends the start with one line",
        arguments: [
            (["PUNCTUAL_BROKER": "kafka"], #"broker "kafka": must be store, redis or rabbitmq"#),
            (["PUNCTUAL_BROKER": "rabbitmq"], "rabbitmq.url is not set"),
            (["PUNCTUAL_BROKER": "redis"], "redis.url is not set"),
            (["PUNCTUAL_REDIS_URL": "http://:hidden@h"], "redis.url:"),
            (["PUNCTUAL_RABBITMQ_URL": "amqp://u:hidden@h/a/b"], "rabbitmq.url:"),
            (["PUNCTUAL_REDIS_PREFIX": "a b"], "redis.prefix"),
            (["PUNCTUAL_RABBITMQ_URL": "amqps://u:hidden@h?cacertfile=/nope"], "/nope"),
            (["PUNCTUAL_REDIS_URL": "rediss://:hidden@h?ca=/nope"], "/nope"),
        ])
    func refused(_ environment: [String: String], words: String) async throws {
        try await withFolder { folder in
            let said = try await Program.punctual(["dev", "--port", "0"], in: folder, environment: environment)
            #expect(said.status == 1)
            #expect(said.err.contains(words) && said.err.split(separator: "\n").count == 1, "\(said)")
            #expect(!said.err.contains("hidden"))
        }
    }
}
