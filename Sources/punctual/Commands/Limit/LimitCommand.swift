internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct LimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Limit what of a queue, a service or a job runs at once, over all nodes.",
        discussion: """
            EXAMPLES
              punctual limit list
              punctual limit set queue mail --concurrency 10
              punctual limit set service billing --rate 100/1m
              punctual limit delete queue mail
            """,
        subcommands: [LimitList.self, LimitSet.self, LimitDelete.self])
}

/// What is limited.
struct LimitArgument: ParsableArguments {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case queue, service, job
    }

    @Argument(help: "queue, service or job.")
    var kind: Kind
    @Argument(help: "Its name; of a job the name or the id.")
    var name: String

    @Option(name: .long, help: "The service that a job's name belongs to.")
    var service = "default"

    func path(on server: Server) async throws -> String {
        let name = kind == .job ? try await server.jobID(name, service: service) : name
        return "/limits/\(kind.rawValue)s/\(PunctualClient.encode(name))"
    }
}

struct LimitList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List limits.",
        discussion: """
            EXAMPLES
              punctual limit list
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show(try await server.items("/limits", [], limit: .max), as: .limits)
        }
    }
}

struct LimitSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a limit in place of what there was.",
        discussion: """
            EXAMPLES
              punctual limit set queue mail --concurrency 10
              punctual limit set job nightly-report --rate 100/1m
            """)

    @OptionGroup var target: LimitArgument
    @Option(name: .long, help: "How many run at once at most.")
    var concurrency: Int?
    @Option(name: .long, help: "How many begin in a time at most, such as 100/1m.")
    var rate: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if concurrency == nil, rate == nil { throw ValidationError("give --concurrency, --rate or both") }
        _ = try parts()
    }

    /// Count and time of the rate.
    private func parts() throws -> (count: Int, per: String)? {
        guard let rate else { return nil }
        let parts = rate.split(separator: "/")
        guard parts.count == 2, let count = Int(parts[0]) else {
            throw ValidationError("--rate \"\(rate)\": write a number and a time, such as 100/1m")
        }
        _ = try Duration.flag(String(parts[1]), name: "rate")
        return (count, String(parts[1]))
    }

    func run() async throws {
        let rate: JSONValue = try parts().map { ["count": .int(Int64($0.count)), "per": .string($0.per)] } ?? .null
        let body: JSONValue = ["concurrency": concurrency.map { .int(Int64($0)) } ?? .null, "rate": rate]
        try await client.connected { server in
            output.show([try await server.send("PUT", target.path(on: server), body)], as: .limits)
        }
    }
}

struct LimitDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove a limit.",
        discussion: """
            EXAMPLES
              punctual limit delete queue mail
            """)

    @OptionGroup var target: LimitArgument
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.connected { server in
            _ = try await server.send("DELETE", target.path(on: server))
            Console.talk("\(target.kind.rawValue) \(target.name) is limited no more")
        }
    }
}
