import ArgumentParser
import Testing

@testable import punctual

@Suite("Examples in the help")
struct ExampleTests {
    /// Every command of the tree.
    private static func commands(
        below command: any ParsableCommand.Type = PunctualCommand.self
    ) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { commands(below: $0) }
    }

    /// The words of a line as a shell would split them: by spaces, but for what double quotes hold together.
    private static func words(of line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().reduce(into: [""]) { words, part in
            if part.offset % 2 == 1 {
                words[words.count - 1] += part.element
            } else {
                let pieces = part.element.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                words[words.count - 1] += pieces[0]
                words += pieces.dropFirst()
            }
        }.filter { !$0.isEmpty }
    }

    @Test("each is a command line that this version reads")
    func parse() throws {
        var count = 0
        for command in ExampleTests.commands() {
            let lines = command.configuration.discussion.split(separator: "\\\n").map { $0.drop { $0 == " " } }
            let text = lines.joined(separator: " ")
            for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } }) where line.hasPrefix("punctual ") {
                // What stands far to the right is a word on the example; the rest of a shell's line is not ours.
                let words = ExampleTests.words(of: String(line.split(separator: "   ")[0]))
                let own = words.dropFirst().prefix { !["|", "&&", ">", ">>", "<"].contains($0) }
                #expect(throws: Never.self, "\(line)") { _ = try PunctualCommand.parseAsRoot(Array(own)) }
                count += 1
            }
        }
        #expect(count > 40, "only \(count) examples were found")
    }

    @Test("every command has at least one, and says what it does")
    func present() {
        for command in ExampleTests.commands() {
            let configuration = command.configuration
            #expect(configuration.discussion.contains("EXAMPLES"), "\(configuration.commandName ?? "\(command)")")
            #expect(configuration.abstract.hasSuffix(".") && configuration.commandName != nil)
        }
    }
}
