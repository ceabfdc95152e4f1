internal import PunctualCore

extension BrokerCheck {
    static let publishing: [BrokerCheck] = [
        BrokerCheck("what is confirmed is delivered") { scene in
            let broker = try await scene.open().broker
            let hints = scene.hints(300)
            try same(await broker.publish(hints), Array(repeating: .confirmed, count: 300))
            let consumer = await broker.consume([BrokerScene.line], prefetch: 50)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("what is published while a consumer waits comes to it") { scene in
            let broker = try await scene.open().broker
            let consumer = await broker.consume([BrokerScene.line], prefetch: 50)
            let hints = scene.hints(20)
            for hint in hints { try same(await broker.publish([hint]), [.confirmed]) }
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("a hint comes as it was told") { scene in
            let broker = try await scene.open().broker
            var hints: [ExecutionHint] = []
            for (index, task) in [nil, "", "mail/send", "größe ✓ \"quoted\" \\ \r\n"].enumerated() {
                for lane in Lane.allCases {
                    var hint = scene.hints(1, HintLine(lane: lane, queue: "a._-B\(index)"), priority: index * 3)[0]
                    hint.task = task
                    hints.append(hint)
                }
            }
            try await scene.publishAll(hints, to: broker)
            let consumer = await broker.consume(Set(hints.map(\.line)), prefetch: 100)
            let taken = try await scene.take(from: consumer) { $0.count >= 12 }
            try same(Set(taken.map(\.hint)), Set(hints))
        },
        BrokerCheck("each hint of a batch has an outcome, and an empty batch has none") { scene in
            let broker = try await scene.open().broker
            try same(await broker.publish([]), [])
            for count in [1, 2, 1000] {
                try same(await broker.publish(scene.hints(count)).count, count)
            }
        },
        BrokerCheck("many may publish at once") { scene in
            let broker = try await scene.open().broker
            let batches = (0..<20).map { _ in scene.hints(25) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for batch in batches {
                    group.addTask {
                        try same(await broker.publish(batch), Array(repeating: .confirmed, count: batch.count))
                    }
                }
                try await group.waitForAll()
            }
            let consumer = await broker.consume([BrokerScene.line], prefetch: 100)
            _ = try await scene.take(batches.flatMap { $0 }, from: consumer)
        },
    ]

    static let delivery: [BrokerCheck] = [
        BrokerCheck("what is settled as done does not come again") { scene in
            let (broker, hints, first) = try await scene.begin(20, prefetch: 7)
            _ = try await scene.take(hints, from: first)
            await first.close()
            let last = scene.hints(1)
            try await scene.publishAll(last, to: broker)
            let second = await broker.consume([BrokerScene.line], prefetch: 100)
            try same(try await scene.take(last, from: second).map(\.hint), last)
        },
        BrokerCheck("what is settled leaves what came before it as it is") { scene in
            let (broker, hints, first) = try await scene.begin(12, prefetch: 20)
            let held = try await scene.take(hints, from: first, settle: nil)
            let settled = held.enumerated().filter { $0.offset % 3 == 2 }.map(\.element)
            await first.settle(settled.map(\.done))
            await first.close()
            let rest = Set(hints).subtracting(settled.map(\.hint))
            let last = scene.hints(1)
            try await scene.publishAll(last, to: broker)
            let second = await broker.consume([BrokerScene.line], prefetch: 20)
            try same(Set(try await scene.take(last, from: second).map(\.hint)), rest.union(last))
        },
        BrokerCheck("what is settled as not done comes again") { scene in
            let (_, hints, consumer) = try await scene.begin(3, prefetch: 10)
            _ = try await scene.take(hints, from: consumer, settle: { $0.again })
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("no more than the prefetch are out to a consumer") { scene in
            let broker = try await scene.open().broker
            let other = try await scene.open().broker
            try await scene.publishAll(scene.hints(50), to: broker)
            let first = await broker.consume([BrokerScene.line], prefetch: 7)
            let held = try await scene.take(from: first, settle: nil) { $0.count >= 7 }
            let second = await other.consume([BrokerScene.line], prefetch: 100)
            let rest = try await scene.take(from: second, settle: nil) { $0.count >= 43 }
            try same(held.count, 7)
            try same(Set(held.map(\.hint)).intersection(rest.map(\.hint)), [])
        },
        BrokerCheck("the prefetch counts over all lines of a consumer") { scene in
            let broker = try await scene.open().broker
            let other = try await scene.open().broker
            let lines = ["a", "b", "c"].map { HintLine(lane: .builtIn, queue: $0) }
            for line in lines { try await scene.publishAll(scene.hints(10, line), to: broker) }
            let first = await broker.consume(Set(lines), prefetch: 7)
            let held = try await scene.take(from: first, settle: nil) { $0.count >= 7 }
            let second = await other.consume(Set(lines), prefetch: 100)
            _ = try await scene.take(from: second, settle: nil) { $0.count >= 23 }
            try same(held.count, 7)
        },
        BrokerCheck("what is settled makes room for more") { scene in
            let (_, hints, consumer) = try await scene.begin(50, prefetch: 5)
            _ = try await scene.take(hints, from: consumer)
        },
        BrokerCheck("settling again, or what was never brought, changes nothing") { scene in
            let (_, hints, consumer) = try await scene.begin(10, prefetch: 3)
            await consumer.settle([HintSettlement(tag: 77_777, isDone: true), HintSettlement(tag: 0, isDone: false)])
            let one = try await scene.take(from: consumer) { !$0.isEmpty }
            await consumer.settle(one.map(\.done) + one.map(\.again) + one.map(\.done))
            let came = Set(one.map(\.hint))
            let rest = try await scene.take(hints.filter { !came.contains($0) }, from: consumer)
            try same(came.intersection(rest.map(\.hint)), [])
        },
        BrokerCheck("higher priorities come first") { scene in
            let broker = try await scene.open().broker
            let priorities = [3, 9, 0, 5, 5, 1, 8, 0, 9, 2, 7, 4, 6]
            let hints = priorities.flatMap { scene.hints(1, priority: $0) }
            for hint in hints { try await scene.publishAll([hint], to: broker) }
            let consumer = await broker.consume([BrokerScene.line], prefetch: 1)
            let taken = try await scene.take(hints, from: consumer)
            try same(taken.map(\.hint.priority), priorities.sorted(by: >))
        },
    ]

    static let sharing: [BrokerCheck] = [
        BrokerCheck("several consumers share a line") { scene in
            let brokers = [try await scene.open().broker, try await scene.open().broker]
            var consumers: [any HintConsumer] = []
            for broker in brokers { consumers.append(await broker.consume([BrokerScene.line], prefetch: 5)) }
            let hints = scene.hints(40)
            try await scene.publishAll(hints, to: brokers[0])
            var taken: [[HintDelivery]] = []
            // Each holds what it took until both have some.
            for consumer in consumers {
                taken.append(try await scene.take(from: consumer, settle: nil) { $0.count >= 5 })
            }
            for (consumer, held) in zip(consumers, taken) { await consumer.settle(held.map(\.done)) }
            let seen = Tally()
            seen.add(taken.joined().map(\.hint))
            try await scene.within(scene.host.patience) { [consumers] in
                await withTaskGroup(of: Void.self) { group in
                    for consumer in consumers {
                        group.addTask {
                            for await batch in consumer.deliveries {
                                await consumer.settle(batch.map(\.done))
                                seen.add(batch.map(\.hint))
                                if seen.distinct >= 40 { return }
                            }
                        }
                    }
                    await group.next()
                    group.cancelAll()
                }
            } otherwise: {
                "came \(seen.distinct) of 40"
            }
            try same(seen.distinct, 40)
            try same(seen.total, 40)
        },
        BrokerCheck("lines are apart by queue and by lane") { scene in
            let broker = try await scene.open().broker
            let lines = [
                HintLine(lane: .builtIn, queue: "a"), HintLine(lane: .builtIn, queue: "b"),
                HintLine(lane: .outside, queue: "a"), HintLine(lane: .broker, queue: "a.b"),
            ]
            // The first of each line would come before the last if lines were mixed.
            var last: [[ExecutionHint]] = []
            for line in lines { try await scene.publishAll(scene.hints(5, line), to: broker) }
            for line in lines {
                last.append(scene.hints(1, line))
                try await scene.publishAll(last[last.count - 1], to: broker)
            }
            for (line, last) in zip(lines, last) {
                let consumer = await broker.consume([line], prefetch: 10)
                let taken = try await scene.take(last, from: consumer)
                try same(taken.count, 6)
                try same(Set(taken.map(\.hint.line)), [line])
                await consumer.close()
            }
        },
        BrokerCheck("a consumer takes from other lines when it is told to") { scene in
            let broker = try await scene.open().broker
            let (a, b) = (HintLine(lane: .builtIn, queue: "a"), HintLine(lane: .builtIn, queue: "b"))
            let consumer = await broker.consume([a], prefetch: 10)
            let first = scene.hints(2, a)
            try await scene.publishAll(first, to: broker)
            _ = try await scene.take(first, from: consumer)
            await consumer.change(to: [b])
            let (left, taken) = (scene.hints(2, a), scene.hints(2, b))
            try await scene.publishAll(left, to: broker)
            try await scene.publishAll(taken, to: broker)
            try same(Set(try await scene.take(taken, from: consumer).map(\.hint)), Set(taken))
            await consumer.change(to: [a, b])
            let more = scene.hints(2, b)
            try await scene.publishAll(more, to: broker)
            _ = try await scene.take(left + more, from: consumer)
        },
    ]
}
