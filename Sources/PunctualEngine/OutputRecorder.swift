package import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Sends what attempts of this process say to the store, a little later and many lines at a time.
package struct OutputRecorder: Sendable {
    let store: any OutputStore
    let instruments: Instruments
    /// Told of executions that have said something.
    let kept: @Sendable (Identifier) -> Void

    package init(
        store: any OutputStore, instruments: Instruments, kept: @escaping @Sendable (Identifier) -> Void = { _ in }
    ) {
        self.store = store
        self.instruments = instruments
        self.kept = kept
    }

    func begin(_ lease: Lease) -> AttemptOutput { AttemptOutput(lease, self) }
}

/// What one attempt has said and the store has not heard yet.
final class AttemptOutput: Sendable {
    fileprivate struct State {
        var waiting: [SaidLine] = []
        var bytes = 0
        /// How many lines came before those.
        var passed = 0
        /// Sends while there is something to send.
        var sender: Task<Void, Never>?
        var isOver = false
    }

    private let lease: Lease
    private let recorder: OutputRecorder
    private let state = Mutex(State())
    /// Rung when the attempt is over, so that nothing waits any more.
    private let hurry = Doorbell()
    /// The most that waits for a store which does not answer; the oldest makes room, and the store tells of the gap.
    private static let (mostLines, mostBytes) = (2000, 1 << 20)
    private static let pause = Duration.milliseconds(500)

    init(_ lease: Lease, _ recorder: OutputRecorder) {
        self.lease = lease
        self.recorder = recorder
    }

    var sink: OutputSink { OutputSink { self.say($0) } }

    private func say(_ line: SaidLine) {
        state.withLock { state in
            if state.isOver { return }
            state.waiting.append(line)
            state.bytes += line.text.utf8.count
            if state.waiting.count > AttemptOutput.mostLines || state.bytes > AttemptOutput.mostBytes {
                state.pass(max(1, state.waiting.count / 4))
            }
            if state.sender == nil {
                state.sender = Task { await self.send() }  // Awaited by `end`.
            }
        }
    }

    /// Sends what is left; nothing may be said any more.
    func end() async {
        let sender = state.withLock { state in
            state.isOver = true
            return state.sender
        }
        hurry.ring()
        await sender?.value
    }

    private func send() async {
        while true {
            try? await hurry.wait(atMost: AttemptOutput.pause)  // Never cancelled: `end` waits for it.
            while let (from, lines) = next() {
                if await !keep(lines, from) { break }
            }
            let isDone = state.withLock { state in
                // What the store did not take at the end is lost.
                guard state.waiting.isEmpty || state.isOver else { return false }
                state.sender = nil
                return true
            }
            if isDone { return }
        }
    }

    private func next() -> (from: Int, lines: [SaidLine])? {
        state.withLock { state in
            if state.waiting.isEmpty { return nil }
            return (state.passed + 1, Array(state.waiting.prefix(OutputBounds.reportLines)))
        }
    }

    /// - Returns: whether to go on at once.
    private func keep(_ lines: [SaidLine], _ from: Int) async -> Bool {
        do throws(StoreError) {
            let outcome = try await recorder.store.keep([AttemptReport(lease, lines: lines, from: from)]).first
            state.withLock { state in
                // Another attempt's turn: nothing of this one is wanted.
                if outcome == .leaseLost { state.isOver = true }
                let count = outcome == .leaseLost ? state.waiting.count : from + lines.count - 1 - state.passed
                state.pass(count)
            }
            recorder.kept(lease.executionID)
            return true
        } catch {
            recorder.instruments.loopFailed("output", error)
            return false
        }
    }
}

extension AttemptOutput.State {
    /// Lets go of the oldest.
    fileprivate mutating func pass(_ count: Int) {
        let count = min(max(0, count), waiting.count)
        bytes -= waiting.prefix(count).reduce(0) { $0 + $1.text.utf8.count }
        waiting.removeFirst(count)
        passed += count
    }
}
