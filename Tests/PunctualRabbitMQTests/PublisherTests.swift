import PunctualCore
import PunctualJSON
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualRabbitMQ

@Suite("The target publish over RabbitMQ")
struct PublisherTests {
    private func attempt(
        _ destination: String, _ message: JSONValue, timeout: Duration = .seconds(30)
    ) -> AttemptRequest {
        AttemptRequest(
            executionID: Identifier(high: .random(in: .min ... .max), low: .random(in: .min ... .max)),
            jobID: Identifier(high: 1, low: 2), jobName: "nightly/größe", service: "billing",
            scheduledAt: Timestamp(milliseconds: 1_774_747_800_000), attempt: 2,
            target: .publish(broker: "rabbitmq", destination: destination, message: message), timeout: timeout)
    }

    @Test("puts a message into the queue behind an exchange, confirmed, with the execution's id")
    func routed() async throws {
        let scene = try await Scene()
        let (exchange, queue) = ("\(scene.prefix).x", "\(scene.prefix).q")
        try await scene.pika([
            "do": "declare", "queue": .string(queue), "exchange": .string(exchange), "key": "a/b.c",
        ])
        let publisher = RabbitMQPublisher(try scene.settings())
        let request = attempt("\(exchange)/a/b.c", ["total": 5, "name": "ü"])
        #expect(await publisher.execute(request).verdict == .succeeded)
        #expect(await publisher.execute(attempt("/\(queue)", "plain text")).verdict == .succeeded)
        let taken = try await scene.pika(
            ["do": "take", "queue": .string(queue)], ["do": "take", "queue": .string(queue)])
        #expect(taken[0]["exchange"]?.string == exchange)
        #expect(taken[0]["key"]?.string == "a/b.c")
        #expect(taken[0]["body"]?.string == #"{"total":5,"name":"ü"}"#)
        let properties = taken[0]["properties"]
        #expect(properties?["message_id"]?.string == request.executionID.description)
        #expect(properties?["content_type"]?.string == "application/json")
        #expect(properties?["delivery_mode"]?.int == 2)
        let headers = properties?["headers"]
        #expect(headers?["punctual-job"]?.string == "nightly/größe")
        #expect(headers?["punctual-service"]?.string == "billing")
        #expect(headers?["punctual-attempt"]?.int == 2)
        #expect(headers?["punctual-scheduled-at"]?.string == "2026-03-29T01:30:00.000Z")
        #expect(headers?["traceparent"]?.string == request.carriedTrace)
        #expect(taken[1]["body"]?.string == "plain text")
        #expect(taken[1]["properties"]?["content_type"]?.string == "text/plain; charset=utf-8")
        await publisher.close()
    }

    @Test("says of a failure whether another try is sensible")
    func failures() async throws {
        let scene = try await Scene()
        let exchange = "\(scene.prefix).unbound"
        try await scene.pika(["do": "exchange", "exchange": .string(exchange)])
        let publisher = RabbitMQPublisher(try scene.settings())
        for (destination, sign, isRetryable) in [
            ("\(exchange)/key", "no queue takes the routing key key of the exchange", true),
            ("/\(scene.prefix).nowhere", "no queue takes the routing key", true),
            ("\(scene.prefix).missing/key", "no exchange '\(scene.prefix).missing'", true),
            ("no-slash", "write EXCHANGE/ROUTING-KEY", false),
            ("/\(String(repeating: "k", count: 256))", "255 bytes", false),
        ] {
            let result = await publisher.execute(attempt(destination, "x"))
            guard case .failed(let reason, let error, let isAgain, _) = result.verdict else {
                Issue.record("\(destination) went well")
                continue
            }
            #expect(error.contains(sign) && !error.contains("\n"), "\(destination): \(error)")
            #expect(isAgain == isRetryable, "\(destination): \(error)")
            #expect(reason == nil, "the connection was well")
        }
        await publisher.close()
        guard case .failed(_, _, false, _) = await publisher.execute(attempt("/q", "x")).verdict else {
            Issue.record("a closed publisher publishes")
            return
        }
    }

