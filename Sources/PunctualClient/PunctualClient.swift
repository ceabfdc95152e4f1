internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import PunctualJSON

/// Talks to a Punctual server.
///
/// Close it with `shutdown()` when you are done.
public struct PunctualClient: Sendable {
    /// `http://127.0.0.1:8640`, without a slash at the end.
    public let address: String
    private let token: String?
    private let http: HTTPClient
    private let timeout: TimeAmount
    /// The largest answer taken, in bytes.
    private static let answerLimit = 64 * 1024 * 1024

    /// - Parameters:
    ///   - address: the server's, with `http://` or `https://`.
    ///   - token: sent as a bearer token; nil sends none.
    ///   - timeoutSeconds: of one request, its answer included.
    public init(address: String, token: String? = nil, timeoutSeconds: Int64 = 30) {
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.token = token
        self.timeout = .seconds(timeoutSeconds)
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // Whoever asks wants to know at once that nobody listens, not after five seconds of asking again.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections; no call may follow.
    public func shutdown() async throws {
        try await http.shutdown()
    }

    /// Sends a request and reads its JSON answer.
    /// - Parameters:
    ///   - path: begins with a slash, `/api/v1/jobs`; its parts are percent-encoded already.
    ///   - headers: beside those that the client sets.
    /// - Throws: `ClientError`.
    public func send(
        _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
        headers: [(String, String)] = [], timeoutSeconds: Int64? = nil
    ) async throws(ClientError) -> ClientAnswer {
        var url = address + path
        if !query.isEmpty {
            url += "?" + query.map { "\(Self.encode($0))=\(Self.encode($1))" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "punctual-client")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body {
            request.headers.replaceOrAdd(
                name: "content-type",
                value: method == "PATCH" ? "application/merge-patch+json" : "application/json")
            var writer = JSONWriter()
            writer.value(body)
            request.body = .bytes(ByteBuffer(bytes: writer.bytes))
        }
        do {
            let limit = timeoutSeconds.map { TimeAmount.seconds($0) } ?? timeout
            let response = try await http.execute(request, timeout: limit)
            let buffer = try await response.body.collect(upTo: Self.answerLimit)
            let answer = ClientAnswer(
                status: Int(response.status.code),
                headers: response.headers.map { ($0.name.lowercased(), $0.value) },
                bytes: Array(buffer.readableBytesView))
            guard (200..<300).contains(answer.status) else { throw ClientError.refused(answer) }
            return answer
        } catch let error as ClientError {
            throw error
        } catch let error as HTTPClientError
            where error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout
        {
            throw .timedOut("\(address) did not answer in time")
        } catch let error as HTTPClientError where error == .invalidURL || error == .emptyHost || error == .emptyScheme
        {
            throw .unreachable("\(address) is no address of a server; write http://127.0.0.1:8640")
        } catch {
            throw .unreachable("cannot reach \(address): \(Self.reason(of: error))")
        }
    }

    /// Why no connection came about, in the words of people.
    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first { return reason(of: failure.error) }
            return "there is no host \(error.host)"
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case is NIOTooManyBytesError: return "the answer is larger than \(answerLimit) bytes"
        default: return "\(error)"
        }
    }

    /// The text percent-encoded for one part of a path or query (RFC 3986, unreserved characters stay).
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result.unicodeScalars.append("%")
                result.unicodeScalars.append(digits[Int(byte >> 4)])
                result.unicodeScalars.append(digits[Int(byte & 15)])
            }
        }
        return result
    }
}

/// A server's answer.
public struct ClientAnswer: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [(String, String)]
    public let bytes: [UInt8]

    /// The body as JSON; nil when it is none.
    public var json: JSONValue? {
        // What is no JSON is nil by this property's word.
        try? JSONValue(parsing: bytes)
    }

    public func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}

/// Why a call brought no answer of the kind that was asked for.
public enum ClientError: Error, Sendable, CustomStringConvertible {
    case unreachable(String)
    case timedOut(String)
    /// The server answered with a status outside 200–299.
    case refused(ClientAnswer)

    /// The status of a refusal; nil for the others.
    public var status: Int? {
        if case .refused(let answer) = self { answer.status } else { nil }
    }

    public var description: String {
        switch self {
        case .unreachable(let text), .timedOut(let text): return text
        case .refused(let answer):
            guard let json = answer.json else { return "the server answered with status \(answer.status)" }
            var lines = [json["detail"]?.string ?? json["title"]?.string ?? "status \(answer.status)"]
            for fault in json["errors"]?.array ?? [] {
                lines.append("  \(fault["pointer"]?.string ?? ""): \(fault["detail"]?.string ?? "")")
            }
            if let id = json["request_id"]?.string { lines.append("  request \(id)") }
            return lines.joined(separator: "\n")
        }
    }
}
