import Foundation
import Testing

/// A command that a page shows, with the lines that it prints there.
private struct Shown: CustomTestStringConvertible, Sendable {
    let page: String
    let command: String
    let lines: [String]
    var testDescription: String { "\(page): \(command)" }
}

@Suite("What the pages show is what happens", .timeLimit(.minutes(10)))
struct DocumentationTests {
    /// Scripts that build or test everything are run by CI itself.
    private static let left = ["script/server", "script/test", "script/bench", "script/bootstrap"]

    /// The commands of all `sh` and `console` blocks of a page.
    private static func commands(of page: String) throws -> [Shown] {
        var result: [Shown] = []
        var block: String?
        var (command, lines) = (String?.none, [String]())
        func end() {
            if let command { result.append(Shown(page: page, command: command, lines: lines)) }
            (command, lines) = (nil, [])
        }
        for line in try Checkout.text(page).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                end()
                block = block == nil ? String(line.dropFirst(3)) : nil
            } else if block == "console", line.hasPrefix("$ ") {
                end()
                command = String(line.dropFirst(2))
            } else if block == "console" {
                lines.append(line)
            } else if block == "sh", !line.isEmpty, !line.hasPrefix("#") {
                end()
                command = line
            }
        }
        return result.filter { shown in !left.contains { shown.command.hasPrefix($0) } }
    }

    /// A line with what changes from run to run written as a word.
    private static func shape(_ line: String) -> String {
        line.replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "ID")
            .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)/, with: "INSTANT")
            .replacing(/\b\d+(\.\d+)?(ms|s)\b/, with: "SPAN").replacing(/127\.0\.0\.1:\d+/, with: "ADDRESS")
            .replacing(#/ +/#, with: " ")
    }

    @Test("every command of the README and of the API's page prints lines of the shape that stands there")
    func commands() async throws {
        let known = try ["README.md", "docs/reference/api.md"].flatMap(DocumentationTests.commands)
        #expect(known.count >= 2, "the README shows commands with their output")
        try await withFolder { folder in
            try await withServer(["dev", "--demo", "--port", "0"], in: folder) { server in
                let path = URL(filePath: try Program.punctual()).deletingLastPathComponent().path()
                for shown in known {
                    let said = try await Program.run(
                        try Program.installed("bash"), ["-c", "PATH=\(path):$PATH; \(shown.command) 2>&1"],
                        in: folder, environment: ["PUNCTUAL_URL": server.address])
                    #expect(said.status == 0, "\(shown.testDescription): \(said)")
                    let lines = said.out.split(separator: "\n").map(String.init)
                    if !shown.lines.isEmpty {
                        #expect(
                            lines.map(DocumentationTests.shape) == shown.lines.map(DocumentationTests.shape),
                            "\(shown.testDescription)")
                    }
                }
            }
        }
    }

    @Test("the links of the README lead somewhere")
    func links() throws {
        for match in try Checkout.text("README.md").matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
            let target = String(match.1)
            #expect(FileManager.default.fileExists(atPath: Checkout.path(target)), "\(target)")
        }
    }
}
