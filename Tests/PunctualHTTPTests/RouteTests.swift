import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The JSON API")
struct PunctualHTTPTests {
    @Test("a job is made, read, changed, paused, resumed and deleted")
    func life() async throws {
        try await withAPI { client, _ in
            let made = try await client.send(.post, "/api/v1/jobs", least)
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            let path = "/api/v1/jobs/\(id)"
            #expect(made.headers[.location] == path)
            #expect(made.headers[.eTag] == "\"1\"")
            #expect(try await client.send(.get, path).json == made.json)
            #expect(try await client.send(.post, "/api/v1/jobs", least).status == 409)
            let patched = try await client.send(
                .patch, path, #"{"priority":9,"labels":{"a":"b"}}"#, type: "application/merge-patch+json")
            #expect(patched.status == 200)
            #expect(patched.json["priority"] == 9)
            #expect(patched.json["version"] == 2)
            #expect(try await client.send(.patch, path, "{}", headers: [.ifMatch: "\"1\""]).status == 412)
            #expect(try await client.send(.delete, path, headers: [.ifMatch: "\"1\""]).status == 412)
            for tag in ["\"1\", \"3\"", "W/\"2\"", "2", "x", "\"\"", "\"99999999999999999999\""] {
                #expect(try await client.send(.patch, path, "{}", headers: [.ifMatch: tag]).status == 412, "\(tag)")
            }
            for tag in ["*", "\"1\", \"2\"", " \"2\" "] {
                #expect(try await client.send(.get, path, headers: [.ifMatch: tag]).status == 200, "\(tag)")
            }
            let paused = try await client.send(.post, "\(path)/pause", #"{"reason":"holiday"}"#)
            #expect(paused.json["status"] == "paused")
            #expect(paused.json["pause_reason"] == "holiday")
            #expect(paused.json["next_run_at"] == .null)
            #expect(try await client.send(.post, "\(path)/resume").json["status"] == "active")
            let triggered = try await client.send(.post, "\(path)/trigger")
            #expect(triggered.status == 202)
            #expect(triggered.json["trigger"] == "manual")
            let place = try #require(triggered.headers[.location])
            #expect(try await client.send(.get, place).json == triggered.json)
            let history = try await client.send(.get, "/api/v1/executions/\(id)")
            #expect(history.json["items"]?.array?.count == 1)
            #expect(try await client.send(.get, "\(path)/next?count=3").json["items"]?.array?.count == 3)
            #expect(try await client.send(.get, "\(path)/explain").json["schedule"]?.string?.contains("09:00") == true)
            #expect(try await client.send(.delete, path).status == 204)
            #expect(try await client.send(.get, path).status == 404)
        }
    }

    @Test(
        "what is malformed is refused with a problem, and nothing is stored",
        arguments: [
            ("{", 400), ("", 400), ("[]", 422), ("null", 422), (#"{"name":1}"#, 422),
            (#"{"name":"n","name":"m"}"#, 400),
            (String(repeating: "[", count: 10_000), 400), ("\u{FEFF}{}", 400), (#"{"name":"\ud800"}"#, 400),
            (#"{"name":"n","schedule":{"type":"cron","expression":"0 0 30 2 *"},"target":{"type":"noop"}}"#, 422),
            (
                #"{"name":"n","schedule":{"type":"cron","expression":"* * * * *","timezone":"X/Y"},"target":{"type":"noop"}}"#,
                422
            ),
            (#"{"name":"n","schedule":{"type":"manual"},"target":{"type":"noop"},"colour":1}"#, 422),
            (
                #"{"name":"n","schedule":{"type":"manual"},"target":{"type":"publish","broker":"rabbitmq","destination":"q","message":1}}"#,
                422
            ),
            (
                #"{"name":"n","schedule":{"type":"interval","every":"1m"},"target":{"type":"noop"},"ends_at":"2001-01-01T00:00:00Z"}"#,
                422
            ),
            (#"{"name":""# + String(repeating: "x", count: 1 << 20) + #""}"#, 413),
        ])
    func malformed(body: String, status: Int) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.post, "/api/v1/jobs", body)
            #expect(answer.status == status, "\(answer.json)")
            #expect(answer.headers[.contentType] == "application/problem+json")
            for name in ["type", "title", "status", "detail", "request_id"] { #expect(answer.json[name] != nil) }
            if status == 422 { #expect(answer.json["errors"]?.array?.first?["pointer"] != nil) }
            #expect(try await client.send(.get, "/api/v1/jobs").json["items"] == [])
        }
    }

    @Test(
        "ids, queries and cursors that are none are refused",
        arguments: [
            ("/api/v1/jobs/x", 404), ("/api/v1/jobs/0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11", 404),
            ("/api/v1/nothing", 404),
            ("/api/v1/jobs/%00", 404), ("/api/v1/jobs?limit=0", 422), ("/api/v1/jobs?limit=201", 422),
            ("/api/v1/jobs?limit=x", 422), ("/api/v1/jobs?colour=red", 422), ("/api/v1/jobs?cursor=abc", 422),
            ("/api/v1/jobs?sort=colour", 422), ("/api/v1/jobs?status=odd", 422), ("/api/v1/jobs?limit=1&limit=2", 422),
            ("/api/v1/executions?job_id=x", 422), ("/api/v1/executions?from=yesterday", 422),
            ("/api/v1/executions/x", 404), ("/api/v1/executions/x/y", 404),
        ])
    func refused(path: String, status: Int) async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(.get, path)
            #expect(answer.status == status, "\(answer.json)")
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test("a wrong method names the right ones, a wrong type is told")
    func methodsAndTypes() async throws {
        try await withAPI { client, _ in
            let wrong = try await client.send(.delete, "/api/v1/jobs")
            #expect(wrong.status == 405)
            #expect(wrong.headers[.allow] == "GET, HEAD, POST")
            let odd = try await client.send(HTTPRequest.Method("QUERY")!, "/api/v1/jobs/bulk")
            #expect(odd.status == 405)
            #expect(odd.headers[.allow] == "POST")
            #expect(try await client.send(.options, "/api/v1/jobs/x/pause").headers[.allow] == "POST")
            #expect(try await client.send(.put, "/api/v1/jobs/x/y/z").status == 404)
            #expect(try await client.send(.post, "/api/v1/jobs", least, type: "text/plain").status == 415)
            let packed = try await client.send(.post, "/api/v1/jobs", least, headers: [.contentEncoding: "gzip"])
            #expect(packed.status == 415)
        }
    }

    @Test("instants that were due before a change of the schedule leave their rows, ticked or not")
    func overdueAtChange() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let made = try await client.send(
                .post, "/api/v1/jobs",
                #"{"name":"n","schedule":{"type":"interval","every":"1m"},"catchup_window":"2m","target":{"type":"noop"}}"#
            )
            #expect(made.status == 201)
            let id = made.json["id"]?.string ?? ""
            scene.clock.advance(by: .seconds(301))
            let changed = try await client.send(
                .patch, "/api/v1/jobs/\(id)", #"{"schedule":{"type":"interval","every":"1h"}}"#)
            #expect(changed.status == 200)
            #expect(changed.json["schedule"]?["every"]?.string == "1h")
            let page = try await client.send(.get, "/api/v1/executions/\(id)")
            let rows = page.json["items"]?.array ?? []
            #expect(rows.count == 5)
            #expect(rows.filter { $0["status"]?.string == "missed" }.count == 4)
            let again = try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"priority":7}"#)
            #expect(again.json["run_count"]?.int == changed.json["run_count"]?.int)
        }
    }

    @Test("pages follow each other without a gap, and a cursor of another query is refused")
    func pages() async throws {
        try await withAPI { client, _ in
            let items = (0..<25).map { #"{"name":"job-\#($0)","schedule":{"type":"manual"},"target":{"type":"noop"}}"# }
            let bulk = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(items.joined(separator: ","))]}"#)
            #expect(bulk.json["items"]?.array?.allSatisfy { $0["status"] == 201 } == true)
            var names: [String] = []
            var cursor: String?
            repeat {
                let page = try await client.send(.get, "/api/v1/jobs?limit=10" + (cursor.map { "&cursor=\($0)" } ?? ""))
                names += page.json["items"]?.array?.compactMap { $0["name"]?.string } ?? []
                if let cursor {
                    #expect(try await client.send(.get, "/api/v1/jobs?queue=x&cursor=\(cursor)").status == 422)
                }
                cursor = page.json["next_cursor"]?.string
            } while cursor != nil
            #expect(Set(names).count == 25)
            #expect(names == names.sorted())
        }
    }

    @Test("a preview tells of clock changes")
    func preview() async throws {
        try await withAPI { client, _ in
            let answer = try await client.send(
                .post, "/api/v1/schedules/preview",
                #"{"schedule":{"type":"cron","expression":"30 2 * * *","timezone":"Europe/Berlin"},"#
                    + #""from":"2026-03-28T12:00:00Z","count":2}"#)
            #expect(answer.json["items"]?[0]?["at"] == "2026-03-29T01:00:00.000Z")
            #expect(answer.json["items"]?[0]?["note"]?.string != nil)
            #expect(answer.json["items"]?[1]?["note"] == .null)
            let once = try await client.send(
                .post, "/api/v1/schedules/preview",
                #"{"schedule":{"type":"once","local":"2026-03-29T02:30:00","timezone":"Europe/Berlin"},"#
                    + #""from":"2026-03-28T12:00:00Z"}"#)
            #expect(once.json["items"]?[0]?["local"] == "2026-03-29T03:00:00.000+02:00")
            #expect(once.json["items"]?[0]?["note"]?.string?.contains("does not exist") == true)
        }
    }

    @Test("every route of the OpenAPI document is served, and no other")
    func document() throws {
        let served = Set(
            buildRouter(APIScene().services).routes.filter { !$0.path.hasPrefix("/docs/") }.map {
                "\($0.method) \($0.path)"
            })
        let document = try JSONValue(parsing: EmbeddedResources.openAPI.bytes.map { $0 })
        var written: Set<String> = []
        for path in document["paths"]?.object?.members ?? [] {
            for method in path.value.object?.names ?? [] where method != "parameters" {
                written.insert("\(method.uppercased()) \(path.name)")
            }
        }
        #expect(served == written)
    }
}
