import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Testing

@Suite("What one caller may have under way", .timeLimit(.minutes(10)))
struct ConcurrencyTests {
    private static let claim = #"{"worker":"w","queues":["default"],"wait":"60s"}"#

    /// Somebody with two places for what is long and one for the rest, and somebody else.
    private func scene() async throws -> (AccessScene, ada: HTTPFields, bob: HTTPFields, name: String) {
        var scene = try await AccessScene()
        scene.scene.services.doorkeeper.streams = TenantSlots(most: 2)
        scene.scene.services.doorkeeper.calls = TenantSlots(most: 1)
        let ada = try await scene.account("ada", [Permission(.admin, service: nil)])
        let bob = try await scene.account("bob", [Permission(.admin, service: nil)])
        return (
            scene, bearer(try await scene.key(of: .serviceAccount(ada.id)).text),
            bearer(try await scene.key(of: .serviceAccount(bob.id)).text), Subject.serviceAccount(ada.id).text
        )
    }

    @Test("claims that wait are few for one caller, and leave his calls and the claims of others alone")
    func claims() async throws {
        let (scene, ada, bob, name) = try await scene()
        let streams = try #require(scene.scene.services.doorkeeper.streams)
        try await scene.run { client in
            let job = try await client.send(
                .post, "/api/v1/jobs",
                #"{"name":"w","schedule":{"type":"manual"},"target":{"type":"worker","task":"t"},"overlap_policy":"allow_all"}"#,
                headers: ada)
            let id = try #require(job.json["id"]?.string)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await client.send(.post, "/api/v1/work/claim", Self.claim, headers: ada).status
                    }
                }
                try await until { streams.count(of: name) == 2 }
                let third = try await client.send(.post, "/api/v1/work/claim", Self.claim, headers: ada)
                #expect(third.status == 429 && third.headers[.retryAfter] == "1", "\(third.json)")
                #expect(third.json["type"] == "/docs/problems#overloaded")
                #expect(try await client.send(.get, "/api/v1/jobs/\(id)", headers: ada).status == 200)
                let empty = #"{"worker":"w","queues":["other"],"wait":"0s"}"#
                #expect(try await client.send(.post, "/api/v1/work/claim", empty, headers: bob).status == 200)
                for _ in 0..<2 {
                    let path = "/api/v1/jobs/\(id)/trigger"
                    #expect(try await client.send(.post, path, headers: ada).status == 202)
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(streams.count(of: name) == 0)
            let empty = #"{"worker":"w","queues":["other"],"wait":"0s"}"#
            #expect(try await client.send(.post, "/api/v1/work/claim", empty, headers: ada).status == 200)
        }
    }

    @Test("a place is given back by whatever ends a request: an answer, a refusal, a HEAD, a stream")
    func places() async throws {
        let (scene, ada, _, name) = try await scene()
        let doorkeeper = scene.scene.services.doorkeeper
        let (calls, streams) = (try #require(doorkeeper.calls), try #require(doorkeeper.streams))
        try await scene.scene.run(.live) { client in
            for (method, path, status) in [
                (.get, "/api/v1/jobs", 200), (.get, "/api/v1/jobs/x", 404), (.post, "/api/v1/jobs", 400),
                (.head, "/api/v1/events", 200), (.get, "/api/v1/audit/export", 200), (.head, "/api/v1/jobs", 200),
            ] as [(HTTPRequest.Method, String, Int)] {
                for _ in 0..<3 {
                    // With one place for calls each would be the last, were it not given back.
                    let answer = try await client.execute(uri: path, method: method, headers: ada) { $0.status.code }
                    #expect(
                        answer == status || method == .post && answer / 100 == 4 && answer != 429, "\(method) \(path)")
                }
                try await until { calls.count(of: name) + streams.count(of: name) == 0 }
            }
        }
    }

    @Test("a worker may call ten times as often as others, and bad credentials get nobody further")
    func workRate() async throws {
        var scene = try await AccessScene()
        // Time stands still: each may have what a peak of one second allows.
        scene.scene.services.doorkeeper.limiter = MemoryLimiter(now: { 1_000_000_000 })
        scene.scene.services.doorkeeper.clientAddress = ClientAddress(
            trusted: [IPRange("127.0.0.0/8")!], field: .xForwardedFor)
        let worker = try await scene.account("worker", [Permission(.operator, service: nil)])
        var good = bearer(try await scene.key(of: .serviceAccount(worker.id)).text)
        let from = HTTPField.Name("X-Forwarded-For")!
        good[from] = "192.0.2.7"
        var generator = SystemRandomNumberGenerator()
        let unknown = APIKeySecret(id: .random(at: scene.clock.now()), using: &generator)
        let stranger = bearer(unknown.text.reveal())
        try await scene.scene.run(.live) { [good] client in
            func statuses(
                _ count: Int, _ path: String, _ body: String?, _ headers: HTTPFields
            ) async throws -> [Int: Int] {
                var seen: [Int: Int] = [:]
                for _ in 0..<count {
                    let answer = try await client.send(body == nil ? .get : .post, path, body, headers: headers)
                    seen[answer.status, default: 0] += 1
                }
                return seen
            }
            // Of an execution that is not there: counted like any other.
            let (path, beat) = (
                "/api/v1/work/heartbeat", #"{"id":"\#(Identifier(high: 1, low: 1))","attempt":1,"worker":"w"}"#
            )
            let plain = try await statuses(110, "/api/v1/jobs", nil, good)
            #expect(plain == [200: 100, 429: 10])
            // What he has used up there is not what he works with.
            let work = try await statuses(1010, path, beat, good)
            #expect(work == [404: 1000, 429: 10])
            var bad = stranger
            bad[from] = "192.0.2.8"
            let guesses = try await statuses(210, path, beat, bad)
            #expect(guesses == [401: 200, 429: 10])
            var late = good
            late[from] = "192.0.2.8"
            // Also with a good one: at the door nobody looks at it any more.
            let shut = try await statuses(1, path, beat, late)
            #expect(shut == [429: 1])
        }
    }
}
