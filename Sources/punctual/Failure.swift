internal import ArgumentParser
internal import Foundation
internal import PunctualClient
internal import PunctualServer

/// The exit codes of the command line; docs and help name them.
enum ExitStatus: Int32, CaseIterable {
    case ok = 0
    case failed = 1
    case usage = 2
    case notFound = 3
    case notAllowed = 4
    case conflict = 5
    case timedOut = 6
    /// The execution that was waited for did not succeed.
    case executionFailed = 7
}

/// Why a command ends without having done its work: one line that says what to do, and the exit code.
struct Failure: Error, Equatable, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}

/// How the process ends: what it says, where, and with which code.
struct Ending: Equatable {
    let status: Int32
    let message: String
    /// Help and version are data; all else is talk.
    let isData: Bool

    init(_ status: ExitStatus, _ message: String, isData: Bool = false) {
        self.status = status.rawValue
        self.message = message
        self.isData = isData
    }

    /// The ending that an error of any command means.
    /// - Parameter arguments: what the command line said, for a word on what was probably meant.
    init(of error: any Error, arguments: [String] = []) {
        switch error {
        case let failure as Failure:
            self.init(failure.status, "punctual: \(failure.description)")
        case let error as ClientError:
            self.init(Ending.status(of: error), "punctual: \(Ending.advice(for: error))")
        default:
            let code = PunctualCommand.exitCode(for: error)
            let message = PunctualCommand.fullMessage(for: error)
            if code == .success {
                self.init(.ok, message, isData: true)
            } else if code == .validationFailure {
                self.init(.usage, Ending.unknownCommand(arguments).map { $0 + Ending.usage(in: message) } ?? message)
            } else if error is ExitCode {
                self.init(ExitStatus(rawValue: code.rawValue) ?? .failed, "")
            } else {
                self.init(.failed, "punctual: \(error)")
            }
        }
    }

    /// What to say when a word stands where a command should; nil when all such words are commands.
    private static func unknownCommand(_ arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = PunctualCommand.self
        var path = "punctual"
        for word in arguments {
            let known = command.configuration.subcommands
            if known.isEmpty || word.hasPrefix("-") { return nil }
            if let next = known.first(where: { $0.configuration.commandName == word }) {
                command = next
                path += " \(word)"
                continue
            }
            let near = Nearest.word(to: word, among: known.compactMap { $0.configuration.commandName })
            return "Error: '\(DisplayWidth.tame(word))' is no command of \(path)."
                + (near.map { " Did you mean '\($0)'?" } ?? "")
        }
        return nil
    }

    /// The lines of a message from the usage on, with the line end before them.
    private static func usage(in message: String) -> String {
        message.range(of: "\nUsage: ").map { String(message[$0.lowerBound...]) } ?? ""
    }

    static func status(of error: ClientError) -> ExitStatus {
        switch error {
        case .unreachable: return .failed
        case .timedOut: return .timedOut
        case .signedOut: return .notAllowed
        case .insecure: return .usage
        case .refused(let answer):
            switch answer.status {
            case 401, 403: return .notAllowed
            case 404, 410: return .notFound
            case 409, 412: return .conflict
            case 408, 504: return .timedOut
            default: return .failed
            }
        }
    }

    private static func advice(for error: ClientError) -> String {
        switch error {
        case .unreachable(let text):
            "\(text)\n  Is the server running? Start it with `punctual dev`, or name another with --url or PUNCTUAL_URL."
        case .timedOut(let text): text
        case .refused(let answer) where answer.status == 401:
            "\(error)\n  Sign in with `punctual login`, or give a key with PUNCTUAL_TOKEN or PUNCTUAL_TOKEN_FILE."
        case .signedOut: "\(error)\n  Sign in again with `punctual login`."
        case .insecure: "\(error)\n  Use https; --allow-http is for networks whose every wire you trust."
        case .refused: "\(error)"
        }
    }
}
