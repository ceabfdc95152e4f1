import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("A real alert", .timeLimit(.minutes(10)))
struct AlertTests {
    @Test(
        "a node is killed: Prometheus sees it, Alertmanager wakes PagerDuty and tells Slack; when it is back, both hear it"
    )
    func killed() async throws {
        let uri = try PostgresServer.shared.database()
        try await Self.withAlertmanager { port, listener, folder in
            try await Self.story(uri, port, listener, folder)
        }
        try PostgresServer.shared.drop(uri)
    }

    private static func story(_ uri: String, _ port: Int, _ listener: Background, _ folder: Folder) async throws {
        @Sendable func serve(_ node: String, _ port: String = "0") -> [String] {
            ["serve", "--port", port, "--database-url", uri, "--node-id", node]
        }
        try await withServer(serve("n1"), in: folder) { first in
            let secondPort = try await withServer(serve("n2"), in: folder, named: "second") { second in
                try Monitoring.writePrometheus(
                    nodes: ["127.0.0.1:\(first.port)", "127.0.0.1:\(second.port)"],
                    alertmanager: "127.0.0.1:\(port)", into: folder)
                return second.port
            }.value
            // It was stopped with its body; it is started anew on its port, so that it can be killed within Prometheus' life.
            try await withPrometheus(in: folder) { prometheus in
                _ = try await withServer(serve("n2", secondPort), in: folder, named: "again") { again in
                    try await eventually("both are seen") {
                        try await prometheus.series("sum(up{job=\"punctual\"}) == 2").isEmpty ? nil : true
                    }
                    again.background.send(SIGKILL)
                    let instance = "127.0.0.1:\(again.port)"
                    let page = try await eventually("PagerDuty is called") {
                        posts(listener).first { $0["path"] == "/v2/enqueue" && isAbout(instance, $0) }
                    }
                    #expect(page["body"]?["event_action"] == "trigger", "\(page)")
                    #expect(page["body"]?["routing_key"] == "key-of-the-test")
                    #expect(page["body"]?["payload"]?["severity"] == "critical")
                    let runbook = page["body"]?["payload"]?["custom_details"]?["runbook"]?.string
                    #expect(runbook?.hasSuffix("/runbooks/PunctualDown.md") == true, "\(page)")
                    let told = try await eventually("Slack is told") {
                        posts(listener).first { $0["path"] == "/slack" && isAbout(instance, $0) }
                    }
                    let title = told["body"]?["attachments"]?.array?.first?["title"]?.string
                    #expect(title?.contains("FIRING PunctualDown") == true, "\(told)")
                    #expect(told["body"]?["channel"] == "#punctual")
                }
                _ = try await withServer(serve("n2", secondPort), in: folder, named: "back") { _ in
                    try await eventually("PagerDuty hears that it is over") {
                        posts(listener).first { $0["body"]?["event_action"] == "resolve" }
                    }
                    try await eventually("and so does Slack") {
                        posts(listener).first { "\($0)".contains("RESOLVED PunctualDown") }
                    }
                }
            }
        }
    }

    @Test(
        "of two nodes that fail together PagerDuty is told both in one call with a summary; the watchdog goes to its own receiver alone"
    )
    func together() async throws {
        try await Self.withAlertmanager { port, listener, folder in
            let url = "http://127.0.0.1:\(port)"
            try await eventually("Alertmanager is ready") {
                try await Self.curl("--silent", "--fail", "\(url)/-/ready", in: folder).status == 0 ? true : nil
            }
            try await Self.fire(at: url, in: folder)
            let page = try await eventually("PagerDuty is called") {
                Self.posts(listener).first { $0["path"] == "/v2/enqueue" }
            }
            let payload = page["body"]?["payload"]
            #expect(payload?["summary"] == "Punctual on a:1 does not answer (2 alerts)", "\(page)")
            let details = payload?["custom_details"]
            for words in ["Nobody has reached a:1", "Nobody has reached b:1"] {
                #expect(details?["description"]?.string?.contains(words) == true, "\(page)")
            }
            #expect(details?["runbook"] == "https://wiki/PunctualDown.md", "\(page)")
            let told = try await eventually("Slack is told") {
                Self.posts(listener).first { $0["path"] == "/slack" }
            }
            #expect(told.description.contains("<https://wiki/PunctualDown.md|Runbook>"), "\(told)")
            let alive = try await eventually("the watchdog is heard") {
                Self.posts(listener).first { $0["path"] == "/alive" }
            }
            #expect(alive["body"]?["commonLabels"]?["alertname"] == "PunctualWatchdog", "\(alive)")
            let others = Self.posts(listener).filter { $0["path"] != "/alive" }
            #expect(!others.description.contains("PunctualWatchdog"), "\(others)")
        }
    }

