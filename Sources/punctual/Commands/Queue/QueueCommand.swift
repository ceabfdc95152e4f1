internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Look at queues, pause and resume them.",
        discussion: """
            EXAMPLES
              punctual queue list
              punctual queue pause mail
            """,
        subcommands: [QueueList.self, QueuePause.self, QueueResume.self])
}

struct QueueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List queues with their depth.",
        discussion: """
            EXAMPLES
              punctual queue list
              punctual queue list --watch
            """)

    @Flag(name: .long, help: "Show it again each second.")
    var watch = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            if watch {
                try await Watching.run(output, as: .queues) { try await server.get("/queues")["items"]?.array ?? [] }
            } else {
                output.show(try await server.get("/queues")["items"]?.array ?? [], as: .queues)
            }
        }
    }
}

struct QueuePause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop handing out a queue's executions; what runs goes on.",
        discussion: """
            EXAMPLES
              punctual queue pause mail
            """)

    @Argument(help: "The queue's name.")
    var name: String
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show([try await server.send("POST", "/queues/\(PunctualClient.encode(name))/pause")], as: .queues)
        }
    }
}

struct QueueResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Hand out a queue's executions again.",
        discussion: """
            EXAMPLES
              punctual queue resume mail
            """)

    @Argument(help: "The queue's name.")
    var name: String
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show([try await server.send("POST", "/queues/\(PunctualClient.encode(name))/resume")], as: .queues)
        }
    }
}
