internal import PunctualCore
internal import PunctualSchedule
internal import PunctualTestKit

/// A drill's result as a page, in Markdown.
package struct DrillReport: Sendable {
    private let result: Drill.Result
    private let chart: String

    /// - Parameter chart: the name of the chart's file beside the page.
    package init(_ result: Drill.Result, chart: String) {
        self.result = result
        self.chart = chart
    }

    package var text: String {
        var lines = [
            "# Faults, seed \(result.options.seed), \(result.began)", "",
            "\(result.findings.isEmpty ? "Nothing that must never happen did." : "**Something happened that must not.**") "
                + "\(result.options.nodes.count) nodes"
                + (skews.isEmpty ? "" : " (\(skews))")
                + ", \(result.options.jobs) jobs of one to five seconds, \(result.marks.count) faults in "
                + "\(result.options.faultTime), then quiet; every due instant was then matched to one row.",
            "", "![Lateness and faults over time](\(chart))", "", "| what | count |", "|---|---|",
        ]
        let report = result.report
        lines += [
            "| due instants | \(report.due) |",
            "| rows | \(report.rows.values.reduce(0, +)) (\(statuses)) |",
            "| attempts | \(report.attempts) |", "| calls that the endpoint saw | \(report.calls) |",
            "| stale ends and lost leases that were refused | \(result.refusals) |",
        ]
        for kind in HistoryReport.Kind.allCases {
            lines.append("| \(DrillReport.words(kind)) | \(report.count(kind)) |")
        }
        lines.append(
            "| everything had ended after the last instant within | \(result.drained.map(DrillReport.seconds) ?? "never") |"
        )
        lines += [""] + latenessLines + [""] + takeoverLines + [""] + faultLines
        let findings = result.findings.prefix(50)
        if !findings.isEmpty { lines += ["", "## Findings", ""] + findings.map { "- \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private var skews: String {
        result.options.nodes.compactMap { node in node.skew.map { "the clock of \(node.name) shows \($0)" } }
            .joined(separator: ", ")
    }

    private var statuses: String {
        result.report.rows.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
            .joined(separator: ", ")
    }

    private static func words(_ kind: HistoryReport.Kind) -> String {
        switch kind {
        case .missing: "due instants without a row"
        case .doubled: "due instants with two rows"
        case .unexpected: "rows that nothing asked for"
        case .notDrained: "rows that had not ended"
        case .stale: "rows that a stale attempt changed"
        case .policy: "rows that the policies do not explain"
        case .together: "two attempts of one execution at once (allowed)"
        }
    }

    // MARK: Parts

    private var latenessLines: [String] {
        let all = result.report.latenesses
        let calm = all.filter { lateness in !result.marks.contains { $0.touches(lateness.scheduledAt) } }
        var lines = ["| lateness | p50 | p99 | most |", "|---|---|---|---|"]
        for (name, values) in [
            ("recorded", all.map(\.planned)), ("recorded, no fault near", calm.map(\.planned)),
            ("started", all.compactMap(\.started)), ("started, no fault near", calm.compactMap(\.started)),
        ] where !values.isEmpty {
            let sorted = values.sorted()
            let shown = [0.5, 0.99, 1].map {
                DrillReport.seconds(sorted[min(sorted.count - 1, Int(Double(sorted.count) * $0))])
            }
            lines.append("| \(name) | \(shown.joined(separator: " | ")) |")
        }
        return lines
    }

    private var takeoverLines: [String] {
        guard !result.takeovers.isEmpty else { return [] }
        return ["| takeover after | node | shards | all had moved on within |", "|---|---|---|---|"]
            + result.takeovers.map { takeover in
                "| \(takeover.mark.fault.rawValue) | \(takeover.mark.target) | \(takeover.mark.shards.count) | "
                    + "\(takeover.took.map(DrillReport.seconds) ?? "–") |"
            }
    }

    private var faultLines: [String] {
        ["| at | fault | family | on | for |", "|---|---|---|---|---|"]
            + result.marks.map { mark in
                "| \(DrillReport.seconds(mark.at - result.began)) | \(mark.fault.rawValue) | \(mark.fault.family) | "
                    + "\(mark.target) | \(DrillReport.seconds(mark.until - mark.at)) |"
            }
    }

    /// With two decimals, `1.25 s`.
    static func seconds(_ duration: Duration) -> String {
        let hundredths = (duration.wholeMilliseconds + 5) / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}

extension Nemesis.Mark {
    /// Whether what was due then may be late for it: from shortly before until a takeover's time after.
    fileprivate func touches(_ instant: Timestamp) -> Bool {
        instant >= at - .seconds(5) && instant <= until + .seconds(15)
    }
}
