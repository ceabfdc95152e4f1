internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct LogLevelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-level",
        abstract: "Show or change how much a node logs, while it runs.",
        discussion: """
            It is about the node that answers: of several, call each by its own address.

            EXAMPLES
              punctual log-level
              punctual log-level punctual debug --for 15m
              punctual log-level punctual.http trace
              punctual log-level punctual.http --reset
            """)

    @Argument(help: "A logger; one stands for those below it, too.")
    var logger: String?
    @Argument(help: "trace, debug, info, notice, warning, error or critical.")
    var level: String?
    @Option(name: .customLong("for"), help: "Change back after this time, such as 15m.")
    var duration: String?
    @Flag(name: .long, help: "Take the change back.")
    var reset = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let duration { _ = try Duration.flag(duration, name: "for") }
        if duration != nil, level == nil { throw ValidationError("--for needs a level") }
        if reset, level != nil { throw ValidationError("give a level or --reset, not both") }
        if reset, logger == nil { throw ValidationError("--reset needs a logger") }
    }

    func run() async throws {
        try await client.connected { server in
            let path = "/log-levels/\(PunctualClient.encode(logger ?? ""))"
            if reset {
                _ = try await server.send("DELETE", path)
                return Console.talk("\(logger ?? "") logs as before")
            }
            if let level {
                var body: JSONValue = ["level": .string(level)]
                if let duration { body = ["level": .string(level), "for": .string(duration)] }
                return output.show([try await server.send("PUT", path, body)], as: .logLevels)
            }
            let items = try await server.get("/log-levels")["items"]?.array ?? []
            output.show(items.filter { logger == nil || $0["label"]?.string == logger }, as: .logLevels)
        }
    }
}
