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

/// One event of a stream.
private struct Event {
    var id = ""
    var kind = ""
    var json = JSONValue.null
}

@Suite("Server-sent events")
struct EventTests {
    /// Reads events until there are `count`.
    private func read(
        _ count: Int, from port: Int, query: String = "", after id: String? = nil,
        whenOpen: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> [Event] {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/events\(query)")
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        #expect(response.headers.first(name: "content-type") == "text/event-stream")
        var events: [Event] = []
        var event = Event()
        var text = ""
        var isOpen = false
        for try await part in response.body {
            if !isOpen { try await whenOpen() }
            isOpen = true
            text += String(buffer: part)
            while let end = text.range(of: "\n") {
                let line = text[..<end.lowerBound]
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.kind = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.json = try JSONValue(parsing: String(line.dropFirst(6))) }
                if line.isEmpty, !event.kind.isEmpty {
                    events.append(event)
                    event = Event()
                    if events.count == count { return events }
                }
                text = String(text[end.upperBound...])
            }
        }
        return events
    }

    private func withServer(
        _ scene: APIScene, _ body: @escaping @Sendable (any TestClientProtocol, Int) async throws -> Void
    ) async throws {
        try await scene.run(.live) { client in try await body(client, try #require(client.port)) }
    }

    @Test("jobs and executions are told as they change, in order, and a reader goes on where it was")
    func follow() async throws {
        try await withServer(APIScene()) { client, port in
            let first = try await read(3, from: port) {
                let id = try await client.send(.post, "/api/v1/jobs", least).json["id"]?.string ?? ""
                _ = try await client.send(.post, "/api/v1/jobs/\(id)/trigger")
                _ = try await client.send(.post, "/api/v1/jobs/\(id)/pause")
                _ = try await client.send(.delete, "/api/v1/jobs/\(id)")
            }
            #expect(first.map(\.kind) == ["job.created", "execution.updated", "job.updated"])
            #expect(first[0].json["name"] == "n")
            #expect(first[1].json["status"] == "pending")
            #expect(first[2].json["status"] == "paused")
            let rest = try await read(1, from: port, after: first[2].id)
            #expect(rest.map(\.kind) == ["job.deleted"])
            let all = try await read(3, from: port, after: first[0].id)
            #expect(all.map(\.kind) == ["execution.updated", "job.updated", "job.deleted"])
        }
    }

    @Test(
        "a place that is not known is told, so that the reader reads its lists again",
        arguments: ["", "x", "zz-1", "--", "a-b-c", "99999999999999999999-1"])
    func unknownPlace(id: String) async throws {
        try await withServer(APIScene()) { client, port in
            let wanted = id.isEmpty ? "job.created" : "reset"
            let events = try await read(1, from: port, after: id) {
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
            let first = try await read(1, from: port) { _ = try await client.send(.post, "/api/v1/jobs", least) }
            _ = try await client.send(.post, "/api/v1/jobs/bulk", #"{"items":[\#(jobs.joined(separator: ","))]}"#)
            let events = try await read(2, from: port, after: first[0].id) {
                _ = try await client.send(.post, "/api/v1/jobs", least.replacing(#""n""#, with: #""last""#))
            }
            #expect(events.map(\.kind) == ["reset", "job.created"])
            #expect(events.last?.json["name"] == "last")
        }
    }

    @Test("filters leave out what belongs to other services and jobs")
    func filters() async throws {
        try await withServer(APIScene()) { client, port in
            let events = try await read(1, from: port, query: "?service=b") {
                _ = try await client.send(.post, "/api/v1/jobs", least)
                let other = least.replacing(#""name":"n""#, with: #""name":"n","service":"b""#)
                _ = try await client.send(.post, "/api/v1/jobs", other)
            }
            #expect(events[0].json["service"] == "b")
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
            _ = try await read(1, from: port) {
                #expect(try await client.send(.get, "/api/v1/events").status == 429)
                _ = try await client.send(.post, "/api/v1/jobs", least)
            }
        }
    }
}
