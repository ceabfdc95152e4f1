import PunctualCore
import PunctualSchedule
import Testing

/// A minutely job whose first instant is minute 1 after the epoch.
private func minutely(_ change: (inout JobDraft) -> Void = { _ in }) -> Job {
    var draft = JobDraft(
        name: "minutely", schedule: .interval(every: .seconds(60), anchor: Timestamp(milliseconds: 0)), target: .noop)
    change(&draft)
    return Job(
        id: Identifier(high: 1, low: 2), draft: draft, nextRunAt: .minute(1), createdAt: Timestamp(milliseconds: 0))
}

private let schedule = Schedule.interval(
    IntervalSchedule(every: .seconds(60), anchor: Timestamp(milliseconds: 0)))

extension Timestamp {
    fileprivate static func minute(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number * 60_000) }
}

@Suite("Planning a due job")
struct PlanTests {
    @Test("a job that is not due has no plan")
    func notDue() {
        #expect(minutely().plan(at: .minute(1) - .milliseconds(1), schedule: schedule) == nil)
    }

    @Test("a job on time runs once and waits for the next instant")
    func onTime() throws {
        let plan = try #require(minutely().plan(at: .minute(1) + .milliseconds(3), schedule: schedule))
        #expect(plan.executions.map(\.status) == [.pending])
        #expect(plan.executions.map(\.trigger) == [.schedule])
        #expect(plan.next == .minute(2))
        #expect(plan.expected == .minute(1))
        #expect(plan.status == .active)
    }

