import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Testing

/// Something that must never happen, put into a good history.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kind: HistoryReport.Kind
    /// Changes the history; false when this one has no place for it.
    let plant: @Sendable (inout InventedHistory) -> Bool

    private init(
        _ name: String, _ kind: HistoryReport.Kind, _ plant: @escaping @Sendable (inout InventedHistory) -> Bool
    ) {
        self.testDescription = name
        self.kind = kind
        self.plant = plant
    }

    /// One that changes any row that fits.
    private static func inRow(
        _ name: String, _ kind: HistoryReport.Kind, of jobs: Range<Int> = 0..<8,
        where fits: @escaping @Sendable (Execution, JobHistory) -> Bool = { _, _ in true },
        change: @escaping @Sendable (inout InventedHistory, _ job: Int, _ row: Int) -> Void
    ) -> PlantedFault {
        PlantedFault(name, kind) { history in
            var places: [(Int, Int)] = []
            for job in jobs {
                for (row, execution) in history.jobs[job].rows.enumerated() where fits(execution, history.jobs[job]) {
                    places.append((job, row))
                }
            }
            guard let place = places.randomElement(using: &history.dice) else { return false }
            change(&history, place.0, place.1)
            return true
        }
    }

    static let all: [PlantedFault] = [
        inRow(
            "a row is lost", .missing,
            where: { row, history in
                guard case .interval = history.eras[0].schedule else { return false }
                return row.trigger == .schedule
            }, change: { $0.jobs[$1].rows.remove(at: $2) }),
        inRow(
            "an acknowledged execution is lost", .missing, where: { row, _ in row.trigger == .manual },
            change: {
                $0.jobs[$1].rows.remove(at: $2)
            }),
        PlantedFault("a fixed delay is never followed", .missing) { history in
            let rows = history.jobs[2].rows.filter { $0.trigger != .manual }
            guard rows.count > 4 else { return false }
            let lost = Set(rows.suffix(rows.count - 2).map(\.id))
            history.jobs[2].rows.removeAll { lost.contains($0.id) }
            history.calls.removeAll { lost.contains($0.execution) }
            return true
        },
        inRow(
            "a row is there twice", .doubled,
            change: { history, job, row in
                let copy = history.jobs[job].rows[row]
                history.jobs[job].rows.append(copy)
            }),
        inRow(
            "an instant has a second row of another id", .doubled, where: { row, _ in row.trigger == .schedule },
            change: {
                history, job, row in
                let owner = history.jobs[job].job
                var second = owner.execution(
                    at: history.jobs[job].rows[row].scheduledAt, trigger: .schedule,
                    now: history.jobs[job].rows[row].createdAt, nonce: 7)
                (second.status, second.reason, second.finishedAt) = (.skipped, .overlap, second.createdAt)
                history.jobs[job].rows.append(second)
            }),
        inRow(
            "an attempt calls twice", .doubled, where: { row, history in history.isWatched && row.attempt > 0 },
            change: {
                history, job, row in
                let id = history.jobs[job].rows[row].id
                if let call = history.calls.first(where: { $0.execution == id }) { history.calls.append(call) }
            }),
        inRow(
            "a row beside the schedule", .unexpected, of: 0..<2,
            change: { history, job, row in
                let owner = history.jobs[job].job
                let instant = history.jobs[job].rows[row].scheduledAt + .milliseconds(1)
                var stranger = owner.execution(at: instant, trigger: .schedule, now: instant)
                (stranger.status, stranger.finishedAt) = (.cancelled, instant)
                history.jobs[job].rows.append(stranger)
            }),
        inRow(
            "an execution by hand that nobody asked for", .unexpected,
            change: { history, job, row in
                let owner = history.jobs[job].job
                var stranger = owner.execution(
                    at: InventedHistory.start, trigger: .manual, now: InventedHistory.start, nonce: 99)
                (stranger.status, stranger.finishedAt) = (.cancelled, InventedHistory.start)
                history.jobs[job].rows.append(stranger)
            }),
        PlantedFault("a call without a row", .unexpected) { history in
            guard var call = history.calls.randomElement(using: &history.dice) else { return false }
            call.execution = Identifier(high: 1, low: 2)
            history.calls.append(call)
            return true
        },
        inRow(
            "a fixed delay is cut short", .unexpected, of: 2..<3, where: { row, _ in row.trigger != .manual },
            change: {
                history, job, row in
                let owner = history.jobs[job].job
                guard let end = history.jobs[job].rows[row].finishedAt else { return }
                var early = owner.execution(at: end + .milliseconds(500), trigger: .schedule, now: end + .seconds(1))
                (early.status, early.finishedAt) = (.cancelled, end + .seconds(1))
                history.jobs[job].rows.append(early)
            }),
        inRow(
            "a row never ends", .notDrained,
            change: { history, job, row in
                history.jobs[job].rows[row].status = .running
                history.jobs[job].rows[row].finishedAt = nil
            }),
        inRow(
            "a stale attempt's success is taken for the newest attempt's refusal", .stale,
            where: { row, history in history.isWatched && row.status == .succeeded },
            change: { history, job, row in
                let execution = history.jobs[job].rows[row]
                for index in history.calls.indices
                where history.calls[index].execution == execution.id
                    && history.calls[index].attempt == execution.attempt
                {
                    history.calls[index].success = false
                }
            }),
        inRow(
            "a stale attempt's refusal is taken for the newest attempt's success", .stale,
            where: { row, history in history.isWatched && row.status == .failed && row.reason == .httpStatus },
            change: { history, job, row in
                let execution = history.jobs[job].rows[row]
                for index in history.calls.indices
                where history.calls[index].execution == execution.id
                    && history.calls[index].attempt == execution.attempt
                {
                    history.calls[index].success = true
                }
            }),
        inRow(
            "a success without a call", .stale,
            where: { row, history in history.isWatched && row.status == .succeeded },
            change: { history, job, row in
                let execution = history.jobs[job].rows[row]
                history.calls.removeAll { $0.execution == execution.id && $0.attempt == execution.attempt }
            }),
        inRow(
            "a row that went back to an older attempt", .stale,
            where: { row, history in history.isWatched && row.attempt > 1 },
            change: { history, job, row in
                history.jobs[job].rows[row].attempt -= 1
            }),
        inRow(
            "a success that was never attempted", .stale, where: { row, _ in row.status == .succeeded },
            change: {
                $0.jobs[$1].rows[$2].attempt = 0
            }),
        inRow(
            "a skip without a reason", .policy, where: { row, _ in [.skipped, .missed].contains(row.status) },
            change: {
                $0.jobs[$1].rows[$2].reason = nil
            }),
        inRow(
            "a misfire that ran under skip", .policy,
            where: { row, history in row.trigger == .misfire && history.job.draft.misfirePolicy == .skip },
            change: {
                $0.jobs[$1].rows[$2].status = .cancelled
            }),
        inRow(
            "a late row that is no misfire", .policy, where: { row, _ in row.trigger == .misfire },
            change: {
                history, job, row in
                let old = history.jobs[job].rows[row]
                history.jobs[job].rows[row].trigger = .schedule
                history.jobs[job].rows[row].availableAt = old.availableAt
            }),
        inRow(
            "an overlap that was skipped where all may run", .policy,
            where: { row, history in history.job.draft.overlapPolicy == .skip && row.reason == .overlap },
            change: { history, job, _ in
                history.jobs[job].job.draft.overlapPolicy = .allowAll
            }),
    ]
}
