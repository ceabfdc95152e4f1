import Foundation
import PunctualJSON
import Testing

@Suite("The figures of a live server", .timeLimit(.minutes(10)))
struct MetricsTests {
    @Test("promtool finds no fault in /metrics after real executions, and the figures are there")
    func metrics() async throws {
        try await withServer { server in
            let file = """
                - {name: good, schedule: {type: manual}, target: {type: command, argv: [/bin/true]}}
                - {name: idle, schedule: {type: manual}, target: {type: noop}}
                - name: bad
                  schedule: {type: manual}
                  target: {type: http, method: GET, url: "\(server.address)/nowhere"}
                - {name: tick, schedule: {type: interval, every: 1s}, target: {type: noop}}
                """
            #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
            for (name, status) in [("good", 0), ("idle", 0), ("bad", 7)] as [(String, Int32)] {
                #expect(try await server.punctual("job", "trigger", name, "--wait").status == status)
            }
            _ = try await eventually("a scheduled run") {
                try await server.executions(of: "tick").contains { $0["status"] == "succeeded" } ? true : nil
            }
            let fresh = try await server.call("/metrics").body
            // What has not happened yet is there with zero, so that the first time is seen as growth.
            for call in ["tick", "claim", "finish", "renew", "reclaim"] {
                #expect(fresh.contains("\npunctual_store_calls_abandoned_total{call=\"\(call)\"} 0\n"), "\(call)")
            }
            #expect(fresh.contains("\npunctual_notifications_total{result=\"failed\"} 0\n"))
            let before = values(fresh)
            for (name, status) in [("good", 0), ("good", 0), ("bad", 7)] as [(String, Int32)] {
                #expect(try await server.punctual("job", "trigger", name, "--wait").status == status)
            }
            let text = try await server.call("/metrics").body
            let after = values(text)
            func growth(_ series: String) -> Double { (after[series] ?? 0) - (before[series] ?? 0) }
            #expect(growth("punctual_job_executions_total{status=\"succeeded\",target=\"command\"}") == 2)
            #expect(growth("punctual_job_executions_total{status=\"failed\",target=\"http\"}") == 1)
            #expect(growth("punctual_job_execution_duration_seconds_count") >= 3)
            #expect(growth("punctual_schedule_lateness_seconds_count") >= 3)
            #expect(growth("punctual_claims_total{result=\"taken\"}") >= 3)
            let triggers = "{method=\"POST\",route=\"/api/v1/jobs/{id}/trigger\",status_code=\"202\"}"
            #expect(growth("punctual_http_request_duration_seconds_count\(triggers)") == 3)
            #expect(growth("process_cpu_seconds_total") >= 0)
            for (series, value) in before where series.contains("_total") || series.contains("_count") {
                #expect(after[series] ?? -1 >= value, "\(series) has gone down")
            }
            let checked = try await Program.run(
                try Program.installed("promtool"), ["check", "metrics"], in: server.folder, input: text + "\n")
            #expect(checked.status == 0 && checked.err.isEmpty && checked.out.isEmpty, "\(checked)\n\(text)")
            for series in [
                "punctual_job_executions_total{", "punctual_job_execution_duration_seconds_bucket{",
                "punctual_schedule_lateness_seconds_count", "punctual_http_request_duration_seconds_count{",
                "punctual_active_jobs 4", "punctual_queue_depth{queue=\"default\"}", "punctual_store_up 1",
                "punctual_build_info{version=", "process_resident_memory_bytes ", "process_open_fds ",
                "process_cpu_seconds_total ",
            ] { #expect(text.contains("\n\(series)"), "no \(series) in\n\(text)") }
            // Ids and paths of users never become labels: they would make a series each.
            #expect(!text.contains("/nowhere") && !text.contains("job_id=") && !text.contains("execution_id="))
        }
    }

    @Test("what outside workers claim counts among what begins in time or late; retries do not")
    func outside() async throws {
        try await withServer { server in
            let job = """
                {"name": "frame", "schedule": {"type": "manual"}, "target": {"type": "worker", "task": "render"},
                 "retry_policy": {"maximum_attempts": 2, "initial_interval": "1s", "jitter": 0}}
                """
            #expect(try await server.punctual("job", "apply", "-f", "-", input: job).status == 0)
            let series = "punctual_schedule_lateness_seconds_count"
            #expect(values(try await server.call("/metrics").body)[series] == 0)
            #expect(try await server.punctual("job", "trigger", "frame").status == 0)
            for attempt in 1...2 {
                let wish = #"{"worker": "w", "queues": ["default"], "wait": "20s"}"#
                let claimed = try await server.call("/api/v1/work/claim", "--json", wish)
                let id = try JSONValue(parsing: claimed.body)["items"]?[0]?["id"]?.string ?? ""
                let end =
                    #"{"id": "\#(id)", "attempt": \#(attempt), "worker": "w", "status": "failed", "error": "why"}"#
                #expect(try await server.call("/api/v1/work/complete", "--json", end).status == 200, "\(claimed)")
                #expect(values(try await server.call("/metrics").body)[series] == 1)
            }
        }
    }

    /// The value of each series.
    private func values(_ text: String) -> [String: Double] {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let pairs = lines.compactMap { line -> (String, Double)? in
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                return nil
            }
            return (String(line[..<space]), value)
        }
        #expect(pairs.count == lines.count)
        return Dictionary(pairs) { first, _ in
            Issue.record("a series twice in\n\(text)")
            return first
        }
    }
}
