internal import Crypto
internal import Foundation

/// A key that signs calls after Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.
package struct WebhookSecret: Sendable {
    private let key: SymmetricKey

    /// Reads `whsec_` and the base64 of 24 to 64 bytes; the prefix may be missing; nil for anything else.
    package init?(_ text: String) {
        let encoded = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text
        guard let bytes = Data(base64Encoded: encoded), (24...64).contains(bytes.count) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Reads secrets with commas or white space between them, as they stand while one replaces another; nil when one of
    /// them is none. An empty text holds none.
    package static func list(_ text: String) -> [WebhookSecret]? {
        let parts = text.split { $0 == "," || $0.isWhitespace }
        let secrets = parts.compactMap { WebhookSecret(String($0)) }
        return secrets.count == parts.count ? secrets : nil
    }

    /// `v1,` and the base64 of the signature.
    /// - Parameter timestamp: seconds since 1970.
    package func signature(id: String, timestamp: Int, body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(id).\(timestamp).\(body)".utf8), using: key)
        return "v1," + Data(code).base64EncodedString()
    }
}
