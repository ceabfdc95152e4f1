internal import Crypto
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `Idempotency-Key` on the calls that create or trigger: the first answer is kept for 24 hours and given again.
///
/// An answer of 429, or of 500 and above, gives the key up, since trying again is the right thing to do then; but after the
/// latter the request may have taken effect, so its repetition goes by the same `Origin`.
struct Idempotency {
    let store: any IdempotencyStore

    /// A request that has not answered for so long died with its node.
    static let staleAfter = Duration.seconds(60)

    func answer(
        _ request: Request, _ context: APIContext,
        _ handler: @Sendable (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let key = try key(of: request, context) else { return try await handler(request, context) }
        var request = request
        let body = try await request.wholeBody()
        request.body = RequestBody(buffer: body)
        var context = context
        let fingerprint = Self.fingerprint(of: request, body, by: context.principal)
        switch try await store.begin(key: key, fingerprint: fingerprint, staleAfter: Self.staleAfter) {
        case .replay(let answer): return Response(replaying: answer)
        case .mismatch:
            throw Problem(
                .idempotencyMismatch,
                "This Idempotency-Key came with another request within the last 24 hours; use a new key for a new request."
            )
        case .inProgress:
            var problem = Problem(.idempotencyInProgress, "The first request with this Idempotency-Key has not ended.")
            problem.headers[.retryAfter] = "1"
            throw problem
        case .fresh(let since): context.origin = Origin(key: key, fingerprint: fingerprint, since: since)
        }
        let response: Response
        do {
            response = try await handler(request, context)
        } catch {
            response = Problem(mapping: error).response(requestID: context.requestID)
            if response.status == .tooManyRequests || response.status.code >= 500 {
                await keep(nil, key, context)
                throw error
            }
        }
        let bytes = try await response.body.collected()
        await keep(StoredAnswer(response, body: bytes), key, context)
        return Response(
            status: response.status, headers: response.headers, body: ResponseBody(byteBuffer: bytes))
    }

    /// An answer that cannot be kept is given all the same: the work is done.
    private func keep(_ answer: StoredAnswer?, _ key: String, _ context: APIContext) async {
        do throws(StoreError) {
            try await store.finish(key: key, answer: answer)
        } catch {
            context.logger.error("an idempotent answer could not be kept", metadata: ["error": "\(error)"])
        }
    }

    /// - Throws: `Problem` 400 for a key that is none.
    private func key(of request: Request, _ context: APIContext) throws -> String? {
        let values = request.headers[values: Self.field]
        guard let key = values.first else { return nil }
        guard values.count == 1, (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                .badRequest, "Idempotency-Key must be given once, with 1 to 255 visible ASCII characters.")
        }
        // Everybody has keys of his own: nobody is told another one's answer.
        return context.principal.isAnybody ? key : "\(context.principal.name) \(key)"
    }

    private static let field = HTTPField.Name("Idempotency-Key")!

    /// With what the caller may do: an answer is given again to nobody who might not have had it.
    private static func fingerprint(of request: Request, _ body: ByteBuffer, by principal: Principal) -> String {
        var hash = SHA256()
        if !principal.isAnybody {
            for permission in principal.permissions.map(\.json.description).sorted() {
                hash.update(data: Array("\(permission)\n".utf8))
            }
        }
        hash.update(data: Array("\(request.method.rawValue) \(request.uri.string)\n".utf8))
        hash.update(data: body.readableBytesView)
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

private let keptHeaders: [HTTPField.Name] = [.contentType, .location, .eTag]
private let replayed = HTTPField.Name("Idempotent-Replayed")!

extension StoredAnswer {
    fileprivate init(_ response: Response, body: ByteBuffer) {
        var headers: [String: String] = [:]
        for name in keptHeaders { headers[name.canonicalName] = response.headers[name] }
        self.init(status: response.status.code, headers: headers, body: Array(body.readableBytesView))
    }
}

extension Response {
    /// The first answer once more; only the request's id is new.
    fileprivate init(replaying answer: StoredAnswer) {
        var fields: HTTPFields = [replayed: "true"]
        for name in keptHeaders { fields[name] = answer.headers[name.canonicalName] }
        self.init(
            status: .init(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
