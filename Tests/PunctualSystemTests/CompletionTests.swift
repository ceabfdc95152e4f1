import Foundation
import Testing

@Suite("Completion scripts", .timeLimit(.minutes(10)))
struct CompletionTests {
    @Test("each shell reads its script without a fault", arguments: ["bash", "zsh", "fish"])
    func syntax(_ shell: String) async throws {
        try await withFolder { folder in
            let script = try await Program.punctual(["completion", shell], in: folder)
            #expect(script.status == 0 && script.out.contains("punctual"), "\(script)")
            let file = try folder.write(script.out, to: "punctual.\(shell)")
            let said = try await Program.run(try Program.installed(shell), ["-n", file], in: folder)
            #expect(said.status == 0 && said.err.isEmpty, "\(said)")
        }
    }

    @Test(
        "bash offers what may follow",
        arguments: [
            ("punctual jo", "job"), ("punctual job tri", "trigger"), ("punctual execution ", "watch"),
            ("punctual job list --sta", "--status"), ("punctual completion f", "fish"),
            ("punctual job list -o j", "jsonl"),
        ])
    func bash(_ line: String, _ offer: String) async throws {
        try await withFolder { folder in
            let script = try await Program.punctual(["completion", "bash"], in: folder)
            let file = try folder.write(script.out, to: "punctual.bash")
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            // As readline asks: the words, the one in hand, and the function that `complete` has bound.
            let question = """
                source \(file)
                COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
                COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
                function=$(complete -p punctual | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                "$function" punctual "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let said = try await Program.run(try Program.installed("bash"), ["-c", question], in: folder)
            #expect(said.lines.map { $0.trimmingCharacters(in: .whitespaces) }.contains(offer), "\(said)")
        }
    }
}
