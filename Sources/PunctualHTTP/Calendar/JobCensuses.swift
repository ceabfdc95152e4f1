internal import Foundation
internal import HTTPTypes
internal import PunctualAPI
internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Counts of the active jobs by their schedules, made away from whoever asks, one for each set of rights.
///
/// Of what somebody sees only jobs that he may see are counted, by the same filter as in lists. A count is one reading of all
/// those jobs, in slices; until it is done, askers get how far it is. It counts for a minute, or until jobs change, but no
/// less than twenty times as long as it took: so at most a twentieth of a core is spent on it.
final class JobCensuses: Sendable {
    /// Whose count: of which jobs.
    struct Subject: Hashable, Sendable {
        var visible: ServiceFilter
        var service: String?

        static func == (left: Subject, right: Subject) -> Bool {
            left.service == right.service && left.visible.canonical == right.visible.canonical
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(service)
            hasher.combine(visible.canonical)
        }
    }

    /// A count, done or under way.
    struct Reading: Sendable {
        let census: FireCensus
        /// Whether every job was looked at.
        let isComplete: Bool
        /// Whether it goes on.
        let isUnderWay: Bool
        let forecasts: Forecasts
    }

    /// What was made of a count, so that many who look at the same make it once.
    final class Forecasts: Sendable {
        struct Request: Hashable {
            let from: Timestamp
            let minutes: Int
            /// Plans become history minute by minute.
            let now: Timestamp
        }

        private let kept = Mutex<[(request: Request, forecast: Task<FireForecast, Never>)]>([])

        /// Made by whoever asks first; the others wait for that one.
        func forecast(_ request: Request, of census: FireCensus) async -> FireForecast {
            let forecast = kept.withLock { kept in
                if let found = kept.first(where: { $0.request == request }) { return found.forecast }
                let forecast = Task {  // Awaited by all who ask for it.
                    await JobCensuses.reckoned {
                        FireForecast(of: census, from: request.from, minutes: request.minutes, after: request.now)
                    }
                }
                if kept.count >= 8 { kept.removeFirst() }
                kept.append((request, forecast))
                return forecast
            }
            return await forecast.value
        }
    }

    /// What takes long to reckon, on a thread of its own: those that answer requests are few.
    static func reckoned<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    private struct Entry {
        var done: Reading?
        /// Of `done`: when it was begun, how long it took, and the news of jobs until then.
        var began = ContinuousClock.now
        var took = Duration.zero
        var news = 0
        var partial: Reading?
        var flight: Task<Void, Never>?
        /// When that began.
        var departed = ContinuousClock.now
        var fault: StoreError?
        /// Until when nobody tries again after a fault.
        var rests: ContinuousClock.Instant?
        var used = ContinuousClock.now
    }

    private let services: APIServices
    private let entries = Mutex<[Subject: Entry]>([:])

    /// How many jobs a slice has.
    static let slice = 500
    /// How many jobs one count looks at.
    static let mostJobs = 2_000_000
    /// How many counts are kept, and how many may be under way.
    static let mostKept = 16
    static let mostUnderWay = 4
    /// How long after a fault nobody begins the next count.
    static let rest = Duration.seconds(2)
    /// How long an asker waits for a count to be done.
    static let patience = Duration.milliseconds(200)

    init(services: APIServices) { self.services = services }

