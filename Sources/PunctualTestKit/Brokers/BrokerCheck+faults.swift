internal import PunctualCore
internal import Synchronization

extension BrokerCheck {
    static let faults: [BrokerCheck] = [
        BrokerCheck("what a consumer that dies has not settled comes to another") { scene in
            let peer = try await scene.open()
            let other = try await scene.open().broker
            let hints = scene.hints(20)
            try await scene.publishAll(hints, to: other)
            let first = await peer.broker.consume([BrokerScene.line], prefetch: 30)
            _ = try await scene.take(hints, from: first, settle: nil)
            try await peer.kill()
            let second = await other.consume([BrokerScene.line], prefetch: 30)
            _ = try await scene.take(hints, from: second)
        },
        BrokerCheck("what a closed consumer has not settled comes to another") { scene in
            let (broker, hints, first) = try await scene.begin(20, prefetch: 30)
            _ = try await scene.take(hints, from: first, settle: nil)
            await first.close()
            let second = await broker.consume([BrokerScene.line], prefetch: 30)
            _ = try await scene.take(hints, from: second)
        },
        BrokerCheck("publishing to a broker that is gone fails within a bound, and says why") { scene in
            let broker = try await scene.open().broker
            try await scene.publishAll(scene.hints(1), to: broker)
            try await scene.host.stop()
            let hints = scene.hints(50)
            let outcomes = try await scene.within(scene.host.publishLimit) { await broker.publish(hints) }
            try same(outcomes.count, 50)
            for outcome in outcomes {
                guard case .failed(let error) = outcome else {
                    throw CheckFailure(description: "confirmed by a broker that is gone")
                }
                try expect(error.isRetryable, "is said to need somebody: \(error)")
                try expect(error.text.count > 10 && !error.text.contains("\n"), "says nothing: \(error.text)")
            }
        },
        BrokerCheck("health tells whether the broker is reached") { scene in
            let broker = try await scene.open().broker
            try await scene.publishAll(scene.hints(1), to: broker)
            try await scene.until("up") { await broker.health().state == .up }
            try await scene.host.stop()
            try await scene.until("down") {
                if case .down(let text) = await broker.health().state { text.count > 10 } else { false }
            }
            try await scene.host.start()
            try await scene.until("up again") { await broker.health().state == .up }
        },
        BrokerCheck("publishing goes on by itself when the broker is back") { scene in
            let broker = try await scene.open().broker
            try await scene.publishAll(scene.hints(1), to: broker)
            try await scene.host.stop()
            try await scene.until("notices") { await !broker.publish(scene.hints(1))[0].isConfirmed }
            try await scene.host.start()
            try await scene.publishAll(scene.hints(5), to: broker)
        },
        BrokerCheck("consuming goes on by itself when the broker is back") { scene in
            let broker = try await scene.open().broker
            let consumer = await broker.consume([BrokerScene.line], prefetch: 10)
            let first = scene.hints(1)
            try await scene.publishAll(first, to: broker)
            _ = try await scene.take(first, from: consumer)
            try await scene.host.stop()
            try await scene.host.start()
            let hints = scene.hints(30)
            // By one who comes new, so that the consumer alone has to find back.
            try await scene.publishAll(hints, to: try await scene.open().broker)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("a broker that cannot be reached at first is found later") { scene in
            try await scene.host.stop()
            let broker = try await scene.open().broker
            let consumer = await broker.consume([BrokerScene.line], prefetch: 10)
            let hints = scene.hints(3)
            try expect(await broker.publish(hints).allSatisfy { !$0.isConfirmed }, "confirmed by nobody")
            try await scene.host.start()
            try await scene.publishAll(hints, to: broker)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("what was confirmed outlives an outage") { scene in
            let broker = try await scene.open().broker
            let hints = scene.hints(100)
            try await scene.publishAll(hints, to: broker)
            try await scene.host.stop()
            try await scene.host.start()
            let consumer = await broker.consume([BrokerScene.line], prefetch: 30)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("settling what an ended connection brought harms nothing") { scene in
            let (broker, hints, consumer) = try await scene.begin(10, prefetch: 10)
            let held = try await scene.take(hints, from: consumer, settle: nil)
            try await scene.host.cut()
            await consumer.settle(held.map(\.done))
            let more = scene.hints(10)
            try await scene.publishAll(more, to: broker)
            _ = try await scene.take(more, from: consumer)
        },
        BrokerCheck("connections that break again and again lose nothing that is published until it is confirmed") {
            scene in
            let broker = try await scene.open().broker
            let consumer = await broker.consume([BrokerScene.line], prefetch: 20)
            let hints = scene.hints(200)
            let seen = Tally()
            // Until the first break nothing is settled, so that hints wait in the line then, too.
            let struck = AsyncStream<Void>.makeStream()
            try await scene.within(scene.host.patience * 2) {
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        for await batch in consumer.deliveries {
                            for await _ in struck.stream {}
                            await consumer.settle(batch.map(\.done))
                            seen.add(batch.map(\.hint))
                            if seen.distinct >= hints.count { break }
                        }
                        return true
                    }
                    group.addTask {
                        defer { struck.continuation.finish() }
                        for start in stride(from: 0, to: hints.count, by: 20) {
                            try await scene.publishAll(Array(hints[start..<start + 20]), to: broker)
                            if start == 0 { continue }
                            try await scene.host.cut()
                            struck.continuation.finish()
                        }
                        return false
                    }
                    try await group.waitForAll()
                }
            } otherwise: {
                "came \(seen.distinct) of \(hints.count)"
            }
            try same(seen.distinct, hints.count)
        },
    ]

    static let closing: [BrokerCheck] = [
        BrokerCheck("closing waits for what is being published") { scene in
            let broker = try await scene.open().broker
            let other = try await scene.open().broker
            let hints = scene.hints(400)
            let isOver = Mutex(false)
            async let publishing = {
                let outcomes = await broker.publish(hints)
                isOver.withLock { $0 = true }
                return outcomes
            }()
            try await scene.until("is publishing, or has published") {
                if isOver.withLock({ $0 }) { return true }
                return await broker.health().unconfirmed > 0
            }
            await broker.close()
            try same(await publishing, Array(repeating: .confirmed, count: hints.count))
            let consumer = await other.consume([BrokerScene.line], prefetch: 100)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("a closed broker publishes nothing and says so") { scene in
            let broker = try await scene.open().broker
            try await scene.publishAll(scene.hints(1), to: broker)
            await broker.close()
            await broker.close()
            let outcomes = try await scene.within(scene.host.publishLimit) { await broker.publish(scene.hints(2)) }
            try same(outcomes, [.failed(.closed), .failed(.closed)])
        },
        BrokerCheck("closing ends the deliveries") { scene in
            let broker = try await scene.open().broker
            let consumer = await broker.consume([BrokerScene.line], prefetch: 10)
            let hints = scene.hints(1)
            try await scene.publishAll(hints, to: broker)
            _ = try await scene.take(hints, from: consumer)
            try await scene.within(scene.host.patience) {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { for await _ in consumer.deliveries {} }
                    group.addTask { await broker.close() }
                }
            }
            // One that begins after the end has ended, too.
            let late = await broker.consume([BrokerScene.line], prefetch: 10)
            try await scene.within(scene.host.patience) { for await _ in late.deliveries {} }
            await late.close()
        },
        BrokerCheck("what is settled before a close is settled") { scene in
            let broker = try await scene.open().broker
            let other = try await scene.open().broker
            let hints = scene.hints(50)
            try await scene.publishAll(hints, to: broker)
            let consumer = await broker.consume([BrokerScene.line], prefetch: 100)
            let held = try await scene.take(hints, from: consumer, settle: nil)
            await consumer.settle(held.map(\.done))
            await broker.close()
            let last = scene.hints(1)
            try await scene.publishAll(last, to: other)
            let second = await other.consume([BrokerScene.line], prefetch: 100)
            try same(try await scene.take(last, from: second).map(\.hint), last)
        },
    ]
}

/// Counts hints that several tasks take.
final class Tally: Sendable {
    private let seen = Mutex<[ExecutionHint: Int]>([:])

    func add(_ hints: [ExecutionHint]) {
        seen.withLock { seen in for hint in hints { seen[hint, default: 0] += 1 } }
    }

    var distinct: Int { seen.withLock { $0.count } }
    var total: Int { seen.withLock { $0.values.reduce(0, +) } }
}
