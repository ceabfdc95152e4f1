import BrokerDrills
import Foundation
import PunctualCore
import PunctualJSON
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

    static let line = defaultLine

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
        return try RabbitMQBroker(settings, prefix: BrokerPrefix(prefix), lineLimit: lineLimit)
    }

    func hints(_ count: Int, _ line: HintLine = Scene.line, priority: Int = 5) -> [ExecutionHint] {
        freshHints(count, line, priority: priority)
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
