import PunctualCore
import TestPeers
import Testing

@testable import PunctualRedis

// Changes that are under way while something else happens.

extension SharedCacheTests {
    @Test("of changes that overlap each is seen by others as soon as it has ended")
    func overlapping() async throws {
        try await withNodes(try await Self.url(2)) { nodes, store in
            let group = fresh("g")
            for node in nodes { _ = try await node.read(group) }
            let gate = Gate()
            let long = Task {
                try await nodes[0].cache.change([group]) { () async throws(StoreError) in
                    // Lifted below.
                    try? await gate.task.value
                    store.raise(group)
                }
            }
            try await until("it has begun") { try await nodes[1].read(group).source == .passed }
            for number in 1...20 {
                try await nodes[0].raise(group)
                for node in nodes { #expect(try await node.read(group).number == number) }
            }
            // Marks are set again and again while it lasts.
            let begun = ContinuousClock.now
            while begun.duration(to: .now) < .milliseconds(800) {
                for node in nodes { #expect(try await node.read(group).source == .passed) }
                try await Task.sleep(for: .milliseconds(20))
            }
            gate.lift()
            _ = try await long.value
            for node in nodes { #expect(try await node.read(group).number == 21) }
            for node in nodes { try await until("there are copies") { try await node.read(group).source == .local } }
        }
    }

    @Test("a server that loses its data while a change is under way makes nobody keep what is older for long")
    func flushed() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withNodes([peer.url, peer.url]) { nodes, store in
            for _ in 0..<5 {
                let group = fresh("g")
                let gate = Gate()
                let long = Task {
                    try await nodes[0].cache.change([group]) { () async throws(StoreError) in
                        // Lifted below.
                        try? await gate.task.value
                    }
                }
                try await until("it has begun") { try await nodes[1].read(group).source == .passed }
                _ = try await nodes[1].redis.send(RedisCommand("FLUSHALL"))
                _ = try await nodes[1].read(group)
                let number = try await nodes[0].raise(group)
                #expect(try await nodes[0].read(group).number == number)
                try await see(number, of: group, on: nodes[1])
                gate.lift()
                _ = try await long.value
            }
        }
    }
}
