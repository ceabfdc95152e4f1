import AsyncHTTPClient
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

private let workJob = """
    {"name":"render","queue":"gpu","schedule":{"type":"manual"},"overlap_policy":"allow_all",
     "target":{"type":"worker","task":"frame","payload":1},
     "retry_policy":{"maximum_attempts":2,"initial_interval":"1s","jitter":0}}
    """
private let claimBody = #"{"worker":"w1","queues":["gpu"],"wait":"0s"}"#

/// An execution that a worker has in hand.
private struct Held: Sendable {
    let job: String
    let id: String
    var path: String { "/api/v1/executions/\(job)/\(id)" }
    var lines: String { path + "/lines" }

    init(_ client: any TestClientProtocol, _ body: String = workJob) async throws {
        job = try #require(try await client.send(.post, "/api/v1/jobs", body).json["id"]?.string)
        id = try #require(try await client.send(.post, "/api/v1/jobs/\(job)/trigger").json["id"]?.string)
        #expect(try await client.send(.post, "/api/v1/work/claim", claimBody).json["items"]?.array?.count == 1)
    }

    func tell(
        _ client: any TestClientProtocol, _ more: String, verb: String = "heartbeat", attempt: Int = 1,
        worker: String = "w1"
    ) async throws -> CallAnswer {
        let body = #"{"id":"\#(id)","attempt":\#(attempt),"worker":"\#(worker)",\#(more)}"#
        return try await client.send(.post, "/api/v1/work/\(verb)", body)
    }

    func texts(_ client: any TestClientProtocol, _ query: String = "") async throws -> [String] {
        try await client.send(.get, lines + query).json["items"]?.array?.compactMap { $0["text"]?.string } ?? []
    }
}

