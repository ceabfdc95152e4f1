internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct JobDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete jobs; what waits is cancelled, history stays.",
        discussion: """
            EXAMPLES
              punctual job delete nightly-report
              punctual job delete first second --service billing --yes
            """)

    @Argument(help: "Names or ids.")
    var jobs: [String]
    @Option(name: .long, help: "The service that the names belong to.")
    var service = "default"
    @Flag(name: [.customShort("y"), .long], help: "Don't ask.")
    var yes = false
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let names = jobs.joined(separator: ", ")
        if !yes, Console.canAsk, !Console.agrees(to: "Delete \(names)?") { throw Failure(.failed, "nothing deleted") }
        try await client.connected { server in
            for job in jobs {
                _ = try await server.send("DELETE", "/jobs/\(try await server.jobID(job, service: service))")
                Console.talk("deleted \(job)")
            }
        }
    }
}

struct JobPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Take a job off the schedule.",
        discussion: """
            EXAMPLES
              punctual job pause nightly-report --reason "the warehouse is being moved"
            """)

    @OptionGroup var target: JobArgument
    @Option(name: .long, help: "Why, for those who look later.")
    var reason: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            let body: JSONValue? = reason.map { ["reason": .string($0)] }
            output.show([try await server.send("POST", "/jobs/\(id)/pause", body)], as: .jobs)
        }
    }
}

struct JobResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Put a job back on the schedule.",
        discussion: """
            EXAMPLES
              punctual job resume nightly-report
            """)

    @OptionGroup var target: JobArgument
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            output.show([try await server.send("POST", "/jobs/\(id)/resume")], as: .jobs)
        }
    }
}

struct JobBackfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Run a job for instants of the past.",
        discussion: """
            EXAMPLES
              punctual job backfill nightly-report \\
                --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z

            Instants that have an execution already keep it.
            """)

    @OptionGroup var target: JobArgument
    @Option(name: .long, help: "The first instant, RFC 3339.")
    var from: String
    @Option(name: .long, help: "The end, itself left out, RFC 3339.")
    var to: String
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            let answer = try await server.send(
                "POST", "/jobs/\(id)/backfill", ["from": .string(from), "to": .string(to)])
            Console.out("created \(Cell.text(answer["created"])), existing \(Cell.text(answer["existing"]))")
        }
    }
}
