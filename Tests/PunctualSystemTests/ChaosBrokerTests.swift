import Chaos
import Foundation
import TestPeers
import Testing

/// Faults of Redis and RabbitMQ on the real program, PostgreSQL, a Redis Cluster and RabbitMQ.
@Suite("Chaos: brokers and caches break", .serialized, .timeLimit(.minutes(15)))
struct ChaosBrokerTests {
    @Test("no fault of Redis or RabbitMQ loses an execution, fails requests or lasts", arguments: ["rabbitmq"])
    func faults(broker: String) async throws {
        let postgres = try await blocking { try PostgresServer() }
        var options = BrokerDrill.Options()
        (options.broker, options.isTampered) = (broker, true)
        (options.rate, options.strike, options.calm) = (50, .seconds(4), .seconds(6))
        let result = try await BrokerDrill.run(options, program: try Program.punctual(), postgres: postgres) {
            print("chaos: \($0)")
        }
        #expect(result.findings.isEmpty, "\(result.findings)")
        #expect(result.due > 2000 && result.phases.count == BrokerFault.allCases.count + 1)
        // What the checks above rest on was there: work, calls and messages in every phase.
        #expect(result.phases.allSatisfy { $0.executions > 100 && $0.calls > 50 })
        #expect(result.messages > 300)
        #expect(result.tamperedFindings.count == 2, "what was taken away is missed: \(result.tamperedFindings)")
        for phase in result.phases { print("chaos: \(phase)") }
    }
}
