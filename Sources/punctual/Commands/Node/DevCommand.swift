internal import ArgumentParser
internal import PunctualServer

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything on this machine, ready to use.",
        discussion: """
            EXAMPLES
              punctual dev
              punctual dev --demo
              punctual dev --database-url sqlite:/tmp/try.sqlite --port 9000

            All roles in one process, SQLite, loopback only. Commands are allowed, and HTTP targets may reach loopback
            addresses. Each execution is shown as it happens. Not for anything that others can reach.
            """)

    @OptionGroup var node: NodeOptions

    @Flag(name: .long, help: "Add the shipped example jobs.")
    var demo = false

    func run() async throws {
        try await Node.run(try await node.settings(base: .development), mode: .development(demo: demo))
    }
}
