import BrokerDrills
import FaultProxy
import PunctualCore
import TestPeers
import Testing

@testable import PunctualRabbitMQ

@Suite("A connection to RabbitMQ")
struct ConnectionTests {
    @Test("over TLS trusts the authority that it is told, for the name that it is told")
    func tls() async throws {
        let scene = try await Scene()
        let port = try #require(scene.server.tlsPort)
        let authority = scene.server.authority
        func outcome(_ host: String, _ parameters: String) async throws -> HintOutcome? {
            var settings = try RabbitMQSettings("amqps://guest:guest@\(host):\(port)/?\(parameters)")
            settings.reconnectAtMost = .milliseconds(200)
            let broker = try RabbitMQBroker(settings, prefix: BrokerPrefix(scene.prefix))
            let outcome = await broker.publish(scene.hints(1)).first
            await broker.close()
            return outcome
        }
        #expect(try await outcome("localhost", "cacertfile=\(authority)") == .confirmed)
        #expect(try await outcome("127.0.0.1", "verify=verify_none") == .confirmed)
        for (host, parameters, sign) in [
            ("localhost", "", "cacertfile"), ("127.0.0.1", "cacertfile=\(authority)", "is not for that name"),
            ("localhost", "cacertfile=/nowhere.pem", "/nowhere.pem cannot be read"),
            ("localhost", "cacertfile=\(authority)&certfile=/nowhere.pem", "/nowhere.pem"),
        ] {
            guard case .failed(let error)? = try await outcome(host, parameters) else {
                Issue.record("trusted \(host) with \(parameters)")
                continue
            }
            #expect(error.text.contains(sign) && !error.text.contains("\n"), "\(error)")
        }
    }

