public import PunctualCore
internal import PunctualSchedule

/// One sentence that holds for every store of notifications, and how to see that it does.
public struct NotificationCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check on an empty store whose clock is the one given; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any Store & NotificationStore, ManualClock) async throws -> Void

    init(
        _ name: String, _ body: @escaping @Sendable (StoreScene, any NotificationStore) async throws -> Void
    ) {
        self.name = name
        run = { store, clock in try await body(StoreScene(store: store, clock: clock), store) }
    }

    public var description: String { name }

    /// Every check.
    public static let all: [NotificationCheck] = [
        NotificationCheck("rules are kept, listed by name, replaced, and removed with their notices") { scene, store in
            try same(try await store.notificationRules(), [])
            var mail = rule("mail", scene)
            mail.channel = .email(
                MailServer(
                    host: "mail.example.com", port: 587, security: .starttls, user: "u", password: "{{secret:MAIL}}",
                    from: "a@example.com", to: ["b@example.com"]))
            (mail.labels, mail.jobID, mail.on) = (["team": "ü"], .random(at: scene.now), [.late, .missed])
            try await store.setNotificationRule(rule("z", scene))
            try await store.setNotificationRule(mail)
            try same(try await store.notificationRules(), [mail, rule("z", scene)])
            scene.clock.advance(by: .seconds(5))
            var changed = rule("z", scene)
            changed.groupBy = .job
            try await store.setNotificationRule(changed)
            changed.createdAt = mail.createdAt
            try same(try await store.notificationRules(), [mail, changed])
            try await store.add([notice(1, changed, scene)], cursor: nil)
            _ = try await store.save([], [state(changed, 1)])
            try same(try await store.removeNotificationRule("z"), true)
            try same(try await store.removeNotificationRule("z"), false)
            try same(try await store.notices(of: "z", limit: 9), [])
            try same(try await store.noticeStates(of: "z", jobs: [state(changed, 1).jobID]), [])
            // Of a rule that has gone meanwhile nothing stays behind.
            _ = try await store.save([], [state(changed, 1)])
            try await store.add([notice(2, changed, scene), notice(3, mail, scene)], cursor: scene.now)
            try same(try await store.noticeStates(of: "z", jobs: [state(changed, 1).jobID]), [])
            try same(try await store.notices(of: "z", limit: 9), [])
            try same(try await store.waitingRules().keys.sorted(), ["mail"])
            try same(try await store.noticeBacklog().count, 1)
        },
        NotificationCheck("what failed, was skipped or missed is found by its end, in pages, and nothing else") {
            scene, store in
            let start = scene.now
            let job = try await scene.job()
            var ended: [Execution] = []
            for round in 0..<5 {
                ended.append(try await scene.finish(try await scene.running(job), .failed, error: "e\(round)"))
                try await scene.finish(try await scene.running(job))
                if round.isMultiple(of: 2) { scene.clock.advance(by: .milliseconds(7)) }
            }
            _ = try await scene.running(job)
            var (seen, place): ([Execution], (Timestamp, Identifier?)) = ([], (start, nil))
            let all: Set<ExecutionStatus> = [.failed, .skipped, .missed]
            while case let page = try await store.troubles(of: all, since: place.0, behind: place.1, limit: 2),
                !page.isEmpty
            {
                seen += page
                place = (try required(page.last?.finishedAt), page.last?.id)
            }
            try same(Set(seen.map(\.id)), Set(ended.map(\.id)))
            try same(seen.count, 5)
            try same(seen.compactMap(\.finishedAt), seen.compactMap(\.finishedAt).sorted())
            try same(
                try await store.troubles(
                    of: all, since: try required(ended.last?.finishedAt), behind: nil, limit: 9
                ).count, ended.count { $0.finishedAt == ended.last?.finishedAt })
            for other: Set<ExecutionStatus> in [[.skipped, .missed], [.succeeded], []] {
                try same(try await store.troubles(of: other, since: start, behind: nil, limit: 9), [])
            }
            try same(try await store.troubles(of: [.failed], since: start, behind: nil, limit: 9).count, 5)
        },
        NotificationCheck("the same notice is added once, and the cursor never goes back") { scene, store in
            let one = rule("r", scene)
            try await store.setNotificationRule(one)
            try same(try await store.noticeCursor(), nil)
            let first = notice(1, one, scene)
            try await store.add([first], cursor: scene.now + .seconds(5))
            var other = first
            other.text = "other"
            try await store.add([other, notice(2, one, scene)], cursor: scene.now)
            try same(try await store.noticeCursor(), scene.now + .seconds(5))
            try same(Set(try await store.notices(of: "r", limit: 9).map(\.text)), ["1", "2"])
            try same(try await store.notices(of: "r", limit: 1).count, 1)
            try same(try await store.notices(of: "other", limit: 9), [])
            let two = rule("s", scene)
            try await store.setNotificationRule(two)
            try await store.add([notice(3, two, scene)], cursor: nil)
            let newest = try await store.newestNotices(of: ["s", "other", "r", "s"])
            try same(newest["s"]?.text, "3")
            try same(newest["r"], try await store.notices(of: "r", limit: 1).first)
            try same(newest.count, 2)
            try same(try await store.newestNotices(of: []), [:])
        },
        NotificationCheck("a change that another was before takes no effect, neither do those beside it") {
            scene, store in
            let one = rule("r", scene)
            try await store.setNotificationRule(one)
            var (first, second) = (notice(1, one, scene), notice(2, one, scene))
            second.dueAt = first.dueAt + .seconds(-1)
            try await store.add([first, second], cursor: nil)
            try same(try await store.waitingNotices(of: "r", limit: 9), [second, first])
            try same(try await store.waitingNotices(of: "other", limit: 9), [])
            try same(try await store.waitingRules(), ["r": second.dueAt])
            try same(try await store.noticeBacklog(), NoticeBacklog(count: 2, since: second.dueAt))
            (first.state, first.revision, first.delivery) = (.sent, 1, first.id)
            (first.sentAt, first.attempts, first.error) = (scene.now, 2, "e")
            (first.receivers, first.refused) = (["a@example.com"], "b@example.com: 550")
            (first.takenAt, first.leftOut, first.isFlapping) = (scene.now, 3, true)
            try same(try await store.save([first], [state(one, 1)]), true)
            try same(try await store.waitingNotices(of: "r", limit: 9), [second])
            try same(try await store.notices(of: "r", limit: 9).first { $0.id == first.id }, first)
            (second.state, second.revision) = (.failed, 1)
            var well = state(one, 1)
            (well.isFailing, well.revision) = (false, 2)
            try same(try await store.save([second, first], [well]), false)
            try same(try await store.waitingNotices(of: "r", limit: 9).map(\.id), [second.id])
            try same(try await store.noticeStates(of: "r", jobs: [well.jobID]), [state(one, 1)])
            try same(try await store.save([second], [well]), true)
            try same(try await store.waitingRules(), [:])
            try same(try await store.noticeBacklog(), NoticeBacklog(count: 0, since: nil))
            try same(try await store.noticeStates(of: "r", jobs: [well.jobID, first.id]), [well])
            // So with what is known of a job: neither what was there before nor what comes too late takes effect.
            for revision in [1, 2, 4] {
                var other = state(one, 1)
                (other.revision, first.revision) = (revision, 2)
                try same(try await store.save([first], [other, state(one, 5)]), false)
            }
            try same(try await store.noticeStates(of: "r", jobs: [well.jobID, state(one, 5).jobID]), [well])
            try same(try await store.notices(of: "r", limit: 9).first { $0.id == first.id }?.revision, 1)
            well.revision = 3
            try same(try await store.save([first], [state(one, 5), well]), true)
            try same(try await store.noticeStates(of: "r", jobs: [well.jobID]), [well])
        },
        NotificationCheck("what waits has waited since it was due first, whatever tries there were") { scene, store in
            let one = rule("r", scene)
            try await store.setNotificationRule(one)
            var first = notice(1, one, scene)
            let since = first.dueAt
            try await store.add([first], cursor: nil)
            (first.revision, first.dueAt) = (1, first.dueAt + .seconds(900))
            try same(try await store.save([first], []), true)
            try same(try await store.noticeBacklog(), NoticeBacklog(count: 1, since: since))
            try same(try await store.waitingRules(), ["r": first.dueAt])
        },
        NotificationCheck(
            "jobs that were told as failing and succeeded are found in pages, and of gone ones nothing stays"
        ) { scene, store in
            let (one, other) = (rule("r", scene), rule("s", scene))
            for rule in [one, other] { try await store.setNotificationRule(rule) }
            var well: [Identifier] = []
            for number in 0..<5 {
                let job = try await scene.job("job\(number)")
                try await scene.finish(try await scene.running(job), number < 3 ? .succeeded : .failed)
                if number < 3 { well.append(job.id) }
                for rule in [one, other] {
                    var state = state(rule, 1, job: job.id)
                    state.isFailing = rule == one || number == 0
                    try same(try await store.save([], [state]), true)
                }
            }
            let gone = state(one, 9)
            try same(try await store.save([], [gone]), true)
            var (found, place): ([NoticePlace], NoticePlace?) = ([], nil)
            while case let page = try await store.recoveredStates(after: place, limit: 2), !page.isEmpty {
                found += page.map { NoticePlace(rule: $0.rule, job: $0.jobID) }
                place = found.last
            }
            let wanted = well.map { NoticePlace(rule: "r", job: $0) } + [NoticePlace(rule: "s", job: well[0])]
            try same(found, wanted.sorted())
            try same(try await store.pruneNoticeStates(limit: 0), 0)
            try same(try await store.pruneNoticeStates(limit: 9), 1)
            try same(try await store.noticeStates(of: "r", jobs: [gone.jobID]), [])
            try same(try await store.noticeStates(of: "r", jobs: well).count, 3)
        },
        NotificationCheck("of two that save the same notice one succeeds") { scene, store in
            let one = rule("r", scene)
            try await store.setNotificationRule(one)
            for number in 0..<20 {
                let first = notice(number, one, scene)
                try await store.add([first], cursor: nil)
                var changed = first
                (changed.revision, changed.state) = (1, .sent)
                let wanted = changed
                let won = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<4 { group.addTask { try await store.save([wanted], []) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                try same(won, 1)
            }
        },
        NotificationCheck("of many that make a rule of one name one succeeds, and none goes over what it has not seen")
        {
            scene, store in
            for number in 0..<5 {
                let one = rule("r\(number)", scene)
                let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<16 { group.addTask { try await store.setNotificationRule(one, replacing: nil) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                try same(made, 1)
                var (mine, foreign, all) = (one, one, one)
                (mine.groupBy, foreign.service, all.service) = (.job, "other", nil)
                try same(try await store.setNotificationRule(mine, replacing: foreign), false)
                try same(try await store.setNotificationRule(mine, replacing: all), false)
                try same(try await store.notificationRules().last, one)
                try same(try await store.setNotificationRule(mine, replacing: one), true)
                try same(try await store.notificationRules().last, mine)
                // What is for all services is no rule of any, and the other way round.
                try same(try await store.setNotificationRule(all, replacing: mine), true)
                try same(try await store.setNotificationRule(mine, replacing: one), false)
                try same(try await store.setNotificationRule(mine, replacing: all), true)
                try same(try await store.removeNotificationRule(one.name), true)
                try same(try await store.setNotificationRule(mine, replacing: mine), false)
                try same(try await store.notificationRules(), [])
            }
        },
        NotificationCheck("old notices go, those that wait stay") { scene, store in
            let one = rule("r", scene)
            try await store.setNotificationRule(one)
            for number in 0..<4 {
                var old = notice(number, one, scene)
                if number > 0 { old.state = .sent }
                try await store.add([old], cursor: nil)
            }
            try same(try await store.pruneNotices(before: scene.now, limit: 9), 0)
            let later = scene.now + .seconds(9)
            try same(try await store.pruneNotices(before: later, limit: 2), 2)
            try same(try await store.pruneNotices(before: later, limit: 9), 1)
            try same(try await store.notices(of: "r", limit: 9).map(\.text), ["0"])
        },
    ]

    private static func rule(_ name: String, _ scene: StoreScene) -> NotificationRule {
        NotificationRule(
            name: name, service: "s", channel: .webhook(url: "https://example.com/\(name)"), createdAt: scene.now,
            updatedAt: scene.now)
    }

    private static func notice(_ number: Int, _ rule: NotificationRule, _ scene: StoreScene) -> Notice {
        Notice(
            .failed, of: rule, execution: Identifier(high: 1, low: UInt64(number)), attempt: 1,
            job: Identifier(high: 2, low: UInt64(number)), name: "j", service: "s", at: scene.now, text: "\(number)",
            now: scene.now)
    }

    private static func state(
        _ rule: NotificationRule, _ number: UInt64, job: Identifier? = nil
    ) -> NoticeState {
        NoticeState(
            rule: rule.name, jobID: job ?? Identifier(high: 2, low: number), jobName: "j", service: "s",
            isFailing: true,
            toldAt: Timestamp(milliseconds: 1000), told: [.late: Timestamp(milliseconds: 2000)],
            countedSince: Timestamp(milliseconds: 3000), count: 2, suppressed: 7, revision: 1)
    }
}
