internal import PunctualJSON

/// How providers are called; whoever does it holds calls to harmless addresses, follows no redirects, and reads no more than
/// `ProviderReply.mostBytes` within `ProviderReply.mostTime`.
package protocol ProviderCalls: Sendable {
    func get(_ url: String) async throws(ProviderFault) -> ProviderReply

    /// - Parameters:
    ///   - form: `application/x-www-form-urlencoded`.
    ///   - authorization: nil for a request without that field.
    func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply
}

/// Calls nobody: for installations without providers.
package struct NoProviderCalls: ProviderCalls {
    package init() {}

    package func get(_ url: String) async throws(ProviderFault) -> ProviderReply { throw .unreachable("no calls") }

    package func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply { throw .unreachable("no calls") }
}

/// What a provider has answered.
package struct ProviderReply: Sendable {
    package let status: Int
    /// The field `Cache-Control`; nil when there is none.
    package let cacheControl: String?
    package let body: [UInt8]

    package static let mostBytes = 256 * 1024
    package static let mostTime = Duration.seconds(5)

    package init(status: Int, cacheControl: String? = nil, body: [UInt8]) {
        self.status = status
        self.cacheControl = cacheControl
        self.body = body
    }

    /// The JSON object of a good answer.
    func object() throws(ProviderFault) -> JSONValue {
        guard status == 200 else { throw .status(status) }
        return try json()
    }

    /// The JSON object, whatever the status.
    func json() throws(ProviderFault) -> JSONValue {
        do throws(JSONError) {
            let value = try JSONValue(parsing: body)
            if value.object != nil { return value }
        } catch {
            // What is wrong with it is the provider's business.
        }
        throw .malformed
    }
}

/// Why a provider is of no use just now.
package enum ProviderFault: Error, Hashable, Sendable {
    /// It does not answer, or may not be called: why, for the log.
    case unreachable(String)
    /// Another status than 200; redirects are among them.
    case status(Int)
    case oversized
    /// No JSON object.
    case malformed
    /// The document is of another issuer, whose name it tells.
    case issuer(String)
    /// The document names no safe address for this.
    case endpoint(String)
    /// There is no key that may be used.
    case noKeys
}

extension ProviderFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .status(let status): "it answers with status \(status)"
        case .oversized: "its answer has more than \(ProviderReply.mostBytes / 1024) KiB"
        case .malformed: "its answer is no JSON object"
        case .issuer(let name): "its document is of the issuer \(name)"
        case .endpoint(let name): "its document has no safe \(name)"
        case .noKeys: "it publishes no key that may be used"
        }
    }
}
