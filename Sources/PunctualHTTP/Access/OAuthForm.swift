internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore

/// Why a token is not given (RFC 6749, section 5.2).
struct OAuthFault: Error {
    enum Code: String {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case invalidScope = "invalid_scope"
        case unsupportedGrantType = "unsupported_grant_type"
        case unsupportedTokenType = "unsupported_token_type"
    }

    let code: Code
    let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    static let invalidGrant = OAuthFault(.invalidGrant, "the token is not valid, was used, or has ended")
    /// RFC 7009, section 2.2.1.
    static let unsupportedTokenType = OAuthFault(
        .unsupportedTokenType,
        "only refresh tokens are revoked here: an access token ends with its sign-in or its key, a key by DELETE /api/v1/keys/ID"
    )
}

/// The parameters of a request to an OAuth endpoint, and the client that it comes from.
struct OAuthForm {
    private let values: [String: String]
    /// From the `Authorization` field or `client_id`; nil when neither names one.
    let client: String?
    /// What the client shows to prove itself; nil when it shows nothing.
    let secret: String?

    /// - Throws: `OAuthFault`; `Problem` 415 for another kind of body.
    init(_ request: Request) async throws {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw Problem(.unsupportedMediaType, "Send application/x-www-form-urlencoded.")
        }
        let body = try await request.wholeBody()
        guard let text = String(validating: body.readableBytesView, as: UTF8.self), body.readableBytes <= 65_536 else {
            throw OAuthFault(.invalidRequest, "the body is no form, or too long")
        }
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]),
                !value.utf8.contains(0)
            else { throw OAuthFault(.invalidRequest, "the body is no form") }
            // Parameters without a value are as good as left out; none may be there twice (section 3.2).
            if value.isEmpty { continue }
            guard values.updateValue(value, forKey: name) == nil else {
                throw OAuthFault(.invalidRequest, "a parameter is there twice")
            }
        }
        self.values = values
        // Another scheme shows no client (section 2.3.1).
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix("basic") else {
            client = values["client_id"]
            secret = values["client_secret"]
            return
        }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard request.headers[values: .authorization].count == 1, values["client_secret"] == nil, parts.count == 2,
            parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let pair = String(validating: data, as: UTF8.self),
            case let halves = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false),
            halves.count == 2, let name = Self.decoded(halves[0]), let password = Self.decoded(halves[1]),
            values["client_id"].map({ $0 == name }) ?? true
        else { throw OAuthFault(.invalidClient, "the client's credentials are no Basic ones, or there twice") }
        (client, secret) = (name, password)
    }

    subscript(name: String) -> String? { values[name] }

    /// The permissions that `scope` names; nil when it is missing.
    var scopes: [Permission]? {
        get throws(OAuthFault) {
            guard let text = values["scope"] else { return nil }
            let words = text.split(separator: " ")
            let scopes = words.compactMap { Permission(scope: $0) }
            guard scopes.count == words.count, words.count <= 50 else {
                throw OAuthFault(.invalidScope, "a scope is a role and a service, operator:billing or viewer:*")
            }
            return scopes
        }
    }

    /// Undoes the encoding of forms; nil for what is none.
    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
