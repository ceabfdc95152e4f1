internal import Metrics
internal import Synchronization

/// Where spans go: the one seam of the exporter.
package protocol SpanSink: Sendable {
    /// Tells of spans that ended; tries again until the limit, and throws nothing.
    func send(_ spans: [EndedSpan], within limit: Duration) async -> SendOutcome
}

package enum SendOutcome: Hashable, Sendable {
    case taken
    /// So many were not taken, and why.
    case partly(rejected: Int, String)
    case refused(String)
}

/// Keeps spans that ended until there is a batch of them or their time is up, and hands them on. What comes faster than it goes
/// is dropped and counted: whoever works never waits for it.
package final class SpanExport: Sendable {
    /// OpenTelemetry's batch span processor and its defaults.
    package struct Options: Hashable, Sendable {
        package var delay = Duration.seconds(5)
        package var timeout = Duration.seconds(30)
        package var queue = 2048
        package var batch = 512

        package init() {}
    }

    private struct State {
        var waiting: [EndedSpan] = []
        var isEnding = false
        /// What `run` sleeps in.
        var nap: Task<Void, Never>?
    }

    private let options: Options
    private let sink: any SpanSink
    private let report: @Sendable (String?) -> Void
    private let state = Mutex(State())
    private let isFailing = Mutex(false)
    private let counters: [Fate: Counter]

    /// What becomes of a span.
    package enum Fate: String, CaseIterable, Sendable { case exported, rejected, failed, dropped }

    /// - Parameter report: told why spans cannot be handed on, once until they can; then nil.
    package init(_ options: Options, sink: any SpanSink, report: @escaping @Sendable (String?) -> Void) {
        self.options = options
        self.sink = sink
        self.report = report
        counters = Dictionary(
            uniqueKeysWithValues: Fate.allCases.map {
                ($0, Counter(label: "punctual_trace_spans_total", dimensions: [("result", $0.rawValue)]))
            })
    }

    /// Takes a span that ended; never waits.
    package func take(_ span: EndedSpan) {
        let (isKept, nap) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            guard state.waiting.count < options.queue else { return (false, nil) }
            state.waiting.append(span)
            return (true, state.waiting.count >= options.batch ? state.nap : nil)
        }
        nap?.cancel()
        if !isKept { count(1, .dropped) }
    }

    /// Hands on what comes, until it is told to `end`, or cancelled; then `flush`.
    package func run() async {
        while !Task.isCancelled {
            if waiting < options.batch { await nap() }
            if Task.isCancelled || state.withLock({ $0.isEnding }) { return }
            await sendBatch(within: options.timeout)
        }
    }

    /// Lets `run` end once it has handed on what is on its way.
    package func end() {
        let nap = state.withLock { state in
            state.isEnding = true
            return state.nap
        }
        nap?.cancel()
    }

    /// Hands on all that is left, as far as there is time.
    package func flush(within limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while waiting > 0 {
            let left = deadline - .now
            guard left > .zero else { break }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.sendBatch(within: left) }
                group.addTask { try? await Task.sleep(for: left) }  // Ends early when the batch has gone.
                await group.next()
                group.cancelAll()
            }
        }
        let lost = takeBatch(all: true).count
        if lost > 0 { count(lost, .dropped) }
    }

    private var waiting: Int { state.withLock { $0.waiting.count } }

    private func takeBatch(all: Bool = false) -> [EndedSpan] {
        state.withLock { state in
            let batch = all ? state.waiting : Array(state.waiting.prefix(options.batch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Sleeps until a batch is full or its time is up.
    private func nap() async {
        let nap = Task<Void, Never> { [delay = options.delay] in  // Awaited at once; so that a full batch can wake it.
            try? await Task.sleep(for: delay)  // Awoken is as good as slept out.
        }
        let isFull = state.withLock { state in
            state.nap = nap
            return state.waiting.count >= options.batch || state.isEnding
        }
        if isFull { nap.cancel() }
        await withTaskCancellationHandler {
            await nap.value
        } onCancel: {
            nap.cancel()
        }
        state.withLock { $0.nap = nil }
    }

    private func sendBatch(within limit: Duration) async {
        let batch = takeBatch()
        if batch.isEmpty { return }
        switch await sink.send(batch, within: limit) {
        case .taken:
            count(batch.count, .exported)
            tell(nil)
        case .partly(let rejected, let why):
            count(batch.count - rejected, .exported)
            count(rejected, .rejected)
            tell("\(rejected) spans were not taken: \(why)")
        case .refused(let why):
            count(batch.count, .failed)
            tell(why)
        }
    }

    private func tell(_ fault: String?) {
        let isNews = isFailing.withLock { isFailing in
            defer { isFailing = fault != nil }
            return isFailing != (fault != nil)
        }
        if isNews { report(fault) }
    }

    private func count(_ spans: Int, _ fate: Fate) { counters[fate]?.increment(by: Int64(spans)) }
}
