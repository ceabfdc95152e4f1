import Testing

/// A request, or what passes for one, that servers have read in more than one way.
struct Smuggling: CustomTestStringConvertible, Sendable {
    enum Verdict: Sendable, Equatable {
        /// Answered with 400 or cut off, and nothing behind it is taken for a request.
        case refused
        /// Taken as this many requests.
        case requests(Int)
    }

    let testDescription: String
    let text: String
    /// What our server alone does, by RFC 9112.
    let alone: Verdict

    private init(_ what: String, _ text: String, _ alone: Verdict = .refused) {
        (testDescription, self.text, self.alone) = (what, text, alone)
    }

    /// The request that nobody may see unless it stands where a request may begin.
    private static let hidden = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

    /// A POST with these field lines, then the body.
    private static func post(_ lines: String, _ body: String) -> String {
        "POST /case HTTP/1.1\r\nHost: x\r\n\(lines)\r\n\(body)"
    }

    private static func chunked(_ body: String, _ more: String = "") -> String {
        post("Transfer-Encoding: chunked\r\n\(more)", body)
    }

    static let all: [Smuggling] = [
        // Two lengths.
        .init("CL.TE", post("Content-Length: 41\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "24\r\n\(hidden)\r\n0\r\n\r\n")),
        .init("TE.TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE twice the same", chunked("0\r\n\r\n\(hidden)", "Transfer-Encoding: chunked\r\n")),
        .init("TE of an unknown name", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE identity", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE with a second coding", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE with a first coding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE behind a vertical tab", post("Transfer-Encoding: \u{B}chunked\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE empty", post("Transfer-Encoding:\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("TE in capitals", post("TRANSFER-ENCODING: CHUNKED\r\n", "0\r\n\r\n"), .requests(1)),
        .init(
            "TE of HTTP/1.0", "POST /case HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(hidden)"),
        .init("two CL", post("Content-Length: 5\r\nContent-Length: 0\r\n", "0\r\n\r\n\(hidden)")),
        .init("two CL of one value", post("Content-Length: 5\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("a list as CL", post("Content-Length: 5, 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("CL with a sign", post("Content-Length: +5\r\n", "0\r\n\r\n\(hidden)")),
        .init("negative CL", post("Content-Length: -5\r\n", "0\r\n\r\n\(hidden)")),
        .init("hexadecimal CL", post("Content-Length: 0x5\r\n", "0\r\n\r\n\(hidden)")),
        .init("CL with a space inside", post("Content-Length: 5 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("CL empty", post("Content-Length:\r\n", "0\r\n\r\n\(hidden)")),
        .init("CL past 64 bits", post("Content-Length: 18446744073709551621\r\n", "0\r\n\r\n\(hidden)")),
        .init("CL with zeros before it", post("Content-Length: 0005\r\n", "0\r\n\r\n"), .requests(1)),
        // Lines.
        .init(
            "a space before the colon",
            post("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("a tab before the colon", post("Content-Length\t: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("a folded value", post("X: a\r\n b\r\n", hidden)),
        .init("a folded TE", post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("a first field that is indented", "GET /case HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n\(hidden)"),
        .init("bare LF behind a field", "GET /case HTTP/1.1\r\nHost: x\nX: a\r\n\r\n\(hidden)"),
        .init("bare LF at the end of the head", "GET /case HTTP/1.1\r\nHost: x\r\n\n\(hidden)"),
        .init("bare LF everywhere", "GET /case HTTP/1.1\nHost: x\n\n\(hidden)"),
        .init(
            "bare LF hides a field",
            post("X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("bare CR in a value", post("X: a\rTransfer-Encoding: chunked\r\n", hidden)),
        .init("NUL in a value", post("X: a\0b\r\n", hidden)),
        .init("NUL in a name", post("Content-Length\0: 5\r\n", "0\r\n\r\n\(hidden)")),
        .init("a name that is no token", post("A[]: b\r\n", hidden)),
        .init("a line without a colon", post("Transfer-Encoding chunked\r\n", hidden)),
        .init("a field without a name", post(": a\r\n", hidden)),
        .init("an empty line before the request", "\r\nGET /case HTTP/1.1\r\nHost: x\r\n\r\n", .requests(1)),
        // Chunks.
        .init("a chunk extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), .requests(1)),
        .init("a quoted chunk extension", chunked("5;a=\"b\"\r\nhello\r\n0\r\n\r\n"), .requests(1)),
        .init("LF in a chunk extension", chunked("5;a\nbcd\r\n\r\n0\r\n\r\n\(hidden)")),
        .init("CR in a chunk extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("a chunk size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("a chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("a chunk size that begins with a space", chunked(" 5\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("a chunk size past 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("an empty chunk size", chunked("\r\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("bare LF behind a chunk size", chunked("5\nhello\r\n0\r\n\r\n\(hidden)")),
        .init("bare LF behind a chunk", chunked("5\r\nhello\n0\r\n\r\n\(hidden)")),
        .init("nothing behind a chunk", chunked("5\r\nhello0\r\n\r\n\(hidden)")),
        .init("bare LF behind the last chunk", chunked("0\n\n\(hidden)")),
        .init("trailers that set a length", chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n\(hidden)")),
        .init("trailers", chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n"), .requests(1)),
        // Hosts and lines of requests.
        .init("no host", "GET /case HTTP/1.1\r\nX: a\r\n\r\n\(hidden)"),
        .init("two hosts", "GET /case HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n\(hidden)"),
        .init("a method that is none", "GE(T /case HTTP/1.1\r\nHost: x\r\n\r\n\(hidden)"),
        // Allowed by RFC 9112 §3, and no end is in doubt.
        .init("two spaces in the request line", "GET  /case HTTP/1.1\r\nHost: x\r\n\r\n", .requests(1)),
        .init("a tab in the request line", "GET\t/case HTTP/1.1\r\nHost: x\r\n\r\n\(hidden)"),
        .init("a space in the path", "GET /case HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n\(hidden)"),
        .init("no version", "GET /case\r\nHost: x\r\n\r\n\(hidden)"),
        .init("HTTP/0.9", "GET /case HTTP/0.9\r\nHost: x\r\n\r\n\(hidden)"),
        .init("HTTP/1.9", "GET /case HTTP/1.9\r\nHost: x\r\n\r\n\(hidden)"),
        .init("HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\(hidden)"),
        .init("CONNECT", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n\(hidden)"),
        // What is allowed.
        .init(
            "two requests at once", "GET /case HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n",
            .requests(2)),
        .init(
            "a GET with a body",
            "GET /case HTTP/1.1\r\nHost: x\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)", .requests(1)),
        .init(
            "a request behind a last one",
            "GET /case HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n\(hidden)", .requests(1)),
        .init("a request behind one of HTTP/1.0", "GET /case HTTP/1.0\r\nHost: x\r\n\r\n\(hidden)", .requests(1)),
        .init(
            "a request behind one that wants another protocol",
            "GET /case HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\(hidden)", .requests(1)),
        .init(
            "a body that is waited for", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), .requests(1)),
        .init(
            "a length that goes with the connection",
            post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"), .requests(1)),
    ]
}
