internal import ArgumentParser
internal import PunctualServer

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's tables up to this version.",
        discussion: """
            EXAMPLES
              punctual migrate
              punctual migrate --database-url sqlite:/var/lib/punctual/jobs.sqlite

            `serve` does this by itself at its start. Safe to run again; a database of a newer version is left alone.
            """)

    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await Node.migrate(try await node.settings())
    }
}
