import ArgumentParser
import Foundation
import Testing

@testable import punctual

/// The table of commands in `docs/reference/cli.md`; set `PUNCTUAL_WRITE_GOLDEN=1` to write it anew.
@Suite("The reference of the command line")
struct ReferenceTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/reference/cli.md")

    /// A line for each command that does something itself.
    private static func lines(
        of command: any ParsableCommand.Type = PunctualCommand.self, _ path: String = ""
    ) -> [String] {
        let configuration = command.configuration
        let path = path.isEmpty ? "punctual" : "\(path) \(configuration.commandName ?? "")"
        if configuration.subcommands.isEmpty { return ["| `\(path)` | \(configuration.abstract) |"] }
        return configuration.subcommands.flatMap { lines(of: $0, path) }
    }

    @Test("names each command with what it does")
    func commands() throws {
        let text = try String(contentsOf: ReferenceTests.page, encoding: .utf8)
        let table = (["| command | does |", "|---|---|"] + ReferenceTests.lines()).joined(separator: "\n")
        let parts = text.components(separatedBy: "<!-- commands -->\n")
        let rest = try #require(parts.last).components(separatedBy: "\n<!-- end of commands -->")
        try #require(parts.count == 2 && rest.count == 2)
        if ProcessInfo.processInfo.environment["PUNCTUAL_WRITE_GOLDEN"] == "1" {
            try "\(parts[0])<!-- commands -->\n\(table)\n<!-- end of commands -->\(rest[1])"
                .write(to: ReferenceTests.page, atomically: true, encoding: .utf8)
        } else {
            #expect(rest[0] == table, "PUNCTUAL_WRITE_GOLDEN=1 writes it anew")
        }
    }

    @Test("names each exit code")
    func codes() throws {
        let text = try String(contentsOf: ReferenceTests.page, encoding: .utf8)
        for status in ExitStatus.allCases {
            #expect(text.contains("| \(status.rawValue) | "), "\(status)")
        }
    }
}
