internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
public import PunctualJSON

/// Talks to a Punctual server.
///
/// Close it with `shutdown()` when you are done.
public struct PunctualClient: Sendable {
    /// `http://127.0.0.1:8640`, without a slash at the end.
    public let address: String
    private let token: String?
    private let http: HTTPClient
    /// Never ends an answer that goes on; only long silence ends it.
    private let streams: HTTPClient
    private let timeout: TimeAmount
    /// The largest answer taken, in bytes.
    private static let answerLimit = 64 * 1024 * 1024

    /// - Parameters:
    ///   - address: the server's, with `http://` or `https://`.
    ///   - token: sent as a bearer token; nil sends none.
    ///   - timeoutSeconds: of one request, its answer included.
    ///   - authorities: a PEM file of the certificate authorities to trust instead of the system's; nil trusts those.
    public init(
        address: String, token: String? = nil, timeoutSeconds: Int64 = 30, authorities: String? = nil
    ) {
        self.address = address.hasSuffix("/") && !address.hasSuffix("//") ? String(address.dropLast()) : address
        self.token = token
        self.timeout = .seconds(timeoutSeconds)
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        if let authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authorities)
            configuration.tlsConfiguration = tls
        }
        // Whoever asks wants to know at once that nobody listens, not after five seconds of asking again.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        // A server that is there says so every 15 seconds.
        configuration.timeout.read = .seconds(60)
        self.streams = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections; no call may follow.
    public func shutdown() async throws {
        try await streams.shutdown()
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
        var request = try request(method, path, query, accept: "application/json")
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
            let answer = try await Self.within(limit) { [http, request] in
                let response = try await http.execute(request, timeout: limit)
                return ClientAnswer(response, try await response.body.collect(upTo: Self.answerLimit))
            }
            guard (200..<300).contains(answer.status) else { throw ClientError.refused(answer) }
            return answer
        } catch {
            throw Self.failure(error, address: address)
        }
    }

    /// The library's own limit ends with the head of an answer; this one covers the body too.
    private static func within<Value: Sendable>(
        _ limit: TimeAmount, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: .nanoseconds(limit.nanoseconds))
                throw HTTPClientError.deadlineExceeded
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// Opens a stream of server-sent events, which lasts until the server ends it or the reader stops.
    /// - Parameter place: the last event's `id`, to go on behind it; nil begins with what happens from now on.
    /// - Throws: `ClientError`.
    public func events(
        _ path: String, query: [(String, String)] = [], after place: String? = nil
    ) async throws(ClientError) -> ServerEvents {
        var request = try request("GET", path, query, accept: "text/event-stream")
        if let place { request.headers.replaceOrAdd(name: "last-event-id", value: place) }
        do {
            let response = try await streams.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                let buffer = try await response.body.collect(upTo: Self.answerLimit)
                throw ClientError.refused(ClientAnswer(response, buffer))
            }
            return ServerEvents(address: address, body: response.body)
        } catch {
            throw Self.failure(error, address: address)
        }
    }

    private func request(
        _ method: String, _ path: String, _ query: [(String, String)], accept: String
    ) throws(ClientError) -> HTTPClientRequest {
        // The library underneath ends the process over a port that is none.
        guard let port = URL(string: address).map({ $0.port ?? 0 }), (0...65_535).contains(port) else {
            throw Self.noAddress(address)
        }
        var url = address + path
        if !query.isEmpty {
            url += "?" + query.map { "\(Self.encode($0))=\(Self.encode($1))" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: accept)
        request.headers.add(name: "user-agent", value: "punctual-client")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        return request
    }

    /// What went wrong, in the words of people.
    static func failure(_ error: any Error, address: String) -> ClientError {
        switch error {
        case let error as ClientError: error
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error):
            .timedOut("\(address) did not answer in time")
        case let error as HTTPClientError where [.invalidURL, .emptyHost, .emptyScheme].contains(error):
            noAddress(address)
        default: .unreachable("cannot reach \(address): \(reason(of: error))")
        }
    }

    private static func noAddress(_ text: String) -> ClientError {
        .unreachable("\(text) is no address of a server; write http://127.0.0.1:8640")
    }

    /// Why no connection came about, in the words of people.
    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first { return reason(of: failure.error) }
            return "there is no host \(error.host)"
        case let error as NIOSSLError: return tlsReason(of: error)
        case is NIOSSLExtraError: return "its certificate is not for this name"
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
        case is NIOTooManyBytesError: return "the answer is larger than \(answerLimit) bytes"
        default: return "\(error)"
        }
    }

    private static func tlsReason(of error: NIOSSLError) -> String {
        "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
            ? "its certificate is of no authority that is trusted here; name one with PUNCTUAL_CA_FILE"
            : "it does not speak TLS as it should (\(error))"
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
