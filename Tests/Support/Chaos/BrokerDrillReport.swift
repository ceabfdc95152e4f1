internal import PunctualSchedule

/// What drills with brokers came to, as a page in Markdown.
package struct BrokerDrillReport: Sendable {
    private let results: [BrokerDrill.Result]

    package init(_ results: [BrokerDrill.Result]) { self.results = results }

    package var text: String {
        var lines = [
            "# Faults of Redis and RabbitMQ", "",
            "Three nodes on PostgreSQL, a Redis Cluster of six and RabbitMQ, all on one machine; `script/chaos --brokers` wrote this page. Each fault lasts "
                + "\(results.first.map { seconds($0.options.strike) } ?? "–"), then there is calm; a row counts both. *Late* is from the due instant to the start, "
                + "*recovered* from the end of the fault to the last start that was more than a second late.",
        ]
        for result in results {
            let options = result.options
            lines += [
                "", "## With `broker` \(options.broker), \(options.rate) executions a second", "",
                "\(result.due) due instants: \(result.lost) lost, \(result.unsuccessful) without success. \(result.calls) requests: "
                    + "\(result.errors) failed. \(result.messages) messages confirmed by RabbitMQ: \(result.messagesLost) lost.",
                "",
                "| fault | executions | late p50 | p99 | most | recovered | requests | failed | p99 |",
                "|---|---|---|---|---|---|---|---|---|",
            ]
            lines += result.phases.map { phase in
                let late = [phase.lateness.p50, phase.lateness.p99, phase.lateness.most].map(seconds)
                let name = phase.fault?.words ?? "none"
                let recovered = phase.fault == nil ? "" : seconds(phase.recovered)
                return "| \(name) | \(phase.executions) | \(late.joined(separator: " | ")) | \(recovered) | "
                    + "\(phase.calls) | \(phase.errors) | \(phase.callP99.wholeMilliseconds) ms |"
            }
            for finding in result.findings { lines.append("\n**\(finding)**") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func seconds(_ duration: Duration) -> String { DrillReport.seconds(duration) }
}
