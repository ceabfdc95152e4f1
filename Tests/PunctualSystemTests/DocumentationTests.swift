import Foundation
import TestPeers
import Testing

/// A command that a page shows, with the lines that it prints there, or a whole block of commands.
private struct Shown: CustomTestStringConvertible, Sendable {
    let page: String
    let command: String
    let lines: [String]
    var testDescription: String { "\(page): \(command)" }
}

@Suite("What the pages show is what happens", .timeLimit(.minutes(10)))
struct DocumentationTests {
    /// Scripts that build or test everything are run by CI itself; packages are installed by script/bootstrap.
    private static let left = ["script/", "pip install"]

    /// Every page, by its path in the package.
    private static func pages() throws -> [String] {
        let beside = try FileManager.default.contentsOfDirectory(atPath: Checkout.path("."))
        let below = try FileManager.default.subpathsOfDirectory(atPath: Checkout.path("docs")).map { "docs/\($0)" }
        return (beside + below).filter { $0.hasSuffix(".md") }.sorted()
    }

    /// The commands of all `console` blocks of a page, and its `sh` blocks, each as one script.
    private static func commands(of page: String) throws -> [Shown] {
        var result: [Shown] = []
        var block: String?
        var (command, lines) = (String?.none, [String]())
        func end() {
            if let command { result.append(Shown(page: page, command: command, lines: lines)) }
            (command, lines) = (nil, [])
        }
        for line in try Checkout.text(page).components(separatedBy: "\n") {
            // A block within a list is indented.
            let fence = line.drop { $0 == " " }
            if fence.hasPrefix("```") {
                end()
                block = block == nil ? String(fence.dropFirst(3)) : nil
            } else if block == "console", line.hasPrefix("$ ") {
                end()
                command = String(line.dropFirst(2))
            } else if block == "console" {
                lines.append(line)
            } else if block == "sh", !left.contains(where: { line.hasPrefix($0) }) {
                command = (command.map { "\($0)\n" } ?? "") + line
            }
        }
        return result.filter { $0.command.contains { $0 != "\n" } }
    }

    /// A line with what changes from run to run written as a word.
    private static func shape(_ line: String) -> String {
        line.replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "ID")
            .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)/, with: "INSTANT")
            .replacing(/\b\d+(\.\d+)?(ms|s)\b/, with: "SPAN").replacing(/127\.0\.0\.1:\d+/, with: "ADDRESS")
            .replacing(#/ +/#, with: " ")
    }

    @Test("every command of the pages runs, and prints lines of the shape that stands there")
    func commands() async throws {
        let known = try DocumentationTests.pages().flatMap(DocumentationTests.commands)
        #expect(known.filter { $0.page == "README.md" }.count >= 2, "the README shows commands with their output")
        let database = try PostgresServer.shared.database()
        let provider = try OpenIDProvider()
        let redis = "redis://127.0.0.1:\(RedisPeer.shared.port)"
        try await withFolder { folder in
            try await withServer(["dev", "--demo", "--port", "0"], in: folder) { server in
                let path = URL(filePath: try Program.punctual()).deletingLastPathComponent().path()
                for shown in known {
                    // The page about access has a server of its own, whose address its profile keeps.
                    let isOpen = shown.page != "docs/guides/access.md"
                    let said = try await Program.run(
                        try Program.installed("bash"),
                        ["-c", "exec 2>&1; set -e; PATH=\(path):$PATH\n\(shown.command)"],
                        in: folder,
                        environment: [
                            "PUNCTUAL_URL": isOpen ? server.address : "", "DATABASE": database,
                            "ISSUER": provider.issuer, "CLIENT_SECRET": OpenIDProvider.secret,
                            "RABBITMQ_URL": RabbitMQServer.shared.url(), "REDIS_URL": redis,
                        ])
                    #expect(said.status == 0, "\(shown.testDescription): \(said)")
                    let lines = said.out.split(separator: "\n").map(String.init)
                    if !shown.lines.isEmpty {
                        #expect(
                            lines.map(DocumentationTests.shape) == shown.lines.map(DocumentationTests.shape),
                            "\(shown.testDescription)")
                    }
                }
                // Those servers end with their pages; a page that failed half-way has left one running.
                _ = try await Program.run(
                    try Program.installed("bash"),
                    ["-c", "for file in serve.pid openid.pid broker.pid redis.pid; do kill $(cat $file); done"],
                    in: folder)
            }
        }
    }

    @Test("the commands and flags that the pages speak of exist")
    func words() async throws {
        try await withFolder { folder in
            for page in try DocumentationTests.pages() {
                for match in try Checkout.text(page).matches(of: /`punctual ([^`\n]+)`/) {
                    let words = match.1.split(separator: " ").map(String.init)
                    let command = words.prefix { $0.allSatisfy { $0.isLowercase || $0 == "-" } && !$0.hasPrefix("-") }
                    let help = try await Program.punctual(Array(command) + ["--help"], in: folder)
                    #expect(help.status == 0, "\(page): \(match.0): \(help)")
                    for flag in words where flag.hasPrefix("--") {
                        let name = flag.prefix { $0 != "=" }
                        #expect(help.out.contains(name), "\(page): \(match.0) has a flag that there is not")
                    }
                }
            }
        }
    }

    @Test("the links between pages lead somewhere")
    func links() throws {
        for page in try DocumentationTests.pages() {
            let folder = URL(filePath: Checkout.path(page)).deletingLastPathComponent()
            for match in try Checkout.text(page).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
                let target = folder.appending(path: String(match.1)).path(percentEncoded: false)
                #expect(FileManager.default.fileExists(atPath: target), "\(page): \(match.1)")
            }
        }
    }
}
