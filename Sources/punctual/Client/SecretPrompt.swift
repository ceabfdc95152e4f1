internal import Foundation

/// Where a command gets a secret from: a terminal without echo, or standard input; never an argument, which every process of
/// the machine can read.
enum SecretPrompt {
    /// The most that is read, in bytes.
    static let limit = 65_536

    /// Asks on the terminal; what is typed is not shown.
    /// - Throws: `Failure` of status usage when there is no terminal, or nothing was typed.
    static func ask(_ question: String, orUse flag: String) throws(Failure) -> String {
        guard Console.canAsk else {
            throw Failure(.usage, "there is no terminal to ask for it: use \(flag)")
        }
        let bytes = typed("\(question): ")
        Console.talk("")
        guard let bytes, let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw Failure(.usage, "nothing was typed")
        }
        return text
    }

    /// Asks for a new secret, twice, so that a slip does not lock anybody out.
    static func askTwice(_ question: String, orUse flag: String) throws(Failure) -> String {
        let first = try ask(question, orUse: flag)
        guard try ask("The same again", orUse: flag) == first else { throw Failure(.usage, "the two are not the same") }
        return first
    }

    /// All of standard input, or of a file, but for one line end at its end.
    /// - Parameter file: nil for standard input.
    static func read(file: String? = nil) throws(Failure) -> String {
        let name = file ?? "standard input"
        let data: Data?
        if let file {
            data = FileManager.default.contents(atPath: file)
        } else {
            data = try? FileHandle.standardInput.read(upToCount: limit + 2)  // Unreadable is nothing: told below.
        }
        guard let data else { throw Failure(.failed, "\(name) cannot be read, or is empty") }
        guard var text = String(validating: data, as: UTF8.self) else {
            throw Failure(.failed, "\(name) is no UTF-8 text")
        }
        if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
        if text.isEmpty { throw Failure(.failed, "\(name) is empty") }
        guard text.utf8.count <= limit else { throw Failure(.failed, "\(name) is larger than \(limit) bytes") }
        return text
    }

    /// The line that is typed on standard input, without echo; nil at the end of the input.
    ///
    /// The echo is off before the prompt is there: whoever sees it may begin to type. The terminal's own line editing is off meanwhile, with its signals: Ctrl-C must not end the program before the echo
    /// is back.
    private static func typed(_ prompt: String) -> [UInt8]? {
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        Console.say(prompt)
        var line = SecretLine()
        while line.end == nil {
            var byte: UInt8 = 0
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            line.type(byte)
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
        switch line.end {
        case .line: return line.bytes
        case .interrupt:
            Console.talk("")
            // As if the terminal had sent it itself; this may be a thread that blocks signals, as a pool's threads do.
            signal(SIGINT, SIG_DFL)
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGINT)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(SIGINT)
            return nil
        case .input, nil: return nil
        }
    }
}

/// A line as it is typed, with the keys that every terminal knows.
struct SecretLine: Equatable {
    enum End { case line, interrupt, input }

    private(set) var bytes: [UInt8] = []
    private(set) var end: End?

    mutating func type(_ byte: UInt8) {
        switch byte {
        case 0x0A, 0x0D: end = .line
        case 0x03: end = .interrupt
        case 0x04: end = bytes.isEmpty ? .input : .line
        // Backspace takes a whole character, however many bytes it has.
        case 0x08, 0x7F: while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        // Ctrl-U begins anew.
        case 0x15: bytes = []
        default: if bytes.count < SecretPrompt.limit { bytes.append(byte) }
        }
    }
}
