import Foundation
import PunctualCore
import PunctualJSON
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualRabbitMQ

/// Names of its own at a server, and what a test of the driver needs besides.
struct Scene: Sendable {
    let server: RabbitMQServer
    let prefix: String

    /// At the shared server; the first one waits until it has started.
    init() async throws {
        self.init(server: try await blocking { RabbitMQServer.shared })
    }

    init(server: RabbitMQServer) {
        self.server = server
        prefix = server.newName("scene")
    }

    static let line = HintLine(lane: .builtIn, queue: "default")

    /// What the line is called at the server.
    var queue: String { "\(prefix).built_in.default" }

    /// - Parameter port: the server's own when nil.
    func settings(port: Int? = nil) throws -> RabbitMQSettings {
        var settings = try RabbitMQSettings(server.url(port: port))
        settings.reconnectAtMost = .milliseconds(500)
        return settings
    }

    func broker(
        port: Int? = nil, lineLimit: Int = 100_000, _ change: (inout RabbitMQSettings) -> Void = { _ in }
    ) throws -> RabbitMQBroker {
        var settings = try settings(port: port)
        change(&settings)
        return try RabbitMQBroker(settings, prefix: prefix, lineLimit: lineLimit)
    }

    /// Hints that nobody else has.
    func hints(_ count: Int, _ line: HintLine = Scene.line, priority: Int = 5) -> [ExecutionHint] {
        (0..<count).map { _ in
            ExecutionHint(
                executionID: Identifier(high: .random(in: .min ... .max), low: .random(in: .min ... .max)),
                lane: line.lane, queue: line.queue, priority: priority)
        }
    }

    /// Lets pika do the steps; what each gave.
    @discardableResult
    func pika(_ steps: JSONValue...) async throws -> [JSONValue] {
        let url = server.url(vhost: "%2F")
        return try await blocking {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            var root = folder
            while root.path != "/", !FileManager.default.fileExists(atPath: root.path + "/.venv/bin/python3") {
                root.deleteLastPathComponent()
            }
            let text = try runTool(
                root.path + "/.venv/bin/python3",
                [folder.appendingPathComponent("Oracles/pika_peer.py").path, url, JSONValue.array(steps).description])
            return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }
    }
}

/// Waits until it is so; for at most a minute.
func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !isSo() {
        guard ContinuousClock.now < end else { throw NotSo(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

struct NotSo: Error, CustomStringConvertible {
    let what: String
    var description: String { "not within a minute: \(what)" }
}

/// Takes until all of these have come, and settles them.
func take(_ hints: [ExecutionHint], from consumer: any HintConsumer) async throws {
    var missing = Set(hints)
    // Cancelled when all have come.
    let guardian = Task {
        try await Task.sleep(for: .seconds(60))
        await consumer.close()
    }
    for await batch in consumer.deliveries {
        await consumer.settle(batch.map(\.done))
        missing.subtract(batch.map(\.hint))
        if missing.isEmpty { break }
    }
    guardian.cancel()
    let (count, health) = (missing.count, (consumer as? ConsumeLane)?.health)
    #expect(count == 0, "\(count) of \(hints.count) did not come within a minute; the consumer: \(health as Any)")
}

extension [HintOutcome] {
    /// Why some were not confirmed; one of each text.
    var failures: Set<String> {
        Set(compactMap { if case .failed(let error) = $0 { error.text } else { nil } })
    }

    var confirmed: Int { filter(\.isConfirmed).count }
}

/// Publishes until each is confirmed.
func publishAll(_ hints: [ExecutionHint], to broker: RabbitMQBroker) async throws {
    var left = hints
    try await until("\(hints.count) hints are confirmed") {
        let outcomes = await broker.publish(left)
        left = zip(left, outcomes).filter { !$1.isConfirmed }.map(\.0)
        return left.isEmpty
    }
}
