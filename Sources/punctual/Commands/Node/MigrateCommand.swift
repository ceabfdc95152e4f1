internal import ArgumentParser
internal import PunctualServer

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's tables up to this version, or move to another database.",
        discussion: """
            EXAMPLES
              punctual migrate
              punctual migrate --database-url sqlite:/var/lib/punctual/jobs.sqlite
              punctual migrate copy --from sqlite:jobs.sqlite --to postgres://punctual@localhost/punctual

            `serve` brings the tables up to date by itself at its start. Safe to run again; a database of a newer version
            is left alone.
            """,
        subcommands: [MigrateUp.self, MigrateCopy.self], defaultSubcommand: MigrateUp.self)
}

struct MigrateUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Bring the database's tables up to this version (the default).",
        discussion: """
            EXAMPLES
              punctual migrate up
              punctual migrate up --database-url sqlite:/var/lib/punctual/jobs.sqlite
            """)

    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await Node.migrate(try await node.settings())
    }
}
