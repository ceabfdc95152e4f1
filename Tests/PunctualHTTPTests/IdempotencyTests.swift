import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

private let keyField = HTTPField.Name("Idempotency-Key")!
private let replayed = HTTPField.Name("Idempotent-Replayed")!

@Suite("Idempotency keys")
struct IdempotencyTests {
    @Test("the same key and body replay the first answer, and one job is made")
    func replay() async throws {
        try await withAPI { client, _ in
            let first = try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "a-1"])
            #expect(first.status == 201)
            #expect(first.headers[replayed] == nil)
            for _ in 0..<3 {
                let again = try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "a-1"])
                #expect(again.status == 201)
                #expect(again.headers[replayed] == "true")
                #expect(again.json == first.json)
                #expect(again.headers[.location] == first.headers[.location])
                #expect(again.headers[.eTag] == first.headers[.eTag])
            }
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"]?.array?.count == 1)
        }
    }

    @Test("a trigger with a key makes one execution, however often it is sent")
    func trigger() async throws {
        try await withAPI { client, _ in
            let id = try #require(try await client.send(.post, "/api/v1/jobs", least).json["id"]?.string)
            let path = "/api/v1/jobs/\(id)/trigger"
            let first = try await client.send(.post, path, headers: [keyField: "t"])
            let second = try await client.send(.post, path, headers: [keyField: "t"])
            #expect(first.status == 202)
            #expect(first.json["id"] == second.json["id"])
            #expect(try await client.send(.get, "/api/v1/executions/\(id)").json["items"]?.array?.count == 1)
        }
    }

    @Test("another body, path or query under the same key is refused, and nothing is made")
    func mismatch() async throws {
        try await withAPI { client, _ in
            _ = try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "k"])
            let other = least.replacing(#""n""#, with: #""m""#)
            let refused = try await client.send(.post, "/api/v1/jobs", other, headers: [keyField: "k"])
            #expect(refused.status == 422)
            #expect(refused.json["type"] == "/docs/problems#idempotency_mismatch")
            let elsewhere = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(other)]}"#, headers: [keyField: "k"])
            #expect(elsewhere.status == 422)
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"]?.array?.count == 1)
        }
    }

    @Test("a refusal is replayed too: the first answer counts")
    func refusal() async throws {
        try await withAPI { client, _ in
            let first = try await client.send(.post, "/api/v1/jobs", #"{"name":1}"#, headers: [keyField: "r"])
            let again = try await client.send(.post, "/api/v1/jobs", #"{"name":1}"#, headers: [keyField: "r"])
            #expect(first.status == 422)
            #expect(again.status == 422)
            #expect(again.headers[replayed] == "true")
            #expect(again.headers[.contentType] == "application/problem+json")
        }
    }

    @Test("a request under way is a conflict; after a minute its node counts as dead and the key is taken over")
    func underWay() async throws {
        let scene = APIScene()
        try await scene.run { client in
            // A request that never answered: the key is taken with the fingerprint that the API makes of it.
            let digest = SHA256.hash(data: Data("POST /api/v1/jobs\n\(least)".utf8))
            let fingerprint = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(
                try await scene.store.begin(key: "w", fingerprint: fingerprint, staleAfter: .seconds(60))
                    == .fresh(since: scene.clock.now()))
            let busy = try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "w"])
            #expect(busy.status == 409)
            #expect(busy.json["type"] == "/docs/problems#idempotency_in_progress")
            #expect(busy.headers[.retryAfter] == "1")
            scene.clock.advance(by: .seconds(61))
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "w"]).status == 201)
        }
    }

    @Test("after 24 hours the key is free again")
    func expiry() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let id = try #require(try await client.send(.post, "/api/v1/jobs", least).json["id"]?.string)
            let path = "/api/v1/jobs/\(id)/trigger"
            let first = try await client.send(.post, path, headers: [keyField: "d"])
            scene.clock.advance(by: .seconds(86_401))
            let next = try await client.send(.post, path, headers: [keyField: "d"])
            #expect(next.status == 202)
            #expect(next.headers[replayed] == nil)
            #expect(next.json["id"] != first.json["id"])
        }
    }

    @Test("twenty at once with one key: one job, and nobody hears of another")
    func race() async throws {
        try await withAPI { client, _ in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: "race"]).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(statuses).isSubset(of: [201, 409]))
            #expect(statuses.contains(201))
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"]?.array?.count == 1)
        }
    }

    @Test(
        "a key that is none is refused",
        arguments: ["", " ", "a b", "\u{7F}", "schlüssel", String(repeating: "k", count: 256)])
    func badKey(key: String) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.post, "/api/v1/jobs", least, headers: [keyField: key])
            #expect(answer.status == 400)
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"] == [])
        }
    }
}
