internal import ArgumentParser
internal import Foundation
internal import PunctualServer

/// The command line.
@main
struct PunctualCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "punctual",
        abstract: "A distributed job scheduler in one binary.",
        discussion: """
            EXAMPLES
              punctual dev                                  everything on this machine
              punctual job list                             what is scheduled
              punctual job trigger nightly-report --wait    run it now, wait for its end
              punctual schedule preview "0 9 * * MON" --timezone Europe/Berlin
              punctual import crontab /etc/crontab --system --dry-run

            Data goes to standard output, talk to standard error. Exit codes: 0 ok, 1
            failed, 2 usage, 3 not found, 4 not allowed, 5 conflict, 6 timed out, 7 the
            awaited execution failed.
            """,
        version: Node.version,
        subcommands: [
            DevCommand.self, ServeCommand.self, MigrateCommand.self, JobCommand.self, ExecutionCommand.self,
            DeadLetterCommand.self, QueueCommand.self, LimitCommand.self, NotificationCommand.self,
            ScheduleCommand.self,
            CalendarCommand.self, ImportCommand.self,
            StatusCommand.self, HealthCommand.self, LogLevelCommand.self,
            SetupCommand.self, RescueCommand.self, LoginCommand.self, LogoutCommand.self, ProfileCommand.self,
            WhoAmICommand.self, PasswordCommand.self, SecondFactorCommand.self, UserCommand.self,
            ServiceAccountCommand.self,
            RoleCommand.self, KeyCommand.self, SecretCommand.self, AuditCommand.self,
            BenchCommand.self, CompletionCommand.self,
        ])

    /// Runs the command that the arguments name; the process ends with the contract's exit codes.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let ending = Ending(of: error, arguments: Array(CommandLine.arguments.dropFirst()))
            if !ending.message.isEmpty {
                if ending.isData { Console.out(ending.message) } else { Console.talk(ending.message) }
            }
            end(ending.status)
        }
        end(ExitStatus.ok.rawValue)
    }

    /// Ends the process without what libraries want done at its end: OpenSSL's part frees what the threads of connections
    /// that were just closed are still freeing.
    private static func end(_ status: Int32) -> Never {
        fflush(nil)
        _exit(status)
    }
}
