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
    let allowsPlainHTTP: Bool
    private let credential: ClientCredential?
    private let retries: RetryPolicy
    private let http: HTTPClient
    /// Never ends an answer that goes on; only long silence ends it.
    private let streams: HTTPClient
    private let timeout: TimeAmount
    private let takesCopies: Bool
    /// Renews the credential when it is one that ends.
    private let signIn: SignIn?
    /// The largest answer taken, in bytes.
    private static let answerLimit = 64 * 1024 * 1024

    /// - Parameters:
    ///   - address: the server's, with `http://` or `https://`.
    ///   - credential: as whom it talks; nil as nobody.
    ///   - retries: of calls that may be made twice; those that create or trigger get an `Idempotency-Key` of their own.
    ///   - allowsPlainHTTP: whether the credential may go over plain http to another machine, where others can read it.
    ///   - timeoutSeconds: of one request, its answer included.
    ///   - authorities: a PEM file of the certificate authorities to trust instead of the system's; nil trusts those.
    ///   - takesCopies: whether answers may be copies that the server keeps for a while.
    public init(
        address: String, credential: ClientCredential? = nil, retries: RetryPolicy = .standard,
        allowsPlainHTTP: Bool = false, timeoutSeconds: Int64 = 30, authorities: String? = nil,
        takesCopies: Bool = true
    ) {
        let address = address.hasSuffix("/") && !address.hasSuffix("//") ? String(address.dropLast()) : address
        self.address = address
        self.allowsPlainHTTP = allowsPlainHTTP
        self.credential = credential
        self.retries = retries
        self.takesCopies = takesCopies
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
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        // A server that is there says so every 15 seconds.
        configuration.timeout.read = .seconds(60)
        let streams = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        (self.http, self.streams) = (http, streams)
        guard case .signIn(let tokens, let store) = credential else {
            signIn = nil
            return
        }
        let plain = PunctualClient(
            address: address, http: http, streams: streams, allowsPlainHTTP: allowsPlainHTTP, timeout: timeout)
        signIn = SignIn(tokens, store: store, now: Self.seconds) { kept async throws(ClientError) in
            try await plain.renewed(kept)
        }
    }

    /// The same client as nobody, for renewing what another shows.
    private init(
        address: String, http: HTTPClient, streams: HTTPClient, allowsPlainHTTP: Bool, timeout: TimeAmount
    ) {
        (self.address, self.http, self.streams, self.timeout) = (address, http, streams, timeout)
        self.allowsPlainHTTP = allowsPlainHTTP
        (credential, signIn, retries, takesCopies) = (nil, nil, .none, true)
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
    ///   - retries: of this call; nil for the client's own.
    /// - Throws: `ClientError`.
    public func send(
        _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
        headers: [(String, String)] = [], timeoutSeconds: Int64? = nil, retries: RetryPolicy? = nil
    ) async throws(ClientError) -> ClientAnswer {
        var request = try request(method, path, query)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.setJSON(body) }
        let policy = retries ?? self.retries
        if policy.attempts > 1, IdempotentCalls.takeKey(method, path), !request.headers.contains(name: Self.keyField) {
            request.headers.add(name: Self.keyField, value: UUID().uuidString.lowercased())
        }
        return try await perform(
            request, isRepeatable: method == "GET" || method == "HEAD" || request.headers.contains(name: Self.keyField),
            retries: policy, limit: timeoutSeconds.map { .seconds($0) })
    }

    private static let keyField = "idempotency-key"

    /// Makes a call, again if need be.
    /// - Parameters:
    ///   - showsCredential: false for calls that are made to get one.
    ///   - isRepeatable: whether it may happen twice.
    func perform(
        _ request: HTTPClientRequest, showsCredential: Bool = true, isRepeatable: Bool = false,
        retries: RetryPolicy = .none, limit: TimeAmount? = nil
    ) async throws(ClientError) -> ClientAnswer {
        var (attempt, refused) = (1, String?.none)
        while true {
            let shown = showsCredential ? try await token(insteadOf: refused) : nil
            let failure: ClientError
            var (retryAfter, isWorthIt) = (Int64?.none, false)
            switch await exchange(request.showing(shown), limit ?? timeout) {
            case .success(let answer) where (200..<300).contains(answer.status): return answer
            case .success(let answer):
                if answer.status == 401, signIn != nil, let shown, refused == nil {
                    refused = shown
                    continue
                }
                failure = .refused(answer)
                (retryAfter, isWorthIt) = (answer.retryAfter, answer.invitesRetry(isRepeated: attempt > 1))
            case .failure(let error):
                failure = Self.failure(error, address: address)
                isWorthIt = Self.isLoss(error)
            }
            let chance = Double.random(in: 0..<1)
            guard isRepeatable, isWorthIt,
                let wait = retries.wait(after: attempt, retryAfter: retryAfter, chance: chance)
            else { throw failure }
            do { try await Task.sleep(for: .milliseconds(wait)) } catch { throw failure }
            attempt += 1
        }
    }

    private func exchange(
        _ request: HTTPClientRequest, _ limit: TimeAmount
    ) async -> Result<ClientAnswer, any Error> {
        do {
            return .success(
                try await Self.within(limit) { [http] in
                    let response = try await http.execute(request, timeout: limit)
                    return ClientAnswer(response, try await response.body.collect(upTo: Self.answerLimit))
                })
        } catch {
            return .failure(error)
        }
    }

    /// The token to show; nil when there is none.
    private func token(insteadOf refused: String? = nil) async throws(ClientError) -> String? {
        guard let credential else { return nil }
        let token: String
        switch (credential, signIn) {
        case (.token(let text), _): token = text
        case (.signIn(let tokens, _), nil): token = tokens.accessToken
        case (.signIn, let signIn?): token = try await signIn.token(insteadOf: refused)
        }
        // What the library says of a field that it does not send holds the field's text.
        guard !token.isEmpty, token.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw .signedOut("the token is none: it is empty, or has spaces or characters that no token has")
        }
        return token
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
        return ServerEvents(address: address, body: try await open(request))
    }

    /// Opens an answer of any length, which is read piece by piece.
    /// - Parameter accept: the content type to ask for.
    /// - Throws: `ClientError`.
    public func download(
        _ path: String, query: [(String, String)] = [], accept: String
    ) async throws(ClientError) -> AnswerPieces {
        AnswerPieces(address: address, body: try await open(try request("GET", path, query, accept: accept)))
    }

    /// Begins to read an answer that may go on for long.
    private func open(_ request: HTTPClientRequest) async throws(ClientError) -> HTTPClientResponse.Body {
        var refused: String?
        while true {
            let shown = try await token(insteadOf: refused)
            do {
                let response = try await streams.execute(request.showing(shown), deadline: .distantFuture)
                if response.status == .ok { return response.body }
                let answer = ClientAnswer(response, try await response.body.collect(upTo: Self.answerLimit))
                guard answer.status == 401, signIn != nil, refused == nil, let shown else {
                    throw ClientError.refused(answer)
                }
                refused = shown
            } catch {
                throw Self.failure(error, address: address)
            }
        }
    }

    /// - Parameter holdsSecret: whether its body is a password or a token.
    func request(
        _ method: String, _ path: String, _ query: [(String, String)] = [], accept: String = "application/json",
        holdsSecret: Bool = false
    ) throws(ClientError) -> HTTPClientRequest {
        try check(holdsSecret: holdsSecret || credential != nil)
        var url = address + path
        if !query.isEmpty {
            url += "?" + query.map { "\(Self.encode($0))=\(Self.encode($1))" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: accept)
        request.headers.add(name: "user-agent", value: "punctual-client")
        if !takesCopies { request.headers.add(name: "cache-control", value: "no-cache") }
        return request
    }

    /// Whether the connection was there and broke: the server may have done what it was asked, or not.
    private static func isLoss(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
        default: false
        }
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
