import Foundation
import PunctualObservability
import Testing

@testable import PunctualServer

@Suite("The words of metrics")
struct MetricWordsTests {
    @Test("each metric is named once, as Prometheus wants it, and stands on the page with the same words")
    func page() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/metrics.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `p") && $0.contains("_") && $0.contains(" | ") }
            .filter { row in ["counter", "gauge", "histogram"].contains { row.contains(" | \($0) | ") } }.map(
                String.init)
        let words = MetricWords.all.map { word in
            let labels = word.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(word.name)` | \(word.kind.rawValue) | \(labels) | \(word.help) |"
        }
        #expect(rows == words)
        #expect(Set(MetricWords.all.map(\.name)).count == MetricWords.all.count)
        for word in MetricWords.all {
            #expect((word.kind == .counter) == word.name.hasSuffix("_total"), "\(word.name)")
            #expect(word.labels == word.labels.sorted(), "\(word.name)")
            #expect(!word.labels.contains("job"), "\(word.name): that label is Prometheus' own")
            #expect(word.bounds.map { $0 == $0.sorted() && $0.contains(1) } ?? true, "\(word.name)")
        }
    }

    @Test("there is no metric in the sources without its words")
    func sources() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources").path(percentEncoded: false)
        var used: Set<String> = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(of: /(label: |counter\(|MetricFigure\()\s*"([a-z_]+)"/) {
                // Loggers have labels, too.
                if match.2.contains("_") { used.insert(String(match.2)) }
            }
        }
        let known = Set(MetricWords.all.map(\.name))
        #expect(used.count > 60 && used.subtracting(known) == [], "\(used.subtracting(known))")
        let unused = known.subtracting(used)
        // Names that are chosen from a list stand without a call before them.
        #expect(unused.count < 8, "\(unused)")
    }

    @Test("each loop that lives or fails is on the page of metrics")
    func loops() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reference/metrics.md"), encoding: .utf8)
        let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `loop` |") })
        let folder = root.appending(path: "Sources").path(percentEncoded: false)
        var loops: Set<String> = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(of: /loop(?:Lived|Failed)\("([a-z_]+)"/) { loops.insert(String(match.1)) }
        }
        #expect(loops.count > 8 && loops.contains("notifications"))
        for loop in loops { #expect(row.contains("`\(loop)`"), "the page does not name the loop \(loop)") }
    }

    @Test("metrics.jobs takes names and patterns, and says what it does not take")
    func jobs() async throws {
        func load(_ text: String) async throws -> [String] {
            try await Settings.load(flags: [:], environment: ["PUNCTUAL_METRICS_JOBS": text], configFile: nil)
                .metricJobs
        }
        #expect(try await load("nightly, billing:*") == ["nightly", "billing:*"])
        for text in ["a b:c:d", "x{y}", "a:b:c", String(repeating: "a", count: 129)] {
            await #expect(throws: SettingsError.self) { try await load(text) }
        }
    }
}