@Suite("Lines and progress", .timeLimit(.minutes(10)))
struct LineTests {
    @Test("what a worker says with heartbeats and with its end is read as it was said")
    func life() async throws {
        let scene = APIScene()
        try await scene.run { client in
            let held = try await Held(client)
            #expect(try await client.send(.get, held.path).json["progress"] == .null)
            let beat = try await held.tell(
                client,
                #""lines":["one",{"text":"two","level":"warn","at":"2025-12-31T23:59:59Z"}],"progress":{"percent":12.5,"message":"begun"}"#
            )
            #expect(beat.status == 200, "\(beat.json)")
            let first = try await client.send(.get, held.lines)
            #expect(
                first.json == [
                    "items": [
                        [
                            "number": 1, "at": "2026-01-01T00:00:00.000Z", "attempt": 1, "level": "info", "text": "one",
                        ],
                        [
                            "number": 2, "at": "2025-12-31T23:59:59.000Z", "attempt": 1, "level": "warn", "text": "two",
                        ],
                    ], "next_after": 2, "ended": false,
                ])
            let shown = try await client.send(.get, held.path).json["progress"]
            #expect(
                shown == ["percent": .double(12.5), "message": "begun", "at": "2026-01-01T00:00:00.000Z"],
                "\(shown ?? .null)")
            let list = try await client.send(.get, "/api/v1/executions").json["items"]?[0]?["progress"]
            #expect(list == shown)
            let end = try await held.tell(
                client, #""status":"succeeded","lines":["three"],"progress":{"percent":100}"#, verb: "complete")
            #expect(end.status == 200 && end.json["progress"]?["percent"] == 100, "\(end.json)")
            let last = try await client.send(.get, held.lines + "?after=2&limit=1")
            #expect(last.json["items"]?[0]?["text"] == "three" && last.json["ended"] == false)
            let none = try await client.send(.get, held.lines + "?after=3")
            #expect(none.json == ["items": [], "next_after": 3, "ended": true])
            #expect(try await held.texts(client, "?after=1&limit=1") == ["two"])
        }
    }

    @Test("a heartbeat that is sent again brings its lines once, by the number of the first")
    func again() async throws {
        try await withAPI { client, _ in
            let held = try await Held(client)
            for more in [
                #""lines":["a","b"],"lines_from":1"#, #""lines":["a","b"],"lines_from":1"#,
                #""lines":["b","c"],"lines_from":2"#,
            ] { #expect(try await held.tell(client, more).status == 200) }
            #expect(try await held.texts(client) == ["a", "b", "c"])
            #expect(try await held.tell(client, #""lines":["f"],"lines_from":6"#).status == 200)
            #expect(try await held.texts(client, "?after=3") == ["[2 lines are missing here]", "f"])
        }
    }

    @Test(
        "a number far off once loses no line that comes with the right one later", arguments: [20_000, 2_147_483_647])
    func farOff(from: Int) async throws {
        try await withAPI { client, _ in
            let held = try await Held(client)
            for more in [
                #""lines":["a","b"],"lines_from":1"#, #""lines":["c","d"],"lines_from":\#(from)"#,
                #""lines":["c","d"],"lines_from":\#(from)"#, #""lines":["e"],"lines_from":5"#,
                #""lines":["e","f"],"lines_from":5"#,
            ] { #expect(try await held.tell(client, more).status == 200) }
            let texts = try await held.texts(client)
            #expect(texts == ["a", "b", "[more than 10000 lines are missing here]", "c", "d", "e", "f"])
        }
    }

    @Test(
        "whoever has lost the lease says nothing, whichever way he says it",
        arguments: ["heartbeat", "complete"], [(2, "w1"), (1, "w2"), (1, "w1")])
    func stale(verb: String, claim: (attempt: Int, worker: String)) async throws {
        let scene = APIScene()
        try await scene.run { client in
            let held = try await Held(client)
            _ = try await held.tell(client, #""lines":["mine"]"#)
            if claim == (1, "w1") {
                // The next attempt has it.
                scene.clock.advance(by: .seconds(61))
                _ = try await scene.store.reclaimExpired(limit: 10, random: 0)
                scene.clock.advance(by: .seconds(10))
                _ = try await client.send(.post, "/api/v1/work/claim", claimBody)
            }
            let end = verb == "complete" ? #""status":"succeeded","# : ""
            let more = #"\#(end)"lines":["stale"],"progress":{"percent":99}"#
            let alone = try await held.tell(client, more, verb: verb, attempt: claim.attempt, worker: claim.worker)
            #expect(alone.status == 409 && alone.json["type"] == "/docs/problems#lease_lost", "\(alone.json)")
            let item = #"{"id":"\#(held.id)","attempt":\#(claim.attempt),"worker":"\#(claim.worker)",\#(more)}"#
            let bulk = try await client.send(.post, "/api/v1/work/\(verb)/bulk", #"{"items":[\#(item)]}"#)
            #expect(bulk.json["items"]?[0]?["status"] == 409, "\(bulk.json)")
            #expect(try await held.texts(client) == ["mine"])
            #expect(try await client.send(.get, held.path).json["progress"] == .null)
        }
    }

    @Test("of many in a call each says its own, and one that is at fault says nothing")
    func many() async throws {
        try await withAPI { client, _ in
            let (one, two) = (
                try await Held(client), try await Held(client, workJob.replacing("render", with: "other"))
            )
            func item(_ held: Held, _ more: String) -> String {
                #"{"id":"\#(held.id)","attempt":1,"worker":"w1",\#(more)}"#
            }
            let items = [
                item(one, #""lines":["a"],"progress":{"message":"here"}"#), item(two, #""lines":[7]"#),
                item(two, #""lines":["b"]"#),
            ]
            let answer = try await client.send(
                .post, "/api/v1/work/heartbeat/bulk", #"{"items":[\#(items.joined(separator: ","))]}"#)
            #expect(answer.json["items"]?.array?.map { $0["status"]?.int } == [200, 422, 200], "\(answer.json)")
            #expect(answer.json["items"]?[1]?["problem"]?["errors"]?[0]?["pointer"] == "/lines/0")
            #expect(try await one.texts(client) == ["a"])
            #expect(try await two.texts(client) == ["b"])
            #expect(try await client.send(.get, one.path).json["progress"]?["message"] == "here")
        }
    }

    private static let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    private static let table: [(String, [String])] = [
        (#""lines":"x""#, ["/lines"]), (#""lines":{"0":"x"}"#, ["/lines"]), (#""lines":7"#, ["/lines"]),
        (#""lines":[\#(Array(repeating: "\"\"", count: 201).joined(separator: ","))]"#, ["/lines"]),
        (#""lines":[null]"#, ["/lines/0"]), (#""lines":[["x"]]"#, ["/lines/0"]),
        (#""lines":[true,"x",1.5]"#, ["/lines/0", "/lines/2"]),
        (#""lines":[{}]"#, ["/lines/0/text"]), (#""lines":[{"text":null}]"#, ["/lines/0/text"]),
        (#""lines":[{"text":7}]"#, ["/lines/0/text"]), (#""lines":[{"text":"x","level":"fatal"}]"#, ["/lines/0/level"]),
        (#""lines":[{"text":"x","level":7}]"#, ["/lines/0/level"]),
        (#""lines":[{"text":"x","at":"soon"}]"#, ["/lines/0/at"]), (#""lines":[{"text":"x","at":7}]"#, ["/lines/0/at"]),
        (#""lines":[{"text":"x","colour":"red"}]"#, ["/lines/0/colour"]),
        (#""lines":["\#(String(repeating: "x", count: 8193))"]"#, ["/lines/0"]),
        (#""lines":[{"text":"\#(String(repeating: "é", count: 4097))"}]"#, ["/lines/0/text"]),
        (#""lines":[\#(deep)]"#, []), (#""lines_from":0"#, ["/lines_from"]), (#""lines_from":"1""#, ["/lines_from"]),
        (#""lines_from":99999999999"#, ["/lines_from"]), (#""lines_from":1.5"#, ["/lines_from"]),
        (#""progress":42"#, ["/progress"]), (#""progress":[42]"#, ["/progress"]),
        (#""progress":{"percent":101}"#, ["/progress/percent"]), (#""progress":{"percent":-1}"#, ["/progress/percent"]),
        (#""progress":{"percent":"42"}"#, ["/progress/percent"]), (#""progress":{"percent":1e999}"#, []),
        (#""progress":{"message":"\#(String(repeating: "m", count: 201))"}"#, ["/progress/message"]),
        (#""progress":{"message":"a\u0000b"}"#, ["/progress/message"]),
        (#""progress":{"message":7}"#, ["/progress/message"]), (#""progress":{"done":true}"#, ["/progress/done"]),
        (#""line":"x""#, ["/line"]),
    ]

    @Test(
        "what is no line or no progress is refused with its place, and nothing of the call is kept", arguments: table)
    func hostile(more: String, pointers: [String]) async throws {
        try await withAPI { client, _ in
            let held = try await Held(client)
            for (verb, end) in [("heartbeat", ""), ("complete", #","status":"succeeded""#)] {
                let answer = try await held.tell(client, more + end, verb: verb)
                #expect(pointers.isEmpty ? [400, 422].contains(answer.status) : answer.status == 422, "\(answer.json)")
                if !pointers.isEmpty {
                    let seen = answer.json["errors"]?.array?.compactMap { $0["pointer"]?.string }
                    #expect(seen?.sorted() == pointers, "\(answer.json)")
                }
            }
            #expect(try await held.texts(client).isEmpty)
            #expect(try await client.send(.get, held.path).json["status"] == "running")
        }
    }

    @Test("NUL, control characters and the longest line are kept, as far as a store can")
    func odd() async throws {
        try await withAPI { client, _ in
            let held = try await Held(client)
            let longest = String(repeating: "x", count: 8192)
            let many = Array(repeating: "\"\"", count: 200).joined(separator: ",")
            for more in [
                #""lines":["a\u0000b","\u001b[31m\u0007\r\n","\#(longest)",""],"progress":null"#,
                #""lines":null,"lines_from":null,"progress":{"percent":null,"message":null}"#, #""lines":[]"#,
                #""lines":[\#(many)],"progress":{}"#, #""progress":{"percent":0,"message":""}"#,
            ] {
                let answer = try await held.tell(client, more)
                #expect(answer.status == 200, "\(answer.json)")
            }
            let texts = try await held.texts(client)
            #expect(texts.prefix(4) == ["a\u{FFFD}b", "\u{1B}[31m\u{7}\r\n", longest, ""] && texts.count == 200)
        }
    }

    @Test(
        "what is no place is refused",
        arguments: ["after=-1", "after=x", "limit=0", "limit=201", "wait=2m", "wait=x", "from=1", "after=1&after=2"])
    func badQuery(query: String) async throws {
        try await withAPI { client, _ in
            let held = try await Held(client)
            #expect(try await client.send(.get, "\(held.lines)?\(query)").status == 422)
            let strange = held.lines.replacing(held.id, with: "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11")
            #expect(try await client.send(.get, strange).status == 404)
            #expect(try await client.send(.get, held.lines.replacing(held.job, with: held.id)).status == 404)
            #expect(try await client.send(.get, held.lines.replacing(held.id, with: "x")).status == 404)
        }
    }

    /// Asks on a connection of its own, where nothing waits behind it.
    private func waiting(_ path: String, port: Int?) async throws -> JSONValue {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(try #require(port))\(path)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        return try JSONValue(parsing: String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    @Test("a reader waits for lines, and for the end")
    func longPoll() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            let held = try await Held(client)
            let began = ContinuousClock.now
            async let first = waiting(held.lines + "?wait=60s", port: client.port)
            _ = try await held.tell(client, #""lines":["now"]"#)
            #expect(try await first["items"]?[0]?["text"] == "now")
            async let last = waiting(held.lines + "?after=1&wait=60s", port: client.port)
            _ = try await held.tell(client, #""status":"succeeded""#, verb: "complete")
            #expect(try await last == ["items": [], "next_after": 1, "ended": true])
            #expect(began.duration(to: .now) < .seconds(50))
            let other = try await Held(client, workJob.replacing("render", with: "other"))
            let none = try await client.send(.get, other.lines + "?wait=50ms")
            #expect(none.json == ["items": [], "next_after": 0, "ended": false])
        }
    }

    @Test("lines that came through another node are seen within a second or so")
    func otherNode() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            let held = try await Held(client)
            async let first = waiting(held.lines + "?wait=60s", port: client.port)
            let lease = Lease(executionID: try #require(Identifier(held.id)), attempt: 1, worker: "w1")
            _ = try await scene.store.keep([AttemptReport(lease, lines: [SaidLine("elsewhere")])])
            #expect(try await first["items"]?[0]?["text"] == "elsewhere")
        }
    }

    @Test("progress is told as an event, at most once a second of an execution, and the newest in any case")
    func events() async throws {
        let scene = APIScene()
        try await scene.run(.live) { client in
            let held = try await Held(client)
            let port = try #require(client.port)
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/events"), timeout: .seconds(120))
            var seen: [Int64] = []
            var reader = SSEReader(response)
            _ = try await reader.comment()
            for percent in 1...50 { _ = try await held.tell(client, #""progress":{"percent":\#(percent)}"#) }
            while seen.last != 50 {
                let event = try #require(try await reader.next())
                seen.append(try #require(event.json["progress"]?["percent"]?.int))
            }
            #expect(seen.first == 1 && seen.count <= 10 && seen == seen.sorted(), "\(seen)")
            _ = try await held.tell(client, #""progress":{"percent":51}"#)
            _ = try await held.tell(client, #""status":"succeeded""#, verb: "complete")
            var last: JSONValue?
            while last?["status"] != "succeeded" { last = try #require(try await reader.next()).json }
            #expect(last?["progress"]?["percent"] == 51)
        }
    }
}

/// Server-sent events one by one.
struct SSEReader {
    struct Event {
        var id = ""
        var kind = ""
        var json = JSONValue.null
    }

    let response: HTTPClientResponse
    private var chunks: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    init(_ response: HTTPClientResponse) {
        self.response = response
        chunks = response.body.makeAsyncIterator()
    }

    /// The next line; nil at the end.
    private mutating func line() async throws -> String? {
        while true {
            // As scalars: a return and a line feed are one character.
            if let end = text.unicodeScalars.firstIndex(of: "\n") {
                defer { text = String(text.unicodeScalars[text.unicodeScalars.index(after: end)...]) }
                return String(text.unicodeScalars[..<end])
            }
            guard let chunk = try await chunks.next() else { return nil }
            text += String(buffer: chunk)
        }
    }

    /// Waits for the next comment.
    mutating func comment() async throws -> String? {
        while let line = try await line() { if line.hasPrefix(":") { return line } }
        return nil
    }

    /// The next event; nil when the stream has ended.
    mutating func next() async throws -> Event? {
        var event = Event()
        while let line = try await line() {
            if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { event.kind = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { event.json = try JSONValue(parsing: String(line.dropFirst(6))) }
            if line.isEmpty, !event.kind.isEmpty { return event }
        }
        return nil
    }
}
