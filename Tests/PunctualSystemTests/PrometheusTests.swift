import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Three nodes before a real Prometheus", .timeLimit(.minutes(10)))
struct PrometheusTests {
    /// Panels that show nothing while all is well, or of which this installation has nothing to show.
    private static let silent = [
        "Errors by route": "nothing fails", "Calls held to limits": "there are no limits without access control",
        "Size of the SQLite file": "the store is PostgreSQL",
        "Steps of loops that failed": "no step fails",
    ]
    /// Metrics of the page that these nodes do not show.
    private static let absent: Set = [
        "punctual_limit_decisions_total", "punctual_database_size_bytes", "punctual_loop_failures_total",
    ]

    private struct Query: Sendable {
        let dashboard: String
        let panel: String
        let expression: String
    }

    @Test("it answers every query of every dashboard with figures, knows exemplars, and sees every metric of the page")
    func dashboards() async throws {
        let uri = try PostgresServer.shared.database()
        let redis = try await blocking { try RedisPeer() }
        let environment = [
            // Nobody is there; what becomes of spans and reports is counted all the same.
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER": "always_on",
            "PUNCTUAL_ERRORS_DSN": "http://abc@127.0.0.1:1/7",
            "PUNCTUAL_REDIS_URL": "redis://127.0.0.1:\(redis.port)", "PUNCTUAL_BROKER": "redis",
            "PUNCTUAL_METRICS_JOBS": "tick-1,billing:*",
        ]
        @Sendable func serve(_ node: String) -> [String] {
            ["serve", "--port", "0", "--database-url", uri, "--node-id", node]
        }
        try await withFolder { folder in
            try await withServer(serve("n1"), in: folder, named: "one", environment: environment) { one in
                try await withServer(serve("n2"), in: folder, named: "two", environment: environment) { two in
                    try await withServer(serve("n3"), in: folder, named: "three", environment: environment) { three in
                        let nodes = [one, two, three]
                        try Monitoring.writePrometheus(nodes: nodes.map { "127.0.0.1:\($0.port)" }, into: folder)
                        try await withPrometheus(in: folder) { prometheus in
                            try await work(nodes)
                            try await answers(prometheus, nodes)
                            try await exemplars(prometheus)
                        }
                        try await formats(nodes)
                    }
                }
            }
        }
        try PostgresServer.shared.drop(uri)
    }

    /// Something of each kind: fires, a failure, a limit, a job that is watched, calls that are refused.
    private func work(_ nodes: [RunningServer]) async throws {
        for number in 0..<6 {
            let server = nodes[number % 3]
            let said = try await server.punctual("job", "create", "tick-\(number)", "--every", "1s", "--noop")
            #expect(said.status == 0, "\(said)")
        }
        let bad = """
            {"name": "bad", "service": "billing", "schedule": {"type": "interval", "every": "2s"},
             "retry_policy": {"maximum_attempts": 1}, "target": {"type": "http", "url": "http://127.0.0.1:9/"}}
            """
        #expect(try await nodes[0].punctual("job", "apply", "-f", "-", input: bad).status == 0)
        let limit = ["limit", "set", "queue", "default", "--concurrency", "50", "--rate", "1000/1s"]
        #expect(try await nodes[0].punctual(limit).status == 0)
        for server in nodes {
            for _ in 0..<3 {
                #expect(try await server.call("/api/v1/jobs").status == 200)
                #expect(try await server.call("/api/v1/jobs/none").status == 404)
            }
        }
    }

