internal import Foundation
internal import PunctualJSON

extension PunctualClient {
    /// Signs a user in.
    /// - Parameters:
    ///   - code: of the authenticator app, or a recovery code; nil without one.
    /// - Throws: `ClientError`; a refusal with the problem `.secondFactorRequired` asks for the code.
    public func signIn(
        name: String, password: String, code: String? = nil
    ) async throws(ClientError) -> SignInTokens {
        var body: JSONValue = ["name": .string(name), "password": .string(password)]
        if let code { body = ["name": .string(name), "password": .string(password), "code": .string(code)] }
        let begin = Self.seconds()
        var request = try request("POST", "/api/v1/sessions", holdsSecret: true)
        request.setJSON(body)
        return try Self.tokens(try await perform(request, showsCredential: false), since: begin)
    }

    /// Makes the first administrator of a fresh installation.
    /// - Parameter token: the one-time token that its nodes have printed.
    /// - Throws: `ClientError`; a refusal of status 409 when there is a user already.
    public func setUp(token: String, name: String, password: String) async throws(ClientError) {
        var request = try request("POST", "/api/v1/setup", holdsSecret: true)
        request.setJSON(["token": .string(token), "name": .string(name), "password": .string(password)])
        _ = try await perform(request, showsCredential: false)
    }

    /// Ends the sign-in: none of its tokens can be renewed from then on.
    public func signOut(_ tokens: SignInTokens) async throws(ClientError) {
        var request = try request("POST", "/oauth/revoke", holdsSecret: true)
        request.setForm([("token", tokens.refreshToken), ("token_type_hint", "refresh_token")])
        _ = try await perform(request, showsCredential: false)
    }

    /// The tokens that follow these.
    /// - Throws: `ClientError.signedOut` when the server does not renew them any more.
    func renewed(_ tokens: SignInTokens) async throws(ClientError) -> SignInTokens {
        let begin = Self.seconds()
        var request = try request("POST", "/oauth/token", holdsSecret: true)
        request.setForm([
            ("grant_type", "refresh_token"), ("client_id", "punctual"), ("refresh_token", tokens.refreshToken),
        ])
        do throws(ClientError) {
            // A server takes the same token twice within seconds, for clients whose answer was lost.
            return try Self.tokens(
                try await perform(request, showsCredential: false, isRepeatable: true, retries: .renewal), since: begin)
        } catch {
            if case .refused(let answer) = error, [400, 401].contains(answer.status) {
                throw .signedOut("the sign-in at \(address) has ended")
            }
            throw error
        }
    }

    private static func tokens(_ answer: ClientAnswer, since begin: Int64) throws(ClientError) -> SignInTokens {
        guard let json = answer.json, let access = json["access_token"]?.string,
            let refresh = json["refresh_token"]?.string, let span = json["expires_in"]?.int
        else { throw .unreachable("the server answered a sign-in with something that is no token") }
        return SignInTokens(accessToken: access, refreshToken: refresh, expiresAt: begin + min(span, 86_400))
    }

    static func seconds() -> Int64 { Int64(Date().timeIntervalSince1970) }
}

extension RetryPolicy {
    /// Within the ten seconds for which a server takes a used refresh token once more.
    static let renewal = RetryPolicy(attempts: 3, initialMilliseconds: 200, longestMilliseconds: 2_000)
}
