import Foundation
import PunctualClient
import PunctualJSON
import Testing

/// `Examples/worker.py` where things go wrong, against the real server.
@Suite("The worker in Python, in trouble", .timeLimit(.minutes(10)))
struct PythonWorkerTests {
    /// The example with other tasks, and a lease as given.
    private static let program = """
        import importlib.util, sys
        place = importlib.util.spec_from_file_location("worker", sys.argv[1])
        worker = importlib.util.module_from_spec(place)
        place.loader.exec_module(worker)

        def large(work, cancelled, said):
            text = "".join(chr(code) for code in work["payload"]["codes"])
            return text * work["payload"]["times"]

        def odd(work, cancelled, said):
            raise RuntimeError("a\\0b\\udc80" + "\\x01" * 10_000)

        def heeding(work, cancelled, said):
            said.line(f"attempt {work['attempt']} begins")
            if work["attempt"] > 1:
                return "at last"
            cancelled.wait()
            raise RuntimeError("it was stopped")

        worker.LEASE = int(sys.argv[2])
        worker.TASKS.update(large=large, odd=odd, heeding=heeding)
        worker.main()
        """

    private func withWorker(
        lease: Int = 10, _ body: @Sendable (RunningServer, Background) async throws -> Void
    ) async throws {
        try await withServer { server in
            try server.folder.write(Self.program, to: "tasks.py")
            let ended = try await withProgram(
                Checkout.python, ["-B", "tasks.py", Checkout.path("Examples/worker.py"), "\(lease)"],
                in: server.folder, named: "worker", environment: ["PUNCTUAL_URL": server.address]
            ) { worker in
                _ = try await worker.line(with: "takes resize-image")
                try await body(server, worker)
            }
            #expect(ended.status == 0)
        }
    }

    /// Makes a job of a task and triggers it.
    private func begin(
        _ name: String, payload: String = "null", attempts: Int = 3, times: Int = 1, _ server: RunningServer
    ) async throws {
        let file = """
            {"name": "\(name)", "schedule": {"type": "manual"}, "overlap_policy": "allow_all",
             "retry_policy": {"maximum_attempts": \(attempts), "initial_interval": "100ms", "jitter": 0},
             "target": {"type": "worker", "task": "\(name)", "payload": \(payload)}}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
        for _ in 0..<times { #expect(try await server.punctual("job", "trigger", name).status == 0) }
    }

    /// The job's executions once they are as wished.
    @discardableResult
    private func rows(
        _ name: String, _ server: RunningServer, _ isSo: (JSONValue) -> Bool
    ) async throws -> [JSONValue] {
        try await eventually("the executions of \(name)") {
            let rows = try await server.executions(of: name)
            return rows.allSatisfy(isSo) ? rows : nil
        }
    }

    @Test(
        "outputs of any size and of any characters are told, each in its first attempt",
        arguments: [
            ([120], 150_000), ([120], 400_000), ([34, 10], 100_000), ([1], 200_000), ([128_512], 150_000),
            ([97, 0, 98], 1), ([0xDC80], 3),
        ])
    func large(_ codes: [Int], _ times: Int) async throws {
        try await withWorker(lease: 60) { server, worker in
            let payload = #"{"codes": \#(codes), "times": \#(times)}"#
            try await begin("large", payload: payload, attempts: 1, times: 10, server)
            let done = try await rows("large", server) { ["succeeded", "failed"].contains($0["status"]) }
            #expect(done.count == 10 && done.allSatisfy { $0["status"] == "succeeded" }, "\(worker.out)")
            #expect(done.allSatisfy { $0["result"]?["output"]?.string?.isEmpty == false })
        }
    }

    @Test("an error that no server would take as it is fails its attempt all the same")
    func oddError() async throws {
        try await withWorker(lease: 60) { server, worker in
            try await begin("odd", attempts: 1, server)
            let row = try #require(try await rows("odd", server) { $0["status"] == "failed" }.first)
            #expect(row["reason"] == .null && row["error"]?.string?.hasPrefix("a\u{FFFD}b?") == true, "\(row)")
        }
    }

    @Test("what somebody cancels is cancelled, and its last words are kept")
    func cancelled() async throws {
        try await withWorker { server, worker in
            try await begin("heeding", server)
            let row = try #require(try await rows("heeding", server) { $0["status"] == "running" }.first)
            let id = try #require(row["id"]?.string)
            #expect(try await server.punctual("execution", "cancel", "heeding", id).status == 0)
            let end = try #require(try await rows("heeding", server) { $0["status"] == "cancelled" }.first)
            #expect(end["error"] == "it was stopped" && end["attempt"] == 1, "\(end)")
        }
    }

    @Test("work stops when its lease may be over since the server does not answer, and is done again")
    func noAnswer() async throws {
        try await withWorker { server, worker in
            try await begin("heeding", server)
            try await rows("heeding", server) { $0["status"] == "running" }
            server.background.send(SIGSTOP)
            let line = try await eventually("the end of the lease") {
                worker.out.split(separator: "\n").first { $0.contains("the lease ran out") }
            }
            server.background.send(SIGCONT)
            #expect(line.hasSuffix("in attempt 1"))
            let row = try #require(try await rows("heeding", server) { $0["status"] == "succeeded" }.first)
            #expect(row["attempt"] == 2 && row["attempts"]?[0]?["reason"] == "lease_expired", "\(row)")
        }
    }
}
