internal import ArgumentParser
internal import PunctualClient

/// Runs again what has failed for good, once its cause is gone.
struct ExecutionRedrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Run all executions again that ended without success.",
        discussion: """
            Each is opened again under its id, with the next attempt: no occurrence gets a second execution. What is running
            again by the time its turn comes is left alone.

            EXAMPLES
              punctual execution redrive charge-cards --dry-run
              punctual execution redrive charge-cards --reason timeout --from 2026-03-01T08:00:00Z
              punctual execution redrive --search "connection refused" --within 24h
              punctual execution redrive --queue mail --yes
            """)

    @OptionGroup var filter: ExecutionFilter
    @OptionGroup var text: TextFilter
    @Option(name: .long, help: "At most so many, the newest first.")
    var limit = 10_000
    @Flag(name: .long, help: "Only list them.")
    var dryRun = false
    @Flag(name: [.short, .long], help: "Do not ask.")
    var yes = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    private static let statuses = ["failed", "missed", "cancelled"]

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
        if let status = filter.status, !Self.statuses.contains(status) {
            throw ValidationError("--status: \(Self.statuses.joined(separator: ", ")); failed unless given")
        }
        // Everything of everybody is seldom meant.
        if !filter.place.isGiven, text.search == nil {
            throw ValidationError("say which: a job, --service, --queue, --reason, --search, --from or --within")
        }
    }

    func run() async throws {
        try await client.connected { server in
            var query = try await filter.query(server) + text.query + [("brief", "true")]
            if filter.status == nil { query.append(("status", "failed")) }
            let found = try await server.items("/executions", query, limit: limit)
            if dryRun || found.isEmpty { return output.show(found, as: .executions) }
            if !yes, Console.canAsk, !Console.agrees(to: "Run \(Redrive.words(for: found)) again?") {
                throw Failure(.failed, "nothing was run again")
            }
            try await Redrive(server: server, output: output).run(found)
        }
    }
}
