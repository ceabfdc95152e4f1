internal import PunctualJSON

/// Shows something again and again: redrawn on a terminal, only what changed otherwise.
struct Watching {
    /// Keys of what was shown, with the text last shown of each.
    private var shown: [String: String] = [:]

    /// The items whose text is new or has changed since the last call.
    mutating func changes(in items: [JSONValue], key: String) -> [JSONValue] {
        items.filter { item in
            let name = item[key]?.string ?? item.description
            let text = item.description
            if shown[name] == text { return false }
            shown[name] = text
            return true
        }
    }

    /// Calls `fetch` each second until the process is stopped.
    static func run(
        _ output: OutputOptions, as view: View, fetch: () async throws -> [JSONValue]
    ) async throws {
        var watching = Watching()
        while !Task.isCancelled {
            let items = try await fetch()
            if Console.isTerminal, output.output == .table, !output.quiet {
                Page.draw(output.text(items, as: view, now: RelativeTime.now, terminal: true))
            } else {
                output.write(changes: watching.changes(in: items.reversed(), key: view.key), as: view)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}

extension OutputOptions {
    /// Writes one line for each item, for readers that follow what happens.
    func write(changes items: [JSONValue], as view: View) {
        for item in items {
            if quiet {
                Console.out(Cell.text(item[view.key]))
            } else if output == .table {
                Console.out(view.table(of: [item], now: nil).rows[0].map(DisplayWidth.tame).joined(separator: "\t"))
            } else {
                Console.out(item.description)
            }
        }
    }
}
