import Foundation
import PunctualJSON
import Testing

@Suite("Jobs that run by themselves", .timeLimit(.minutes(10)))
struct SchedulingTests {
    /// The instants of rows that must lie one second apart, none missing and none twice.
    private func expectEverySecond(_ rows: [JSONValue]) throws {
        let instants = try rows.map { try instant($0, "scheduled_at") }
        for (first, second) in zip(instants, instants.dropFirst()) {
            #expect(abs(second - first - 1) < 0.0005, "\(first) is followed by \(second)")
        }
    }

    /// A member that holds an instant, in Unix seconds.
    private func instant(_ row: JSONValue, _ name: String) throws -> Double {
        let text = try #require(row[name]?.string, "\(name) of \(row)")
        return try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text).timeIntervalSince1970
    }

    private func isFinal(_ row: JSONValue) -> Bool {
        !["buffered", "pending", "running"].contains(row["status"]?.string ?? "")
    }

    @Test("a job posts to a listener every second: each due instant arrives")
    func everySecond() async throws {
        try await withFolder { folder in
            let script = Checkout.path("Examples/http-listener.py")
            _ = try await withProgram(Checkout.python, [script, "0"], in: folder, named: "listener") { listener in
                let heard = try await listener.line(with: "listening on ")
                let address = try #require(heard.split(separator: " ").last)
                try await withServer(in: folder) { server in
                    try await post(to: "\(address)/tick", server, listener)
                }
            }
        }
    }

    private func post(to address: String, _ server: RunningServer, _ listener: Background) async throws {
        let file = """
            {"name": "tick", "schedule": {"type": "interval", "every": "1s"}, "overlap_policy": "allow_all",
             "target": {"type": "http", "url": "\(address)", "body": {"hello": "world"}}}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
        _ = try await eventually("twelve executions that have ended") {
            try await server.executions(of: "tick").count(where: isFinal) >= 12 ? true : nil
        }
        #expect(try await server.punctual("job", "pause", "tick").status == 0)
        let rows = try await eventually("the end of all executions") {
            let rows = try await server.executions(of: "tick").filter { $0["reason"] != "paused" }
            return rows.allSatisfy(isFinal) ? rows : nil
        }
        try expectEverySecond(rows)
        #expect(rows.allSatisfy { $0["status"] == "succeeded" }, "\(rows)")
        let late = try rows.map { try instant($0, "started_at") - instant($0, "scheduled_at") }.sorted()
        print(
            "posted \(rows.count) of \(rows.count); late by \(milliseconds(late[late.count / 2])) in the middle, "
                + "\(milliseconds(late[late.count - 1])) at most")
        for row in rows {
            let due = try #require(row["scheduled_at"]?.string)
            #expect(listener.out.contains("POST /tick scheduled \(due) attempt 1: b'{\"hello\":\"world\"}'"))
        }
    }

    private func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }

    @Test("a job that fails is tried again, and may then succeed")
    func retries() async throws {
        try await withServer { server in
            let file = """
                name: flaky
                schedule: {type: manual}
                target:
                  type: command
                  argv: [/bin/sh, -c, "echo try $PUNCTUAL_ATTEMPT; test $PUNCTUAL_ATTEMPT = 3 || exit 9"]
                retry_policy: {maximum_attempts: 5, initial_interval: 200ms, backoff_coefficient: 2, jitter: 0}
                """
            #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
            let ended = try await server.punctual("job", "trigger", "flaky", "--wait", "-o", "json")
            #expect(ended.status == 0, "\(ended)")
            let row = try #require(try ended.json()[0])
            let attempts = try #require(row["attempts"]?.array)
            #expect(row["attempt"] == 3 && row["result"]?["output"] == "try 3\n")
            #expect(attempts.map { $0["status"] } == ["failed", "failed", "succeeded"])
            #expect(attempts.map { $0["reason"] } == ["exit_code", "exit_code", .null])
            for (index, pause) in [0.2, 0.4].enumerated() {
                let ended = try instant(attempts[index], "finished_at")
                #expect(try instant(attempts[index + 1], "started_at") - ended >= pause - 0.002)
            }
        }
    }

    @Test("a job that outlives its timeout is killed with all its children, also those that don't listen")
    func timeout() async throws {
        try await withServer { server in
            let file = """
                name: endless
                schedule: {type: manual}
                target:
                  type: command
                  directory: \(server.folder.path)
                  argv: [/bin/sh, -c, "trap '' TERM; sleep 1000 & echo $$ $! > pids; echo begun; while :; do wait; done"]
                timeout: 1s
                retry_policy: {maximum_attempts: 1}
                """
            #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
            let ended = try await server.punctual("job", "trigger", "endless", "--wait", "-o", "json")
            #expect(ended.status == 7 && ended.err.contains("failed (timeout)"), "\(ended)")
            let row = try #require(try ended.json()[0])
            #expect(row["reason"] == "timeout" && row["result"]?["output"] == "begun\n")
            let processes = server.folder.read("pids").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
            #expect(processes.count == 2)
            for process in processes {
                _ = try await eventually("the end of process \(process)") {
                    Background.runs(process) ? nil : true
                }
            }
        }
    }
}