    @Test("over TLS is refused before it is tried when a file of certificates cannot be read")
    func files() async throws {
        let authority = try await Scene().server.authority
        try RabbitMQSettings("amqps://h/?cacertfile=\(authority)").checkFiles()
        try RabbitMQSettings("amqp://h").checkFiles()
        for parameters in ["cacertfile=/nope", "cacertfile=\(authority)&certfile=/nope"] {
            let error = #expect(throws: BrokerError.self) {
                try RabbitMQSettings("amqps://h/?\(parameters)").checkFiles()
            }
            #expect(error?.text.contains("/nope") == true)
        }
    }

    @Test("over TLS carries whole batches both ways")
    func tlsBatches() async throws {
        let scene = try await Scene()
        let port = try #require(scene.server.tlsPort)
        let settings = try RabbitMQSettings(
            "amqps://guest:guest@localhost:\(port)/?cacertfile=\(scene.server.authority)")
        let broker = try RabbitMQBroker(settings, prefix: BrokerPrefix(scene.prefix))
        let hints = scene.hints(2000)
        #expect(await broker.publish(hints).failures == [])
        let consumer = await broker.consume([Scene.line], prefetch: 100)
        try await take(hints, from: consumer)
        await broker.close()
    }

    @Test("that cannot be had says why, and what to do, without the password")
    func refusals() async throws {
        let scene = try await Scene()
        let port = scene.server.port
        let nobody = try freePort()
        let tls = try #require(scene.server.tlsPort)
        for (url, sign, isRetryable) in [
            ("amqp://guest:sesame@127.0.0.1:\(port)", "check user and password", true),
            ("amqp://guest:guest@127.0.0.1:\(port)/sesame-street", "vhost", true),
            ("amqp://guest:sesame@127.0.0.1:\(nobody)", "check host and port", true),
            ("amqp://guest:sesame@127.0.0.1:\(tls)", "check that the port takes amqp", true),
            ("amqps://guest:sesame@127.0.0.1:\(port)?verify=verify_none", "check that the port takes amqps", true),
            ("amqp://guest:sesame@nowhere.invalid", "check the host in the URL", true),
        ] {
            var settings = try RabbitMQSettings(url)
            settings.publishTimeout = .seconds(2)
            settings.connectTimeout = .seconds(1)
            let broker = try RabbitMQBroker(settings, prefix: BrokerPrefix(scene.prefix))
            let outcome = await broker.publish(scene.hints(1)).first
            guard case .failed(let error)? = outcome, case .down(let text) = await broker.health().state else {
                Issue.record("connected to \(url)")
                continue
            }
            #expect(error.text == text)
            #expect(text.contains(sign) && !text.contains("sesame@") && !text.contains("\n"), "\(url): \(text)")
            #expect(error.isRetryable == isRetryable, "\(url): \(text)")
            await broker.close()
        }
    }

    @Test("goes to another host when one is gone")
    func hosts() async throws {
        let scene = try await Scene()
        let proxies = [try await FaultProxy(to: scene.server.port), try await FaultProxy(to: scene.server.port)]
        var settings = try RabbitMQSettings(
            "amqp://guest:guest@127.0.0.1:\(try freePort()),127.0.0.1:\(proxies[0].port),127.0.0.1:\(proxies[1].port)")
        settings.reconnectAtMost = .milliseconds(200)
        let broker = try RabbitMQBroker(settings, prefix: BrokerPrefix(scene.prefix))
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        for turn in 0..<4 {
            let hints = scene.hints(10)
            try await publishAll(hints, to: broker)
            try await take(hints, from: consumer)
            proxies[turn % 2].set(.refuse)
            proxies[1 - turn % 2].set(.pass)
            await proxies[turn % 2].cut()
        }
        #expect(proxies.allSatisfy { $0.counts.accepted > 0 })
        await broker.close()
        for proxy in proxies { try await proxy.stop() }
    }

    @Test("that swallows everything fails what is published within its limit, and is given up by its heartbeat")
    func blackHole() async throws {
        let scene = try await Scene()
        let proxy = try await FaultProxy(to: scene.server.port)
        let broker = try scene.broker(port: proxy.port) { settings in
            settings.publishTimeout = .seconds(1)
            settings.heartbeat = .seconds(1)
            settings.connectTimeout = .seconds(1)
        }
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        let first = scene.hints(1)
        try await publishAll(first, to: broker)
        try await take(first, from: consumer)
        proxy.set(.blackHole)
        let began = ContinuousClock.now
        let outcomes = await broker.publish(scene.hints(500))
        #expect(outcomes.confirmed == 0)
        #expect(ContinuousClock.now - began < .seconds(10))
        try await until("is down") { if case .down = await broker.health().state { true } else { false } }
        proxy.set(.pass)
        let hints = scene.hints(10)
        try await publishAll(hints, to: broker)
        try await take(hints, from: consumer)
        await broker.close()
        try await proxy.stop()
    }

    @Test("that takes no more bytes fails a long message within its limit")
    func stuck() async throws {
        let scene = try await Scene()
        let proxy = try await FaultProxy(to: scene.server.port)
        var settings = try scene.settings(port: proxy.port)
        settings.heartbeat = .seconds(60)
        let publisher = RabbitMQPublisher(settings)
        try await until("is up") { publisher.health.state == .up }
        proxy.set(.throttle(bytesPerSecond: 1000))
        let message = RabbitMQPublisher.Message(
            exchange: "", routingKey: "nobody", executionID: scene.hints(1)[0].executionID, contentType: "text/plain",
            body: Array(repeating: 120, count: 30 << 20))
        let began = ContinuousClock.now
        let error = await #expect(throws: BrokerError.self) {
            try await publisher.publish(message, within: .seconds(1))
        }
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(error?.isRetryable == true)
        // The thread is free again: it connects anew.
        proxy.set(.pass)
        try await until("is up again") {
            let small = RabbitMQPublisher.Message(
                exchange: "", routingKey: "nobody", executionID: message.executionID, contentType: "text/plain",
                body: [])
            do throws(BrokerError) {
                try await publisher.publish(small, within: .seconds(1))
                return true
            } catch {
                return error.text.contains("no queue takes the routing key nobody")
            }
        }
        await publisher.close()
        try await proxy.stop()
    }

    @Test("goes on when the answer to a publish is cut off; what was not confirmed is published again")
    func ambiguous() async throws {
        let scene = try await Scene()
        let proxy = try await FaultProxy(to: scene.server.port)
        let broker = try scene.broker(port: proxy.port)
        try await publishAll(scene.hints(1), to: broker)
        let hints = scene.hints(1)
        proxy.cutAnswer(toRequestWith: hints[0].executionID.description)
        let outcomes = await broker.publish(hints)
        #expect(outcomes.failures.first?.contains("whether the message arrived is unknown") == true, "\(outcomes)")
        try await publishAll(hints, to: broker)
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        try await take(hints, from: consumer)
        await broker.close()
        try await proxy.stop()
    }

    @Test("that has ended takes its settlements with it: they settle nothing that the next one brought")
    func staleSettlements() async throws {
        let scene = try await Scene()
        let proxy = try await FaultProxy(to: scene.server.port)
        let (broker, other) = (try scene.broker(port: proxy.port), try scene.broker())
        let hints = scene.hints(10)
        try await publishAll(hints, to: broker)
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        func takeAll() async -> [HintDelivery] {
            var held: [HintDelivery] = []
            for await batch in consumer.deliveries {
                held += batch
                if held.count == hints.count { break }
            }
            return held
        }
        let first = await takeAll()
        await proxy.cut()
        let second = await takeAll()
        #expect(Set(second.map(\.hint)) == Set(hints))
        #expect(second.filter(\.isRepeated).count == 10)
        await consumer.settle(first.map(\.done))
        await consumer.settle([second[0].done])
        await broker.close()
        let rest = await other.consume([Scene.line], prefetch: 10)
        try await take(second.dropFirst().map(\.hint), from: rest)
        await other.close()
        try await proxy.stop()
    }

    @Test("leaves nothing behind when it is closed")
    func leavesNothing() async throws {
        let scene = try await Scene()
        let proxy = try await FaultProxy(to: scene.server.port)
        for _ in 0..<5 {
            let broker = try scene.broker(port: proxy.port)
            let consumer = await broker.consume([Scene.line], prefetch: 10)
            let hints = scene.hints(5)
            try await publishAll(hints, to: broker)
            try await take(hints, from: consumer)
            await broker.close()
        }
        try await until("no connection is open") { proxy.counts.open == 0 }
        try await proxy.stop()
    }
}
