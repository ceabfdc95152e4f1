import Foundation
import PunctualJSON
import Testing

@Suite("Alerts and their runbooks", .timeLimit(.minutes(10)))
struct AlertRuleTests {
    private struct Alert {
        let name: String
        let rule: JSONValue
        let file: String
    }

    private func alerts(in folder: Folder) async throws -> [Alert] {
        var alerts: [Alert] = []
        for file in try Monitoring.files("prometheus/rules", ending: ".yml") {
            for group in try await Monitoring.yaml(file, in: folder)["groups"]?.array ?? [] {
                for rule in group["rules"]?.array ?? [] {
                    if let name = rule["alert"]?.string { alerts.append(Alert(name: name, rule: rule, file: file)) }
                }
            }
        }
        return alerts
    }

    @Test("each has a severity, words, a runbook of its own, a case in which it fires and one in which it is silent")
    func complete() async throws {
        try await withFolder { folder in
            let alerts = try await alerts(in: folder)
            #expect(alerts.count >= 30 && Set(alerts.map(\.name)).count == alerts.count)
            let pages = try FileManager.default.contentsOfDirectory(atPath: Checkout.path("docs/operations/runbooks"))
            #expect(Set(pages) == Set(alerts.map { "\($0.name).md" } + ["README.md"]), "a page for each, and no other")
            let index = try Checkout.text("docs/operations/runbooks/README.md")
            var cases: [String: Set<Bool>] = [:]
            for file in try Monitoring.files("prometheus/tests", ending: ".yml") {
                for test in try await Monitoring.yaml(file, in: folder)["tests"]?.array ?? [] {
                    for one in test["alert_rule_test"]?.array ?? [] {
                        let fires = one["exp_alerts"]?.array?.isEmpty == false
                        cases[one["alertname"]?.string ?? "", default: []].insert(fires)
                    }
                }
            }
            for alert in alerts {
                let severity = alert.rule["labels"]?["severity"]?.string ?? ""
                // It is no trouble, and never silent.
                let isWatchdog = alert.name == "PunctualWatchdog"
                #expect((isWatchdog ? ["none"] : ["page", "ticket"]).contains(severity), "\(alert.name)")
                let words = alert.rule["annotations"]
                for name in ["summary", "description"] {
                    #expect(words?[name]?.string?.isEmpty == false, "\(alert.name) has no \(name)")
                }
                #expect(words?["runbook_url"]?.string?.hasSuffix("/docs/operations/runbooks/\(alert.name).md") == true)
                #expect(index.contains("[\(alert.name)](\(alert.name).md)"), "\(alert.name) is not in the list")
                let wanted: Set = isWatchdog ? [true] : [true, false]
                #expect(cases[alert.name] == wanted, "\(alert.name): \(cases[alert.name] ?? [])")
                let page = try Checkout.text("docs/operations/runbooks/\(alert.name).md")
                for head in ["## What it means", "## How to see it", "## What to do"] {
                    #expect(page.contains("\n\(head)\n"), "\(alert.name): \(head)")
                }
                let expression = (alert.rule["expr"]?.string ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(page.contains(expression), "\(alert.name): the page shows another expression")
                // That the commands exist, the test of all pages sees to.
                let links = page.matches(of: /\]\(Punctual[A-Za-z]+\.md\)/).count
                #expect(page.contains("`punctual ") || links > 0, "\(alert.name): the page says nothing to do")
            }
            #expect(cases.count == alerts.count, "cases of alerts that there are not")
        }
    }

