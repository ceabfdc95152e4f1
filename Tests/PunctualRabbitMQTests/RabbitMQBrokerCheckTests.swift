import BrokerDrills
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualRabbitMQ

@Suite("The RabbitMQ broker")
struct RabbitMQBrokerCheckTests {
    @Test("keeps every promise of a broker", arguments: BrokerCheck.all)
    func holds(_ check: BrokerCheck) async throws {
        let scene = try await Scene()
        let host = ProxiedBrokerHost(port: scene.server.port) { port in
            try scene.broker(port: port) { $0.publishTimeout = .seconds(3) }
        }
        await #expect(throws: Never.self) { try await host.run(check) }
    }
}
