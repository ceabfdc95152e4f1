import Foundation
import Testing

@testable import PunctualClient

@Suite("Server-sent events", .timeLimit(.minutes(5)))
struct ServerEventTests {
    @Test(
        "a stream's text is the events that the standard says",
        arguments: [
            ("data: one\n\n", [ServerEvent(data: "one")]),
            (
                "data:no space\n\ndata:  two spaces\n\n",
                [ServerEvent(data: "no space"), ServerEvent(data: " two spaces")]
            ),
            ("data: a\ndata: b\ndata\n\n", [ServerEvent(data: "a\nb\n")]),
            ("event: job.created\nid: x-1\ndata: {}\n\n", [ServerEvent(id: "x-1", name: "job.created", data: "{}")]),
            // The place stays until another is named; a kind holds for one event.
            (
                "id: 1\nevent: e\ndata: a\n\ndata: b\n\n",
                [ServerEvent(id: "1", name: "e", data: "a"), ServerEvent(id: "1", data: "b")]
            ),
            ("id: 7\n\ndata: a\n\n", [ServerEvent(id: "7", data: "a")]),
            (
                "id: 1\ndata: a\n\nid: 2\u{0}\ndata: b\n\n",
                [ServerEvent(id: "1", data: "a"), ServerEvent(id: "1", data: "b")]
            ),
            ("id: 1\ndata: a\n\nid\ndata: b\n\n", [ServerEvent(id: "1", data: "a"), ServerEvent(id: "", data: "b")]),
            (": comment\n\nretry: 5\nother: x\nevent: empty\n\ndata: a\n\n", [ServerEvent(data: "a")]),
            (
                "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
                [ServerEvent(data: "a"), ServerEvent(data: "b"), ServerEvent(data: "c")]
            ),
            ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", [ServerEvent(data: "a")]),
            ("data: cut off\n", []), ("data: cut off", []), ("", []), ("\n\n\n", []),
            ("data: ü€😀\n\n", [ServerEvent(data: "ü€😀")]),
        ])
    func text(_ text: String, _ events: [ServerEvent]) throws {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var parser = EventParser()
            #expect(try parser.read(bytes[..<cut]) + parser.read(bytes[cut...]) == events, "cut at \(cut)")
        }
        var parser = EventParser()
        #expect(try bytes.flatMap { try parser.read([$0]) } == events, "byte by byte")
    }

    @Test("an event past the limit is refused instead of kept")
    func limit() throws {
        var parser = EventParser()
        let line = Array("data: \(String(repeating: "x", count: 1 << 20))\n".utf8)
        #expect(throws: ClientError.self) { for _ in 0..<17 { _ = try parser.read(line) } }
        var patient = EventParser()
        for _ in 0..<40 { #expect(try patient.read(line + [0x0A]).count == 1) }
    }

    /// What a client reads of a stream until it ends, and what it asked.
    private func events(
        answered answer: String?, after place: String? = nil
    ) async throws -> (events: [ServerEvent], failure: ClientError?, asked: String) {
        let server = try await RawServer(answer, closes: true)
        let client = PunctualClient(address: server.address, credential: .token("pk_1"))
        var (events, failure) = ([ServerEvent](), ClientError?.none)
        do {
            for try await event in try await client.events("/api/v1/events", query: [("job_id", "a b")], after: place) {
                events.append(event)
            }
        } catch let error as ClientError {
            failure = error
        }
        try await client.shutdown()
        try await server.close()
        return (events, failure, server.requests.lowercased())
    }

    private static let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"

    @Test("a stream is asked for with the place to go on from, and ends when the server ends it")
    func stream() async throws {
        let (events, failure, asked) = try await events(
            answered: "\(Self.head)connection: close\r\n\r\n: open\n\nid: e-4\nevent: x\ndata: 1\n\ndata: 2\n\n",
            after: "e-3")
        #expect(events == [ServerEvent(id: "e-4", name: "x", data: "1"), ServerEvent(id: "e-4", data: "2")])
        #expect(failure == nil)
        for line in [
            "get /api/v1/events?job_id=a%20b http/1.1", "accept: text/event-stream", "last-event-id: e-3",
            "authorization: bearer pk_1",
        ] { #expect(asked.contains(line), "\(asked)") }
        #expect(
            try await !self.events(answered: "\(Self.head)connection: close\r\n\r\n").asked.contains("last-event-id"))
    }

    @Test("a stream that breaks off hands over what came, and then fails")
    func broken() async throws {
        let (events, failure, _) = try await events(
            answered: "\(Self.head)transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata")
        #expect(events == [ServerEvent(data: "1")])
        guard case .unreachable = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test("a refusal is one, and no server is none")
    func refused() async throws {
        let (_, failure, _) = try await events(
            answered: "HTTP/1.1 422 Unprocessable\r\ncontent-length: 24\r\n\r\n{\"detail\":\"no such job.\"}")
        #expect(failure?.status == 422)
        #expect(
            failure?.description.contains("status 422") == true || failure?.description.contains("no such job") == true)
        let client = PunctualClient(address: "http://127.0.0.1:1")
        await #expect(throws: ClientError.self) { try await client.events("/x") }
        try await client.shutdown()
    }
}
