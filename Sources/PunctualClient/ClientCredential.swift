/// As whom a client talks to a server.
public enum ClientCredential: Sendable {
    /// An API key or an access token, shown as it is.
    case token(String)
    /// What a sign-in gave; it is renewed when it ends, and the store keeps what it becomes.
    case signIn(SignInTokens, store: any SignInStore)
}

/// Neither a log nor a message shows a token by accident.
extension ClientCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .token: "(a token)"
        case .signIn: "(a sign-in)"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

/// The tokens of a sign-in.
public struct SignInTokens: Sendable, Equatable {
    /// Shown with each call, for some minutes.
    public let accessToken: String
    /// Good for one renewal.
    public let refreshToken: String
    /// When the access token ends, in seconds since 1970 by this machine's clock.
    public let expiresAt: Int64

    public init(accessToken: String, refreshToken: String, expiresAt: Int64) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
    }

    /// A token that ends while its request is under way is of no use.
    static let margin: Int64 = 30

    /// Whether it is time to renew them.
    /// - Parameter now: in seconds since 1970.
    func endSoon(at now: Int64) -> Bool { expiresAt - now < Self.margin }
}

extension SignInTokens: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(the tokens of a sign-in)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

/// Keeps the tokens of a sign-in between renewals, for all programs that share it.
public protocol SignInStore: Sendable {
    /// Runs the body with the tokens as they are kept, and keeps what it answers before anybody uses it.
    ///
    /// Nobody else, another process included, renews the same sign-in meanwhile.
    /// - Throws: what the body throws, or `ClientError.signedOut` when there are no tokens, or they cannot be kept.
    func exchange(
        _ body: @Sendable (SignInTokens) async throws(ClientError) -> SignInTokens
    ) async throws(ClientError) -> SignInTokens
}
