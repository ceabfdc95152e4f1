import Foundation
import PunctualSchedule
import Testing

/// One question to the Python libraries, with our answer beside theirs.
struct OracleCase {
    let zone: ZoneRules
    let start: Timestamp
    let expression: String
    let ours: String
    var theirs = ""
}

@Suite("cron against cronsim and croniter")
struct CronOracleTests {
    static let seed: UInt64 = 20_260_329
    static let answers = 3
    static let expressions = 100_000

    /// In how many zones each expression is asked: one, the next for the next expression. `script/oracles` asks for 20.
    private static var zonesEach: Int {
        ProcessInfo.processInfo.environment["PUNCTUAL_ORACLE_ZONES"].flatMap { Int($0) } ?? 1
    }

    @Test("100,000 random expressions in 26 zones around clock changes agree, or differ in a judged way")
    func agree() throws {
        var random = RandomCron(seed: CronOracleTests.seed)
        var cases: [(case: OracleCase, engines: String)] = []
        let zones = try TestZones.varied.map { name in
            let rules = try TestZones.rules(name)
            return (rules, rules.transitions(from: .of("1996-01-01T00:00:00Z"), until: .of("2037-01-01T00:00:00Z")))
        }
        var index = 0
        while cases.count < CronOracleTests.expressions * CronOracleTests.zonesEach {
            let text = random.expression()
            guard let expression = try? CronExpression(text) else { continue }  // an impossible date; has its own test
            for _ in 0..<CronOracleTests.zonesEach {
                let (rules, transitions) = zones[index % zones.count]
                index += 1
                let around =
                    transitions.isEmpty ? Timestamp.of("2024-02-28T12:00:00Z") : random.generator.pick(transitions)
                let minutes = Int64.random(in: -2000...200, using: &random.generator)
                let start = Timestamp(seconds: (around.seconds + minutes * 60) / 60 * 60)
                let schedule = Schedule.cron(try CronSchedule(expression: expression, zone: rules))
                let ours = schedule.occurrences(after: start, limit: CronOracleTests.answers)
                    .map { "\($0.seconds)" }.joined(separator: ",")
                cases.append(
                    (
                        OracleCase(zone: rules, start: start, expression: text, ours: ours),
                        cases.count % 8 == 0 ? "si" : "s"
                    ))
            }
        }
        let answers = try Python.run(
            script: "cron_oracle.py",
            lines: cases.map { item in
                let (question, engines) = item
                return
                    "\(question.zone.name)\t\(question.start.seconds)\t\(CronOracleTests.answers)\t\(engines)\t\(question.expression)"
            })
        try #require(answers.count == cases.count, "the oracle answered \(answers.count) of \(cases.count) lines")

        var tally: [String: Int] = [:]
        var unjudged: [String] = []
        for (item, answer) in zip(cases, answers) {
            let columns = answer.split(separator: "\t", omittingEmptySubsequences: false)
            for (library, theirs) in zip(CronLibrary.allCases, columns) where theirs != "-" {
                var question = item.case
                question.theirs = String(theirs)
                if question.ours == question.theirs {
                    tally["\(library) agrees", default: 0] += 1
                } else if let judged = JudgedDisagreement.of(question, library: library) {
                    tally["\(library) \(judged.rawValue)", default: 0] += 1
                } else {
                    unjudged.append(
                        "\(library) \(question.zone.name) \(question.start) \"\(question.expression)\" ours \(question.ours) theirs \(theirs)"
                    )
                }
            }
        }
        print("cron oracle, seed \(CronOracleTests.seed):", tally.sorted { $0.key < $1.key })
        #expect(unjudged.isEmpty, "\(unjudged.count) unjudged, first: \(unjudged.prefix(20).joined(separator: "\n"))")
        #expect(tally["cronsim agrees", default: 0] > 80_000)
    }
}

enum CronLibrary: String, CaseIterable {
    case cronsim, croniter
}
