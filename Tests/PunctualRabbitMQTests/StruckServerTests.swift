import BrokerDrills
import PunctualCore
import TestPeers
import Testing

@testable import PunctualRabbitMQ

/// One server that these tests strike, one after the other.
@Suite("A RabbitMQ server that is struck", .serialized)
struct StruckServerTests {
    private static let server: RabbitMQServer = {
        do {
            return try RabbitMQServer()
        } catch {
            preconditionFailure("RabbitMQ is needed for these tests (apt-get install rabbitmq-server): \(error)")
        }
    }()

    private func scene() async throws -> Scene { Scene(server: try await blocking { Self.server }) }

    @Test("by an alarm takes nothing: that is told within the limit, consumers go on, and so does publishing after it")
    func alarm() async throws {
        let scene = try await scene()
        let server = scene.server
        let broker = try scene.broker { $0.publishTimeout = .seconds(2) }
        let waiting = scene.hints(30)
        try await publishAll(waiting, to: broker)
        _ = try await blocking { try server.control(["set_vm_memory_high_watermark", "absolute", "1"]) }
        var last: [HintOutcome] = []
        try await until("health tells of the alarm") {
            let began = ContinuousClock.now
            last = await broker.publish(scene.hints(3))
            #expect(ContinuousClock.now - began < .seconds(8))
            guard case .impaired(let text) = await broker.health().state else { return false }
            #expect(text.contains("takes nothing for now") && !text.contains("\n"), "\(text)")
            return last.confirmed == 0
        }
        guard case .failed(.full(let text))? = last.first else {
            Issue.record("not told of the alarm: \(last)")
            return
        }
        #expect(text.contains("takes nothing for now"))
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        try await take(waiting, from: consumer)
        _ = try await blocking { try server.control(["set_vm_memory_high_watermark", "absolute", "1GB"]) }
        let hints = scene.hints(30)
        try await publishAll(hints, to: broker)
        try await take(hints, from: consumer)
        try await until("health is well") { await broker.health().state == .up }
        await broker.close()
    }

    @Test("by an alarm lets go of whoever closes")
    func closedInAlarm() async throws {
        let scene = try await scene()
        let server = scene.server
        let broker = try scene.broker { $0.publishTimeout = .seconds(2) }
        try await publishAll(scene.hints(1), to: broker)
        _ = try await blocking { try server.control(["set_vm_memory_high_watermark", "absolute", "1"]) }
        try await until("nothing is confirmed") { await broker.publish(scene.hints(1)).confirmed == 0 }
        let began = ContinuousClock.now
        async let publishing = broker.publish(scene.hints(5))
        await broker.close()
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(await publishing.confirmed == 0)
        _ = try await blocking { try server.control(["set_vm_memory_high_watermark", "absolute", "1GB"]) }
    }

    @Test("by a freeze is given up once it has confirmed nothing for as long as a call waits, and found again")
    func frozen() async throws {
        let scene = try await scene()
        let broker = try scene.broker { settings in
            settings.publishTimeout = .seconds(1)
            settings.connectTimeout = .seconds(1)
            settings.heartbeat = .seconds(600)
            settings.window = 10
        }
        try await publishAll(scene.hints(1), to: broker)
        scene.server.freeze(true)
        #expect(await broker.publish(scene.hints(20)).confirmed == 0)
        try await until("is down") { if case .down = await broker.health().state { true } else { false } }
        scene.server.freeze(false)
        try await publishAll(scene.hints(20), to: broker)
        await broker.close()
    }

    @Test("by a freeze lets go of whoever closes, without a good-bye")
    func closedInFreeze() async throws {
        let scene = try await scene()
        let broker = try scene.broker { $0.closeTimeout = .milliseconds(500) }
        try await publishAll(scene.hints(1), to: broker)
        var consumers: [any HintConsumer] = []
        for queue in ["a", "b", "c"] {
            consumers.append(await broker.consume([HintLine(lane: .builtIn, queue: queue)], prefetch: 1))
        }
        // One that has no connection yet, and one that is on its way.
        try await until("all are connected") { await broker.health().state == .up }
        scene.server.freeze(true)
        let late = try scene.broker { $0.closeTimeout = .milliseconds(500) }
        async let change: Void = consumers[0].change(to: [Scene.line])
        let began = ContinuousClock.now
        await late.close()
        await broker.close()
        await change
        let took = ContinuousClock.now - began
        scene.server.freeze(false)
        // Two after each other, half a second each and as long again for threads that do not end.
        #expect(took < .seconds(4), "\(took)")
    }

    @Test("by kill -9 has all that it confirmed when it is back")
    func killed() async throws {
        let scene = try await scene()
        let server = scene.server
        let broker = try scene.broker()
        // RabbitMQ 3.10 says that a queue is declared when the transaction is on disk, but the record that decided it may
        // not be: a crash within two seconds takes it back, and with it the queue and all that was confirmed. What is
        // declared later brings the record to disk.
        try await publishAll(scene.hints(1), to: broker)
        for queue in ["b", "c"] {
            try await publishAll(scene.hints(1, HintLine(lane: .builtIn, queue: queue)), to: broker)
        }
        let hints = scene.hints(1000)
        try await publishAll(hints, to: broker)
        try await blocking {
            server.crash()
            try server.start()
        }
        let consumer = await broker.consume([Scene.line], prefetch: 200)
        try await take(hints, from: consumer)
        await broker.close()
    }

    @Test("again and again, by kill -9 and cut connections, loses none of 20,000 executions", .timeLimit(.minutes(10)))
    func totalQueue() async throws {
        let scene = try await scene()
        let result = try await total(scene, 20_000).run()
        print("TOTAL QUEUE rabbitmq: \(result)")
        #expect(result.lost == 0)
        #expect(result.kills >= 2 && result.cuts >= 3, "\(result)")
        #expect(result.republished > 0, "nothing was ever in doubt: the faults struck nothing")
    }

    @Test("is seen to lose executions when what was not confirmed is not published again")
    func brokenTwin() async throws {
        let scene = try await scene()
        let result = try await total(scene, 8_000, publishesAgain: false).run()
        print("TOTAL QUEUE twin: \(result)")
        #expect(result.lost > 0)
    }

    private func total(_ scene: Scene, _ count: Int, publishesAgain: Bool = true) -> TotalQueue {
        let server = scene.server
        return TotalQueue(
            port: server.port, count: count, publishesAgain: publishesAgain,
            open: { port in try scene.broker(port: port) { $0.publishTimeout = .seconds(2) } },
            restart: {
                server.crash()
                try server.start()
            })
    }
}
