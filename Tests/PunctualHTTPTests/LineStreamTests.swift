import AsyncHTTPClient
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Lines as a stream", .timeLimit(.minutes(10)))
struct LineStreamTests {
    private let content = "hunter2-of-billing"

    /// An execution in hand of worker w, and the fields that an administrator shows.
    private func held(
        _ client: any TestClientProtocol, _ headers: HTTPFields = [:], payload: String = "1"
    ) async throws -> (path: String, lease: Lease) {
        let body = """
            {"name":"n","queue":"q","service":"billing","schedule":{"type":"manual"},
             "target":{"type":"worker","task":"t","payload":\(payload)}}
            """
        let made = try await client.send(.post, "/api/v1/jobs", body, headers: headers)
        let job = try #require(made.json["id"]?.string, "\(made.json)")
        let run = try await client.send(.post, "/api/v1/jobs/\(job)/trigger", headers: headers)
        let id = try #require(run.json["id"]?.string)
        let claim = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
        _ = try await client.send(.post, "/api/v1/work/claim", claim, headers: headers)
        return (
            "/api/v1/executions/\(job)/\(id)/lines",
            Lease(executionID: try #require(Identifier(id)), attempt: 1, worker: "w")
        )
    }

    private func tell(
        _ client: any TestClientProtocol, _ lease: Lease, _ more: String, verb: String = "heartbeat",
        _ headers: HTTPFields = [:]
    ) async throws {
        let body = #"{"id":"\#(lease.executionID)","attempt":1,"worker":"w",\#(more)}"#
        let answer = try await client.send(.post, "/api/v1/work/\(verb)", body, headers: headers)
        #expect(answer.status == 200, "\(answer.json)")
    }

    private func open(
        _ path: String, port: Int?, after id: String? = nil, _ headers: HTTPFields = [:]
    ) async throws -> SSEReader {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(try #require(port))\(path)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        for field in headers { request.headers.add(name: field.name.rawName, value: field.value) }
        return SSEReader(try await HTTPClient.shared.execute(request, timeout: .seconds(120)))
    }

    @Test("lines are told as they come, and the end once all have been; a reader goes on where it was")
    func follow() async throws {
        try await APIScene().run(.live) { client in
            let (path, lease) = try await held(client)
            try await tell(client, lease, #""lines":["one","two\r\nlines"]"#)
            var reader = try await open(path, port: client.port)
            #expect(reader.response.headers.first(name: "content-type") == "text/event-stream")
            #expect(reader.response.headers.first(name: "cache-control") == "no-cache")
            let first = try #require(try await reader.next())
            #expect(first.kind == "line" && first.id == "1" && first.json["text"] == "one")
            #expect(try await reader.next()?.json["text"] == "two\r\nlines")
            try await tell(client, lease, #""lines":["three"]"#)
            #expect(try await reader.next()?.id == "3")
            try await tell(client, lease, #""status":"failed","lines":["four"]"#, verb: "complete")
            #expect(try await reader.next()?.json["text"] == "four")
            // It was tried again: that was no end yet.
            var resumed = try await open(path + "?after=0", port: client.port, after: "3")
            #expect(try await resumed.next()?.id == "4")
            _ = try await client.send(.post, path.replacing("/lines", with: "/cancel"))
            for var one in [reader, resumed] {
                let end = try #require(try await one.next())
                #expect(end.kind == "end" && end.json == ["status": "cancelled"])
                #expect(try await one.next() == nil)
            }
        }
    }

    @Test("ten thousand lines come to a slow reader whole and in order")
    func slow() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            let (path, lease) = try await held(client)
            let text = String(repeating: "x", count: 300)
            for start in stride(from: 1, to: 10_000, by: 200) {
                let lines = (start..<start + 200).map { SaidLine("\($0) \(text)") }
                _ = try await scene.store.keep([AttemptReport(lease, lines: lines)])
            }
            _ = try await scene.store.finish(Completion(lease: lease, outcome: .succeeded))
            var reader = try await open(path, port: client.port)
            for number in 1...10_000 { #expect(try await reader.next()?.id == "\(number)") }
            #expect(try await reader.next()?.kind == "end")
        }
    }

    @Test("a silent stream says that it is there, one too many is refused, and HEAD holds no place")
    func bounds() async throws {
        var scene = APIScene()
        scene.services.bounds.streams = Bound(1)
        try await scene.run(.live) { client in
            let (path, _) = try await held(client)
            let stream: HTTPFields = [.accept: "text/event-stream"]
            #expect(try await client.send(.head, path, headers: stream).status == 200)
            var reader = try await open(path, port: client.port)
            #expect(try await reader.comment() == ": open")
            #expect(try await reader.comment() == ": still here")
            #expect(try await client.send(.get, path, headers: stream).status == 429)
            #expect(
                try await client.send(.get, path + "?wait=1s").status == 429, "a reader that waits counts with them")
            #expect(try await client.send(.get, path).status == 200)
        }
    }

    @Test("who may not read the execution reads no lines of it, and whose right ends is not read to any more")
    func rights() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let user = try await scene.user("ada")
        let grant = try await scene.grant(.user(user.id), Permission(.viewer, service: "billing"))
        let mine = bearer(try await scene.key(of: .user(user.id)).text)
        let other = try await scene.user("bob", [Permission(.admin, service: "shipping")])
        let theirs = bearer(try await scene.key(of: .user(other.id)).text)
        try await scene.run(.live) { client in
            let (path, lease) = try await held(client, admin)
            try await tell(client, lease, #""lines":["one"]"#, admin)
            #expect(try await client.send(.get, path).status == 401)
            #expect(try await client.send(.get, path, headers: theirs).status == 404)
            #expect(try await client.send(.get, path, headers: mine).status == 200)
            #expect(try await open(path, port: client.port, theirs).response.status == .notFound)
            var reader = try await open(path, port: client.port, mine)
            #expect(try await reader.next()?.json["text"] == "one")
            try await scene.identities.removeGrant(grant.id)
            scene.access.authenticator.forget()
            try await tell(client, lease, #""lines":["two"]"#, admin)
            #expect(try await reader.next() == nil, "the stream has ended")
        }
    }

    @Test("what the job's secrets hold is in no line and in no progress, a line of one that has several neither")
    func masked() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        try await scene.put("k", content, service: "billing")
        try await scene.put("pem", "-----BEGIN-----\nMIIEvQIBADANBg\nAAAA\n-----END-----\n", service: "billing")
        try await scene.run { client in
            let payload = #"{"a":"{{secret:k}}","b":"{{secret:pem}}"}"#
            let (path, lease) = try await held(client, admin, payload: payload)
            let edge = String(repeating: "x", count: 8192 - 7) + content.prefix(7)
            try await tell(
                client, lease,
                #""lines":["key=\#(content)!","MIIEvQIBADANBg","\#(edge)","fine"],"progress":{"message":"with \#(content)"}"#,
                admin)
            try await tell(client, lease, #""lines":["\#(content)"],"status":"failed""#, verb: "complete", admin)
            let seen = try await client.send(.get, path, headers: admin)
            let texts = seen.json["items"]?.array?.compactMap { $0["text"]?.string } ?? []
            #expect(texts.count == 5 && texts[0] == "key=***!" && texts[1] == "***" && texts[3] == "fine")
            #expect(texts[2].hasSuffix("x***") && texts[4] == "***")
            let kept = try await scene.scene.store.execution(lease.executionID, of: nil)
            #expect(kept?.progress?.message == "with ***")
        }
    }
}
