extension ProviderSignIn.Refusal {
    /// For the log; it tells nothing secret.
    package var words: String {
        switch self {
        case .notBegun: "the browser has begun no sign-in here, or too long ago"
        case .state: "the answer is to another sign-in"
        case .issuer: "the answer is another issuer's"
        case .declined(let code): "the provider answers \(code)"
        case .code: "there is no code"
        case .provider(let fault): "\(fault)"
        case .exchange(let code): "the provider gives no token for the code: \(code)"
        case .token(.nonce): "the token is of another sign-in"
        case .token(.authorizedParty): "the token was made for another client"
        case .token(.accessToken): "the token came with another access token"
        case .token(.token(let fault)): "the token is refused: \(fault)"
        case .secret: "the client's secret is missing"
        case .disabled: "the user is disabled"
        }
    }
}
