import Foundation
import PunctualJSON
import Testing

@Suite("Following executions", .timeLimit(.minutes(10)))
struct WatchTests {
    /// Passes bytes between clients and a server; SIGUSR1 cuts all connections. Says the port, and each place that a
    /// client asks to go on from.
    private static let relay = """
        import signal, socket, sys, threading
        target, pairs = int(sys.argv[1]), []
        def cut(*_):
            for pair in pairs:
                for end in pair:
                    try: end.shutdown(socket.SHUT_RDWR)
                    except OSError: pass
            pairs.clear()
            print("cut", flush=True)
        signal.signal(signal.SIGUSR1, cut)
        def pump(source, sink, isRequest):
            try:
                while data := source.recv(65536):
                    for line in data.split(b"\\r\\n") if isRequest else []:
                        if line.lower().startswith(b"last-event-id:"): print(line.decode().lower(), flush=True)
                    sink.sendall(data)
            except OSError: pass
            for end in (source, sink):
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass
        def serve(listener):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", target))
                pairs.append((client, server))
                threading.Thread(target=pump, args=(client, server, True), daemon=True).start()
                threading.Thread(target=pump, args=(server, client, False), daemon=True).start()
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        while True: signal.pause()
        """

    /// The executions that a watcher has told of as ended well.
    private func succeeded(_ watch: Background) throws -> Set<String> {
        // The last line may be still on its way.
        let lines = watch.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try Set(
            lines.map { try JSONValue(parsing: String($0)) }.filter { $0["status"] == "succeeded" }
                .compactMap { $0["id"]?.string })
    }

    private func trigger(_ server: RunningServer) async throws -> String {
        let ended = try await server.punctual("job", "trigger", "a", "--wait", "-q")
        #expect(ended.status == 0, "\(ended)")
        return ended.out.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("after a cut connection the watcher goes on from the last event, and misses nothing")
    func cut() async throws {
        try await withServer { server in
            for name in ["a", "other"] {
                #expect(try await server.punctual("job", "create", name, "--manual", "--noop").status == 0)
            }
            let script = try server.folder.write(WatchTests.relay, to: "relay.py")
            _ = try await withProgram(Checkout.python, [script, server.port], in: server.folder, named: "relay") {
                relay in
                let port = try await relay.line(with: "port ").dropFirst(5)
                let arguments = ["execution", "watch", "a", "-o", "jsonl", "--url", "http://127.0.0.1:\(port)"]
                _ = try await withProgram(
                    try Program.punctual(), arguments, in: server.folder, named: "watch"
                ) { watch in
                    let first = try await trigger(server)
                    _ = try await watch.line(with: first)
                    let second = try await trigger(server)
                    _ = try await eventually("the second") { try succeeded(watch).contains(second) ? true : nil }
                    relay.send(SIGUSR1)
                    _ = try await relay.line(with: "cut")
                    let third = try await trigger(server)
                    #expect(try await server.punctual("job", "trigger", "other", "--wait").status == 0)
                    _ = try await eventually("the third") { try succeeded(watch).contains(third) ? true : nil }
                    _ = try await relay.line(with: "last-event-id: ")
                    #expect(try succeeded(watch) == [first, second, third])
                    #expect(watch.err.contains("asking again"))
                }
            }
        }
    }

    @Test("a server that stops and comes back is followed on, from its list")
    func restart() async throws {
        try await withFolder { folder in
            let (port, before) = try await withServer(in: folder) { server async throws -> (String, String) in
                #expect(try await server.punctual("job", "create", "a", "--manual", "--noop").status == 0)
                return (server.port, try await trigger(server))
            }.value
            let command = ["dev", "--port", port]
            let arguments = ["execution", "watch", "-o", "jsonl", "--url", "http://127.0.0.1:\(port)"]
            try await withServer(command, in: folder, named: "second") { server in
                _ = try await withProgram(try Program.punctual(), arguments, in: folder, named: "watch") { watch in
                    _ = try await watch.line(with: before)
                    server.background.send(SIGKILL)
                    _ = try await eventually("the end of the server") {
                        Background.runs(server.background.process) ? nil : true
                    }
                    try await withServer(command, in: folder, named: "third") { server in
                        let after = try await trigger(server)
                        _ = try await eventually("the new one") { try succeeded(watch).contains(after) ? true : nil }
                        #expect(try succeeded(watch) == [before, after])
                    }
                }
            }
        }
    }

    @Test("a watcher that finds no server says so at once, and one of a job that is not there too")
    func nothing() async throws {
        try await withServer { server in
            let said = try await server.punctual("execution", "watch", "--url", "http://127.0.0.1:1")
            #expect(said.status == 1 && said.err.contains("Is the server running?"), "\(said)")
            let missing = try await server.punctual("execution", "watch", "nobody")
            #expect(missing.status == 3 && missing.err.contains("no job named nobody"), "\(missing)")
            let wrong = try await server.punctual("execution", "watch", "--status", "well")
            #expect(wrong.status == 1 && wrong.err.contains("status"), "\(wrong)")
        }
    }
}
