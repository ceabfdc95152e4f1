internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show nodes, brokers, shards, lag and queues.",
        discussion: """
            EXAMPLES
              punctual status
              punctual status --watch
              punctual status -o json
            """)

    @Flag(name: .long, help: "Show it again each second.")
    var watch = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            repeat {
                let whole: JSONValue = [
                    "schedule": try await server.get("/schedule/status"),
                    "queues": try await server.get("/queues")["items"] ?? [],
                    "stats": try await server.get("/stats"),
                ]
                switch output.output {
                case .table where !output.quiet:
                    let terminal = Console.isTerminal
                    let text = StatusCommand.text(
                        of: whole, now: terminal ? RelativeTime.now : nil, colour: Console.hasColour)
                    if watch, terminal { Page.draw(text) } else { Console.out(text) }
                default:
                    output.show(
                        output.quiet ? whole["schedule"]?["nodes"]?.array ?? [] : [whole], as: .nodes, whole: whole)
                }
                if watch { try await Task.sleep(for: .seconds(1)) }
            } while watch && !Task.isCancelled
        }
    }

    /// The whole page.
    static func text(of whole: JSONValue, now: Timestamp?, colour: Bool = false) -> String {
        let schedule = whole["schedule"]
        let lag = RelativeTime.span(milliseconds: schedule?["lag_ms"]?.int ?? 0)
        var parts = [
            "lag \(lag)   due \(Cell.text(schedule?["due"]))   queued \(Cell.text(schedule?["queued"]))",
            line("jobs", whole["stats"]?["jobs"]), line("executions", whole["stats"]?["executions"]),
        ].joined(separator: "\n")
        for (view, items) in [
            (View.nodes, schedule?["nodes"]), (View.parts, schedule?["parts"]), (View.shards, schedule?["shards"]),
            (View.queues, whole["queues"]),
        ] {
            guard let items = items?.array, !items.isEmpty else { continue }
            parts += "\n\n" + view.table(of: items, now: now).text(colour: colour)
        }
        return parts
    }

    private static func line(_ title: String, _ counts: JSONValue?) -> String {
        let counted = counts?.object?.members.map { "\($0.name) \(Cell.text($0.value))" } ?? []
        return DisplayWidth.tame("\(title): " + counted.joined(separator: ", "))
    }
}

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a node whether it is well; exit code 0 when it is.",
        discussion: """
            EXAMPLES
              punctual health
              punctual health -o json --url http://10.0.0.5:8640
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            do {
                let answer = try await server.client.send("GET", "/health", retries: RetryPolicy.none)
                output.show(answer.json ?? .null, as: View(key: "status", columns: []))
            } catch ClientError.refused(let answer) where answer.status == 503 {
                output.show(answer.json ?? .null, as: View(key: "status", columns: []))
                throw Failure(.failed, "the node is \(Cell.text(answer.json?["status"]))")
            }
        }
    }
}