    @Test("to an exchange that its user may not use, or that is deleted, fails alone")
    func failsAlone() async throws {
        let scene = try await Scene()
        let (closed, gone, queue) = ("\(scene.prefix).closed", "\(scene.prefix).gone", "\(scene.prefix).q")
        try await scene.pika(
            ["do": "exchange", "exchange": .string(closed)], ["do": "exchange", "exchange": .string(gone)],
            ["do": "declare", "queue": .string(queue), "exchange": .string("\(scene.prefix).open"), "key": "k"])
        let user = scene.server.newName("user")
        let server = scene.server
        let prefix = scene.prefix
        _ = try await blocking {
            try server.control(["add_user", user, "word"])
            try server.control(["set_permissions", user, "^$", "^\(prefix)\\.(open|gone)$", ".*"])
        }
        var settings = try RabbitMQSettings("amqp://\(user):word@127.0.0.1:\(server.port)")
        settings.reconnectAtMost = .milliseconds(200)
        let publisher = RabbitMQPublisher(settings)
        // Known to the connection before it goes.
        _ = await publisher.execute(attempt("\(gone)/k", "x"))
        try await scene.pika(["do": "drop", "exchange": .string(gone)])
        let verdicts = await withTaskGroup(of: (String, AttemptResult.Verdict).self) { group in
            for turn in 0..<60 {
                let exchange = [closed, gone, "\(prefix).open"][turn % 3]
                group.addTask { (exchange, await publisher.execute(self.attempt("\(exchange)/k", "x")).verdict) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (exchange, verdict) in verdicts {
            if exchange.hasSuffix("open") {
                #expect(verdict == .succeeded)
            } else if case .failed(_, let error, let isRetryable, _) = verdict {
                #expect(error.contains(exchange) && isRetryable, "\(error)")
            } else {
                Issue.record("published to \(exchange)")
            }
        }
        #expect(try await scene.pika(["do": "count", "queue": .string(queue)])[0].int ?? 0 >= 20)
        await publisher.close()
    }

    @Test(
        "tells of a destination what is wrong with it",
        arguments: [
            ("reports/daily", true), ("reports/a/b", true), ("/queue", true), ("fanout/", true), ("/", false),
            ("queue", false), (String(repeating: "e", count: 255) + "/" + String(repeating: "k", count: 255), true),
            (String(repeating: "e", count: 256) + "/k", false), ("e/" + String(repeating: "k", count: 256), false),
        ])
    func destinations(_ destination: String, isFine: Bool) {
        #expect((RabbitMQPublisher.complaint(about: destination) == nil) == isFine)
    }

    @Test("reaches every queue of an exchange that needs no routing key")
    func fanout() async throws {
        let scene = try await Scene()
        let queue = "\(scene.prefix).q"
        try await scene.pika([
            "do": "declare", "queue": .string(queue), "exchange": .string("\(scene.prefix).x"), "key": "",
        ])
        let publisher = RabbitMQPublisher(try scene.settings())
        #expect(await publisher.execute(attempt("\(scene.prefix).x/", "x")).verdict == .succeeded)
        #expect(try await scene.pika(["do": "count", "queue": .string(queue)])[0].int == 1)
        await publisher.close()
    }

    @Test("that is cancelled ends at once")
    func cancelled() async throws {
        let scene = try await Scene()
        var settings = try RabbitMQSettings("amqp://guest:guest@127.0.0.1:\(scene.server.port)")
        settings.hosts = [.init(name: "127.0.0.1", port: 1)]
        settings.publishTimeout = .seconds(60)
        let publisher = RabbitMQPublisher(settings)
        let began = ContinuousClock.now
        let task = Task { await publisher.execute(attempt("/q", "x", timeout: .seconds(60))) }
        task.cancel()
        #expect(await task.value.verdict == .cancelled)
        #expect(ContinuousClock.now - began < .seconds(5))
        await publisher.close()
    }
}
