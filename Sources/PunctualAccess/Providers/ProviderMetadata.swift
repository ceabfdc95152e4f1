package import PunctualJSON

/// What is used of a provider's discovery document (OpenID Connect Discovery 1.0, section 3).
package struct ProviderMetadata: Hashable, Sendable {
    package let authorizationURL: String
    package let tokenURL: String
    package let keysURL: String
    /// Whether its answers in the browser always say who it is (RFC 9207).
    package let tellsIssuer: Bool
    /// Whether it wants the client's secret in the form instead of the `Authorization` field.
    package let wantsSecretInForm: Bool

    /// - Throws: `.issuer` unless the document is exactly the configured issuer's, `.endpoint` for an address that is missing
    ///   or unsafe: a provider that is called over TLS sends nobody to where there is none.
    package init(_ document: JSONValue, of provider: Provider) throws(ProviderFault) {
        guard let issuer = document["issuer"]?.string, issuer == provider.issuer else {
            throw .issuer(document["issuer"]?.string.map { String($0.prefix(256)) } ?? "of no name")
        }
        func endpoint(_ name: String) throws(ProviderFault) -> String {
            guard let url = document[name]?.string, ProviderURL.isSafe(url),
                !ProviderURL.isPlain(url) || ProviderURL.isPlain(provider.issuer)
            else { throw .endpoint(name) }
            return url
        }
        authorizationURL = try endpoint("authorization_endpoint")
        tokenURL = try endpoint("token_endpoint")
        keysURL = try endpoint("jwks_uri")
        tellsIssuer = document["authorization_response_iss_parameter_supported"] == true
        let methods = document["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string)
        // Basic is what holds when nothing is said.
        wantsSecretInForm =
            methods.map { !$0.contains("client_secret_basic") && $0.contains("client_secret_post") } ?? false
    }
}