    @Test(
        "down 112 minutes, each policy does what its sentence says and every instant leaves a row",
        arguments: [(MisfirePolicy.fireAll, 112), (.fireOnce, 1), (.skip, 0)])
    func catchUp(policy: MisfirePolicy, runs: Int) throws {
        let job = minutely {
            $0.misfirePolicy = policy
            $0.maxCatchup = 1000
            $0.misfireThreshold = .seconds(10)
        }
        let plan = try #require(job.plan(at: .minute(112) + .seconds(30), schedule: schedule))
        #expect(plan.executions.count == 112)
        #expect(plan.executions.count { $0.status == .pending } == runs)
        #expect(plan.executions.allSatisfy { $0.status == .pending ? $0.trigger == .misfire : $0.reason != nil })
        #expect(plan.executions.map(\.scheduledAt) == (1...112).map { .minute($0) })
        #expect(plan.next == .minute(113))
        if runs == 1 { #expect(plan.executions.last?.status == .pending) }
    }

    @Test("fire_all keeps the latest max_catchup and names the window for the rest")
    func cap() throws {
        let job = minutely {
            $0.misfirePolicy = .fireAll
            $0.misfireThreshold = .seconds(10)
        }
        let plan = try #require(job.plan(at: .minute(112) + .seconds(30), schedule: schedule))
        #expect(plan.executions.count { $0.status == .pending } == 100)
        #expect(plan.executions.prefix(12).allSatisfy { $0.status == .missed && $0.reason == .catchupWindow })
        #expect(plan.overlap == .bufferAll)
    }

    @Test("instants older than the catch-up window are missed", arguments: [MisfirePolicy.fireAll, .fireOnce])
    func window(policy: MisfirePolicy) throws {
        let job = minutely {
            $0.misfirePolicy = policy
            $0.misfireThreshold = .zero
            $0.catchupWindow = .seconds(20)
        }
        let plan = try #require(job.plan(at: .minute(5) + .seconds(30), schedule: schedule))
        #expect(plan.executions.allSatisfy { $0.status == .missed })
        #expect(plan.executions.last?.reason == .catchupWindow)
    }

    @Test("a year asleep takes bounded steps that leave each instant one row")
    func bounded() throws {
        var job = minutely { $0.misfireThreshold = .seconds(10) }
        let now = Timestamp.minute(5000) + .seconds(30)
        var seen: [Timestamp] = []
        var pending = 0
        while let plan = job.plan(at: now, schedule: schedule) {
            #expect(plan.executions.count <= Job.planLimit)
            seen += plan.executions.map(\.scheduledAt)
            pending += plan.executions.count { $0.status == .pending }
            job.nextRunAt = plan.next
        }
        #expect(seen == (1...5000).map { .minute($0) })
        #expect(pending == 1)
    }

    @Test("a paused job leaves skipped rows with the reason")
    func paused() throws {
        var job = minutely()
        job.status = .paused
        let plan = try #require(job.plan(at: .minute(3), schedule: schedule))
        #expect(plan.executions.count == 3)
        #expect(plan.executions.allSatisfy { $0.status == .skipped && $0.reason == .paused })
        #expect(plan.status == .paused)
    }

    @Test("max_runs completes the job with its last run")
    func maxRuns() throws {
        var job = minutely { $0.maxRuns = 3 }
        job.runCount = 2
        let plan = try #require(job.plan(at: .minute(1), schedule: schedule))
        #expect(plan.next == nil)
        #expect(plan.status == .completed)
        #expect(plan.executions.count == 1)
    }

    @Test("ends_at is inclusive and completes the job")
    func endsAt() throws {
        let job = minutely { $0.endsAt = .minute(2) }
        let first = try #require(job.plan(at: .minute(1), schedule: schedule))
        #expect(first.next == .minute(2))
        let both = try #require(job.plan(at: .minute(2), schedule: schedule))
        #expect(both.executions.count == 2)
        #expect(both.next == nil)
        #expect(both.status == .completed)
    }

    @Test("a one-off job completes with its only run")
    func once() throws {
        var draft = JobDraft(name: "once", schedule: .once(at: .minute(1)), target: .noop)
        draft.misfirePolicy = .fireOnce
        let job = Job(
            id: Identifier(high: 1, low: 3), draft: draft, nextRunAt: .minute(1), createdAt: .minute(0))
        let plan = try #require(job.plan(at: .minute(1), schedule: .once(.minute(1))))
        #expect(plan.status == .completed)
        #expect(plan.executions.count == 1)
        #expect(job.firstRun(from: .minute(0), schedule: .once(.minute(1))) == .minute(1))
    }

    @Test("a fixed-delay job waits for the end of its run, then for its delay")
    func fixedDelay() throws {
        var job = Job(
            id: Identifier(high: 1, low: 4),
            draft: JobDraft(name: "delay", schedule: .fixedDelay(every: .seconds(30)), target: .noop),
            nextRunAt: .minute(1), createdAt: .minute(0))
        let plan = try #require(job.plan(at: .minute(1), schedule: .fixedDelay(.seconds(30))))
        #expect(plan.next == nil)
        #expect(plan.status == .active)
        #expect(job.resumed(afterEndAt: .minute(2)) == nil)
        job.nextRunAt = nil
        #expect(job.resumed(afterEndAt: .minute(2))?.nextRunAt == .minute(2) + .seconds(30))
        job.draft.endsAt = .minute(2)
        #expect(job.resumed(afterEndAt: .minute(2))?.nextRunAt == nil)
        #expect(job.resumed(afterEndAt: .minute(2))?.status == .completed)
        job.status = .completed
        #expect(job.resumed(afterEndAt: .minute(2)) == nil)
    }

    @Test(
        "a fixed-delay job whose instant does not run goes on after its delay, and not past its end",
        arguments: [JobStatus.active, .paused], [nil, .minute(20), .minute(10)] as [Timestamp?])
    func fixedDelayWithoutRun(status: JobStatus, endsAt: Timestamp?) throws {
        var draft = JobDraft(name: "delay", schedule: .fixedDelay(every: .seconds(30)), target: .noop)
        draft.misfirePolicy = .skip
        draft.endsAt = endsAt
        var job = Job(
            id: Identifier(high: 1, low: 5), draft: draft, nextRunAt: .minute(1), createdAt: .minute(0))
        job.status = status
        let plan = try #require(job.plan(at: .minute(10), schedule: .fixedDelay(.seconds(30))))
        #expect(plan.executions.map(\.status) == [status == .paused ? .skipped : .missed])
        #expect(plan.next == (endsAt == .minute(10) ? nil : .minute(10) + .seconds(30)))
        #expect(plan.status == (endsAt == .minute(10) ? .completed : status))
    }

    @Test("jitter is the same on every node, within its bound, and spreads")
    func jitter() throws {
        let job = minutely { $0.jitter = .seconds(30) }
        let delays = try (1...200).map { minute in
            var job = job
            job.nextRunAt = .minute(Int64(minute))
            let first = try #require(job.plan(at: .minute(Int64(minute)), schedule: schedule)?.executions.first)
            let again = try #require(job.plan(at: .minute(Int64(minute)), schedule: schedule)?.executions.first)
            #expect(first == again)
            return first.availableAt - first.scheduledAt
        }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .seconds(30) })
        #expect(Set(delays).count > 150)
    }

    @Test("starts_at is inclusive")
    func startsAt() {
        let job = minutely { $0.startsAt = .minute(7) }
        #expect(job.firstRun(from: .minute(1), schedule: schedule) == .minute(7))
        #expect(minutely().firstRun(from: .minute(1), schedule: schedule) == .minute(2))
    }
}
