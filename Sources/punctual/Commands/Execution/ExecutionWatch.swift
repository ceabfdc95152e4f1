internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct ExecutionWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show executions as they change, until stopped.",
        discussion: """
            EXAMPLES
              punctual execution watch
              punctual execution watch nightly-report -o jsonl

            The server tells of each change as it happens. A lost connection is
            opened again, and what was missed is shown then.
            """)

    @OptionGroup var filter: ExecutionFilter
    @Option(name: .long, help: "How many of the newest to look at, up to 200.")
    var limit = 30
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { if !(1...200).contains(limit) { throw ValidationError("--limit: from 1 to 200") } }

    func run() async throws {
        try await client.connected { server in
            let query = try await filter.query(server)
            let feed = ExecutionFeed(server: server, query: query, limit: limit)
            var live = LiveExecutions(query: query, limit: limit)
            if Console.isTerminal, output.output == .table, !output.quiet {
                let page = ExecutionPage(live, output)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await feed.follow { await page.take($0) } }
                    group.addTask { try await page.keepDrawn() }
                    // Neither ends but by an error, which ends the command.
                    try await group.next()
                    group.cancelAll()
                }
            } else {
                try await feed.follow { news in
                    switch news {
                    case .all(let list): output.write(changes: live.replace(with: list), as: .liveExecutions)
                    case .one(let execution):
                        if let changed = live.take(execution) { output.write(changes: [changed], as: .liveExecutions) }
                    case .lost(let why): Console.talk("punctual: \(why); asking again")
                    }
                }
            }
        }
    }
}

/// The page of `execution watch` on a terminal.
private actor ExecutionPage {
    private var live: LiveExecutions
    private let output: OutputOptions
    private var notice: String?
    private var isStale = true

    init(_ live: LiveExecutions, _ output: OutputOptions) {
        self.live = live
        self.output = output
    }

    func take(_ news: ExecutionFeed.News) {
        notice = nil
        isStale = true
        switch news {
        case .all(let list): _ = live.replace(with: list)
        case .one(let execution): _ = live.take(execution)
        case .lost(let why): notice = "\(DisplayWidth.tame(why)); asking again"
        }
    }

    /// Draws what has changed, at most ten times a second, and all once a second for its relative times.
    func keepDrawn() async throws {
        var drawn = ContinuousClock.now - .seconds(1)
        while true {
            if isStale || drawn.duration(to: .now) >= .seconds(1) {
                let table = output.text(live.items, as: .liveExecutions, now: RelativeTime.now, terminal: true)
                Page.draw(notice.map { "\($0)\n\n\(table)" } ?? table)
                (drawn, isStale) = (.now, false)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
