internal import HTTPTypes
internal import Hummingbird

/// Lets pages of other origins call the API: those that are named, and no other (Fetch standard, "CORS protocol").
///
/// Cookies are never let in: a page of another origin shows a token, or is nobody.
package struct CrossOrigin: Sendable {
    private let origins: Set<String>

    /// - Parameter origins: each `scheme://host`, or with `:port`, as browsers write them; see `isOrigin`.
    package init(origins: some Sequence<String>) {
        self.origins = Set(origins)
    }

    /// Whether the text is one exact origin as browsers send it: lower case, without a path, without a port that is the
    /// scheme's own; neither `*` nor `null`.
    package static func isOrigin(_ text: String) -> Bool {
        let schemes = [("https://", "443"), ("http://", "80")]
        guard let (scheme, port) = schemes.first(where: { text.hasPrefix($0.0) }) else { return false }
        let rest = text.dropFirst(scheme.count)
        let given = rest.hasSuffix("]") ? nil : rest.lastIndex(of: ":").map { rest[rest.index(after: $0)...] }
        let host = given.map { rest[..<rest.index(before: $0.startIndex)] } ?? rest
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let letters = isBracketed ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789.-_"
        let name = isBracketed ? host.dropFirst().dropLast() : host
        guard !name.isEmpty, name.allSatisfy({ letters.contains($0) }) else { return false }
        guard let given else { return true }
        return given != port && !given.hasPrefix("0") && given.utf8.allSatisfy { (48...57).contains($0) }
            && UInt16(given) != nil
    }

    /// The answer to a browser that asks whether it may send a request; nil when the request is none of that kind, or comes
    /// from an origin that is not let in.
    /// - Parameter methods: those of the path; nil for a path that does not exist.
    func preflight(_ request: Request, methods: [String]?) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil, let methods,
            let origin = request.headers[.origin], origins.contains(origin)
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: methods.joined(separator: ", "),
                .accessControlAllowHeaders: Self.taken, .accessControlMaxAge: "600",
            ])
    }

    /// Tells the browser whether its page may see the answer, and caches that the next page may get another.
    func mark(_ response: inout Response, for request: Request) {
        let vary = response.headers[.vary]
        response.headers[.vary] = vary.map { "\($0), Origin" } ?? "Origin"
        guard let origin = request.headers[.origin], origins.contains(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = Self.shown
    }

    /// The fields of requests that the API reads, beside those that browsers always send.
    private static let taken =
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id, traceparent"
    /// The fields of answers that a page may read, beside those that it always may.
    private static let shown =
        "Allow, Cache-Status, ETag, Location, Punctual-Staleness, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, "
        + "X-Request-Id"
}
