internal import ArgumentParser
internal import Foundation
internal import PunctualClient

/// Which server to sign in to, and the profile that keeps the sign-in.
struct SignInOptions: ParsableArguments {
    @Option(name: .long, help: "The server. (PUNCTUAL_URL, default the profile's, then http://127.0.0.1:8640)")
    var url: String?
    @Option(name: .long, help: "The profile to make or renew. (PUNCTUAL_PROFILE, default \"default\")")
    var profile: String?
    @Flag(
        name: .long,
        help: "Send password and tokens over plain http to another machine, where others can read them.")
    var allowHTTP = false

    /// - Throws: `Failure`, or `ClientError` when a password could not be sent: before anybody types one.
    func place() throws -> SignInPlace {
        let environment = ProcessInfo.processInfo.environment
        let file = try ProfileFile.required(environment)
        let name = profile ?? Connection.variable("PUNCTUAL_PROFILE", environment) ?? "default"
        guard Profiles.isName(name) else {
            throw ValidationError("--profile: up to 64 letters, digits, dots, dashes and underscores")
        }
        let before = try file.read().all[name]
        let given = url ?? Connection.variable("PUNCTUAL_URL", environment)
        let address = Connection.address(given ?? before?.url ?? Connection.standardAddress)
        let allows = allowHTTP || Connection.variable("PUNCTUAL_ALLOW_HTTP", environment) == "1"
        let place = SignInPlace(
            file: file, profile: name, user: before?.user, address: address, allowsPlainHTTP: allows)
        try place.connection.requireSafe()
        return place
    }
}

/// A server, and the profile of it that a sign-in is kept in.
struct SignInPlace: Sendable {
    let file: ProfileFile
    let profile: String
    /// Who signed in there last; nil when nobody did.
    let user: String?
    let address: String
    let allowsPlainHTTP: Bool

    /// As nobody: who signs in has nothing to show yet.
    var connection: Connection { Connection(address: address, allowsPlainHTTP: allowsPlainHTTP) }

    /// The user's name, asked for.
    /// - Throws: `Failure` of status usage when there is no terminal, or nothing was typed.
    static func askName() throws(Failure) -> String {
        guard Console.canAsk else { throw Failure(.usage, "there is no terminal to ask for it: use --name") }
        Console.say("Name: ")
        guard let line = readLine(), !line.isEmpty else { throw Failure(.usage, "nothing was typed") }
        return line
    }

    /// Keeps the sign-in, and makes its profile the current one.
    func keep(_ tokens: SignInTokens, of user: String) async throws {
        try await file.change { profiles in
            profiles.all[profile] = Profile(url: address, user: user, tokens: tokens, allowsPlainHTTP: allowsPlainHTTP)
            profiles.current = profile
        }
        Console.talk("signed in to \(address) as \(DisplayWidth.tame(user)); the profile is \(profile)")
    }
}
