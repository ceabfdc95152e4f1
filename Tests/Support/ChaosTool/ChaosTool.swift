internal import ArgumentParser
internal import Chaos
internal import Foundation
internal import PunctualSchedule
internal import Synchronization
internal import TestPeers

/// What script/chaos runs: one drill, with a line for each thing that happens, a page and a chart.
@main
struct ChaosTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "punctual-chaos",
        abstract: "Breaks a cluster on a real PostgreSQL, then holds its history to account.")

    @Option(help: "Faults and calm in all, without the quiet at the end.")
    var minutes = 3.0
    @Option(help: "The same seed strikes and asks the same; drawn when it is not given.")
    var seed: UInt64?
    @Option(help: "How many nodes.")
    var nodes = 4
    @Option(help: "How many jobs.")
    var jobs = 48
    @Option(
        help:
            "Only these kinds of fault, with commas between them: \(Fault.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var faults: String?
    @Option(help: "The path of punctual; beside this program unless given.")
    var program: String?
    @Option(help: "The folder that the page and the chart are written to.")
    var output = "docs/reliability"

    @Flag(help: "In place of that: faults of Redis and RabbitMQ, one at a time; the page is brokers.md.")
    var brokers = false

    func run() async throws {
        if brokers { return try await runBrokers() }
        let seed = seed ?? UInt64.random(in: 1...999_999)
        var options = Drill.Options(seed: seed, nodes: nodes, faultTime: .seconds(max(20, minutes * 60 - 12)))
        options.jobs = jobs
        if let faults {
            options.faults = try faults.split(separator: ",").map { name in
                guard let fault = Fault(rawValue: String(name)) else {
                    throw ValidationError("there is no fault \(name)")
                }
                return fault
            }
        }
        let screen = Screen()
        screen.say("seed \(seed)")
        let path = try program ?? beside("punctual")
        let postgres = try await blocking { try PostgresServer() }
        let result = try await Drill.run(options, program: path, postgres: postgres) { screen.say($0) }
        try await blocking { try postgres.stop("fast") }
        try write(result)
        for finding in result.findings.prefix(20) { screen.say(finding) }
        guard result.findings.isEmpty else { throw ExitCode.failure }
    }

    private func runBrokers() async throws {
        let screen = Screen()
        let path = try program ?? beside("punctual")
        var results: [BrokerDrill.Result] = []
        for broker in ["rabbitmq", "redis"] {
            var options = BrokerDrill.Options()
            options.broker = broker
            // Those of the other server do the same again.
            options.faults = BrokerFault.allCases.filter { broker == "rabbitmq" || $0.isOfRedis }
            let postgres = try await blocking { try PostgresServer() }
            results.append(
                try await BrokerDrill.run(options, program: path, postgres: postgres) { screen.say($0) })
            try await blocking { try postgres.stop("fast") }
        }
        let folder = URL(filePath: output)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try BrokerDrillReport(results).text
            .write(to: folder.appending(path: "brokers.md"), atomically: true, encoding: .utf8)
        print(folder.appending(path: "brokers.md").path(percentEncoded: false))
        let findings = results.flatMap(\.findings)
        for finding in findings { screen.say(finding) }
        guard findings.isEmpty else { throw ExitCode.failure }
    }

    private func beside(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: own).deletingLastPathComponent().appending(path: name).path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ValidationError("\(path) is not there: build it with `swift build --product punctual`")
        }
        return path
    }

    private func write(_ result: Drill.Result) throws {
        let folder = URL(filePath: output)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try DrillReport(result, chart: "drill.svg").text
            .write(to: folder.appending(path: "drill.md"), atomically: true, encoding: .utf8)
        try DrillChart(result).text
            .write(to: folder.appending(path: "drill.svg"), atomically: true, encoding: .utf8)
        print(folder.appending(path: "drill.md").path(percentEncoded: false))
    }
}

/// Says what happens on standard error, with the time since the beginning.
private final class Screen: Sendable {
    private let began = ContinuousClock.now

    func say(_ text: String) {
        let seconds = (ContinuousClock.now - began).components.seconds
        FileHandle.standardError.write(Data("\(seconds) s  \(text)\n".utf8))
    }
}
