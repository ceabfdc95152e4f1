internal import ArgumentParser
internal import PunctualJSON
internal import PunctualSchedule

enum OutputFormat: String, CaseIterable, ExpressibleByArgument { case table, json, jsonl, yaml }

/// How data are shown.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "table, json, jsonl or yaml.")
    var output = OutputFormat.table

    @Flag(name: [.customShort("q"), .long], help: "Only ids, one a line.")
    var quiet = false

    /// Writes items to standard output.
    /// - Parameter whole: what `json` and `yaml` show; the items as an array unless given.
    func show(_ items: [JSONValue], as view: View, whole: JSONValue? = nil) {
        let text = text(items, as: view, whole: whole, now: RelativeTime.now, terminal: Console.isTerminal)
        if !text.isEmpty { Console.out(text) }
    }

    /// What `show` writes.
    func text(
        _ items: [JSONValue], as view: View, whole: JSONValue? = nil, now: Timestamp, terminal: Bool
    ) -> String {
        if quiet { return items.map { $0[view.key]?.string ?? "-" }.joined(separator: "\n") }
        switch output {
        case .json: return (whole ?? .array(items)).indented
        case .jsonl: return items.map(\.description).joined(separator: "\n")
        case .yaml: return YAMLText.text(of: whole ?? .array(items))
        case .table:
            let table = view.table(of: items, now: terminal ? now : nil)
            return table.text(colour: terminal && Console.hasColour)
        }
    }

    /// Writes one thing to standard output; as a table it is a list of its fields.
    func show(_ item: JSONValue, as view: View) {
        if quiet || output != .table { return show([item], as: view, whole: item) }
        Console.out(Details.text(of: item, now: Console.isTerminal ? RelativeTime.now : nil))
    }
}
