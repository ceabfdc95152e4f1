import BrokerDrills
import PunctualCore
import PunctualJSON
import Testing

@testable import PunctualRabbitMQ

@Suite("Hints at a RabbitMQ server")
struct QueueTests {
    @Test("are durable messages of a form that another client reads")
    func readByOthers() async throws {
        let scene = try await Scene()
        let broker = try scene.broker()
        let hint = scene.hints(1, priority: 7)[0]
        try await publishAll([hint], to: broker)
        await broker.close()
        let taken = try await scene.pika(["do": "take", "queue": .string(scene.queue)])[0]
        #expect(taken["key"]?.string == scene.queue)
        #expect(taken["body"]?.string == String(decoding: hint.message, as: UTF8.self))
        let properties = taken["properties"]
        #expect(properties?["message_id"]?.string == hint.executionID.description)
        #expect(properties?["priority"]?.int == 7)
        #expect(properties?["delivery_mode"]?.int == 2)
        #expect(properties?["content_type"]?.string == "application/json")
        #expect(properties?["type"]?.string == "punctual.hint")
    }

    @Test("may be published by another client; what is no hint goes to the dead letters and stops nothing")
    func publishedByOthers() async throws {
        let scene = try await Scene()
        let broker = try scene.broker()
        let consumer = await broker.consume([Scene.line], prefetch: 3)
        try await publishAll(scene.hints(1), to: broker)
        let hint = scene.hints(1)[0]
        let elsewhere = scene.hints(1, HintLine(lane: .outside, queue: "other"))[0]
        func step(_ body: String) -> JSONValue {
            ["do": "publish", "key": .string(scene.queue), "body": .string(body)]
        }
        try await scene.pika(
            step("garbage"), step(""), step(String(decoding: elsewhere.message, as: UTF8.self)),
            ["do": "publish", "key": .string(scene.queue), "body": "x", "times": 200_000],
            step(String(decoding: hint.message, as: UTF8.self)))
        try await take([hint], from: consumer)
        await broker.close()
        let dead = JSONValue.string("\(scene.prefix).dead")
        try await until("four dead letters") {
            try await scene.pika(["do": "count", "queue": dead])[0].int == 4
        }
        #expect(try await scene.pika(["do": "take", "queue": dead])[0]["body"]?.string == "garbage")
        #expect(try await scene.pika(["do": "count", "queue": .string(scene.queue)])[0].int == 0)
    }

    @Test("of a queue with other arguments are refused in one line that says what to do, and go on once it is done")
    func otherArguments() async throws {
        let scene = try await Scene()
        try await scene.pika([
            "do": "declare", "queue": .string(scene.queue), "arguments": ["x-max-priority": 3],
        ])
        let broker = try scene.broker()
        let consumer = await broker.consume([Scene.line, HintLine(lane: .builtIn, queue: "fine")], prefetch: 10)
        let outcomes = await broker.publish(scene.hints(5))
        guard case .failed(.refused(let text))? = outcomes.first else {
            Issue.record("not refused: \(outcomes)")
            return
        }
        #expect(outcomes.failures == [text])
        #expect(text.contains("rabbitmqctl delete_queue --vhost / \(scene.queue)"), "\(text)")
        #expect(text.contains("inequivalent arg") && !text.contains("\n"), "\(text)")
        try await until("health tells") {
            if case .impaired(let seen) = await broker.health().state { seen == text } else { false }
        }
        // Other lines are none the worse.
        let fine = scene.hints(5, HintLine(lane: .builtIn, queue: "fine"))
        #expect(await broker.publish(fine).confirmed == 5)
        try await take(fine, from: consumer)
        try await scene.pika(["do": "delete", "queue": .string(scene.queue)])
        let hints = scene.hints(5)
        try await publishAll(hints, to: broker)
        try await take(hints, from: consumer)
        try await until("health is well") { await broker.health().state == .up }
        await broker.close()
    }

    @Test("go on when their queue is deleted while it is consumed, without a new connection")
    func deletedWhileConsumed() async throws {
        let scene = try await Scene()
        let broker = try scene.broker()
        let consumer = await broker.consume([Scene.line], prefetch: 10)
        for _ in 0..<3 {
            let hints = scene.hints(10)
            try await publishAll(hints, to: broker)
            try await take(hints, from: consumer)
            try await scene.pika(["do": "delete", "queue": .string(scene.queue)])
        }
        let hints = scene.hints(10)
        #expect(await broker.publish(hints).failures == [])
        try await take(hints, from: consumer)
        await broker.close()
    }

    @Test("are published again by the driver when their queue was deleted, since they come back unroutable")
    func deletedWhilePublishing() async throws {
        let scene = try await Scene()
        let broker = try scene.broker()
        try await publishAll(scene.hints(10), to: broker)
        try await scene.pika(["do": "delete", "queue": .string(scene.queue)])
        let hints = scene.hints(300)
        #expect(await broker.publish(hints).failures == [])
        let consumer = await broker.consume([Scene.line], prefetch: 50)
        try await take(hints, from: consumer)
        await broker.close()
    }

    @Test("beyond a line's limit are not confirmed, and say why")
    func full() async throws {
        let scene = try await Scene()
        let broker = try scene.broker(lineLimit: 10)
        let hints = scene.hints(50)
        var outcomes = await broker.publish(hints)
        // The server counts a little late.
        try await until("the line is full") {
            outcomes = await broker.publish(scene.hints(5))
            return outcomes.confirmed == 0
        }
        for case .failed(let error) in outcomes {
            #expect(error == .full(error.text) && error.text.contains(scene.queue), "\(error)")
        }
        let consumer = await broker.consume([Scene.line], prefetch: 50)
        try await until("there is room again") {
            let one = scene.hints(1)
            guard await broker.publish(one).confirmed == 1 else {
                for await batch in consumer.deliveries {
                    await consumer.settle(batch.map(\.done))
                    break
                }
                return false
            }
            return true
        }
        await broker.close()
    }

    @Test("that come again say so")
    func repeated() async throws {
        let scene = try await Scene()
        let broker = try scene.broker()
        let hint = scene.hints(1)
        try await publishAll(hint, to: broker)
        let consumer = await broker.consume([Scene.line], prefetch: 1)
        var seen: [Bool] = []
        for await batch in consumer.deliveries {
            seen += batch.map(\.isRepeated)
            if seen.count == 2 { break }
            await consumer.settle(batch.map(\.again))
        }
        #expect(seen == [false, true])
        await broker.close()
    }
}
