internal import Foundation
internal import Metrics
internal import Synchronization

/// Tells an operator's Sentry of what went wrong: few reports of many, and none that anybody waits for.
package final class ErrorReports: Sendable {
    /// How much is told.
    package struct Limits: Hashable, Sendable {
        /// Reports of all kinds in a minute, and of one message.
        package var inMinute = 30
        package var ofOneInMinute = 3
        /// That wait to be posted.
        package var queue = 100

        package init() {}
    }

    /// What becomes of an event.
    package enum Fate: String, CaseIterable, Sendable { case sent, limited, dropped, failed }

    private struct State {
        /// When reports were taken within the last minute, and of which messages.
        var taken: [(at: ContinuousClock.Instant, message: String)] = []
        var waiting: [LogOutput.Event] = []
        /// The other side asked for quiet until then.
        var quietUntil: ContinuousClock.Instant?
    }

    private let poster: Poster
    private let address: ErrorAddress
    private let source: LogOutput.Source
    private let environment: String?
    private let limits: Limits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    private let news = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let counters: [Fate: Counter]

    /// - Parameter environment: such as `production`; nil names none.
    package init(
        to address: ErrorAddress, source: LogOutput.Source, environment: String?, limits: Limits = Limits(),
        timeout: Duration = .seconds(10), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws(Poster.Fault) {
        poster = try Poster(
            url: address.url,
            fields: [
                (
                    "x-sentry-auth",
                    "Sentry sentry_version=7, sentry_key=\(address.key), sentry_client=punctual/\(source.version)"
                )
            ], timeout: timeout, packs: true)
        self.address = address
        self.source = source
        self.environment = environment
        self.limits = limits
        self.now = now
        counters = Dictionary(
            uniqueKeysWithValues: Fate.allCases.map {
                ($0, Counter(label: "punctual_error_reports_total", dimensions: [("result", $0.rawValue)]))
            })
    }

    /// Takes an event, unless there were enough of its like; never waits.
    package func take(_ event: LogOutput.Event) {
        let now = now()
        let fate = state.withLock { state -> Fate? in
            state.taken.removeAll { $0.at + .seconds(60) <= now }
            if let quiet = state.quietUntil, quiet > now { return .limited }
            let message = "\(event.logger)|\(event.message)"
            guard state.taken.count < limits.inMinute,
                state.taken.count(where: { $0.message == message }) < limits.ofOneInMinute
            else { return .limited }
            guard state.waiting.count < limits.queue else { return .dropped }
            state.taken.append((now, message))
            state.waiting.append(event)
            return nil
        }
        if let fate { counters[fate]?.increment() } else { news.continuation.yield() }
    }

    /// Posts what comes, until it is told to `end`, or cancelled; then `flush`.
    package func run() async { for await _ in news.stream { await post() } }

    /// Lets `run` end once it has posted what is on its way.
    package func end() { news.continuation.finish() }

    /// Posts what is left, as far as there is time.
    package func flush(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.post() }
            group.addTask { try? await Task.sleep(for: limit) }  // Ends early when all is posted.
            await group.next()
            group.cancelAll()
        }
    }

    /// Closes every connection; nothing may be posted after it.
    package func shutdown() async { await poster.shutdown() }

    private func post() async {
        while let event = state.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) {
            counters[await post(event)]?.increment()
        }
    }

    private func post(_ event: LogOutput.Event) async -> Fate {
        if let quiet = state.withLock({ $0.quietUntil }), quiet > now() { return .limited }
        let id = UUID().uuidString.lowercased().filter { $0 != "-" }
        let body = ErrorEnvelope.bytes(event, id: id, source: source, environment: environment, now: Date())
        do throws(Poster.Fault) {
            let answer = try await poster.post(body, type: "application/x-sentry-envelope")
            if let pause = Self.pause(answer) { state.withLock { $0.quietUntil = now() + pause } }
            if answer.status == 429 { return .limited }
            return (200..<300).contains(answer.status) ? .sent : .failed
        } catch {
            // Nobody is told: the log says what the report would have said, and a line about it would be a report again.
            return .failed
        }
    }

    /// For how long the other side wants no reports; nil for no such wish.
    static func pause(_ answer: Poster.Answer) -> Duration? {
        if let field = answer.fields["x-sentry-rate-limits"] {
            // 60:error;default:organization, 2700::project
            let pauses = field.split(separator: ",").compactMap { part -> Int? in
                let words = part.split(separator: ":", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
                guard let seconds = words.first.flatMap({ Int($0) }), seconds > 0 else { return nil }
                let kinds = words.count > 1 ? words[1].split(separator: ";") : []
                return kinds.isEmpty || kinds.contains("error") || kinds.contains("default") ? seconds : nil
            }
            return pauses.max().map { .seconds(min($0, 86_400)) }
        }
        guard answer.status == 429 else { return nil }
        return answer.fields["retry-after"].flatMap { RetryAfterField.pause($0, now: Date()) } ?? .seconds(60)
    }
}
