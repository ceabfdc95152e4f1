internal import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands and flags in your shell.",
        discussion: """
            EXAMPLES
              punctual completion bash > ~/.local/share/bash-completion/completions/punctual
              punctual completion zsh > "${fpath[1]}/_punctual"
              punctual completion fish > ~/.config/fish/completions/punctual.fish
            """)

    enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let known: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.out(PunctualCommand.completionScript(for: known))
    }
}
