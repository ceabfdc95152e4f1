internal import Dispatch
internal import PunctualSchedule
internal import Synchronization

/// A bounded number of connections, lent one caller at a time; the decisions are `PoolState`'s.
final class Pool: Sendable {
    private struct Shell {
        var state: PoolState
        var connections: [PoolState.ID: Connection] = [:]
        var waiting: [PoolState.ID: CheckedContinuation<Result<Loan, PostgresFault>, Never>] = [:]
        var asked = 0
        var closers: [CheckedContinuation<Void, Never>] = []
        /// Why the last attempt to connect failed; nil since one went well.
        var complaint: String?
        /// Whether `tick` is to come.
        var hasTimer = false
        /// Attempts to connect that failed, and callers that got no connection, since the start.
        var failures = 0
        var refusals = 0
    }

    /// A connection that is to be given back.
    struct Loan: Sendable {
        let id: PoolState.ID
        let connection: Connection
    }

    let settings: ConnectionSettings
    private let shell: Mutex<Shell>
    private let timers = DispatchQueue(label: "punctual.postgres.pool")

    init(_ settings: ConnectionSettings, limits: PoolState.Limits = PoolState.Limits()) {
        self.settings = settings
        shell = Mutex(Shell(state: PoolState(limits)))
    }

    /// Runs the statements on some connection, as one transaction unless they say BEGIN; again when a fault passes.
    ///
    /// - Parameter attempts: the most; a fault that leaves open whether the call took effect counts as one that passes,
    ///   so the statements must bear a repetition.
    func run(_ calls: [Call], attempts: Int = Pool.attemptLimit) async throws(PostgresFault) -> [Rows] {
        try await lend(attempts: attempts) { connection, _ throws(PostgresFault) in try await connection.run(calls) }
    }

    /// How often a call is made before its passing fault is the caller's.
    static let attemptLimit = 10
    /// No third attempt begins later than this after the first: who asked has not the whole day.
    private static let patience = Swift.Duration.seconds(12)

    /// Lends a connection to the body; again when a fault passes.
    /// - Parameter body: told whether an earlier attempt may have taken effect. It leaves no transaction open.
    func lend<Value: Sendable>(
        attempts: Int = Pool.attemptLimit,
        _ body: @Sendable (Connection, _ isRepetition: Bool) async throws(PostgresFault) -> Value
    ) async throws(PostgresFault) -> Value {
        var isRepetition = false
        var attempt = 1
        let began = ContinuousClock.now
        while true {
            let fault: PostgresFault
            do throws(PostgresFault) {
                let loan = try await borrow()
                do throws(PostgresFault) {
                    let value = try await body(loan.connection, isRepetition)
                    giveBack(loan)
                    return value
                } catch {
                    giveBack(loan, isBroken: error.kind == .lost || error.kind == .late)
                    throw error
                }
            } catch { fault = error }
            // Waiting for a connection has had its own limit already.
            guard fault.isPassing, fault.kind != .noConnection, attempt < attempts,
                attempt == 1 || began.duration(to: .now) < Pool.patience
            else { throw fault }
            isRepetition = isRepetition || fault.isAmbiguous
            // Deadlocks and restarts: everybody at once would meet again.
            let pause = Int64(5 << min(attempt, 7))
            do {
                try await Task.sleep(for: .milliseconds(pause / 2 + .random(in: 0...pause / 2)))
            } catch { throw PostgresFault(.cancelled, "the task was cancelled") }
            attempt += 1
        }
    }

