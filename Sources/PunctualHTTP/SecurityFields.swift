internal import HTTPTypes
internal import Hummingbird

/// The fields that keep browsers and caches from doing more with an answer than it is for.
struct SecurityFields: Sendable {
    /// The server speaks TLS itself.
    let isSecure: Bool

    func mark(_ response: inout Response, for request: Request) {
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[Self.referrerPolicy] == nil { response.headers[Self.referrerPolicy] = "no-referrer" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if response.headers[.contentType]?.hasPrefix("text/html") == true {
            response.headers[Self.frameOptions] = "DENY"
            if response.headers[.contentSecurityPolicy] == nil {
                response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
            }
        }
        // Browsers apply it to every port of a name, and nobody owns this one.
        if isSecure, !Self.isLocalhost(request.head.authority) {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
    }

    private static func isLocalhost(_ authority: String?) -> Bool {
        authority?.prefix { $0 != ":" }.lowercased() == "localhost"
    }

    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    private static let frameOptions = HTTPField.Name("X-Frame-Options")!
}
