import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Server-sent events")
struct EventTests {
    private func withServer(
        _ scene: APIScene, _ body: @escaping @Sendable (any TestClientProtocol, Int) async throws -> Void
    ) async throws {
        try await scene.run(.live) { client in try await body(client, try #require(client.port)) }
    }

    @Test("jobs and executions are told as they change, in order, and a reader goes on where it was")
    func follow() async throws {
        try await withServer(APIScene()) { client, port in
            let first = try await readEvents(3, from: port) {
                let id = try await client.send(.post, "/api/v1/jobs", least).json["id"]?.string ?? ""
                _ = try await client.send(.post, "/api/v1/jobs/\(id)/trigger")
                _ = try await client.send(.post, "/api/v1/jobs/\(id)/pause")
                _ = try await client.send(.delete, "/api/v1/jobs/\(id)")
            }
            #expect(first.map(\.kind) == ["job.created", "execution.updated", "job.updated"])
            #expect(first[0].json["name"] == "n")
            #expect(first[1].json["status"] == "pending")
            #expect(first[2].json["status"] == "paused")
            let rest = try await readEvents(1, from: port, after: first[2].id)
            #expect(rest.map(\.kind) == ["job.deleted"])
            let all = try await readEvents(3, from: port, after: first[0].id)
            #expect(all.map(\.kind) == ["execution.updated", "job.updated", "job.deleted"])
        }
    }

    @Test(
        "a place that is not known is told, so that the reader reads its lists again",
        arguments: ["", "x", "zz-1", "--", "a-b-c", "99999999999999999999-1"])
    func unknownPlace(id: String) async throws {
        try await withServer(APIScene()) { client, port in
            let wanted = id.isEmpty ? "job.created" : "reset"
            let events = try await readEvents(1, from: port, after: id) {
                _ = try await client.send(.post, "/api/v1/jobs", least)
            }
            #expect(events.map(\.kind) == [wanted])
        }
    }

    @Test("a reader that fell behind what is kept is told, and then goes on")
    func fellBehind() async throws {
        var scene = APIScene()
        scene.services.events = EventLog(epoch: scene.clock.now(), capacity: 4)
        try await withServer(scene) { client, port in
            let jobs = (0..<10).map {
                #"{"name":"j\#($0)","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
            }
            let first = try await readEvents(1, from: port) { _ = try await client.send(.post, "/api/v1/jobs", least) }
            _ = try await client.send(.post, "/api/v1/jobs/bulk", #"{"items":[\#(jobs.joined(separator: ","))]}"#)
            let events = try await readEvents(2, from: port, after: first[0].id) {
                _ = try await client.send(.post, "/api/v1/jobs", least.replacing(#""n""#, with: #""last""#))
            }
            #expect(events.map(\.kind) == ["reset", "job.created"])
            #expect(events.last?.json["name"] == "last")
        }
    }

    @Test("filters leave out what belongs to other services and jobs")
    func filters() async throws {
        try await withServer(APIScene()) { client, port in
            let events = try await readEvents(1, from: port, query: "?service=b") {
                _ = try await client.send(.post, "/api/v1/jobs", least)
                let other = least.replacing(#""name":"n""#, with: #""name":"n","service":"b""#)
                _ = try await client.send(.post, "/api/v1/jobs", other)
            }
            #expect(events[0].json["service"] == "b")
            let narrow = try await readEvents(1, from: port, query: "?queue=q&status=pending&kind=execution.updated") {
                for queue in ["p", "q"] {
                    let job = least.replacing(#""name":"n""#, with: #""name":"\#(queue)","queue":"\#(queue)""#)
                    let id = try await client.send(.post, "/api/v1/jobs", job).json["id"]?.string ?? ""
                    _ = try await client.send(.post, "/api/v1/jobs/\(id)/trigger")
                }
            }
            #expect(narrow[0].json["queue"] == "q" && narrow[0].kind == "execution.updated")
            for query in ["status=x", "kind=x", "queue=%00", "kind=reset&kind=reset", "unknown=1"] {
                #expect(try await client.send(.get, "/api/v1/events?\(query)").status == 422, "\(query)")
            }
            #expect(try await client.send(.get, "/api/v1/events?job_id=x").status == 422)
            #expect(try await client.send(.get, "/api/v1/events", headers: [.accept: "application/json"]).status == 406)
        }
    }

    @Test("beyond the bound a stream is refused, and HEAD holds no place")
    func bound() async throws {
        var scene = APIScene()
        scene.services.bounds.streams = Bound(1)
        try await withServer(scene) { client, port in
            #expect(try await client.send(.head, "/api/v1/events").status == 200)
            _ = try await readEvents(1, from: port) {
                #expect(try await client.send(.get, "/api/v1/events").status == 429)
                _ = try await client.send(.post, "/api/v1/jobs", least)
            }
        }
    }
}
