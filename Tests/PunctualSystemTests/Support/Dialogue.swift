import Foundation
import PunctualJSON

/// A talk with a command on a pseudo-terminal, as a person has it.
struct Dialogue: Sendable {
    /// What to wait for on the terminal, and what to type then.
    struct Turn: Sendable {
        let prompt: String
        /// What is typed, the return key included; nil types the code that an app shows which has scanned the QR code on the
        /// terminal.
        let answer: String?
        /// Whether the terminal must not show it.
        let isSecret: Bool

        static func asked(_ prompt: String, _ answer: String) -> Turn {
            Turn(prompt: prompt, answer: answer, isSecret: false)
        }

        static func secretly(_ prompt: String, _ answer: String) -> Turn {
            Turn(prompt: prompt, answer: answer, isSecret: true)
        }

        static func code(_ prompt: String) -> Turn { Turn(prompt: prompt, answer: nil, isSecret: true) }

        var json: JSONValue {
            ["prompt": .string(prompt), "answer": answer.map(JSONValue.string) ?? .null, "secret": .bool(isSecret)]
        }
    }

    /// Everything that the terminal got.
    let shown: String
    /// `code 0` or `signal 2`.
    let end: String

    /// Talks to a command until it ends.
    /// - Parameter size: the terminal's rows and columns.
    /// - Throws: `Missing` when a prompt does not come, the terminal would show a secret, or its settings have changed at the
    ///   end.
    init(
        _ arguments: [String], _ turns: [Turn], in folder: Folder, environment: [String: String] = [:],
        size: (rows: Int, columns: Int) = (60, 120)
    ) async throws {
        let script = try folder.write(Dialogue.driver, to: "dialogue.py")
        let turns = try folder.write(JSONValue.array(turns.map(\.json)).description, to: "turns.json")
        var variables = ["TERM": "xterm-256color"]
        variables.merge(environment) { _, new in new }
        let said = try await Program.run(
            Checkout.python,
            [
                script, turns, Checkout.path("Tests/punctualTests/Oracles/qr_peer.py"), "\(size.rows)",
                "\(size.columns)",
                try Program.punctual(),
            ] + arguments, in: folder, environment: variables)
        guard said.status == 0 else { throw Missing(description: "\(arguments): \(said)") }
        (shown, end) = (said.out, said.err.trimmingCharacters(in: .newlines))
    }

    private static let driver = """
        import fcntl, json, os, pty, re, select, struct, subprocess, sys, termios, time
        turns, reader, rows, columns, command = json.load(open(sys.argv[1])), *sys.argv[2:5], sys.argv[5:]

        def scanned(text):
            picture = "\\n".join(re.findall("\\x1b\\\\[40;97m([^\\x1b]*)\\x1b", text))
            import pyotp
            found = subprocess.run([sys.executable, reader], input=picture, check=True, capture_output=True, text=True)
            return pyotp.parse_uri(found.stdout.strip()).now()

        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
        before = termios.tcgetattr(slave)
        child = os.fork()
        if child == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for file in (0, 1, 2): os.dup2(slave, file)
            os.execv(command[0], command)
        got, place, status, end = b"", 0, None, time.time() + 110
        while status is None:
            if time.time() > end:
                os.kill(child, 9); sys.exit("it did not end: %r" % got)
            while select.select([master], [], [], 0.05)[0]: got += os.read(master, 65536)
            if turns and turns[0]["prompt"].encode() in got[place:]:
                turn = turns.pop(0)
                place = len(got)
                if turn["secret"] == bool(termios.tcgetattr(slave)[3] & termios.ECHO):
                    os.kill(child, 9); sys.exit("echo at %r" % turn["prompt"])
                answer = turn["answer"] if turn["answer"] is not None else scanned(got.decode()) + "\\r"
                os.write(master, answer.encode())
            done, ended = os.waitpid(child, os.WNOHANG)
            if done: status = ended
        while select.select([master], [], [], 0.05)[0]: got += os.read(master, 65536)
        if turns: sys.exit("it ended before %r: %r" % (turns[0]["prompt"], got))
        if termios.tcgetattr(slave) != before: sys.exit("the terminal's settings have changed")
        sys.stderr.write("signal %d\\n" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "code %d\\n" % os.WEXITSTATUS(status))
        sys.stdout.write(got.decode())
        """
}
