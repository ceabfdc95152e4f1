import Foundation
import Logging
import PunctualClient
import PunctualJSON
import ServiceLifecycle
import Synchronization
import Testing

/// Outside workers as programs write them, against the real server.
@Suite("Outside workers, whole", .timeLimit(.minutes(10)))
struct WorkerTests {
    /// Makes a job of a task, and triggers it so many times.
    private func job(
        _ name: String, task: String, payload: String = "null", more: String = "", times: Int, _ server: RunningServer
    ) async throws {
        let file = """
            {"name": "\(name)", "schedule": {"type": "manual"}, "overlap_policy": "allow_all", \(more)
             "target": {"type": "worker", "task": "\(task)", "payload": \(payload)}}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
        let id = try await id(name, server)
        let client = PunctualClient(address: server.address)
        for _ in 0..<times { _ = try await client.send("POST", "/api/v1/jobs/\(id)/trigger") }
        try await client.shutdown()
    }

    private func id(_ name: String, _ server: RunningServer) async throws -> String {
        try #require(try await server.json("job", "get", name)["id"]?.string)
    }

    /// The job's executions once all of them stand so.
    @discardableResult
    private func all(_ name: String, are status: String, _ server: RunningServer) async throws -> [JSONValue] {
        try await eventually("all of \(name) are \(status)") {
            let rows = try await server.executions(of: name)
            return rows.allSatisfy { $0["status"]?.string == status } ? rows : nil
        }
    }

    /// Runs a worker while the body does, and shuts it down gracefully then.
    private func withWorker(
        _ server: RunningServer, _ options: Worker.Options, _ handlers: [String: Worker.Handler],
        _ body: () async throws -> Void
    ) async throws {
        let client = PunctualClient(address: server.address)
        let group = ServiceGroup(
            services: [Worker(client, options: options, handlers: handlers)], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await client.shutdown()
    }

    @Test("a Swift worker runs many at a time; outputs and failures reach their history")
    func swift() async throws {
        try await withServer { server in
            try await job("good", task: "good", payload: #"{"n": 7}"#, times: 30, server)
            try await job(
                "bad", task: "bad", more: #""retry_policy": {"maximum_attempts": 1},"#, times: 3, server)
            var options = Worker.Options(name: "w")
            options.concurrency = 8
            let most = Mutex((now: 0, most: 0))
            let handlers: [String: Worker.Handler] = [
                "good": { work in
                    most.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                    defer { most.withLock { $0.now -= 1 } }
                    try await Task.sleep(for: .milliseconds(20))
                    return "did \(work.payload["n"]?.int ?? 0) in attempt \(work.attempt)"
                },
                "bad": { _ in throw Refusal(description: "the disk is full") },
            ]
            try await withWorker(server, options, handlers) {
                let good = try await all("good", are: "succeeded", server)
                #expect(good.count == 30)
                #expect(
                    good.allSatisfy { $0["result"]?["output"]?.string == "did 7 in attempt 1" },
                    "\(good.first ?? .null)")
                let bad = try await all("bad", are: "failed", server)
                #expect(bad.allSatisfy { $0["error"]?.string == "the disk is full" }, "\(bad.first ?? .null)")
            }
            #expect((2...8).contains(most.withLock(\.most)), "at most as many as it may: \(most.withLock(\.most))")
        }
    }

    private struct Refusal: Error, CustomStringConvertible { let description: String }

    @Test(
        "what somebody cancels is cancelled in the worker; what runs at its shutdown goes back without an attempt spent"
    )
    func cancelAndDrain() async throws {
        try await withServer { server in
            let once = #""retry_policy": {"maximum_attempts": 1},"#
            try await job("long", task: "long", more: once, times: 1, server)
            var options = Worker.Options(name: "w")
            options.lease = .seconds(5)
            options.grace = .milliseconds(100)
            let long: Worker.Handler = { _ in
                try await Task.sleep(for: .seconds(600))
                return nil
            }
            try await withWorker(server, options, ["long": long]) {
                let row = try #require(try await all("long", are: "running", server).first)
                let client = PunctualClient(address: server.address)
                let path = "/api/v1/executions/\(try await id("long", server))/\(row["id"]?.string ?? "")/cancel"
                _ = try await client.send("POST", path)
                try await client.shutdown()
                try await all("long", are: "cancelled", server)
                try await job("later", task: "long", more: once, times: 1, server)
                try await all("later", are: "running", server)
            }
            let back = try await all("later", are: "pending", server)
            #expect(back.count == 1)
            try await withWorker(server, options, ["long": { _ in "at last" }]) {
                let rows = try await all("later", are: "succeeded", server)
                #expect(
                    rows.first?["result"]?["output"]?.string == "at last",
                    "one attempt was allowed, and it was not spent")
            }
        }
    }

    @Test("what a worker says is followed while it works: in order, whole, and to the end")
    func says() async throws {
        try await withServer { server in
            try await job("chatty", task: "chatty", times: 1, server)
            let (starts, start) = AsyncStream<Void>.makeStream()
            let all = (1...1500).map { "line \($0) of a long story" }
            let chatty: Worker.Handler = { work in
                work.progress(0.5, "waiting")
                work.log("begun \u{1B}[31m", level: .warn)
                for await _ in starts { break }
                for (index, line) in all.enumerated() {
                    work.log(line)
                    // Not more than a worker keeps.
                    if index % 500 == 499 { try await Task.sleep(for: .seconds(2)) }
                }
                work.progress(100)
                work.log("done", level: .debug)
                return nil
            }
            try await withWorker(server, Worker.Options(name: "w"), ["chatty": chatty]) {
                let arguments = ["execution", "logs", "chatty", "--follow", "-o", "jsonl", "--url", server.address]
                let ended = try await withProgram(
                    try Program.punctual(), arguments, in: server.folder, named: "logs"
                ) { logs in
                    _ = try await logs.line(with: "begun")
                    let shown = try await eventually("the progress") {
                        let row = try await server.executions(of: "chatty").first
                        return row?["progress"] == .null ? nil : row?["progress"]
                    }
                    #expect(shown["percent"]?.double == 0.5 && shown["message"] == "waiting")
                    start.yield()
                    try await self.all("chatty", are: "succeeded", server)
                    _ = try await eventually("the end of what follows") {
                        Background.runs(logs.process) ? nil : true
                    }
                    let lines = try logs.out.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
                    #expect(lines.map { $0["text"]?.string } == ["begun \u{1B}[31m"] + all + ["done"])
                    #expect(lines.map { $0["number"]?.int } == (1...1502).map { $0 })
                }
                #expect(ended.status == 0)
            }
            let said = try await server.punctual("execution", "logs", "chatty", "--after", "1500")
            #expect(said.lines.count == 2 && said.out.contains("  debug  done"), "\(said)")
            let first = try await server.punctual("execution", "logs", "chatty")
            #expect(first.lines.count == 1502 && !first.out.contains("\u{1B}"), "no code reaches a terminal")
            let whole = try await server.json("execution", "logs", "chatty")
            #expect(whole.array?.count == 1502)
            let row = try #require(try await server.executions(of: "chatty").first)
            let got = try await server.punctual("execution", "get", "chatty", row["id"]?.string ?? "")
            #expect(got.out.contains("100 %"), "\(got)")
            let newest = try await server.punctual("execution", "get", "chatty")
            #expect(newest.status == 0 && newest.out == got.out, "\(newest)")
        }
    }

    @Test("a command's output is followed while it runs")
    func command() async throws {
        try await withServer { server in
            let file = """
                {"name": "build", "schedule": {"type": "manual"}, "target": {"type": "command", "directory": "\(server.folder.path)",
                 "argv": ["/bin/sh", "-c", "echo compiling; until [ -e go ]; do sleep 0.02; done; echo linked >&2; exit 3"]},
                 "retry_policy": {"maximum_attempts": 1}}
                """
            #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
            let none = try await server.punctual("execution", "logs", "build")
            #expect(none.status == 3 && none.err.contains("no execution"), "\(none)")
            let nothing = try await server.punctual("execution", "get", "build")
            #expect(nothing.status == 3 && nothing.err.contains("no execution"), "\(nothing)")
            #expect(try await server.punctual("job", "trigger", "build").status == 0)
            let arguments = ["execution", "logs", "build", "-f", "--url", server.address]
            let ended = try await withProgram(
                try Program.punctual(), arguments, in: server.folder, named: "logs"
            ) { logs in
                _ = try await logs.line(with: "  info   compiling")
                #expect(!logs.out.contains("linked"))
                try server.folder.write("", to: "go")
                _ = try await logs.line(with: "linked")
                _ = try await eventually("the end of what follows") { Background.runs(logs.process) ? nil : true }
            }
            #expect(ended.status == 0)
            let rows = try await all("build", are: "failed", server)
            #expect(rows.first?["result"]?["output"] == "compiling\nlinked\n", "\(rows)")
        }
    }

    @Test("what a worker finishes although its shutdown asked it to stop has succeeded")
    func finishedInTime() async throws {
        try await withServer { server in
            try await job("slow", task: "slow", times: 1, server)
            var options = Worker.Options(name: "w")
            options.grace = .milliseconds(50)
            let slow: Worker.Handler = { _ in
                // Ends by the cancellation, as work that saves what it has does.
                while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }  // Seen by the condition.
                return "saved"
            }
            try await withWorker(server, options, ["slow": slow]) { try await all("slow", are: "running", server) }
            let rows = try await all("slow", are: "succeeded", server)
            #expect(rows.first?["result"]?["output"]?.string == "saved")
        }
    }

    @Test("the example in Python does the same: work, shutdown")
    func python() async throws {
        try await withServer { server in
            try await job(
                "resize", task: "resize-image", payload: #"{"file": "a.png", "seconds": 0.01}"#, times: 25, server)
            let ended = try await withProgram(
                Checkout.python, [Checkout.path("Examples/worker.py")], in: server.folder, named: "worker",
                environment: ["PUNCTUAL_URL": server.address]
            ) { worker in
                _ = try await worker.line(with: "takes resize-image")
                let rows = try await all("resize", are: "succeeded", server)
                #expect(rows.count == 25 && rows.allSatisfy { $0["result"]?["output"]?.string == "resized a.png" })
                for row in rows {
                    let said = try await server.punctual(
                        "execution", "logs", "resize", row["id"]?.string ?? "", "-o", "jsonl")
                    let lines = try said.lines.map { try JSONValue(parsing: $0)["text"]?.string }
                    #expect(lines == ["step 1 of 3", "step 2 of 3", "step 3 of 3"], "\(said)")
                    #expect(row["progress"]?["percent"] == 100 && row["progress"]?["message"] == "resizing")
                }
                try await job(
                    "slow", task: "resize-image", payload: #"{"steps": 20, "seconds": 0.1}"#, times: 3, server)
                try await all("slow", are: "running", server)
                worker.send(SIGTERM)
                try await all("slow", are: "succeeded", server)
            }
            #expect(ended.status == 0)
        }
    }
}
