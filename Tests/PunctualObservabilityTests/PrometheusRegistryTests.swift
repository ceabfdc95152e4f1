import Foundation
import Metrics
import PunctualObservability
import Testing

@Suite("Metrics as Prometheus text")
struct PrometheusRegistryTests {
    @Test("promtool takes what the registry writes, odd names and values included")
    func promtool() throws {
        let registry = PrometheusRegistry(help: ["jobs_done_total": "Jobs that\nended \\ somehow."])
        for value in ["plain", "qu\"ote", "back\\slash", "new\nline", "\u{1F600}"] {
            registry.makeCounter(label: "jobs_done_total", dimensions: [("status", value)]).increment(by: 2)
        }
        registry.makeTimer(label: "took_seconds", dimensions: []).recordNanoseconds(30_000_000)
        registry.makeRecorder(label: "odd-name.level", dimensions: [], aggregate: false).record(Double.nan)
        registry.makeMeter(label: "level", dimensions: []).set(Double.infinity)
        let text = registry.text(gauges: ProcessFigures.read())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/promtool")
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }

    @Test("a histogram counts into every bucket that holds the value")
    func histogram() {
        let registry = PrometheusRegistry()
        let timer = registry.makeTimer(label: "took_seconds", dimensions: [("route", "/x")])
        for milliseconds in [1, 20, 20_000] as [Int64] { timer.recordNanoseconds(milliseconds * 1_000_000) }
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"0.005\"} 1"))
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"0.025\"} 2"))
        #expect(lines.contains("took_seconds_bucket{route=\"/x\",le=\"10\"} 2"))
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
