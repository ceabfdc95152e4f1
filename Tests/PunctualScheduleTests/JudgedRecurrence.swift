import PunctualSchedule

/// The ways in which dateutil differs from us on purpose; docs/reference/rrule-oracles.md says who is right.
enum JudgedRecurrence: String, CaseIterable {
    case endlessLoop = "D1 endless loop"
    case excludedAtChange = "D2 EXDATE at a change of offset"
    case firstWeekPositions = "D3 BYSETPOS in the week of the start"
    case weeksAtNewYear = "D4 weeks across New Year"

    /// The class of a disagreement; nil when it is none that was judged.
    static func of(_ question: RecurrenceQuestion) -> JudgedRecurrence? {
        let rule = question.rule
        if question.theirs == "!timeout" { return .endlessLoop }
        let theirs = Set(question.theirs.split(separator: ",").compactMap { Int64($0) })
        let only = theirs.symmetricDifference(question.ours)
        if let excluded = question.excluded, theirs.contains(excluded.seconds), isAtChange(excluded, question.zone) {
            return .excludedAtChange
        }
        if rule.contains("FREQ=WEEKLY"), rule.contains("BYSETPOS") { return .firstWeekPositions }
        let isNearNewYear = only.contains { second in
            let local = question.zone.local(at: Timestamp(seconds: second))
            return local.month == 1 && local.day <= 7 || local.month == 12 && local.day >= 25
        }
        if rule.contains("BYWEEKNO"), isNearNewYear { return .weeksAtNewYear }
        return nil
    }

    /// Within three hours of a change, where Python never calls instants of two zones equal (PEP 495).
    private static func isAtChange(_ instant: Timestamp, _ zone: ZoneRules) -> Bool {
        zone.offset(at: instant - .seconds(10_800)) != zone.offset(at: instant + .seconds(10_800))
    }
}
