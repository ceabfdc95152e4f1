internal import Foundation

/// The two streams: data on standard output, talk on standard error.
enum Console {
    /// Writes data and a line end.
    static func out(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes data without a line end, such as the codes that move a terminal's cursor.
    static func raw(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes a word to the person at the terminal.
    static func talk(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// As `talk`, without a line end.
    static func say(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many columns standard output has; 80 where it is no terminal, or none that tells.
    static var width: Int {
        var size = winsize()
        let isKnown = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// Whether a question can be asked and answered.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Whether colour is wanted: a terminal, NO_COLOR unset or empty, and not `TERM=dumb`.
    static var hasColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Asks a question that only `y` and `yes` agree to.
    static func agrees(to question: String) -> Bool {
        write("\(question) [y/N] ", to: STDERR_FILENO)
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }

    private static func write(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                // Nobody reads any more (`| head`): that is no failure of ours, and there is nothing left to say.
                exit(errno == EPIPE ? ExitStatus.ok.rawValue : ExitStatus.failed.rawValue)
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