    /// A connection of the caller's own until `giveBack`.
    func borrow() async throws(PostgresFault) -> Loan {
        let waiter = shell.withLock { shell in
            shell.asked += 1
            return shell.asked
        }
        let result: Result<Loan, PostgresFault> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let actions: [PoolState.Action]? = shell.withLock { shell in
                    // Cancelled before it asked: nobody would take it off the list.
                    if Task.isCancelled { return nil }
                    shell.waiting[waiter] = continuation
                    return shell.state.asked(by: waiter, now: Pool.now)
                }
                if let actions { return perform(actions) }
                continuation.resume(returning: .failure(PostgresFault(.cancelled, "the task was cancelled")))
            }
        } onCancel: {
            let continuation = shell.withLock { shell in
                shell.state.gaveUp(waiter)
                return shell.waiting.removeValue(forKey: waiter)
            }
            continuation?.resume(returning: .failure(PostgresFault(.cancelled, "the task was cancelled")))
        }
        return try result.get()
    }

    /// - Parameter isBroken: whether the connection is of no more use.
    func giveBack(_ loan: Loan, isBroken: Bool = false) {
        perform(
            shell.withLock { shell in
                isBroken ? shell.state.lost(loan.id) : shell.state.returned(loan.id, now: Pool.now)
            })
    }

    /// Opens the connections that are to be there from the start.
    func start() { perform(shell.withLock { $0.state.start() }) }

    /// Refuses new calls and waits until those on their way have ended.
    func close() async {
        await withCheckedContinuation { continuation in
            let (actions, isDone) = shell.withLock { shell in
                let isDone = shell.state.isClosing && shell.state.connectionCount == 0
                if !isDone { shell.closers.append(continuation) }
                return (shell.state.close(), isDone)
            }
            perform(actions)
            if isDone { continuation.resume() }
        }
    }

    var connectionCount: Int { shell.withLock { $0.state.connectionCount } }
    var idleCount: Int { shell.withLock { $0.state.idleCount } }

    /// How busy it is now.
    var load: PoolLoad {
        shell.withLock { shell in
            let state = shell.state
            return PoolLoad(
                busy: state.busyCount, idle: state.idleCount,
                opening: state.connectionCount - state.busyCount - state.idleCount, limit: state.limits.maximum,
                waiting: state.waiterCount, failures: shell.failures, refusals: shell.refusals)
        }
    }

    private static var now: Int64 { Int64(MonotonicTime.now / 1_000_000) }

    // MARK: What the state decides

    private func perform(_ actions: [PoolState.Action]) {
        for action in actions { perform(action) }
        setTimer()
    }

    private func perform(_ action: PoolState.Action) {
        switch action {
        case .open(let id):
            // Nobody awaits it: it tells the state how it ended.
            Task { await open(id) }
        case .openLater(let id, let milliseconds):
            timers.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds))) { [self] in
                perform(shell.withLock { $0.state.mayOpen(id) })
            }
        case .give(let id, let waiter):
            let (continuation, connection) = shell.withLock {
                ($0.waiting.removeValue(forKey: waiter), $0.connections[id])
            }
            guard let connection else {
                // It ended on the way; whoever asked asks again.
                continuation?.resume(
                    returning: .failure(PostgresFault(.lost, "the connection ended before it was used")))
                break
            }
            let loan = Loan(id: id, connection: connection)
            if let continuation {
                continuation.resume(returning: .success(loan))
            } else {
                // Whoever asked was cancelled meanwhile.
                giveBack(loan)
            }
        case .check(let id, let waiter):
            guard let connection = shell.withLock({ $0.connections[id] }) else {
                perform(.give(id, to: waiter))
                break
            }
            // Nobody awaits it: it ends with the loan, or with the connection.
            Task {
                // One that does not answer ends; the asker's first call meets that, and is made again on another one.
                _ = try? await connection.run([Call(composed: "SELECT 1")], limit: .seconds(2))  // Told by its end.
                perform(.give(id, to: waiter))
            }
        case .close(let id):
            let connection = shell.withLock { $0.connections.removeValue(forKey: id) }
            // Nobody awaits it; the server notices the end.
            if let connection { Task { await connection.close() } }
        case .refuse(let waiter, let refusal):
            let (continuation, complaint) = shell.withLock { shell in
                if refusal != .closed { shell.refusals += 1 }
                return (shell.waiting.removeValue(forKey: waiter), shell.complaint)
            }
            let text =
                switch refusal {
                case .closed: "the store is closed"
                case .tooMany: "too many calls wait for a connection"
                case .tooLong: complaint ?? "no connection was free in time"
                }
            continuation?.resume(returning: .failure(PostgresFault(.noConnection, text)))
        case .ended:
            let closers = shell.withLock { shell in
                defer { shell.closers = [] }
                return shell.closers
            }
            for closer in closers { closer.resume() }
        }
    }

    private func open(_ id: PoolState.ID) async {
        do throws(PostgresFault) {
            let connection = try await Connection.open(
                settings,
                ended: { [self] _ in
                    perform(
                        shell.withLock { shell in
                            shell.connections[id] = nil
                            return shell.state.lost(id)
                        })
                })
            perform(
                shell.withLock { shell in
                    shell.connections[id] = connection
                    shell.complaint = nil
                    return shell.state.opened(id, now: Pool.now, chance: .random(in: 0...1))
                })
        } catch {
            perform(
                shell.withLock { shell in
                    shell.complaint = error.message
                    shell.failures += 1
                    return shell.state.failedToOpen(id, chance: .random(in: 0...1))
                })
        }
    }

    /// Looks at limits of time while there is anything to look at.
    private func setTimer() {
        let pause: Int? = shell.withLock { shell in
            let isWanted = shell.state.waiterCount > 0 || shell.state.idleCount > 0
            guard isWanted, !shell.hasTimer else { return nil }
            shell.hasTimer = true
            return shell.state.waiterCount > 0 ? 100 : 1000
        }
        guard let pause else { return }
        timers.asyncAfter(deadline: .now() + .milliseconds(pause)) { [weak self] in
            guard let self else { return }
            let actions = shell.withLock { shell in
                shell.hasTimer = false
                return shell.state.ticked(now: Pool.now)
            }
            perform(actions)
        }
    }
}
