import HummingbirdTesting
import NIOCore
import NIOPosix
import PunctualJSON
import Testing

@Suite("Requests that no HTTP library sends", .timeLimit(.minutes(10)))
struct RawRequestTests {
    /// Sends the text on a connection of its own; all that comes back until the server closes it.
    private func answer(to text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await part in inbound { answer.writeImmutableBuffer(part) }
            return String(buffer: answer)
        }
    }

    @Test(
        "each gets one problem with its type, and the connection is closed",
        arguments: [
            ("a URI of 100 KB", "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("5,000 fields", "GET / HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 5000))\r\n"),
            (
                "two lengths of one body",
                "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"
            ),
            ("a method that is none", "GE(T / HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            ("a field without a name", "GET / HTTP/1.1\r\n: x\r\n\r\n"),
        ])
    func malformed(what: String, text: String) async throws {
        try await APIScene().run(.live) { client in
            let answer = try await answer(to: text, port: try #require(client.port))
            let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
            try #require(parts.count == 2, "\(what): \(answer)")
            #expect(parts[0].hasPrefix("HTTP/1.1 400 "), "\(what)")
            #expect(parts[0].lowercased().contains("content-type: application/problem+json"), "\(what)")
            let problem = try JSONValue(parsing: parts[1])
            #expect(problem["type"] == "/docs/problems#bad_request" && problem["status"] == 400, "\(what)")
        }
    }
}
