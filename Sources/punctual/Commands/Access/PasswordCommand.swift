internal import ArgumentParser
internal import PunctualJSON

struct PasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Change your own password, and end all your sign-ins.",
        discussion: """
            EXAMPLES
              punctual password
              punctual password --password-stdin < both.txt

            Asks for the password and, twice, for the new one. Whoever knew the old one is
            out with it: every sign-in and session ends, those of other machines and
            browsers too, and so does this one. Your keys stay good, and are listed.
            """)

    @Flag(name: .long, help: "Read both from standard input, a line each: first the password, then the new one.")
    var passwordStdin = false
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let connection = try client.ownConnection()
        let (current, next) = try passwords()
        let (name, keys) = try await connection.open { server in
            // Asked before: the sign-in ends with the password.
            let left = try await server.ownKeysLeft()
            let body: JSONValue = ["current_password": .string(current), "password": .string(next)]
            _ = try await server.send("POST", "/me/password", body)
            return left
        }
        try await connection.forgetSignIn()
        Console.talk("the password is changed; every sign-in has ended, sign in again with `punctual login`")
        keys.tell(of: name)
    }

    private func passwords() throws(Failure) -> (current: String, next: String) {
        guard passwordStdin else {
            let current = try SecretPrompt.ask("Password", orUse: PasswordOptions.flag)
            return (current, try SecretPrompt.askTwice("New password", orUse: PasswordOptions.flag))
        }
        let lines = try SecretPrompt.read().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 2 else { throw Failure(.usage, "standard input must be two lines: both passwords") }
        return (String(lines[0]), String(lines[1]))
    }
}
