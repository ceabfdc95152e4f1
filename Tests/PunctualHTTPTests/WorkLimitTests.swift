import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Testing

@Suite("Limits of queues, services and jobs over HTTP")
struct WorkLimitTests {
    @Test("a limit is set, read, listed, shown with its queue, and removed")
    func life() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let path = "/api/v1/limits/queues/mail"
            #expect(try await client.send(.get, path).status == 404)
            let body = #"{"concurrency":10,"rate":{"count":100,"per":"60s"}}"#
            let wanted: JSONValue = [
                "kind": "queues", "name": "mail", "service": .null, "job_name": .null, "concurrency": 10,
                "rate": ["count": 100, "per": "1m"],
            ]
            #expect(try await client.send(.put, path, body).json == wanted)
            #expect(try await client.send(.get, path).json == wanted)
            #expect(try await client.send(.put, "/api/v1/limits/services/billing", #"{"concurrency":1}"#).status == 200)
            let listed = try await client.send(.get, "/api/v1/limits").json["items"]?.array
            #expect(listed?.map { $0["name"] } == ["mail", "billing"])
            #expect(listed?.map { $0["service"] } == [.null, "billing"])
            #expect(try await client.send(.post, "/api/v1/queues/mail/pause").json["limit"]?["concurrency"] == 10)
            let queues = try await client.send(.get, "/api/v1/queues").json["items"]?.array
            #expect(queues?.first?["limit"] == ["concurrency": 10, "rate": ["count": 100, "per": "1m"]])
            #expect(try await client.send(.delete, path).status == 204)
            #expect(try await client.send(.delete, path).status == 404)
        }
    }

    @Test("a job's limit is set by its id, keeps its executions waiting, and goes with it")
    func job() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let made = try await client.send(
                .post, "/api/v1/jobs",
                """
                {"name":"a","overlap_policy":"allow_all","schedule":{"type":"manual"},
                 "target":{"type":"worker","task":"t","payload":1}}
                """)
            let id = try #require(made.json["id"]?.string)
            let path = "/api/v1/limits/jobs/\(id)"
            let set = try await client.send(.put, path, #"{"concurrency":1}"#).json
            #expect(set["name"]?.string == id && set["job_name"] == "a" && set["service"] == "default", "\(set)")
            #expect(try await client.send(.get, path).json == set)
            #expect(try await client.send(.get, "/api/v1/limits").json["items"] == [set])
            for _ in 0..<3 { #expect(try await client.send(.post, "/api/v1/jobs/\(id)/trigger").status == 202) }
            let wish = #"{"worker":"w","queues":["default"],"wait":"0s","max":9}"#
            #expect(try await client.send(.post, "/api/v1/work/claim", wish).json["items"]?.array?.count == 1)
            #expect(try await client.send(.post, "/api/v1/work/claim", wish).json["items"]?.array?.count == 0)
            let blockers = try await client.send(.get, "/api/v1/jobs/\(id)/explain").json["blocked_by"]
            #expect(blockers == [["code": "limit", "detail": "The job runs at most 1 at once."]])
            #expect(try await client.send(.delete, "/api/v1/jobs/\(id)").status == 204)
            #expect(try await client.send(.get, path).status == 404)
            #expect(try await client.send(.get, "/api/v1/limits").json["items"]?.array?.count == 0)
        }
    }

    @Test(
        "a limit that limits nothing, or cannot be kept, is refused by its field",
        arguments: [
            ("{}", "/concurrency"), (#"{"concurrency":null,"rate":null}"#, "/concurrency"),
            (#"{"concurrency":0}"#, "/concurrency"), (#"{"concurrency":"many"}"#, "/concurrency"),
            (#"{"rate":{"count":1}}"#, "/rate/per"), (#"{"rate":{"count":0,"per":"1m"}}"#, "/rate/count"),
            (#"{"rate":{"count":1,"per":"2d"}}"#, "/rate/per"), (#"{"rate":{"count":1,"per":"1ms"}}"#, "/rate/per"),
            (#"{"concurrency":1,"burst":2}"#, "/burst"),
        ])
    func refused(_ body: String, _ pointer: String) async throws {
        let scene = APIScene()
        try await scene.run { client in
            let answer = try await client.send(.put, "/api/v1/limits/queues/mail", body)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.array?.map { $0["pointer"]?.string } == [pointer], "\(answer.json)")
            let detail = answer.json["errors"]?[0]?["detail"]?.string ?? ""
            // One of the two is enough.
            #expect(detail.contains("rate") == (body == "{}" || body.contains(#""rate":null"#)), "\(detail)")
            #expect(try await client.send(.put, "/api/v1/limits/workers/mail", #"{"concurrency":1}"#).status == 404)
        }
    }
}
