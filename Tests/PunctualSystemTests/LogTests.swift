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
                #expect(object["service.node.name"]?.string?.isEmpty == false, "\(line)")
                objects.append(object)
            }
            for secret in [LogTests.webhookSecret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "hunter2"] {
                #expect(!folder.read("server.err").contains(secret) && !folder.read("server.out").contains(secret))
            }
            let told = try #require(
                objects.first { $0["message"] == "an execution failed" && $0["punctual.job.name"] == "bad" })
            #expect(told["log.level"] == "info" && told["event.reason"] == "exit_code")
            #expect(told["punctual.execution.id"] == failed["id"] && told["punctual.job.id"] == failed["job_id"])
            #expect(told["punctual.attempt"] == 2 && told["service.name"] == "punctual")
            // The trace that the receiver is told, whether or not anybody keeps it.
            #expect(told["trace.id"]?.string?.count == 32)
            let asked = try #require(objects.first { $0["message"] == "request" && $0["url.path"] == "/api/v1/jobs" })
            #expect(asked["http.request.id"]?.string?.isEmpty == false && asked["event.duration"]?.int != nil)
            #expect(asked["http.response.status_code"]?.int != nil && asked["ecs.version"] == "8.17.0")
        }
    }

    @Test("the configurations for shippers are YAML, and the fields that they name are those of the lines")
    func shippers() async throws {
        try await withFolder { folder in
            let read = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1], encoding='utf-8'))))"
            func document(_ name: String) async throws -> JSONValue {
                let python = Checkout.path(".venv/bin/python3")
                return try await Program.run(
                    python, ["-c", read, Checkout.path("deploy/observability/\(name)")], in: folder
                ).json()
            }
            let (vector, filebeat) = (try await document("vector.yaml"), try await document("filebeat.yml"))
            let sinks = vector["sinks"]?.description ?? ""
            let named = sinks.matches(of: /\{\{ \\"([a-z_.]+)\\" \}\}/).map { String($0.1) }
            #expect(named.count == 5, "\(sinks)")
            let needed = filebeat["processors"]?[1]?["drop_event"]?["when"]?["not"]?["has_fields"]?.array ?? []
            #expect(needed.count == 3)
            let ended = try await withServer(
                ["dev", "--port", "0", "--log-format", "json", "--log-level", "debug"], in: folder
            ) { server in try await work(server) }
            #expect(ended.status == 0)
            let lines = try folder.read("server.err").split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            for field in needed.compactMap(\.string) {
                #expect(lines.allSatisfy { $0[field] != nil }, "\(field) is on each line")
            }
            for field in named { #expect(lines.contains { $0[field]?.string?.isEmpty == false }, "\(field)") }
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
