import PunctualSchedule

/// The ways in which the Python libraries differ from us on purpose; docs/reference/cron-oracles.md says who is right.
enum JudgedDisagreement: String, CaseIterable {
    case oneValueRangeWithStep = "S1 a-a/n"
    case otherIntervalRule = "S2 other interval rule"
    case startInSecondPass = "S3 start in the second pass"
    case oddGapStep = "S4 hour steps across a change"
    case endlessLoop = "S5 endless loop"
    case refusesOredDate = "S6 refuses a date that the weekday rescues"
    case croniterAcrossChange = "I1 change of offset"
    case croniterStarStepDays = "I2 step over * in a day field"
    case croniterModifiers = "I3 modifiers beside other days"
    case croniterRange = "I4 range of one value"
    case croniterStepAfterFebruary = "I5 step over days after February"

    /// The class of a disagreement; nil when it is none that was judged.
    static func of(_ question: OracleCase, library: CronLibrary) -> JudgedDisagreement? {
        if question.theirs == "!timeout" { return .endlessLoop }
        let fields = question.expression.split(separator: " ").map(String.init)
        let hasOneValueStep = fields.contains { isOneValueRange($0, withStep: true) }
        let ours = question.ours.split(separator: ",").compactMap { Int64($0) }
        let theirs = question.theirs.split(separator: ",").compactMap { Int64($0) }
        let last = max(ours.last ?? 0, theirs.last ?? 0)
        let around = Timestamp(seconds: question.start.seconds - 86_400)
        let crossesChange = question.zone.nextTransition(after: around).map { $0.seconds <= last + 86_400 } ?? false
        switch library {
        case .cronsim:
            if hasOneValueStep { return .oneValueRangeWithStep }
            if question.theirs == "!CronSimError", fields[2] != "*", fields[4] != "*" { return .refusesOredDate }
            guard crossesChange else { return nil }
            let theirInterval = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
            let ourInterval = (try? CronExpression(question.expression))?.isInterval ?? false  // it was parsed before
            if theirInterval != ourInterval { return .otherIntervalRule }
            if theirInterval { return .oddGapStep }
            if let change = question.zone.previousTransition(before: question.start + .seconds(1)),
                question.start.seconds - change.seconds < 3 * 3600
            {
                return .startInSecondPass
            }
            return nil
        case .croniter:
            if crossesChange { return .croniterAcrossChange }
            let restrictsBoth = fields[2] != "*" && fields[4] != "*"
            if restrictsBoth, fields[2].hasPrefix("*") || fields[4].hasPrefix("*") { return .croniterStarStepDays }
            if fields[2].hasPrefix("*/"), question.start < .of("2024-03-01T00:00:00Z") {
                return .croniterStepAfterFebruary
            }
            if fields[4].contains("#") || fields[4].contains("L") { return .croniterModifiers }
            if fields.contains(where: { isOneValueRange($0, withStep: false) }) { return .croniterRange }
            return nil
        }
    }

    private static func isOneValueRange(_ field: String, withStep: Bool) -> Bool {
        field.split(separator: ",").contains { item in
            let parts = item.split(separator: "/")
            let ends = parts[0].split(separator: "-")
            return ends.count == 2 && ends[0] == ends[1] && (!withStep || parts.count == 2)
        }
    }
}
