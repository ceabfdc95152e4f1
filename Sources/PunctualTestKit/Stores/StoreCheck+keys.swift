internal import PunctualCore
internal import PunctualSchedule

extension StoreScene {
    fileprivate func begin(_ key: String, _ fingerprint: String) async throws -> IdempotencyState {
        try await store.begin(key: key, fingerprint: fingerprint, staleAfter: .seconds(60))
    }
}

private let answer = StoredAnswer(
    status: 201, headers: ["location": "/jobs/1", "etag": "\"1\""], body: [0, 123, 255, 10])

extension StoreCheck {
    /// Idempotency keys.
    static let keys: [StoreCheck] = [
        StoreCheck("an idempotency key answers again as it answered first") { scene in
            try same(try await scene.begin("k", "f"), .fresh(since: scene.now))
            try same(try await scene.begin("k", "f"), .inProgress)
            try same(try await scene.begin("k", "g"), .mismatch)
            try await scene.store.finish(key: "k", answer: answer)
            try same(try await scene.begin("k", "f"), .replay(answer))
            try same(try await scene.begin("k", "g"), .mismatch)
        },
        StoreCheck("an idempotency key that was given up is taken at once, and tells when it was first taken") {
            scene in
            let first = scene.now
            _ = try await scene.begin("k", "f")
            for _ in 0..<3 {
                scene.clock.advance(by: .seconds(1))
                try await scene.store.finish(key: "k", answer: nil)
                try same(try await scene.begin("k", "f"), .fresh(since: first))
                try same(try await scene.begin("k", "f"), .inProgress)
                try same(try await scene.begin("k", "g"), .mismatch)
            }
            try await scene.store.finish(key: "k", answer: answer)
            try same(try await scene.begin("k", "f"), .replay(answer))
        },
        StoreCheck("an idempotency key that was given up begins anew for another request") { scene in
            _ = try await scene.begin("k", "f")
            try await scene.store.finish(key: "k", answer: nil)
            scene.clock.advance(by: .seconds(1))
            try same(try await scene.begin("k", "g"), .fresh(since: scene.now))
            try same(try await scene.begin("k", "g"), .inProgress)
            try same(try await scene.begin("k", "f"), .mismatch)
        },
        StoreCheck(
            "an unfinished idempotency key is taken over when its server died, and tells when it was first taken"
        ) {
            scene in
            let first = scene.now
            _ = try await scene.begin("k", "f")
            for _ in 0..<2 {
                scene.clock.advance(by: .milliseconds(59_999))
                try same(try await scene.begin("k", "f"), .inProgress)
                scene.clock.advance(by: .milliseconds(1))
                try same(try await scene.begin("k", "g"), .mismatch)
                try same(try await scene.begin("k", "f"), .fresh(since: first))
                try same(try await scene.begin("k", "f"), .inProgress)
            }
        },
        StoreCheck("who ends late changes no answer") { scene in
            _ = try await scene.begin("k", "f")
            try await scene.store.finish(key: "k", answer: answer)
            try await scene.store.finish(key: "k", answer: nil)
            try await scene.store.finish(key: "k", answer: StoredAnswer(status: 409, headers: [:], body: []))
            try same(try await scene.begin("k", "f"), .replay(answer))
            try same(try await scene.begin("k", "g"), .mismatch)
        },
        StoreCheck("an idempotency key is new a day after it was last taken") { scene in
            _ = try await scene.begin("answered", "f")
            try await scene.store.finish(key: "answered", answer: answer)
            _ = try await scene.begin("given up", "f")
            try await scene.store.finish(key: "given up", answer: nil)
            scene.clock.advance(by: .milliseconds(86_399_999))
            try same(try await scene.begin("answered", "f"), .replay(answer))
            scene.clock.advance(by: .milliseconds(1))
            try same(try await scene.begin("answered", "f"), .fresh(since: scene.now))
            try same(try await scene.begin("given up", "f"), .fresh(since: scene.now))
        },
        StoreCheck("idempotency keys taken before an instant are forgotten") { scene in
            _ = try await scene.begin("old", "f")
            scene.clock.advance(by: .seconds(1))
            _ = try await scene.begin("new", "f")
            try same(try await scene.store.pruneKeys(before: scene.now), 1)
            try same(try await scene.begin("old", "x"), .fresh(since: scene.now))
            try same(try await scene.begin("new", "f"), .inProgress)
        },
    ]
}
