import Foundation
import PunctualJSON
import Testing

@Suite("The log of a live server", .timeLimit(.minutes(10)))
struct LogTests {
    private static let webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test("every line is a JSON object with time, level, logger and message, and none holds a secret")
    func lines() async throws {
        try await withFolder { folder in
            let ended = try await withServer(
                ["dev", "--port", "0", "--log-format", "json", "--log-level", "trace"], in: folder,
                environment: ["PUNCTUAL_WEBHOOK_SECRET": LogTests.webhookSecret]
            ) { server in try await work(server) }
            #expect(ended.status == 0)
            let failed = ended.value
            let lines = folder.read("server.err").split(separator: "\n")
            #expect(lines.count > 3)
            var objects: [JSONValue] = []
            for line in lines {
                let object = try JSONValue(parsing: String(line))
                let time = try #require(object["@timestamp"]?.string)
                #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
                let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
                #expect(levels.contains(object["log.level"]?.string ?? ""), "\(line)")
                #expect(object["log.logger"]?.string?.isEmpty == false, "\(line)")
                #expect(object["message"]?.string?.isEmpty == false, "\(line)")
                #expect(object["node_id"]?.string?.isEmpty == false, "\(line)")
                objects.append(object)
            }
            for secret in [LogTests.webhookSecret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "hunter2"] {
                #expect(!folder.read("server.err").contains(secret) && !folder.read("server.out").contains(secret))
            }
            let told = try #require(objects.first { $0["message"] == "an execution failed" && $0["job"] == "bad" })
            #expect(told["log.level"] == "info" && told["reason"] == "exit_code")
            #expect(told["execution_id"] == failed["id"] && told["job_id"] == failed["job_id"])
            #expect(told["attempt"] == "2", "data are texts: one type for each name, whatever writes it")
        }
    }

    /// Calls and executions with secrets in every place that takes one.
    /// - Returns: the execution that failed at its second attempt.
    private func work(_ server: RunningServer) async throws -> JSONValue {
        let file = """
            - name: bad
              schedule: {type: manual}
              target: {type: command, argv: [/bin/sh, -c, exit 3], env: {DATABASE_PASSWORD: hunter2}}
              retry_policy: {maximum_attempts: 2, initial_interval: 10ms}
            - name: call
              schedule: {type: manual}
              target:
                type: http
                method: POST
                url: "\(server.address)/nowhere?token=hunter2"
                headers: {Authorization: Bearer hunter2}
                body: {password: hunter2}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
        #expect(try await server.punctual("job", "trigger", "call", "--wait").status == 7)
        let curl = try await server.call(
            "/api/v1/jobs?token=hunter2", "--header", "Authorization: Bearer hunter2", "--header", "Cookie: a=hunter2")
        #expect(curl.status == 422)
        let ended = try await server.punctual("job", "trigger", "bad", "--wait", "-o", "json")
        #expect(ended.status == 7)
        return try #require(try ended.json()[0])
    }
}
