internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Make the first administrator of a fresh installation.",
        discussion: """
            EXAMPLES
              punctual setup
              punctual setup --url https://jobs.example.com --name grace
              punctual setup --token-file token.txt --name grace --password-stdin < password.txt

            Asks for the one-time token that `punctual serve` has printed, for a name, and
            for a password of 15 characters or more, twice; then it offers to sign in, as
            `punctual login` does. The token is good for nothing once there is a user.
            """)

    @OptionGroup var server: SignInOptions
    // The token may begin with a dash.
    @Option(
        name: .long, parsing: .unconditional,
        help: "The one-time token; asked for when it is missing. Others on this machine see it among the processes.")
    var token: String?
    @Option(name: .long, help: "The one-time token, from a file that nobody else reads; - is standard input.")
    var tokenFile: String?
    @Option(name: .long, help: "The administrator's name; asked for when it is missing.")
    var name: String?
    @OptionGroup var password: PasswordOptions
    @Flag(
        inversion: .prefixedNo,
        help: "Sign in afterwards, and keep the sign-in as a profile; asked when neither is given.")
    var login: Bool?

    func validate() throws {
        if token != nil, tokenFile != nil { throw ValidationError("give --token or --token-file, not both") }
        if tokenFile == "-", password.passwordStdin {
            throw ValidationError("--token-file - and --password-stdin: standard input is one of both")
        }
    }

    func run() async throws {
        let place = try server.place()
        try await place.connection.open { server in
            guard try await server.get("/setup")["needed"]?.bool ?? false else {
                throw Failure(
                    .conflict, "\(place.address) has its first administrator already; sign in with `punctual login`")
            }
            let token = try token ?? fileToken() ?? SecretPrompt.ask("One-time token", orUse: "--token-file")
            let user = try name ?? SignInPlace.askName()
            let secret = try password.newPassword()
            try await server.client.setUp(token: token, name: user, password: secret)
            Console.talk("\(DisplayWidth.tame(user)) is the first administrator of \(place.address)")
            guard login ?? (Console.canAsk && Console.agrees(to: "Sign in now?")) else { return }
            try await place.keep(try await server.client.signIn(name: user, password: secret), of: user)
        }
    }

    private func fileToken() throws(Failure) -> String? {
        guard let tokenFile else { return nil }
        return try SecretPrompt.read(file: tokenFile == "-" ? nil : tokenFile)
    }
}
