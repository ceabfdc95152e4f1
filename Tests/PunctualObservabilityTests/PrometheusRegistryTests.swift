import Foundation
import Metrics
import PunctualObservability
import Testing

@Suite("Metrics as Prometheus text")
struct PrometheusRegistryTests {
    /// A registry with odd names and values, told by all that can be in it.
    private func odd() -> PrometheusRegistry {
        let words = [MetricWord(.counter, "jobs_done_total", ["status"], "Jobs that\nended \\ \"somehow\".")]
        let registry = PrometheusRegistry(words) { [("execution_id", "0197-x"), ("trace_id", "back\\slash")] }
        for value in ["plain", "qu\"ote", "back\\slash", "new\nline", "\u{1F600}"] {
            registry.makeCounter(label: "jobs_done_total", dimensions: [("status", value)]).increment(by: 2)
        }
        registry.makeTimer(label: "took_seconds", dimensions: []).recordNanoseconds(30_000_000)
        registry.makeTimer(label: "more_seconds", dimensions: [("route", "a"), ("b", "c")]).recordNanoseconds(1)
        registry.makeRecorder(label: "odd-name.level", dimensions: [], aggregate: false).record(Double.nan)
        registry.makeMeter(label: "level", dimensions: []).set(Double.infinity)
        registry.makeCounter(label: "without_its_ending", dimensions: []).increment(by: 1)
        return registry
    }

    @Test("promtool takes what the registry writes, odd names and values included")
    func promtool() throws {
        let text = odd().text(figures: ProcessFigures.read() + DiskFigures.read([("work", ".")]))
        #expect(!text.contains("0197-x"), "the older text knows no exemplars")
        // It complains of the counter without its ending, as it should, and of nothing else.
        let (status, said) = try run("/usr/bin/promtool", ["check", "metrics"], text)
        let faults = said.split(separator: "\n")
        #expect(status != 0 && faults.count == 1 && faults.first?.contains("without_its_ending") == true, "\(said)")
    }

    @Test(
        "the reference parser of OpenMetrics takes what the registry writes, exemplars included; a broken twin it refuses"
    )
    func openMetrics() throws {
        let text = odd().text(.openMetrics, figures: ProcessFigures.read() + DiskFigures.read([("work", ".")]))
        let script = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
            families = {family.name: family for family in read(sys.stdin.read())}
            shown = [s.exemplar for s in families["took_seconds"].samples if s.exemplar]
            assert len(shown) == 1 and shown[0].labels["execution_id"] == "0197-x" and shown[0].value == 0.03, shown
            assert shown[0].labels["trace_id"] == "back\\\\slash" and float(shown[0].timestamp) > 1.7e9, shown
            assert families["jobs_done"].type == "counter" and families["process_cpu_seconds"].unit == "seconds"
            """
        let (status, said) = try run(Self.python, ["-c", script], text)
        #expect(status == 0, "\(said)\n\(text)")
        let twin = text.replacing("# TYPE took_seconds histogram", with: "# TYPE took_seconds counter")
        #expect(try run(Self.python, ["-c", script], twin).status != 0)
    }

    /// The interpreter that script/bootstrap prepares.
    private static let python = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".venv/bin/python3").path(percentEncoded: false)

    private func run(_ path: String, _ arguments: [String], _ text: String) throws -> (status: Int32, said: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    @Test("a figure of a moment is gone with it, and what was counted stays")
    func moments() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "n_total", dimensions: []).increment(by: 1)
        let holder = MetricFigure("shard_holder", 1, [("node", "a")])
        #expect(registry.text(figures: [holder]).contains("shard_holder{node=\"a\"} 1"))
        let next = registry.text(figures: [MetricFigure("shard_holder", 1, [("node", "b")])])
        #expect(!next.contains("node=\"a\"") && next.contains("shard_holder{node=\"b\"} 1"))
        #expect(next.contains("\nn_total 1\n"))
    }

    @Test("a metric has the bounds that its words name, written alike in both formats")
    func bounds() {
        let registry = PrometheusRegistry([MetricWord(.histogram, "late_seconds", bounds: [0.5, 1, 60], "Late.")])
        registry.makeTimer(label: "late_seconds", dimensions: []).recordNanoseconds(800_000_000)
        for format in [MetricFormat.text, .openMetrics] {
            let lines = registry.text(format).split(separator: "\n").filter { $0.hasPrefix("late_seconds_bucket") }
            #expect(
                lines == [
                    "late_seconds_bucket{le=\"0.5\"} 0", "late_seconds_bucket{le=\"1.0\"} 1",
                    "late_seconds_bucket{le=\"60.0\"} 1", "late_seconds_bucket{le=\"+Inf\"} 1",
                ])
        }
    }

    @Test("a histogram counts into every bucket that holds the value")
    func histogram() {
        let registry = PrometheusRegistry()
        let timer = registry.makeTimer(label: "took_seconds", dimensions: [("route", "/x")])
        for milliseconds in [1, 20, 20_000] as [Int64] { timer.recordNanoseconds(milliseconds * 1_000_000) }
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"0.005\"} 1"))
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"0.025\"} 2"))
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"10.0\"} 2"))
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"+Inf\"} 3"))
        #expect(lines.contains("took_seconds_count{route=\"/x\"} 3"))
        #expect(lines.contains("took_seconds_sum{route=\"/x\"} 20.021"))
    }

    @Test("concurrent increments add up")
    func concurrent() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { registry.makeCounter(label: "n_total", dimensions: []).increment(by: 1) }
                }
            }
        }
        #expect(registry.text().contains("\nn_total 8000\n"))
    }

    @Test("a metric with too many label values keeps its bound")
    func cardinality() {
        let registry = PrometheusRegistry()
        for number in 0..<1500 {
            registry.makeCounter(label: "n_total", dimensions: [("id", "\(number)")]).increment(by: 1)
        }
        let lines = registry.text().split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("n_total{") } <= 1001)
        #expect(lines.contains("n_total{id=\"other\"} 500"))
    }
}
