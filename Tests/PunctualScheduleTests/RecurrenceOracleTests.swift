import Foundation
import PunctualSchedule
import Testing

/// One question to dateutil, with our answer beside its own.
struct RecurrenceQuestion {
    let zone: ZoneRules
    let start: LocalDateTime
    let after: Timestamp
    let rule: String
    /// The date of the rule's `EXDATE` line.
    let excluded: Timestamp?
    let ours: [Int64]
    var theirs = ""

    /// The rule as dateutil reads it in our sense: without the two shortcuts that it understands in another way.
    var forDateutil: String {
        var lines = rule.split(separator: "\n").map(String.init)
        var parts = lines[0].split(separator: ";").map(String.init)
        let has = { (name: String) in parts.contains { $0.hasPrefix(name) } }
        if has("BYWEEKNO="), !has("BYDAY="), !has("BYMONTHDAY="), !has("BYYEARDAY=") {
            parts.append("BYDAY=\(["SU", "MO", "TU", "WE", "TH", "FR", "SA"][start.weekday])")
        }
        let last = parts[0].hasSuffix("FREQ=YEARLY") && !has("BYMONTH=") ? 53 : 5
        for (place, part) in parts.enumerated() where part.hasPrefix("BYDAY=") {
            let days = part.dropFirst(6).split(separator: ",")
            guard days.contains(where: { $0.utf8.count > 2 }) else { continue }
            parts[place] =
                "BYDAY="
                + days.map { day in
                    day.utf8.count > 2 ? "\(day)" : (1...last).map { "\($0)\(day)" }.joined(separator: ",")
                }.joined(separator: ",")
        }
        lines[0] = parts.joined(separator: ";")
        return lines.joined(separator: "|")
    }
}

@Suite("recurrence rules against dateutil")
struct RecurrenceOracleTests {
    static let seed: UInt64 = 55_452_026
    static let answers = 4
    static let questions = 20_000

    @Test("20,000 random rules in 26 zones around clock changes agree, or differ in a judged way")
    func agree() throws {
        var random = RandomRecurrence(seed: RecurrenceOracleTests.seed)
        var refused = 0
        let zones = try TestZones.varied.map { name in
            let rules = try TestZones.rules(name)
            return (rules, rules.transitions(from: .of("1996-01-01T00:00:00Z"), until: .of("2037-01-01T00:00:00Z")))
        }
        var cases: [RecurrenceQuestion] = []
        while cases.count < RecurrenceOracleTests.questions {
            let (zone, transitions) = zones[(cases.count + refused) % zones.count]
            let around = transitions.isEmpty ? Timestamp.of("2024-02-28T12:00:00Z") : random.generator.pick(transitions)
            let text = random.rule()
            guard let question = try RecurrenceOracleTests.question(text, zone, around, &random.generator) else {
                refused += 1
                continue
            }
            cases.append(question)
        }
        let answers = try Python.run(
            script: "rrule_oracle.py",
            lines: cases.map { item in
                "\(item.zone.name)\t\(item.start)\t\(item.after.seconds)\t\(RecurrenceOracleTests.answers)\t"
                    + item.forDateutil
            })
        try #require(answers.count == cases.count, "the oracle answered \(answers.count) of \(cases.count) lines")

        var tally: [String: Int] = [:]
        var unjudged: [String] = []
        for (item, answer) in zip(cases, answers) {
            var question = item
            question.theirs = answer
            if question.ours.map(String.init).joined(separator: ",") == answer {
                tally["agrees", default: 0] += 1
            } else if let judged = JudgedRecurrence.of(question) {
                tally[judged.rawValue, default: 0] += 1
            } else {
                unjudged.append(
                    "\(item.zone.name) \(item.start) after \(item.after) \"\(item.rule)\" ours \(item.ours) theirs \(answer)"
                )
            }
        }
        print(
            "rrule oracle, seed \(RecurrenceOracleTests.seed), \(refused) never fire:", tally.sorted { $0.key < $1.key }
        )
        #expect(unjudged.isEmpty, "\(unjudged.count) unjudged, first: \(unjudged.prefix(20).joined(separator: "\n"))")
        #expect(tally["agrees", default: 0] > RecurrenceOracleTests.questions * 8 / 10)
    }

    /// The rule with a start near the instant and perhaps an end and single dates; nil when it never fires.
    private static func question(
        _ text: String, _ zone: ZoneRules, _ around: Timestamp, _ generator: inout SeededGenerator
    ) throws -> RecurrenceQuestion? {
        let minutes = Int64.random(in: -4000...300, using: &generator)
        let seconds = generator.chance(20) ? Int64.random(in: 0...59, using: &generator) : 0
        let start = zone.local(at: Timestamp(seconds: (around.seconds + minutes * 60) / 60 * 60 + seconds))
        func schedule(_ text: String) throws -> Schedule? {
            let rule = try RecurrenceRule(text)
            // A rule that never fires has a test of its own.
            guard let schedule = try? RecurrenceSchedule(rule: rule, start: start, zone: zone) else { return nil }
            return .recurrence(schedule)
        }
        guard let plain = try schedule(text) else { return nil }
        let coming = plain.occurrences(after: .earliest, limit: 6)
        var whole = text
        var excluded: Timestamp?
        switch Int.random(in: 0...9, using: &generator) {
        case 0, 1: whole += ";COUNT=\(Int.random(in: 1...6, using: &generator))"
        case 2:
            let end = generator.pick(coming) + .seconds(Int.random(in: -1...3600, using: &generator))
            whole += ";UNTIL=\(compact(end))"
        case 3:
            let left = generator.pick(coming)
            excluded = left
            whole = "RRULE:\(whole)\nEXDATE:\(compact(left))"
            whole += "\nRDATE:\(compact(generator.pick(coming) + .seconds(1800)))"
        default: break
        }
        guard let schedule = try schedule(whole) else { return nil }
        let after = generator.chance(60) ? Timestamp.earliest : coming[coming.count / 2] - .seconds(1)
        return RecurrenceQuestion(
            zone: zone, start: start, after: after, rule: whole, excluded: excluded,
            ours: schedule.occurrences(after: after, limit: answers).map(\.seconds))
    }

    /// `20260329T013000Z`.
    private static func compact(_ instant: Timestamp) -> String {
        String("\(instant)".filter { $0 != "-" && $0 != ":" }.prefix(15)) + "Z"
    }
}
