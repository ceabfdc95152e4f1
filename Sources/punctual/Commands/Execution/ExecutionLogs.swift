internal import ArgumentParser
internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

struct ExecutionLogs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what an execution says, while it runs and later.",
        discussion: """
            EXAMPLES
              punctual execution logs nightly-report    its newest execution
              punctual execution logs nightly-report --follow
              punctual execution logs nightly-report 0197c5a0-0000-8000-8000-000000000000 --after 200 -o jsonl

            An execution keeps up to 10,000 lines and 4 MiB of what its attempts say,
            numbered from 1. With --follow new lines are shown as they come, until the
            execution has ended.
            """)

    @OptionGroup var target: JobArgument
    @Argument(help: "The execution's id; the newest one unless given.")
    var id: String?
    @Flag(name: [.customShort("f"), .long], help: "Go on until the execution has ended.")
    var follow = false
    @Option(name: .long, help: "Only lines behind this number.")
    var after = 0
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(0...Int(Int32.max)).contains(after) { throw ValidationError("--after: a number from 0") }
        if follow, [.json, .yaml].contains(output.output) {
            throw ValidationError("--follow: lines come one by one; use -o jsonl")
        }
    }

    func run() async throws {
        try await client.connected { server in
            let path = try await server.path(ofNewestUnless: id, target) + "/lines"
            if follow { return try await LineFeed(server: server, path: path).follow(after: after, show) }
            var (place, all): (Int, [JSONValue]) = (after, [])
            while true {
                let page = try await server.get(path, [("after", String(place))])
                let lines = page["items"]?.array ?? []
                if lines.isEmpty { break }
                place = page["next_after"]?.int.map(Int.init) ?? place
                // One document holds all, and there is an end to what it may be.
                if [.json, .yaml].contains(output.output) { all += lines } else { for line in lines { show(line) } }
            }
            if [.json, .yaml].contains(output.output) { output.show(all, as: .lines) }
        }
    }

    private func show(_ line: JSONValue) {
        guard output.output == .table, !output.quiet else { return output.write(changes: [line], as: .lines) }
        let level = Cell.text(line["level"])
        let shown = [
            Cell.text(line["at"]), level + String(repeating: " ", count: max(0, 5 - level.count)),
            Cell.text(line["text"]),
        ]
        Console.out(shown.map(DisplayWidth.tame).joined(separator: "  "))
    }
}

/// Follows what one execution says, across lost connections and restarts of the server.
struct LineFeed {
    let server: Server
    let path: String

    /// Hands over each line behind that number; returns when the execution has ended.
    /// - Throws: what the first connection throws, and later what asking again cannot mend.
    func follow(after number: Int, _ take: (JSONValue) -> Void) async throws {
        var place = number
        var hasBegun = false
        var pause = Duration.seconds(1)
        while true {
            do {
                let events = try await server.client.events(
                    APIPath.prefix + path, query: [("after", String(place))])
                (hasBegun, pause) = (true, .seconds(1))
                for try await event in events {
                    switch LineEventKind(rawValue: event.name) {
                    case .line:
                        take(try JSONValue(parsing: event.data))
                        place = event.id.flatMap { Int($0) } ?? place
                    case .end: return
                    case nil: break
                    }
                }
                Console.talk("punctual: \(server.client.address) has ended the stream; asking again")
            } catch let error as ClientError where hasBegun && ExecutionFeed.passes(error) {
                Console.talk("punctual: \(error); asking again")
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(8))
        }
    }
}
