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
            let text = try await server.call("/metrics").body
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
            #expect(!text.contains("/nowhere") && !text.contains("job_id"))
        }
    }
}
