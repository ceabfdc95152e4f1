internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Make, disable and delete users.",
        discussion: """
            EXAMPLES
              punctual user create ada
              punctual user disable ada
              punctual user reset-password ada
            """,
        subcommands: [
            UserList.self, UserCreate.self, UserDisable.self, UserEnable.self, UserSetTier.self,
            UserResetPassword.self, UserDelete.self,
        ])
}

struct UserList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List users.",
        discussion: """
            EXAMPLES
              punctual user list
            """)

    @OptionGroup var accounts: AccountList

    func run() async throws { try await accounts.run(.user) }
}

struct UserCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a user, who may do nothing until a role is granted.",
        discussion: """
            EXAMPLES
              punctual user create ada
              punctual user create ada --password-stdin < password.txt
              punctual user create ada --no-password
            """)

    @Argument(help: "The name to sign in with.")
    var name: String
    @OptionGroup var password: PasswordOptions
    @Flag(name: .long, help: "Without a password: for users whom a provider signs in.")
    var noPassword = false
    @OptionGroup var tier: TierOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if noPassword, password.passwordStdin {
            throw ValidationError("give --no-password or --password-stdin, not both")
        }
    }

    func run() async throws {
        let connection = noPassword ? try client.connection() : try client.safeConnection()
        let secret: JSONValue = noPassword ? .null : .string(try password.newPassword())
        try await connection.open { server in
            var body = JSONObject()
            (body["name"], body["password"]) = (.string(name), secret)
            output.show([try await server.send("POST", "/users", tier.adding(to: body))], as: .users)
        }
    }
}

struct UserDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let users in no more; what they are stays.",
        discussion: """
            EXAMPLES
              punctual user disable ada
            """)

    @OptionGroup var accounts: AccountArguments

    func run() async throws { try await accounts.patch(.user, ["disabled": true]) }
}

struct UserEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let users in again.",
        discussion: """
            EXAMPLES
              punctual user enable ada
            """)

    @OptionGroup var accounts: AccountArguments

    func run() async throws { try await accounts.patch(.user, ["disabled": false]) }
}

struct UserResetPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password",
        abstract: "Give a user another password, and end all his sessions.",
        discussion: """
            EXAMPLES
              punctual user reset-password ada
              punctual user reset-password ada --remove-second-factor --password-stdin < password.txt

            Lets in a user who is locked, too. The user's keys stay good, and are listed.
            """)

    @Argument(help: "The user's name or id.")
    var name: String
    @OptionGroup var password: PasswordOptions
    @Flag(name: .long, help: "Remove the authenticator app too, for somebody who has lost it.")
    var removeSecondFactor = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let connection = try client.safeConnection()
        var body: JSONValue = ["password": .string(try password.newPassword())]
        if removeSecondFactor { body = ["password": body["password"] ?? .null, "second_factor": .null] }
        let patch = body
        try await connection.open { server in
            let id = try await server.accountID(name, .user)
            output.show([try await server.send("PATCH", "/users/\(id)", patch)], as: .users)
            try await server.keysLeft(of: "user:\(id)").tell(of: name)
        }
    }
}

struct UserSetTier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-tier",
        abstract: "Say how much users may ask for in an hour.",
        discussion: """
            EXAMPLES
              punctual user set-tier premium ada grace
              punctual user set-tier default ada
            """)

    @OptionGroup var tier: AccountTier

    func run() async throws { try await tier.run(.user) }
}

struct UserDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete users with their keys and roles; the audit log keeps what they did.",
        discussion: """
            EXAMPLES
              punctual user delete ada
              punctual user delete ada grace --yes
            """)

    @OptionGroup var deletion: AccountDeletion

    func run() async throws { try await deletion.run(.user) }
}
