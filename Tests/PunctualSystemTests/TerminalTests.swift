import Foundation
import Testing

@Suite("On a real terminal", .timeLimit(.minutes(10)))
struct TerminalTests {
    /// Runs a command on a small terminal until its page has been drawn so many times, then types Ctrl-C.
    /// - Parameter pages: 0 lets the command end by itself.
    private func onTerminal(
        _ arguments: [String], pages: Int, _ server: RunningServer, environment: [String: String] = [:]
    ) async throws -> Dialogue {
        let variables = ["PUNCTUAL_URL": server.address].merging(environment) { $1 }
        let turns = (0..<pages).map { Dialogue.Turn.asked("\u{1B}[H", $0 == pages - 1 ? "\u{3}" : "") }
        return try await Dialogue(arguments, turns, in: server.folder, environment: variables, size: (10, 60))
    }

    @Test(
        "--watch draws its page in place without clearing, and Ctrl-C ends it with the terminal as it was",
        arguments: [
            ["job", "list", "--watch"], ["status", "--watch"], ["execution", "watch"], ["queue", "list", "--watch"],
        ])
    func watch(_ command: [String]) async throws {
        try await withServer { server in
            let name = "a-name-that-is-long-enough-to-reach-past-the-edge-of-a-narrow-terminal"
            #expect(try await server.punctual("job", "create", name, "--every", "1s", "--noop").status == 0)
            let said = try await onTerminal(command, pages: 3, server)
            #expect(said.end == "signal \(SIGINT)", "\(said)")
            let pages = said.shown.components(separatedBy: "\u{1B}[?7l\u{1B}[H").dropFirst()
            #expect(pages.count >= 3 && !said.shown.contains("\u{1B}[2J"), "\(said)")
            #expect(said.shown.hasSuffix("\u{1B}[?7h"), "lines wrap again: \(said.shown.suffix(80).debugDescription)")
            // What the terminal has not shown of a page when Ctrl-C is typed, it drops.
            for page in pages.dropLast() {
                let whole = page.components(separatedBy: "\u{1B}[J\u{1B}[?7h")
                #expect(whole.count == 2 && whole[1].isEmpty, "\(page.debugDescription)")
                #expect(whole[0].components(separatedBy: "\r\n").count <= 10, "a page fits the terminal")
            }
        }
    }

    @Test("colour comes on a terminal alone, and not when NO_COLOR or TERM=dumb ask for none")
    func colour() async throws {
        try await withServer { server in
            #expect(try await server.punctual("job", "create", "a", "--manual", "--noop").status == 0)
            let green = "\u{1B}[32mactive\u{1B}[0m"
            #expect(try await onTerminal(["job", "list"], pages: 0, server).shown.contains(green))
            for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
                let said = try await onTerminal(["job", "list"], pages: 0, server, environment: [name: value])
                #expect(said.shown.contains("active") && !said.shown.contains("\u{1B}"), "\(said)")
            }
            #expect(
                try await onTerminal(["job", "list"], pages: 0, server, environment: ["NO_COLOR": ""]).shown.contains(
                    green))
            #expect(!(try await server.punctual("job", "list").out.contains("\u{1B}")))
        }
    }
}
