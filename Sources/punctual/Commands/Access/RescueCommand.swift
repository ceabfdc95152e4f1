internal import ArgumentParser
internal import PunctualServer

struct RescueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescue",
        abstract: "Let in a user who is locked out, on the machine that has the database and the master key.",
        discussion: """
            EXAMPLES
              punctual rescue grace
              punctual rescue grace --database-url sqlite:/var/lib/punctual/jobs.sqlite
              PUNCTUAL_MASTER_KEY_FILE=master.key punctual rescue grace --admin

            For when no administrator can sign in any more. It takes no server, but the
            database itself and its master key, as `punctual serve` takes them: stop the
            node of an SQLite database first; over PostgreSQL nodes go on, and know of it
            within five seconds.

            Prints a new password, takes the authenticator app off, enables the user and
            ends all sign-ins of that user; the audit log keeps it. Change the password
            afterwards, with `punctual password`. Keys of the user stay good, and are listed:
            revoke those that nobody can account for.

            With --admin the user becomes an administrator of everything, however many
            others there are.
            """)

    @Argument(help: "The user's name.")
    var name: String
    @Flag(name: .long, help: "Make him an administrator of everything, too, unless he is one.")
    var admin = false
    @OptionGroup var node: NodeOptions

    func run() async throws {
        let (password, isMadeAdministrator, keys) = try await Node.rescue(
            name, makingAdministrator: admin, try await node.settings())
        Console.out(password)
        Console.talk(
            "This is the new password of \(DisplayWidth.tame(name)), and is not shown again. Sign in with it, and change it "
                + "with `punctual password`.")
        if admin {
            Console.talk(
                isMadeAdministrator
                    ? "\(DisplayWidth.tame(name)) is an administrator of everything now."
                    : "\(DisplayWidth.tame(name)) was an administrator of everything already.")
        }
        KeysLeft(keys).tell(of: name)
    }
}
