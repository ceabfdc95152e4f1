internal import ArgumentParser
internal import PunctualAccess
internal import PunctualJSON

struct SecondFactorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "second-factor",
        abstract: "Sign in with the code of an authenticator app as well.",
        discussion: """
            EXAMPLES
              punctual second-factor enable
              punctual second-factor status
              punctual second-factor disable
            """,
        subcommands: [
            SecondFactorEnable.self, SecondFactorConfirm.self, SecondFactorDisable.self, SecondFactorStatus.self,
        ])
}

struct SecondFactorEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Begin: show what the authenticator app needs, and take its first code.",
        discussion: """
            EXAMPLES
              punctual second-factor enable
              punctual second-factor enable --password-stdin -o json < password.txt

            Asks for the password once more, and shows a QR code on a terminal. The second
            factor counts once a first code is confirmed: here, when there is somebody to
            ask, or by `punctual second-factor confirm`.
            """)

    @OptionGroup var password: PasswordOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let connection = try client.ownConnection()
        let secret = try password.password()
        try await connection.open { server in
            let begun = try await server.send("POST", "/me/second-factor", ["password": .string(secret)])
            let isShown = output.output == .table && !output.quiet && Console.isTerminal
            guard isShown, let uri = begun["uri"]?.string else {
                output.show(begun, as: .enrolments)
                return Console.talk(SecondFactorEnable.advice)
            }
            if let code = QRCode(uri) { Console.out(code.text(colour: Console.hasColour)) }
            Console.out("Scan it with the app, or type the secret into it:\n")
            Console.out("  " + SecondFactorEnable.grouped(begun["secret"]?.string ?? "") + "\n\n  \(uri)\n")
            guard Console.canAsk else { return Console.talk(SecondFactorEnable.advice) }
            // Who leaves now has enrolled nothing; the app's entry is of no use to anybody.
            try await server.confirmSecondFactor(
                SecretPrompt.ask("The code that the app shows", orUse: "punctual second-factor confirm"), output)
        }
    }

    private static let advice = "Confirm it with `punctual second-factor confirm CODE`; until then nothing has changed."

    /// The secret in groups of four, as people read it.
    static func grouped(_ secret: String) -> String {
        stride(from: 0, to: secret.count, by: 4).map { secret.dropFirst($0).prefix(4) }.joined(separator: " ")
    }
}

struct SecondFactorConfirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Show that the app works: from then on each sign-in asks for its code.",
        discussion: """
            EXAMPLES
              punctual second-factor confirm 123456
              punctual second-factor confirm > recovery-codes.txt

            Prints ten recovery codes, each of which stands in for the app once.
            """)

    @Argument(help: "The code that the app shows now; asked for when it is missing.")
    var code: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let connection = try client.ownConnection()
        let code = try code ?? SecretPrompt.ask("The code that the app shows", orUse: "the code as an argument")
        try await connection.open { server in try await server.confirmSecondFactor(code, output) }
    }
}

struct SecondFactorDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Sign in with the password alone again; recovery codes end with it.",
        discussion: """
            EXAMPLES
              punctual second-factor disable
              punctual second-factor disable --code 123456 --password-stdin < password.txt

            Asks for the password, and for a code of the app or a recovery code.
            """)

    @OptionGroup var password: PasswordOptions
    @Option(name: .long, help: "The code that the app shows now, or a recovery code; asked for when it is missing.")
    var code: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let connection = try client.ownConnection()
        let secret = try password.password()
        try await connection.open { server in
            var body: JSONValue = ["password": .string(secret)]
            // An app that was never confirmed goes without.
            if try await server.get("/me")["second_factor"]?.bool ?? false {
                let code = try code ?? SecretPrompt.ask("The code that the app shows", orUse: "--code")
                body = ["password": .string(secret), "code": .string(code)]
            }
            _ = try await server.send("DELETE", "/me/second-factor", body)
        }
        Console.talk("the second factor is off")
    }
}

struct SecondFactorStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether your sign-ins ask for a code.",
        discussion: """
            EXAMPLES
              punctual second-factor status
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let me = try await server.get("/me")
            output.show(
                ["name": me["name"] ?? .null, "second_factor": me["second_factor"] ?? .null], as: .secondFactors)
        }
    }
}

extension Server {
    /// Confirms the app by its code, and shows the recovery codes: this once.
    fileprivate func confirmSecondFactor(_ code: String, _ output: OutputOptions) async throws {
        let confirmed = try await send("POST", "/me/second-factor/confirm", ["code": .string(code)])
        if output.output == .table {
            for code in confirmed["recovery_codes"]?.array ?? [] { Console.out(Cell.text(code)) }
        } else {
            output.show(confirmed, as: .secondFactors)
        }
        Console.talk(
            "The second factor is on. Keep the recovery codes now: each lets you in once, none is shown again.")
    }
}
