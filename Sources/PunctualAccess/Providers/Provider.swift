/// An outside OpenID provider, as settings name it.
package struct Provider: Equatable, Sendable {
    /// Stands in paths and before the names of its users.
    package var name: String
    /// For the sign-in page.
    package var displayName: String
    /// The exact `iss` of its tokens, and where its discovery document is.
    package var issuer: String
    /// What this installation is called there.
    package var clientID: String
    /// nil for a public client, which PKCE alone protects.
    package var clientSecret: ClientSecret?
    /// A token that is shown to the API must name one of these in `aud`.
    package var audiences: Set<String>
    package var algorithms: Set<TokenAlgorithm>
    /// What a sign-in asks for; `openid` is among them.
    package var scopes: [String]
    /// What its claims are worth here.
    package var mapping: ClaimMapping

    /// Those that are taken unless settings say otherwise.
    package static let standardAlgorithms: Set<TokenAlgorithm> = [.rs256, .es256, .edDSA]
    package static let standardScopes = ["openid", "profile", "email"]

    /// What proves this installation to the provider.
    package enum ClientSecret: Equatable, Sendable {
        case given(Redacted<String>)
        /// A secret of a service; it is read for each use.
        case stored(service: String, name: String)
    }

    /// With what settings give unless they say otherwise.
    package init(
        name: String, issuer: String, clientID: String, clientSecret: ClientSecret? = nil, mapping: ClaimMapping? = nil
    ) {
        self.name = name
        displayName = name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        audiences = [clientID]
        algorithms = Provider.standardAlgorithms
        scopes = Provider.standardScopes
        self.mapping = mapping ?? ClaimMapping(groupsPath: [], groupPrefix: "\(name):")
    }

    /// Whether a text may be a provider's name: 1–32 of a–z 0–9 -
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// Where its discovery document is (OpenID Connect Discovery 1.0, section 4).
    package var discoveryURL: String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }

    /// Its tokens, as they are taken on API calls.
    package func tokenIssuer(_ keys: [String: TokenKey]) -> TokenIssuer {
        .outside(name: issuer, audiences: audiences, keys: keys)
    }
}
