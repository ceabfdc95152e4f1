import Foundation
import GRDB
import PunctualCore
import Testing

@Suite("A process that is killed while it writes")
struct DurabilityTests {
    private static let kills = 1000
    /// Kills of one file; a new one then, so that looking through it stays quick.
    private static let killsPerFile = 25

    @Test("leaves a sound file with everything that was acknowledged, once")
    func kills() async throws {
        // A thread of its own: it waits for processes.
        let report = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try Self.round() }) }
        }
        print("sqlite: \(report.kills) kills, \(report.acknowledged) writes acknowledged, nothing lost")
        #expect(report.kills == Self.kills)
        #expect(report.acknowledged > 0)
    }

    private struct Report {
        var kills = 0
        var acknowledged = 0
    }

    private static func round() throws -> Report {
        var report = Report()
        while report.kills < kills {
            let folder = try TemporaryFolder()
            var told = Acknowledged()
            for _ in 0..<killsPerFile {
                try killOnce(folder.file("punctual.db"), &told)
                report.kills += 1
                try told.verify(folder.file("punctual.db"))
            }
            report.acknowledged += told.count
        }
        return report
    }

    /// Lets the writer write for up to 40 milliseconds after it began and kills it.
    private static func killOnce(_ path: String, _ told: inout Acknowledged) throws {
        let writer = Process()
        let output = Pipe()
        let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("sqlite-writer")
        writer.executableURL = binary
        writer.arguments = [path]
        writer.standardOutput = output
        try writer.run()
        var text = output.fileHandleForReading.availableData
        #expect(String(decoding: text.prefix(5), as: UTF8.self) == "ready", "the writer did not open the file")
        usleep(.random(in: 0..<40_000))
        kill(writer.processIdentifier, SIGKILL)
        text += output.fileHandleForReading.readDataToEndOfFile()
        writer.waitUntilExit()
        #expect(writer.terminationReason == .uncaughtSignal, "the writer ended by itself")
        told.add(String(decoding: text, as: UTF8.self))
    }
}

/// What the killed processes said was stored.
private struct Acknowledged {
    private var jobs: Set<String> = []
    private var executions: Set<String> = []
    private var claimed: Set<String> = []
    private var ended: Set<String> = []
    private(set) var count = 0

    mutating func add(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2 else { continue }
            // The column's bytes in hexadecimal.
            let id = words[1].filter { $0 != "-" }.uppercased()
            count += 1
            switch words[0] {
            case "job": #expect(jobs.insert(id).inserted)
            case "execution": #expect(executions.insert(id).inserted, "\(id) was added twice")
            case "claimed": #expect(claimed.insert(id).inserted, "\(id) was claimed twice under one lease")
            case "ended": #expect(ended.insert(id).inserted, "\(id) ended twice")
            default: Issue.record("an unknown line: \(line)")
            }
        }
    }

    func verify(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.read { database in
            #expect(try String.fetchAll(database, sql: "PRAGMA integrity_check") == ["ok"])
            let stored = try Set(String.fetchAll(database, sql: "SELECT hex(id) FROM jobs"))
            #expect(jobs.subtracting(stored).isEmpty, "acknowledged jobs are missing")
            var statuses: [String: String] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT hex(id), status FROM executions") {
                statuses[row[0]] = row[1]
            }
            #expect(executions.allSatisfy { statuses[$0] != nil }, "acknowledged executions are missing")
            #expect(claimed.allSatisfy { ["running", "succeeded"].contains(statuses[$0]) }, "a claim was lost")
            #expect(ended.allSatisfy { statuses[$0] == "succeeded" }, "an end was lost")
            let doubles = try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM (SELECT 1 FROM executions GROUP BY job_id, scheduled_at HAVING count(*) > 1)"
            )
            #expect(doubles == 0)
            for (name, table) in [("job", "jobs"), ("execution", "executions")] {
                let wrong = try String.fetchAll(
                    database,
                    sql: """
                        SELECT name FROM tallies WHERE name LIKE '\(name).%'
                            AND count <> (SELECT count(*) FROM \(table) WHERE '\(name).' || status = tallies.name)
                        """)
                #expect(wrong.isEmpty, "tallies that do not count what is there: \(wrong)")
            }
        }
        try queue.close()
    }
}
