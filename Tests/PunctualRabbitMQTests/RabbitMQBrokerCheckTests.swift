import PunctualTestKit
import Testing

@testable import PunctualRabbitMQ

@Suite("The RabbitMQ broker")
struct RabbitMQBrokerCheckTests {
    @Test("keeps every promise of a broker", arguments: BrokerCheck.all)
    func holds(_ check: BrokerCheck) async throws {
        try await withHost { host in
            await #expect(throws: Never.self) { try await check.run(host) }
        }
    }
}
