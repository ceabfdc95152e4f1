internal import NIOCore
internal import Synchronization

/// A connection to one server that comes back by itself. What is asked while it is away for the first moment waits;
/// once an attempt to connect has failed, calls fail at once until one has not.
///
/// All that callers ask for before the event loop has its turn goes out in one write (automatic pipelining).
final class Lane: Sendable {
    /// What becomes of the connection.
    enum Event: Sendable {
        /// It is back after it was lost: told before anything is sent on it.
        case reopened
        /// It cannot be had.
        case down(RedisError)
    }

    private enum Phase {
        case idle, opening
        case open(Wire)
        case down(RedisError)
        case closed
    }

    private struct State {
        var phase = Phase.idle
        /// What is not sent yet.
        var bytes = ByteBuffer()
        var calls: [Call] = []
        /// Commands without answer, sent or not.
        var waiting = 0
        var isTurnPlanned = false
        /// No call's limit is before this.
        var earliest = NIODeadline.distantFuture
        var timer: (at: NIODeadline, task: Scheduled<Void>)?
        /// Keeps the connection; awaited by `close`.
        var keeper: Task<Void, Never>?
    }

    let host: RedisHost
    private let role: Opening.Role
    private let opening: Opening
    private let loop: any EventLoop
    private let told: @Sendable (Event) -> Void
    private let state = Mutex(State())
    /// Whether the last attempt to connect has failed.
    private let down = Atomic(false)

    init(
        to host: RedisHost, as role: Opening.Role, _ opening: Opening, on loop: any EventLoop,
        told: @escaping @Sendable (Event) -> Void
    ) {
        self.host = host
        self.role = role
        self.opening = opening
        self.loop = loop
        self.told = told
    }

    /// Whether calls fail at once now.
    var isDown: Bool { down.load(ordering: .relaxed) }

    /// Commands without answer now.
    var waiting: Int { state.withLock { $0.waiting } }

    /// nil while it is open, or nobody has asked it for anything.
    var fault: RedisError? {
        state.withLock { state in
            switch state.phase {
            case .idle, .open: nil
            case .opening: RedisError(.unavailable, "\(host): connecting")
            case .down(let error): error
            case .closed: .closed
            }
        }
    }

    /// Sends the commands with the next write. The call is told of every end.
    func submit(_ call: Call, _ commands: some Collection<RedisCommand>) {
        let settings = opening.settings
        let (refusal, mustTurn) = state.withLock { state -> (RedisError?, Bool) in
            switch state.phase {
            case .closed: return (.closed, false)
            case .down(let error): return (error, false)
            case .idle:
                state.phase = .opening
                state.keeper = Task { await self.keepOpen() }  // Ended and awaited by `close`.
            case .opening, .open: break
            }
            guard state.waiting + call.count <= settings.mostWaiting else {
                let text = "\(state.waiting) commands wait for \(host) already"
                return (
                    RedisError(.full, "\(text); it is too slow for what it is asked, or \(call.name) for what it may"),
                    false
                )
            }
            guard state.bytes.readableBytes <= settings.mostBytes else {
                return (RedisError(.full, "\(state.bytes.readableBytes) bytes wait for \(host) already"), false)
            }
            for command in commands { command.write(into: &state.bytes) }
            state.calls.append(call)
            state.waiting += call.count
            state.earliest = min(state.earliest, call.deadline)
            defer { state.isTurnPlanned = true }
            return (nil, !state.isTurnPlanned)
        }
        if let refusal {
            call.fail(refusal)
        } else if mustTurn {
            loop.execute { self.turn() }
        }
    }

    /// Sends what waits, and sees to the limits of time.
    private func turn() {
        let work = state.withLock { state -> (wire: Wire, bytes: ByteBuffer, calls: [Call])? in
            state.isTurnPlanned = false
            arm(&state)
            guard case .open(let wire) = state.phase, !state.calls.isEmpty else { return nil }
            let work = (wire, state.bytes, state.calls)
            state.bytes = ByteBuffer()
            state.calls = []
            return work
        }
        if let work { work.wire.send(work.bytes, work.calls) }
    }

    private func arm(_ state: inout State) {
        guard state.earliest < .distantFuture, state.timer.map({ state.earliest < $0.at }) ?? true else { return }
        state.timer?.task.cancel()
        let at = state.earliest
        state.timer = (at, loop.scheduleTask(deadline: at) { self.sweep() })
    }

