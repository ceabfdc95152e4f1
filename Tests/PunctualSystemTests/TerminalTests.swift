import Foundation
import Testing

@Suite("On a real terminal", .timeLimit(.minutes(10)))
struct TerminalTests {
    /// Runs a command on a pseudo-terminal until its page has been drawn so many times, then types Ctrl-C; prints what
    /// the terminal got, and whether its settings are as they were.
    private static let driver = """
        import os, pty, select, sys, termios, time
        turns, command = int(sys.argv[1]), sys.argv[2:]
        master, slave = pty.openpty()
        import fcntl, struct
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 60, 0, 0))
        before = termios.tcgetattr(slave)
        child = os.fork()
        if child == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for file in (0, 1, 2): os.dup2(slave, file)
            os.execv(command[0], command)
        got, end, typed = b"", time.time() + 100, False
        while time.time() < end:
            if select.select([master], [], [], 0.05)[0]: got += os.read(master, 65536)
            if not typed and (turns == 0 or got.count(b"\\x1b[H") >= turns):
                if turns: os.write(master, b"\\x03")
                typed = True
            if typed:
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    while select.select([master], [], [], 0.05)[0]: got += os.read(master, 65536)
                    break
        else:
            os.kill(child, 9); sys.exit("it did not end: %r" % got)
        if termios.tcgetattr(slave) != before: sys.exit("the terminal's settings have changed")
        sys.stderr.write("signal %d\\n" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "code %d\\n" % os.WEXITSTATUS(status))
        sys.stdout.write(got.decode())
        """

    private func onTerminal(
        _ arguments: [String], turns: Int, _ server: RunningServer, environment: [String: String] = [:]
    ) async throws -> Said {
        let script = try server.folder.write(TerminalTests.driver, to: "terminal.py")
        var variables = ["PUNCTUAL_URL": server.address, "TERM": "xterm-256color"]
        variables.merge(environment) { _, new in new }
        return try await Program.run(
            Checkout.python, [script, String(turns), try Program.punctual()] + arguments, in: server.folder,
            environment: variables)
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
            let said = try await onTerminal(command, turns: 3, server)
            #expect(said.status == 0 && said.err == "signal \(SIGINT)\n", "\(said)")
            let pages = said.out.components(separatedBy: "\u{1B}[?7l\u{1B}[H").dropFirst()
            #expect(pages.count >= 3 && !said.out.contains("\u{1B}[2J"), "\(said)")
            #expect(said.out.hasSuffix("\u{1B}[?7h"), "lines wrap again: \(said.out.suffix(80).debugDescription)")
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
            #expect(try await onTerminal(["job", "list"], turns: 0, server).out.contains(green))
            for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
                let said = try await onTerminal(["job", "list"], turns: 0, server, environment: [name: value])
                #expect(said.out.contains("active") && !said.out.contains("\u{1B}"), "\(said)")
            }
            #expect(
                try await onTerminal(["job", "list"], turns: 0, server, environment: ["NO_COLOR": ""]).out.contains(
                    green))
            #expect(!(try await server.punctual("job", "list").out.contains("\u{1B}")))
        }
    }
}
