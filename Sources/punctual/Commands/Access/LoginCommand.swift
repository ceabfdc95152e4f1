internal import ArgumentParser
internal import Foundation
internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in, and keep the sign-in as a profile.",
        discussion: """
            EXAMPLES
              punctual login --url https://jobs.example.com --name ada
              punctual login --profile staging --url https://staging.example.com
              punctual login --name ada --password-stdin < password.txt

            Asks for the password, and for the code of the authenticator app when there is one. What it keeps is in
            punctual/profiles.yaml below $XDG_CONFIG_HOME or ~/.config, readable by you alone; commands renew it by
            themselves. A key in PUNCTUAL_TOKEN wins over it.
            """)

    @OptionGroup var server: SignInOptions
    @Option(name: .long, help: "The user's name; asked for when it is missing.")
    var name: String?
    @OptionGroup var password: PasswordOptions
    @Option(name: .long, help: "The code of the authenticator app, or a recovery code; asked for when it is needed.")
    var code: String?

    func run() async throws {
        let place = try server.place()
        let user = try name ?? place.user ?? SignInPlace.askName()
        let secret = try password.password()
        let tokens = try await place.connection.open { server in try await signIn(server.client, user, secret) }
        try await place.keep(tokens, of: user)
    }

    private func signIn(_ client: PunctualClient, _ user: String, _ secret: String) async throws -> SignInTokens {
        let first: ClientAnswer
        do throws(ClientError) {
            return try await client.signIn(name: user, password: secret, code: code)
        } catch {
            guard case .refused(let answer) = error, answer.status == 401 else { throw error }
            first = answer
        }
        guard first.problem == .secondFactorRequired, code == nil else { throw LoginCommand.refusal(first) }
        let typed = try SecretPrompt.ask("Code of the authenticator app", orUse: "--code")
        do throws(ClientError) {
            return try await client.signIn(name: user, password: secret, code: typed)
        } catch {
            guard case .refused(let answer) = error, answer.status == 401 else { throw error }
            throw LoginCommand.refusal(answer)
        }
    }

    /// The advice for other commands is to do what has just failed.
    private static func refusal(_ answer: ClientAnswer) -> Failure {
        Failure(.notAllowed, "\(ClientError.refused(answer))")
    }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Sign out, and forget the tokens of a profile.",
        discussion: """
            EXAMPLES
              punctual logout
              punctual logout --profile staging
              punctual logout --everywhere
            """)

    @Option(name: .long, help: "The profile. (PUNCTUAL_PROFILE, default the current one)")
    var profile: String?
    @Flag(name: .long, help: "End all your sign-ins and sessions, those of other machines and browsers too.")
    var everywhere = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let file = try ProfileFile.required(environment)
        let known = try file.read()
        let wanted = profile ?? Connection.variable("PUNCTUAL_PROFILE", environment) ?? known.current
        guard let wanted, let kept = known.all[wanted] else {
            throw Failure(.notFound, wanted.map { Connection.complaint(about: $0, known) } ?? "nobody is signed in")
        }
        guard kept.tokens != nil else { return Console.talk("the profile \(wanted) is signed out already") }
        if everywhere {
            let store = ProfileSignIn(file: file, name: wanted)
            let credential = kept.tokens.map { ClientCredential.signIn($0, store: store) }
            let own = Connection(
                address: kept.url, credential: credential, allowsPlainHTTP: kept.allowsPlainHTTP)
            let (name, keys) = try await own.open { server in
                let left = try await server.ownKeysLeft()
                _ = try await server.send("POST", "/me/sign-out")
                return left
            }
            keys.tell(of: name)
        }
        let fault = try await file.change { profiles in
            let tokens = profiles.all[wanted]?.tokens
            profiles.all[wanted]?.tokens = nil
            return tokens == nil || everywhere ? nil : await revoke(tokens, of: kept)
        }
        guard let fault else { return Console.talk("signed out of \(kept.url)") }
        // What is here is gone in any case; that the server was not told matters to whoever has a copy.
        throw Failure(Ending.status(of: fault), "the tokens are gone from here, but the server was not told: \(fault)")
    }

    /// Tells the server that the tokens are void.
    private func revoke(_ tokens: SignInTokens?, of profile: Profile) async -> ClientError? {
        guard let tokens else { return nil }
        do {
            let own = Connection(address: profile.url, allowsPlainHTTP: profile.allowsPlainHTTP)
            try await own.open { server in try await server.client.signOut(tokens) }
            return nil
        } catch let error as ClientError {
            return error
        } catch {
            return .unreachable("\(error)")
        }
    }
}

struct WhoAmICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who you are to the server, and what you may do.",
        discussion: """
            EXAMPLES
              punctual whoami
              punctual whoami --profile staging -o json
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let me = try await server.get("/me")
            guard output.output == .table, !output.quiet else { return output.show(me, as: .principals) }
            let permissions = (me["permissions"]?.array ?? []).map { Cell.permission($0) }
            output.show(
                [
                    "server": .string(server.client.address), "name": me["name"] ?? .null,
                    "principal": me["principal"] ?? .null, "credential": me["credential"] ?? .null,
                    "second factor": me["second_factor"] ?? .null,
                    "may": .string(permissions.isEmpty ? "nothing" : permissions.joined(separator: ", ")),
                ], as: .principals)
        }
    }
}

extension ProfileFile {
    /// - Throws: `Failure` when there is no place for profiles.
    static func required(_ environment: [String: String]) throws(Failure) -> ProfileFile {
        guard let file = ProfileFile(environment: environment) else {
            throw Failure(.failed, "there is no place for profiles: set HOME or XDG_CONFIG_HOME")
        }
        return file
    }
}

extension Connection {
    init(address: String, credential: ClientCredential? = nil, allowsPlainHTTP: Bool) {
        (self.address, self.credential, self.allowsPlainHTTP) = (address, credential, allowsPlainHTTP)
    }
}
