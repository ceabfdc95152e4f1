internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import PunctualAPI
public import PunctualJSON

/// A server's answer.
public struct ClientAnswer: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [(String, String)]
    public let bytes: [UInt8]

    /// The body as JSON; nil when it is none.
    public var json: JSONValue? {
        try? JSONValue(parsing: bytes)  // nil by this property's word.
    }

    init(_ response: HTTPClientResponse, _ body: ByteBuffer) {
        status = Int(response.status.code)
        headers = response.headers.map { ($0.name.lowercased(), $0.value) }
        bytes = Array(body.readableBytesView)
    }

    /// Why the server refused; nil when the answer is no problem of a kind that is known here.
    public var problem: ProblemKind? { json?["type"]?.string.flatMap(ProblemKind.init(type:)) }

    public func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}

/// Why a call brought no answer of the kind that was asked for.
public enum ClientError: Error, Sendable, CustomStringConvertible {
    case unreachable(String)
    case timedOut(String)
    /// The server answered with a status outside 200–299.
    case refused(ClientAnswer)
    /// The sign-in has ended, or cannot be used; somebody has to sign in again.
    case signedOut(String)
    /// A credential would have gone over plain http to another machine; nothing was sent.
    case insecure(String)

    /// The status of a refusal; nil for the others.
    public var status: Int? {
        if case .refused(let answer) = self { answer.status } else { nil }
    }

    public var description: String {
        switch self {
        case .unreachable(let text), .timedOut(let text), .signedOut(let text), .insecure(let text): return text
        case .refused(let answer):
            guard let json = answer.json else { return "the server answered with status \(answer.status)" }
            // What OAuth's calls refuse is told in its own words (RFC 6749, section 5.2).
            let detail = json["detail"]?.string ?? json["title"]?.string ?? json["error_description"]?.string
            var lines = [detail ?? "status \(answer.status)"]
            for fault in json["errors"]?.array ?? [] {
                // The place in the body, or the parameter or header; the body as a whole has none.
                let place = fault["pointer"]?.string ?? fault["parameter"]?.string ?? ""
                lines.append("  " + (place.isEmpty ? "" : "\(place): ") + (fault["detail"]?.string ?? ""))
            }
            if let id = json["request_id"]?.string { lines.append("  request \(id)") }
            return lines.joined(separator: "\n")
        }
    }
}
