import BrokerDrills
import Foundation
import PunctualCore
import TestPeers
import Testing

@testable import PunctualRabbitMQ

@Suite("A user of RabbitMQ with the rights that the guide gives")
struct GuideRightsTests {
    /// What the guide lets an operator grant: configure, write, read.
    private func guideRights() throws -> [String] {
        var root = URL(fileURLWithPath: #filePath)
        while root.path != "/", !FileManager.default.fileExists(atPath: root.path + "/docs/guides/brokers.md") {
            root.deleteLastPathComponent()
        }
        let guide = try String(contentsOf: root.appendingPathComponent("docs/guides/brokers.md"), encoding: .utf8)
        let line = try #require(guide.split(separator: "\n").first { $0.contains("set_permissions -p jobs punctual") })
        return line.split(separator: "'").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// A vhost of its own, and a user there; the broker has the standard prefix, as the guide has it.
    private func settings(_ server: RabbitMQServer, rights: [String]) async throws -> (RabbitMQSettings, name: String) {
        let name = server.newName("guide")
        _ = try await blocking {
            try server.control(["add_vhost", name])
            try server.control(["add_user", name, "word"])
            try server.control(["set_permissions", "-p", name, name] + rights)
        }
        var settings = try RabbitMQSettings("amqp://\(name):word@127.0.0.1:\(server.port)/\(name)")
        settings.reconnectAtMost = .milliseconds(200)
        return (settings, name)
    }

    @Test("may hand over hints and take them")
    func enough() async throws {
        let server = try await blocking { RabbitMQServer.shared }
        let rights = try guideRights()
        #expect(rights.count == 3)
        let broker = RabbitMQBroker(try await settings(server, rights: rights).0)
        let hints = freshHints(20, defaultLine)
        #expect(await broker.publish(hints).failures == [])
        let consumer = await broker.consume([defaultLine], prefetch: 10)
        try await take(hints, from: consumer)
        #expect(await broker.health().state == .up)
        await broker.close()
    }

    @Test("less the one to the default exchange hands over nothing, and its health says so until it has the right")
    func tooFew() async throws {
        let server = try await blocking { RabbitMQServer.shared }
        var rights = try guideRights()
        rights[1] = rights[0]
        let (settings, name) = try await settings(server, rights: rights)
        let broker = RabbitMQBroker(settings)
        guard case .failed(.barred(let text))? = await broker.publish(freshHints(3, defaultLine)).first else {
            Issue.record("a hint came through, or it is not said why not")
            return
        }
        #expect(text.contains("amq.default") && text.contains("set_permissions"), "\(text)")
        #expect(await broker.health().state == .impaired(text))
        let all = try guideRights()
        _ = try await blocking { try server.control(["set_permissions", "-p", name, name] + all) }
        try await publishAll(freshHints(3, defaultLine), to: broker)
        #expect(await broker.health().state == .up)
        await broker.close()
    }
}
