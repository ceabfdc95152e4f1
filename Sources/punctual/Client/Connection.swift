internal import Foundation
internal import PunctualClient
internal import PunctualServer

/// Which server a command talks to, and as whom: flags first, then variables, then the profile.
struct Connection: Sendable {
    let address: String
    let credential: ClientCredential?
    let allowsPlainHTTP: Bool

    static let standardAddress = "http://127.0.0.1:8640"

    /// - Parameters:
    ///   - profile: named by a flag; nil leaves it to `PUNCTUAL_PROFILE`, and then to the file.
    ///   - file: where profiles are kept; nil for none.
    /// - Throws: `Failure` for a profile or a file that is not there.
    init(
        url: String?, token: String?, profile: String?, allowsPlainHTTP: Bool, environment: [String: String],
        file: ProfileFile?
    ) throws(Failure) {
        let wanted = profile ?? Self.variable("PUNCTUAL_PROFILE", environment)
        let given = url ?? Self.variable("PUNCTUAL_URL", environment)
        let shown = try Self.token(flag: token, environment: environment)
        // Who names the server and the token needs no profile, and no file of profiles that can be read.
        let isComplete = wanted == nil && given != nil && shown != nil
        let known = isComplete ? Profiles() : try file?.read() ?? Profiles()
        let name = wanted ?? known.current
        if let wanted, known.all[wanted] == nil {
            throw Failure(.notFound, Self.complaint(about: wanted, known))
        }
        let chosen = name.flatMap { known.all[$0] }
        let address = Self.address(given ?? chosen?.url ?? Self.standardAddress)
        self.address = address
        let isOwn = chosen.map { Self.address($0.url) == address } ?? false
        let allows = allowsPlainHTTP || Self.variable("PUNCTUAL_ALLOW_HTTP", environment) == "1"
        self.allowsPlainHTTP = allows || isOwn && (chosen?.allowsPlainHTTP ?? false)
        if let shown {
            credential = .token(shown)
        } else if let name, let file, let tokens = chosen?.tokens, isOwn {
            credential = .signIn(tokens, store: ProfileSignIn(file: file, name: name))
        } else if wanted != nil, !isOwn {
            // Tokens go to the server that gave them, to no other.
            throw Failure(.usage, "the profile \(name ?? "") is not of \(address); leave out --profile, or the address")
        } else {
            credential = nil
        }
    }

    /// Sees that a secret may be sent.
    /// - Throws: `ClientError` where others could read it.
    func requireSafe() throws(ClientError) {
        if PunctualClient.isReadable(address), !allowsPlainHTTP {
            throw .insecure("neither a password nor a token goes to \(address): whoever is on the way could read it")
        }
    }

    /// Takes the tokens that this connection shows out of their profile, once the server has voided them; a key stays.
    func forgetSignIn() async throws {
        guard case .signIn(_, let store) = credential, let kept = store as? ProfileSignIn else { return }
        try await kept.file.change { $0.all[kept.name]?.tokens = nil }
    }

    /// The address with its scheme, without a slash at the end.
    static func address(_ text: String) -> String {
        let whole = text.contains("://") ? text : "http://\(text)"
        return whole.hasSuffix("/") && !whole.hasSuffix("//") ? String(whole.dropLast()) : whole
    }

    static func token(flag: String?, environment: [String: String]) throws(Failure) -> String? {
        if let flag { return flag }
        if let token = variable("PUNCTUAL_TOKEN", environment) { return token }
        guard let path = variable("PUNCTUAL_TOKEN_FILE", environment) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.failed, "PUNCTUAL_TOKEN_FILE: cannot read \(path)")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The file of the certificate authorities to trust instead of the system's; nil means those.
    static func authorities(_ environment: [String: String]) throws(Failure) -> String? {
        guard let path = variable("PUNCTUAL_CA_FILE", environment) else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw Failure(.failed, "PUNCTUAL_CA_FILE: cannot read \(path)")
        }
        return path
    }

    /// A variable that is set to something.
    static func variable(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Says that there is no such profile, and which one may have been meant.
    static func complaint(about name: String, _ known: Profiles) -> String {
        let near = Nearest.word(to: name, among: known.all.keys.sorted())
        let hint =
            near.map { "did you mean \($0)?" } ?? "`punctual login --profile \(DisplayWidth.tame(name))` makes it"
        return "no profile is named \(DisplayWidth.tame(name)): \(hint)"
    }
}
