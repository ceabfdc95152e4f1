internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct JobList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List jobs.",
        discussion: """
            EXAMPLES
              punctual job list
              punctual job list --service billing --label team=core --sort next_run_at
              punctual job list -o jsonl | jq -r .name
              punctual job list --watch
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .long, help: "Only of this service.")
    var service: String?
    @Option(name: .long, help: "active, paused or completed.")
    var status: String?
    @Option(name: .long, help: "Only of this queue.")
    var queue: String?
    @Option(name: .long, help: "Only with this label, as key=value; may be repeated.")
    var label: [String] = []
    @Option(name: .customLong("search"), help: "Only with this text in the name or description.")
    var search: String?
    @Option(name: .long, help: "name, created_at, updated_at or next_run_at; - in front turns it round.")
    var sort: String?
    @Option(name: .long, help: "At most so many.")
    var limit = 200
    @Flag(name: .long, help: "Show it again each second.")
    var watch = false

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        var query: [(String, String)] = label.map { ("label", $0) }
        if let service { query.append(("service", service)) }
        if let status { query.append(("status", status)) }
        if let queue { query.append(("queue", queue)) }
        if let search { query.append(("q", search)) }
        if let sort { query.append(("sort", sort)) }
        let wanted = query
        try await client.connected { server in
            if watch {
                try await Watching.run(output, as: .jobs) { try await server.items("/jobs", wanted, limit: limit) }
            } else {
                output.show(try await server.items("/jobs", wanted, limit: limit), as: .jobs)
            }
        }
    }
}