    /// Without a word for so long after a call's limit, the connection is given up.
    private static let patience = TimeAmount.seconds(1)

    /// Ends the calls whose time is up.
    private func sweep() {
        let now = NIODeadline.now()
        var late: [Call] = []
        let stalled = state.withLock { state -> Wire? in
            state.timer = nil
            state.earliest = .distantFuture
            var stalled: Wire?
            func look(_ call: Call) {
                guard !call.isOver else { return }
                if call.deadline <= now {
                    late.append(call)
                } else {
                    state.earliest = min(state.earliest, call.deadline)
                }
            }
            for call in state.calls { look(call) }
            if case .open(let wire) = state.phase {
                for call in wire.waiting { look(call) }
                // A call that is over and still first: is anybody there?
                if let first = wire.waiting.first, first.deadline <= now {
                    let end = max(first.deadline, wire.heardAt) + Lane.patience
                    if end <= now { stalled = wire } else { state.earliest = min(state.earliest, end) }
                }
            }
            arm(&state)
            return stalled
        }
        for call in late {
            call.fail(
                RedisError(.late, "\(host) did not answer \(call.name) in time; see its load, and the network between"))
        }
        stalled?.close(RedisError(.lost, "\(host) is silent; see whether it hangs, and the network between"))
    }

    // MARK: The connection

    private func keepOpen() async {
        var failures = 0
        var isFirst = true
        while !Task.isCancelled {
            do throws(RedisError) {
                let wire = try await opening.open(host, as: role, on: loop)
                if !isFirst { told(.reopened) }
                isFirst = false
                guard await install(wire) else { return }
                let (reason, wasOfUse) = await Lane.end(of: wire)
                // One that never answered is as good as none.
                failures = wasOfUse ? 0 : failures + 1
                leave(failures > 1 ? reason : nil)
            } catch {
                failures += 1
                leave(error)
                told(.down(error))
            }
            let pause = failures == 0 ? .milliseconds(2) : Lane.pause(failures, opening.settings.longestPause)
            try? await Task.sleep(for: pause)  // Cancelled when the lane is closed; the loop then ends.
        }
    }

    private static func end(of wire: Wire) async -> (reason: RedisError, wasOfUse: Bool) {
        await withTaskCancellationHandler {
            (try? await wire.closed.map { ($0, wire.wasOfUse) }.get()) ?? (.closed, false)  // The future cannot fail.
        } onCancel: {
            wire.loop.execute { wire.close(.closed) }
        }
    }

    /// Twice as long each time, from a hundredth of the longest, and up to half of it shorter by chance.
    static func pause(_ failures: Int, _ longest: Duration) -> Duration {
        min(longest, longest / 100 * (1 << min(failures, 10))) * Double.random(in: 0.5...1)
    }

    private func install(_ wire: Wire) async -> Bool {
        let isWanted = state.withLock { state in
            if case .closed = state.phase { return false }
            state.phase = .open(wire)
            down.store(false, ordering: .relaxed)
            state.isTurnPlanned = true
            return true
        }
        loop.execute {
            guard isWanted else { return wire.close(.closed) }
            wire.answered = { count in self.state.withLock { $0.waiting -= count } }
            self.turn()
        }
        return isWanted
    }

    /// The connection is lost, or cannot be had.
    /// - Parameter error: nil means that calls may wait for the next attempt.
    private func leave(_ error: RedisError?) {
        let calls = state.withLock { state -> [Call] in
            if case .closed = state.phase { return [] }
            guard let error else {
                state.phase = .opening
                return []
            }
            state.phase = .down(error)
            down.store(true, ordering: .relaxed)
            return Lane.emptied(&state)
        }
        if let error { for call in calls { call.fail(error) } }
    }

    private static func emptied(_ state: inout State) -> [Call] {
        defer {
            state.waiting -= state.calls.reduce(0) { $0 + $1.count }
            state.calls = []
            state.bytes = ByteBuffer()
        }
        return state.calls
    }

    /// Ends the connection and every call; none may follow.
    func close() async {
        let (calls, keeper) = state.withLock { state in
            state.phase = .closed
            state.timer?.task.cancel()
            state.timer = nil
            return (Lane.emptied(&state), state.keeper)
        }
        for call in calls { call.fail(.closed) }
        keeper?.cancel()
        await keeper?.value
    }
}