    /// Every query has an answer, after some scrapes; what is not there within the limit fails its test by name.
    private func answers(_ prometheus: RunningPrometheus, _ nodes: [RunningServer]) async throws {
        try await eventually("all three are scraped") {
            try await prometheus.series("sum(up{job=\"punctual\"}) == 3").isEmpty ? nil : true
        }
        var open = try queries()
        #expect(open.count > 80 && Set(open.map(\.dashboard)).count == 4)
        for query in open where Self.silent[query.panel] != nil {
            // That it can be asked is seen all the same.
            _ = try await prometheus.series(query.expression)
        }
        open.removeAll { Self.silent[$0.panel] != nil }
        let deadline = ContinuousClock.now + .seconds(120)
        while !open.isEmpty, ContinuousClock.now < deadline {
            var left: [Query] = []
            for query in open where try await prometheus.series(query.expression).isEmpty { left.append(query) }
            open = left
            // What is counted by calls alone needs calls that go on.
            for server in nodes {
                _ = try await server.call("/api/v1/jobs")
                _ = try await server.call("/api/v1/jobs/none")
            }
        }
        for query in open { Issue.record("\(query.dashboard), \(query.panel): no answer to \(query.expression)") }
        let rules = try await prometheus.ask("/api/v1/rules", [:])["groups"]?.array ?? []
        for rule in rules.flatMap({ $0["rules"]?.array ?? [] }) {
            #expect(rule["health"] == "ok" || rule["health"] == "unknown", "\(rule)")
        }
    }

    private func queries() throws -> [Query] {
        try Monitoring.files("grafana/dashboards", ending: ".json").flatMap { file -> [Query] in
            let dashboard = try JSONValue(parsing: Checkout.text(file))
            return (dashboard["panels"]?.array ?? []).flatMap { panel in
                (panel["targets"]?.array ?? []).map { target in
                    let expression = (target["expr"]?.string ?? "").replacing("$instance", with: ".*")
                        .replacing("$__rate_interval", with: "30s")
                    return Query(
                        dashboard: dashboard["title"]?.string ?? "", panel: panel["title"]?.string ?? "",
                        expression: expression)
                }
            }
        }
    }

    private func exemplars(_ prometheus: RunningPrometheus) async throws {
        let found = try await eventually("an exemplar is stored") {
            let now = Int(Date().timeIntervalSince1970)
            let data = try await prometheus.ask(
                "/api/v1/query_exemplars",
                [
                    "query": "punctual_schedule_lateness_seconds_bucket", "start": "\(now - 600)", "end": "\(now + 60)",
                ])
            return data.array?.first?["exemplars"]?.array?.first
        }
        #expect(found["labels"]?["execution_id"]?.string?.count == 36, "\(found)")
    }

    /// Both formats are what their tools take, and what they show is on the page, with its kind and labels.
    private func formats(_ nodes: [RunningServer]) async throws {
        let server = nodes[0]
        let plain = try await server.call("/metrics").body
        let checked = try await Program.run(
            try Program.installed("promtool"), ["check", "metrics"], in: server.folder, input: plain + "\n")
        #expect(checked.status == 0 && checked.description.contains("level=") == false, "\(checked)")
        let accept = "Accept: application/openmetrics-text; version=1.0.0"
        let open = try await server.call("/metrics", "--header", accept).body
        let script = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
            for family in read(sys.stdin.read()):
                for sample in family.samples:
                    labels = sorted(set(sample.labels) - {"le"})
                    print(family.name + ("_total" if family.type == "counter" else ""), family.type, ",".join(labels))
            """
        let parsed = try await Program.run(
            Checkout.python, ["-c", script], in: server.folder, input: open.hasSuffix("\n") ? open : open + "\n")
        #expect(parsed.status == 0 && open.contains("# {execution_id="), "\(parsed)")
        let page = try Checkout.text("docs/reference/metrics.md")
        var known: [String: String] = [:]
        for match in page.matches(of: /\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]*) \|/) {
            let labels = match.3.replacing("`", with: "").split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            known[String(match.1)] = "\(match.2) \(labels.sorted().joined(separator: ","))"
        }
        var seen: Set<String> = []
        for line in Set(parsed.lines) {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            seen.insert(words[0])
            #expect(known[words[0]] == words.dropFirst().joined(separator: " "), "\(line) is not so on the page")
        }
        // Of the jobs that are watched, a node shows those that it has run.
        let missing = Set(known.keys).subtracting(seen).subtracting(Self.absent)
            .filter { !$0.hasPrefix("punctual_watched_job_") }
        #expect(missing.isEmpty, "on the page, and not shown: \(missing.sorted())")
    }
}
