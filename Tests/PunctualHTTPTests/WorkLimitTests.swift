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
            let list = try await client.send(.get, "/api/v1/limits").json
            let listed = list["items"]?.array
            #expect(list["next_cursor"] == .null)
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
            var listed = try #require(set.object)
            (listed["running"], listed["rate_used"]) = (0, JSONValue.null)
            #expect(try await client.send(.get, "/api/v1/limits").json["items"] == [.object(listed)])
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

    @Test("limits come in pages, jobs read many at a time, and each with how many run")
    func pages() async throws {
        let scene = APIScene()
        let store = scene.store
        let jobs = (0..<130).map { number -> Job in
            var draft = JobDraft(name: "j\(number)", schedule: .manual, target: .worker(task: "t", payload: .null))
            draft.overlapPolicy = .allowAll
            return Job(
                id: Identifier(high: 1, low: UInt64(number)), draft: draft, nextRunAt: nil, createdBy: "",
                createdAt: scene.clock.now())
        }
        _ = try await store.create(jobs)
        for job in jobs { try await store.setLimit(WorkLimit(.init(.jobs, "\(job.id)"), concurrency: 2)) }
        try await store.setLimit(WorkLimit(.init(.queues, "default"), concurrency: 3))
        try await store.setLimit(WorkLimit(.init(.services, "default"), rate: .init(count: 9, per: .seconds(1))))
        // Of a job that is gone, as another node may still know it.
        try await store.setLimit(WorkLimit(.init(.jobs, "\(Identifier(high: 9, low: 9))"), concurrency: 1))
        try await scene.run { client in
            for _ in 0..<2 {
                #expect(try await client.send(.post, "/api/v1/jobs/\(jobs[5].id)/trigger").status == 202)
            }
            let wish = #"{"worker":"w","queues":["default"],"wait":"0s","max":9}"#
            #expect(try await client.send(.post, "/api/v1/work/claim", wish).json["items"]?.array?.count == 2)
            var (items, cursor, pages) = ([JSONValue](), "", 0)
            repeat {
                let page = try await client.send(.get, "/api/v1/limits?limit=50\(cursor)").json
                items += page["items"]?.array ?? []
                cursor = page["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
                pages += 1
            } while !cursor.isEmpty
            #expect(pages == 3 && items.count == 132)
            #expect(items.map { $0["kind"] } == Array(repeating: "jobs", count: 130) + ["queues", "services"])
            #expect(items[5]["running"] == 2 && items[6]["running"] == 0 && items[130]["running"] == 2)
            #expect(items[131]["running"] == .null)
            let queues = try await client.send(.get, "/api/v1/limits?kind=queues").json["items"]?.array
            #expect(queues?.map { $0["name"] } == ["default"])
            #expect(try await client.send(.get, "/api/v1/limits?kind=workers").status == 422)
            #expect(try await client.send(.get, "/api/v1/limits?limit=0").status == 422)
        }
    }
}
