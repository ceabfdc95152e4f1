import Foundation
import Testing

@Suite("A node with few open files", .timeLimit(.minutes(10)))
struct ConnectionFloodTests {
    @Test("a flood of connections neither ends it nor keeps others out for ever")
    func flood() async throws {
        try await withFolder { folder in
            let punctual = try Program.punctual()
            let shell = ["-c", "ulimit -n 96; exec \"$0\" dev --port 0", punctual]
            _ = try await withProgram(try Program.installed("bash"), shell, in: folder, named: "few") { background in
                let line = try await background.line(with: " is ready at ")
                let address = try #require(line.split(separator: " ").first { $0.hasPrefix("http://") })
                let port = try #require(address.split(separator: ":").last)
                // Opens 400 connections that say nothing, holds them, and ends.
                let flood = """
                    import socket, time
                    held = []
                    for _ in range(400):
                        held.append(socket.create_connection(("127.0.0.1", \(port)), timeout=60))
                    time.sleep(1)
                    """
                let said = try await Program.run(try Program.installed("python3"), ["-c", flood], in: folder)
                #expect(said.status == 0, "\(said)")
                let after = try await Program.run(
                    try Program.installed("curl"), ["-sSf", "--max-time", "120", "\(address)/health/ready"], in: folder)
                #expect(after.status == 0, "\(after)")
            }
        }
    }
}
