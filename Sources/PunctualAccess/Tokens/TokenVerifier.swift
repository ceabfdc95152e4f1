package import PunctualJSON
package import PunctualSchedule

/// Decides whether a JSON Web Token is taken (RFC 8725). Only the check of the signature itself is left to the library.
package struct TokenVerifier: Sendable {
    private let issuers: [String: TokenIssuer]
    /// How far the clocks of others may be off.
    package static let leeway = Duration.seconds(30)
    static let mostBytes = 8192

    package init(issuers: [TokenIssuer]) {
        self.issuers = Dictionary(issuers.map { ($0.name, $0) }) { first, _ in first }
    }

    /// What a token says, once it is believed.
    package struct Token: Hashable, Sendable {
        package let issuer: String
        package let subject: String
        /// `jti`; nil when the issuer gives none.
        package let id: String?
        package let issuedAt: Timestamp?
        package let expiresAt: Timestamp
        /// That of its signature.
        package let algorithm: TokenAlgorithm
        /// All claims.
        package let claims: JSONValue
    }

    package func verify(_ text: String, at now: Timestamp) throws(TokenFault) -> Token {
        guard text.utf8.count <= TokenVerifier.mostBytes else { throw .oversized }
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .encoding }
        let (fields, claims) = (try object(header, else: .header), try object(payload, else: .payload))
        let (algorithm, kid) = try algorithmAndKey(fields)
        guard let name = claims["iss"]?.string, let issuer = issuers[name] else { throw .issuer }
        try checkType(fields["typ"], of: issuer)
        guard let key = issuer.keys[kid] else { throw .keyUnknown }
        guard key.algorithm == algorithm else { throw .algorithmMismatch }
        guard key.isValid(signature, for: Array(parts[0] + [UInt8(ascii: ".")] + parts[1])) else { throw .signature }
        return try token(claims, issuer: issuer, algorithm, at: now)
    }

    /// The issuer that a token names, believed or not; nil for what is no token.
    static func issuer(claimedBy text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]) else { return nil }
        return (try? JSONValue(parsing: payload))?["iss"]?.string  // What is no JSON names nobody.
    }

    private func object(_ bytes: [UInt8], else fault: TokenFault) throws(TokenFault) -> JSONValue {
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes)
            if value.object != nil { return value }
        } catch {
            // Which rule of JSON it breaks is its sender's business.
        }
        throw fault
    }

    private func algorithmAndKey(_ fields: JSONValue) throws(TokenFault) -> (TokenAlgorithm, kid: String) {
        if ["crit", "b64", "zip", "enc"].contains(where: { fields[$0] != nil }) { throw .extensions }
        if ["jwk", "jku", "x5u", "x5c"].contains(where: { fields[$0] != nil }) { throw .embeddedKey }
        guard let name = fields["alg"]?.string else { throw .algorithm }
        if name.lowercased() == "none" { throw .unsigned }
        guard let algorithm = TokenAlgorithm(rawValue: name) else { throw .algorithm }
        guard let kid = fields["kid"]?.string else { throw .keyMissing }
        return (algorithm, kid)
    }

    private func checkType(_ value: JSONValue?, of issuer: TokenIssuer) throws(TokenFault) {
        if let value, value.string == nil { throw .type }
        let type = value?.string?.lowercased()
        let short = type.map { $0.hasPrefix("application/") ? String($0.dropFirst(12)) : $0 }
        guard issuer.types.contains(short) else { throw .type }
    }

    private func token(
        _ claims: JSONValue, issuer: TokenIssuer, _ algorithm: TokenAlgorithm, at now: Timestamp
    ) throws(TokenFault) -> Token {
        guard let expiresAt = try instant("exp", claims) else { throw .claim("exp") }
        let (issuedAt, notBefore) = (try instant("iat", claims), try instant("nbf", claims))
        for name in issuer.requiredClaims.sorted() where claims[name] == nil { throw .claim(name) }
        for name in ["jti", "client_id"] where claims[name] != nil && claims[name]?.string == nil { throw .claim(name) }
        guard expiresAt + TokenVerifier.leeway > now else { throw .expired }
        if let notBefore, notBefore > now + TokenVerifier.leeway { throw .notYetValid }
        if let issuedAt {
            if issuedAt > now + TokenVerifier.leeway { throw .issuedInFuture }
            if expiresAt - issuedAt > issuer.mostLifetime { throw .lifetime }
        }
        let audiences = claims["aud"]?.array?.map(\.string) ?? [claims["aud"]?.string]
        guard audiences.contains(where: { $0.map(issuer.audiences.contains) ?? false }) else { throw .audience }
        guard let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count) else { throw .subject }
        return Token(
            issuer: issuer.name, subject: subject, id: claims["jti"]?.string, issuedAt: issuedAt, expiresAt: expiresAt,
            algorithm: algorithm, claims: claims)
    }

    /// A NumericDate (RFC 7519); nil when it is missing.
    private func instant(_ name: String, _ claims: JSONValue) throws(TokenFault) -> Timestamp? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.double, (0...253_402_300_799).contains(seconds) else { throw .claim(name) }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }
}