    /// The count of what somebody may see, as far as it is.
    func reading(_ subject: Subject) async throws -> Reading {
        let (flight, old) = try entries.withLock { entries -> (Task<Void, Never>?, Reading?) in
            let now = ContinuousClock.now
            var entry = entries[subject] ?? Entry()
            entry.used = now
            let rests = entry.rests.map { now < $0 } ?? false
            if rests, entry.done == nil, let fault = entry.fault { throw fault }
            if entry.flight == nil, !rests, !isGood(entry, at: now) {
                guard entries.values.count(where: { $0.flight != nil }) < Self.mostUnderWay else {
                    // What there was is better than nothing.
                    if let done = entry.done { return (nil, done) }
                    var problem = Problem(.overloaded, "This node counts other jobs just now; try again shortly.")
                    problem.headers[.retryAfter] = "2"
                    throw problem
                }
                // Awaited by those who have patience; it ends by itself, and with the store.
                entry.flight = Task { await self.count(subject) }
                (entry.departed, entry.fault) = (now, nil)
            }
            entries[subject] = entry
            if entries.count > Self.mostKept {
                let oldest = entries.filter { $0.value.flight == nil && $0.key != subject }.min {
                    $0.value.used < $1.value.used
                }
                if let oldest { entries[oldest.key] = nil }
            }
            // Where a count takes long, nobody waits for the next who can have the last, or a part of it.
            if entry.flight == nil || entry.took > Self.patience, let done = entry.done { return (nil, done) }
            return entry.departed.duration(to: now) > Self.patience ? (nil, entry.partial) : (entry.flight, nil)
        }
        if let old { return old }
        if let flight {
            do {
                try await Deadline.within(Self.patience) { await flight.value }
            } catch is Deadline.Passed {
                // How far it is, then.
            }
        }
        let entry = entries.withLock { $0[subject] }
        if let fault = entry?.fault { throw fault }
        // Another one may have taken its place among those that are kept.
        if let found = entry?.flight == nil ? entry?.done : entry?.partial ?? entry?.done { return found }
        return Reading(
            census: FireCensus(at: services.clock.now(), zones: services.zones), isComplete: false,
            isUnderWay: true, forecasts: Forecasts())
    }

    /// Whether a count still holds.
    private func isGood(_ entry: Entry, at now: ContinuousClock.Instant) -> Bool {
        guard entry.done != nil else { return false }
        let age = entry.began.duration(to: now)
        if age < entry.took * 20 { return true }
        return age < .seconds(60) && entry.news == services.events.jobNews
    }

    private func count(_ subject: Subject) async {
        let began = ContinuousClock.now
        // Read first: what changes meanwhile may or may not be in it.
        let news = services.events.jobNews
        do {
            let reading = try await read(subject, since: began)
            entries.withLock { entries in
                guard var entry = entries[subject] else { return }
                (entry.done, entry.partial, entry.flight) = (reading, nil, nil)
                (entry.began, entry.took, entry.news) = (began, began.duration(to: .now), news)
                entries[subject] = entry
            }
        } catch {
            let fault = error as? StoreError ?? .unavailable("\(error)")
            entries.withLock { entries in
                guard var entry = entries[subject] else { return }
                (entry.fault, entry.flight, entry.partial) = (fault, nil, nil)
                // What fails at once costs nobody much.
                if began.duration(to: .now) > Self.patience { entry.rests = .now + Self.rest }
                entries[subject] = entry
            }
        }
    }

    private func read(_ subject: Subject, since began: ContinuousClock.Instant) async throws -> Reading {
        var census = FireCensus(at: try await services.store.now(), zones: services.zones)
        var query = JobQuery()
        (query.visible, query.service, query.status) = (subject.visible, subject.service, .active)
        query.limit = Self.slice
        var shown = 0
        repeat {
            let slice = ContinuousClock.now
            let page = try await services.store.jobs(query)
            for job in page.items { census.add(job) }
            query.after = page.next
            if query.after == nil || census.counted >= Self.mostJobs { break }
            // What is shown is copied, so it is shown seldom enough for that not to count.
            if census.counted >= shown + shown / 3 {
                shown = census.counted
                let partial = Reading(census: census, isComplete: false, isUnderWay: true, forecasts: Forecasts())
                entries.withLock { $0[subject]?.partial = partial }
            }
            // Nobody waits any more: half of the time is for others.
            if began.duration(to: .now) > .seconds(1) { try await Task.sleep(for: slice.duration(to: .now)) }
        } while true
        return Reading(census: census, isComplete: query.after == nil, isUnderWay: false, forecasts: Forecasts())
    }
}
