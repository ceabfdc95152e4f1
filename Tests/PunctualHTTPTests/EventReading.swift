import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PunctualJSON
import Testing

/// One event of a stream.
struct ReadEvent: Sendable {
    var id = ""
    var kind = ""
    var json = JSONValue.null
}

/// Reads events until there are `count`.
/// - Parameters:
///   - id: the place to go on from.
///   - whenOpen: run when the stream is open.
func readEvents(
    _ count: Int, from port: Int, query: String = "", after id: String? = nil,
    whenOpen: @escaping @Sendable () async throws -> Void = {}
) async throws -> [ReadEvent] {
    var events: [ReadEvent] = []
    try await followEvents(from: port, query: query, after: id, whenOpen: whenOpen) { event in
        events.append(event)
        return events.count < count
    }
    return events
}

/// Reads events for as long as the body wants more of them.
func followEvents(
    from port: Int, query: String = "", after id: String? = nil, headers: [String: String] = [:],
    whenOpen: @escaping @Sendable () async throws -> Void = {}, _ wantsMore: (ReadEvent) async throws -> Bool
) async throws {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/events\(query)")
    if let id { request.headers.add(name: "Last-Event-ID", value: id) }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
    #expect(response.headers.first(name: "content-type") == "text/event-stream")
    var event = ReadEvent()
    var bytes: [UInt8] = []
    var isOpen = false
    for try await part in response.body {
        if !isOpen { try await whenOpen() }
        isOpen = true
        bytes += part.readableBytesView
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[..<end], as: UTF8.self)
            if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { event.kind = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { event.json = try JSONValue(parsing: String(line.dropFirst(6))) }
            if line.isEmpty, !event.kind.isEmpty {
                if try await !wantsMore(event) { return }
                event = ReadEvent()
            }
            bytes.removeFirst(end + 1)
        }
    }
}