    @Test("promtool takes the rules and finds every case as it is written; a broken twin it refuses")
    func promtool() async throws {
        let tool = try Program.installed("promtool")
        try await withFolder { folder in
            let rules = try Monitoring.files("prometheus/rules", ending: ".yml").map { Checkout.path($0) }
            let checked = try await Program.run(tool, ["check", "rules"] + rules, in: folder)
            #expect(checked.status == 0, "\(checked)")
            for file in try Monitoring.files("prometheus/tests", ending: ".yml") {
                let said = try await Program.run(tool, ["test", "rules", Checkout.path(file)], in: folder)
                #expect(said.status == 0, "\(file): \(said)")
            }
            // Without the threshold's doubling the silent case of the memory alert would fire.
            try FileManager.default.createDirectory(atPath: "\(folder.path)/rules", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(folder.path)/tests", withIntermediateDirectories: true)
            let source = "\(Monitoring.folder)/prometheus"
            try folder.write(try Checkout.text("\(source)/rules/recording.yml"), to: "rules/recording.yml")
            let broken = try Checkout.text("\(source)/rules/nodes.yml").replacing("> 0.8", with: "> 0.6")
            try folder.write(broken, to: "rules/nodes.yml")
            let cases = try folder.write(try Checkout.text("\(source)/tests/nodes.yml"), to: "tests/nodes.yml")
            let said = try await Program.run(tool, ["test", "rules", cases], in: folder)
            #expect(said.status != 0 && said.description.contains("PunctualMemoryHigh"), "\(said)")
        }
    }

    @Test("promtool and amtool take the configurations, and each severity finds its way")
    func configurations() async throws {
        try await withFolder { folder in
            try Monitoring.writePrometheus(nodes: ["127.0.0.1:1"], into: folder)
            let checked = try await Program.run(
                try Program.installed("promtool"), ["check", "config", "\(folder.path)/prometheus.yml"], in: folder)
            #expect(checked.status == 0, "\(checked)")
            let shipped = Checkout.path("\(Monitoring.folder)/prometheus/prometheus.yml")
            let plain = try await Program.run(
                try Program.installed("promtool"), ["check", "config", "--syntax-only", shipped], in: folder)
            #expect(plain.status == 0, "\(plain)")
            let amtool = try Program.installed("amtool")
            let file = Checkout.path("\(Monitoring.folder)/alertmanager/alertmanager.yml")
            let config = try await Program.run(amtool, ["check-config", file], in: folder)
            #expect(config.status == 0 && config.out.contains("SUCCESS"), "\(config)")
            for (labels, receivers) in [
                (["severity=page"], "pagerduty,slack"), (["severity=ticket"], "slack"), (["severity=other"], "slack"),
                (["severity=none", "alertname=PunctualWatchdog"], "watchdog"),
            ] {
                let said = try await Program.run(
                    amtool, ["config", "routes", "test", "--config.file=\(file)"] + labels, in: folder)
                #expect(said.status == 0 && said.lines.first == receivers, "\(labels): \(said)")
            }
        }
    }

    @Test("each figure that rules ask for is on the page of metrics")
    func figures() async throws {
        try await withFolder { folder in
            let page = try Checkout.text("docs/reference/metrics.md")
            var asked: Set<String> = []
            for file in try Monitoring.files("prometheus/rules", ending: ".yml") {
                for group in try await Monitoring.yaml(file, in: folder)["groups"]?.array ?? [] {
                    for rule in group["rules"]?.array ?? [] {
                        for match in (rule["expr"]?.string ?? "").matches(of: /\b((punctual|process)_[a-z_]+)\b/) {
                            asked.insert(String(match.1.replacing(/_(bucket|sum|count)$/, with: "")))
                        }
                    }
                }
            }
            #expect(asked.count > 30)
            for name in asked { #expect(page.contains("| `\(name)` |"), "\(name) is not on the page") }
        }
    }

    @Test("what the compose file mounts is there, and not within what is read only; each secret is given")
    func compose() async throws {
        try await withFolder { folder in
            let file = "\(Monitoring.folder)/compose.yaml"
            let services = try await Monitoring.yaml(file, in: folder)["services"]
            #expect(services?.object?.names.sorted() == ["alertmanager", "grafana", "prometheus"])
            for name in services?.object?.names ?? [] {
                let service = services?[name]
                #expect(service?["image"]?.string?.contains(":") == true, "\(name) has no version")
                for port in service?["ports"]?.array ?? [] {
                    #expect(port.string?.hasPrefix("127.0.0.1:") == true, "\(name) listens for everybody")
                }
                let volumes = (service?["volumes"]?.array ?? []).compactMap(\.string)
                for volume in volumes {
                    let source = String(volume.split(separator: ":").first ?? "")
                    // Named volumes are Docker's.
                    guard source.hasPrefix("./") else { continue }
                    let path = Checkout.path("\(Monitoring.folder)/\(source.dropFirst(2))")
                    #expect(FileManager.default.fileExists(atPath: path), "\(name): \(source)")
                }
                #expect(Self.nested(volumes).isEmpty, "\(name): Docker cannot make the place for it")
            }
            #expect(Self.nested(["./a:/etc/x:ro", "./b:/etc/x/secrets:ro"]) == ["/etc/x/secrets"])
            #expect(Self.nested(["./a:/etc/x:ro", "./b:/etc/xy:ro", "c:/var/x"]).isEmpty)
            let secrets = try await Monitoring.yaml(file, in: folder)["secrets"]
            for (name, config) in [("prometheus", "prometheus.yml"), ("alertmanager", "alertmanager.yml")] {
                let text = try Checkout.text("\(Monitoring.folder)/\(name)/\(config)")
                let wanted = text.matches(of: /_file: (\S+)/).map { String($0.1) }
                let given = (services?[name]?["secrets"]?.array ?? []).compactMap(\.string)
                #expect(!wanted.isEmpty && wanted.sorted() == given.map { "/run/secrets/\($0)" }.sorted(), "\(name)")
                let guide = try Checkout.text("docs/guides/monitoring.md")
                for secret in given {
                    #expect(secrets?[secret]?["file"]?.string == "./secrets/\(secret)")
                    #expect(guide.contains("secrets/\(secret)"), "the guide does not say where \(secret) goes")
                }
            }
        }
    }

    /// The places of mounts that lie within one that is read only.
    private static func nested(_ volumes: [String]) -> [String] {
        let mounts = volumes.map { $0.split(separator: ":").map(String.init) }.filter { $0.count > 1 }
        return mounts.map { $0[1] }.filter { place in
            mounts.contains { $0.count > 2 && $0[2] == "ro" && place.hasPrefix("\($0[1])/") }
        }
    }
}