    /// Runs a real Alertmanager with the shipped routes, and a listener in the place of everybody whom it tells.
    private static func withAlertmanager(
        _ body: @escaping @Sendable (_ port: Int, _ listener: Background, _ folder: Folder) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let script = Checkout.path("Tests/PunctualSystemTests/Fixtures/post_listener.py")
            _ = try await withProgram(Checkout.python, [script], in: folder, named: "listener") { listener in
                let line = try await listener.line(with: "listening on ")
                let address = "http://127.0.0.1:\(line.split(separator: " ").last ?? "")"
                let alerts = try await Self.alertmanager(tellingTo: address, in: folder)
                _ = try await withProgram(
                    try Program.installed("prometheus-alertmanager"), alerts.arguments, in: folder,
                    named: "alertmanager"
                ) { _ in
                    try await body(alerts.port, listener, folder)
                }
            }
        }
    }

    /// Two alerts of one kind with words of their own, and the one that always fires.
    private static func fire(at url: String, in folder: Folder) async throws {
        let down = ["a:1", "b:1"].map { node in
            """
            {"labels": {"alertname": "PunctualDown", "severity": "page", "job": "punctual", "instance": "\(node)"},
             "annotations": {"summary": "Punctual on \(node) does not answer",
              "description": "Nobody has reached \(node).", "runbook_url": "https://wiki/PunctualDown.md"}}
            """
        }
        let alive = #"{"labels": {"alertname": "PunctualWatchdog", "severity": "none"}}"#
        let body = "[\((down + [alive]).joined(separator: ","))]"
        let said = try await curl("--silent", "--fail", "--json", body, "\(url)/api/v2/alerts", in: folder)
        #expect(said.status == 0, "\(said)")
    }

    private static func curl(_ arguments: String..., in folder: Folder) async throws -> Said {
        try await Program.run(try Program.installed("curl"), arguments, in: folder)
    }

    private static func isAbout(_ instance: String, _ post: JSONValue) -> Bool {
        post.description.contains("Punctual on \(instance) does not answer")
    }

    private static func posts(_ listener: Background) -> [JSONValue] {
        // A line that is half written yet is read the next time.
        listener.out.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
    }

    /// The shipped routes with their addresses pointed at the listener, the watchdog's receiver in use, and without waiting.
    private static func alertmanager(
        tellingTo address: String, in folder: Folder
    ) async throws -> (arguments: [String], port: Int) {
        let key = try folder.write("key-of-the-test", to: "pagerduty-key")
        let slack = try folder.write("\(address)/slack", to: "slack-url")
        let text = try Checkout.text("\(Monitoring.folder)/alertmanager/alertmanager.yml")
            .replacing("https://events.pagerduty.com", with: address)
            .replacing("/run/secrets/pagerduty-key", with: key)
            .replacing("/run/secrets/slack-url", with: slack)
            .replacing(/\n    # (webhook_configs:|  - url: |    send_resolved: )/) { "\n    \($0.1)" }
            .replacing("https://hc-ping.com/YOUR-CHECK", with: "\(address)/alive")
            .replacing(/group_wait: [0-9]+s/, with: "group_wait: 1s")
            .replacing(/group_interval: [0-9]+m/, with: "group_interval: 1s")
        #expect(!text.contains("/run/") && !text.contains("https://"))
        #expect(text.contains("\n    webhook_configs:\n      - url"), "\(text)")
        let file = try folder.write(text, to: "alertmanager.yml")
        let port = try freePort()
        return (
            [
                "--config.file=\(file)", "--storage.path=\(folder.path)/alertmanager",
                "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=", "--log.level=warn",
            ], port
        )
    }
}
