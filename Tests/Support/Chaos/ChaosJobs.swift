package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// The jobs of a drill, drawn from a seed: mixed schedules of one to five seconds, targets and policies.
package struct ChaosJobs: Sendable {
    private var dice: Dice
    private let effects: EffectLog
    private let endsAt: Timestamp

    /// - Parameter endsAt: the last instant that any of them has.
    package init(seed: UInt64, effects: EffectLog, endsAt: Timestamp) {
        dice = Dice(seed: seed ^ 0x6A6F_6273)
        self.effects = effects
        self.endsAt = endsAt
    }

    /// The next job, and whether each of its attempts leaves a call in the log.
    package mutating func next(_ number: Int) -> (draft: JobDraft, isWatched: Bool) {
        let (target, isWatched) = target(number)
        var draft = JobDraft(name: "chaos-\(number)", schedule: schedule(number), target: target)
        draft.endsAt = endsAt
        draft.timeout = .seconds(20)
        draft.retryPolicy = RetryPolicy(maximumAttempts: 3, initialInterval: .milliseconds(500))
        draft.overlapPolicy = [.skip, .skip, .bufferOne, .allowAll, .allowAll].randomElement(using: &dice) ?? .skip
        // A whole drill is shorter than the longest of these; the shortest makes misfires of a takeover.
        draft.misfireThreshold = [.seconds(3), .seconds(60), .seconds(600)].randomElement(using: &dice) ?? .seconds(60)
        draft.misfirePolicy = MisfirePolicy.allCases.randomElement(using: &dice) ?? .fireOnce
        return (draft, isWatched)
    }

    private mutating func schedule(_ number: Int) -> JobSchedule {
        let offset = Int64.random(in: 0..<5000, using: &dice)
        switch number % 8 {
        case 0...3:
            return .interval(
                every: .milliseconds(Int64.random(in: 1000...5000, using: &dice)),
                anchor: Timestamp(milliseconds: 1_767_225_600_000 + offset))
        case 4...6:
            let text = [
                "* * * * * *", "*/2 * * * * *", "*/3 * * * * *", "*/5 * * * * *", "1,2,7,17,27,37,47,57 * * * * *",
            ]
            return .cron(
                expression: text.randomElement(using: &dice) ?? text[0], timezone: "UTC", dialect: .ocps,
                dst: DSTPolicy())
        default: return .fixedDelay(every: .milliseconds(Int64.random(in: 1000...4000, using: &dice)))
        }
    }

    private mutating func target(_ number: Int) -> (Target, isWatched: Bool) {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0..<4: (http(.ok), true)
        case 4..<6: (http(.slow(Int.random(in: 200...3000, using: &dice))), true)
        case 6: (http(.flaky(2)), true)
        case 7: (http(.broken), true)
        case 8: (.command(CommandTarget(argv: ["/bin/true"])), false)
        default: (.noop, false)
        }
    }

    private func http(_ answer: EffectLog.Answer) -> Target { .http(HTTPTarget(url: effects.url(answer))) }
}
