import Foundation
import PunctualJSON
import TestPeers

/// What deploy/observability holds, and copies of it for tests.
enum Monitoring {
    static let folder = "deploy/observability"

    /// Every file below a folder of it with that ending, by its path in the package.
    static func files(_ below: String, ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Checkout.path("\(folder)/\(below)"))
            .filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\(below)/\($0)" }
    }

    /// A YAML file as JSON.
    static func yaml(_ path: String, in folder: Folder) async throws -> JSONValue {
        let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        let said = try await Program.run(Checkout.python, ["-c", script, Checkout.path(path)], in: folder)
        guard said.status == 0 else { throw Missing(description: "\(path): \(said)") }
        return try said.json()
    }

    /// Writes the shipped rules of Prometheus and its configuration, with these nodes and without waiting.
    /// - Parameter alertmanager: `HOST:PORT`.
    static func writePrometheus(
        nodes: [String], alertmanager: String = "127.0.0.1:9", into folder: Folder
    ) throws {
        let rules = "\(folder.path)/rules"
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        for file in try files("prometheus/rules", ending: ".yml") {
            let text = try Checkout.text(file).replacing(/for: [0-9]+[smh]/, with: "for: 2s")
                .replacing(/interval: [0-9]+m/, with: "interval: 1s")
            try folder.write(text, to: "rules/\(file.split(separator: "/").last ?? "")")
        }
        let key = try folder.write("none", to: "key")
        let targets = nodes.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = try Checkout.text("\(Self.folder)/prometheus/prometheus.yml")
            .replacing(/targets: \["node-1.*\]/, with: "targets: [\(targets)]")
            .replacing("alertmanager:9093", with: alertmanager)
            .replacing("/run/secrets/punctual-key", with: key)
            .replacing("scrape_interval: 15s", with: "scrape_interval: 1s")
            .replacing("scrape_timeout: 10s", with: "scrape_timeout: 1s")
            .replacing("evaluation_interval: 15s", with: "evaluation_interval: 1s")
        try folder.write(text, to: "prometheus.yml")
    }
}

/// A real Prometheus that runs.
struct RunningPrometheus: Sendable {
    let address: String
    let folder: Folder

    /// What a call of its API answers under `data`.
    func ask(_ path: String, _ fields: [String: String]) async throws -> JSONValue {
        let parts = fields.flatMap { ["--data-urlencode", "\($0)=\($1)"] }
        let said = try await Program.run(
            try Program.installed("curl"), ["--silent", "--max-time", "30", "--get"] + parts + [address + path],
            in: folder)
        let answer = try said.json()
        guard answer["status"] == "success", let data = answer["data"] else {
            throw Missing(description: "\(path) \(fields): \(said)")
        }
        return data
    }

    /// The series that an expression has now; values that are no number count for nothing.
    func series(_ expression: String) async throws -> [JSONValue] {
        let found = try await ask("/api/v1/query", ["query": expression])["result"]?.array ?? []
        return found.filter { $0["value"]?.array?.last?.string != "NaN" }
    }
}

/// Runs Debian's Prometheus with the configuration that lies in the folder while the body runs.
func withPrometheus<Value: Sendable>(
    in folder: Folder, _ body: @Sendable (RunningPrometheus) async throws -> Value
) async throws -> Value {
    let port = try freePort()
    let address = "http://127.0.0.1:\(port)"
    return try await withProgram(
        try Program.installed("prometheus"),
        [
            "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/prometheus",
            "--web.listen-address=127.0.0.1:\(port)", "--enable-feature=exemplar-storage", "--log.level=warn",
        ], in: folder, named: "prometheus"
    ) { _ in
        try await eventually("Prometheus is ready") {
            try await Program.run(
                try Program.installed("curl"), ["--silent", "--fail", "\(address)/-/ready"], in: folder
            ).status == 0 ? true : nil
        }
        return try await body(RunningPrometheus(address: address, folder: folder))
    }.value
}
