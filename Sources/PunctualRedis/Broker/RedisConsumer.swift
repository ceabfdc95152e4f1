internal import PunctualCore
internal import Synchronization

/// Takes hints from lines at Redis, until it is closed.
///
/// One task says what is to be said, one line after the other, each in one round trip: what was settled, that the
/// consumer lives, and how many hints it takes. It wakes when something was settled, when the channel tells of hints,
/// and at each beat, which finds what the channel has missed.
final class RedisConsumer: HintConsumer {
    private struct State {
        var ledger: HintLedger
        var isClosing = false
        /// Why a line could not be asked the last time.
        var faults: [HintLine: RedisError] = [:]
        /// Ends with `close`, which awaits it.
        var runner: Task<Void, Never>?
    }

    private let redis: Redis
    private let keys: HintKeys
    private let pace: RedisBroker.Pace
    /// Names the consumer in the group.
    private let name = "\(UInt64.random(in: .min ... .max))"
    private let inbox = HintInbox()
    private let alarm = Alarm()
    private let unreadable: @Sendable (Int) -> Void
    private let state: Mutex<State>

    /// - Parameter unreadable: told how many entries were no hints.
    init(
        _ redis: Redis, _ keys: HintKeys, lines: Set<HintLine>, prefetch: Int, pace: RedisBroker.Pace,
        unreadable: @escaping @Sendable (Int) -> Void
    ) {
        self.redis = redis
        self.unreadable = unreadable
        self.keys = keys
        self.pace = pace
        state = Mutex(State(ledger: HintLedger(lines, prefetch: prefetch)))
    }

    /// Begins to take; a consumer that is closed before has ended.
    func start() {
        state.withLock { state in
            if !state.isClosing { state.runner = Task { await self.run() } }  // `close` awaits it.
        }
    }

    var deliveries: HintDeliveries { HintDeliveries(inbox) }
    var hasEnded: Bool { state.withLock { $0.isClosing } }
    /// Why a line cannot be asked; nil when all can.
    var fault: RedisError? { state.withLock { $0.faults.values.first } }

    func settle(_ settlements: [HintSettlement]) async {
        if settlements.isEmpty { return }
        state.withLock { $0.ledger.settle(settlements) }
        alarm.ring()
    }

    func change(to lines: Set<HintLine>) async {
        state.withLock { $0.ledger.change(to: lines) }
        alarm.ring()
    }

    /// Hints may wait in the line, or in any.
    func ring(_ line: HintLine?) {
        if state.withLock({ $0.ledger.ring(line) }) { alarm.ring() }
    }

    func close() async {
        let runner = state.withLock { state in
            state.isClosing = true
            return state.runner
        }
        inbox.finish()
        alarm.ring()
        let guardian = Task { [pace] in  // Cancelled below; a server that is silent is left without a word.
            try await Task.sleep(for: pace.leaving * 2)
            runner?.cancel()
        }
        await runner?.value
        guardian.cancel()
    }

    // MARK: The task

    private func run() async {
        var nextBeat = ContinuousClock.now
        var failures = 0
        while !hasEnded {
            if ContinuousClock.now >= nextBeat {
                state.withLock { $0.ledger.beat() }
                nextBeat = .now + pace.beat
            }
            guard let turn = state.withLock({ $0.ledger.nextTurn() }) else {
                await alarm.wait(nextBeat - .now)
                continue
            }
            do throws(RedisError) {
                let answer = try await play(turn, within: nil)
                let (deliveries, strangers) = state.withLock { state in
                    state.faults[turn.line] = nil
                    return state.ledger.complete(turn, answer)
                }
                if strangers > 0 { unreadable(strangers) }
                inbox.put(deliveries)
                failures = 0
            } catch {
                let isBarred = error.kind == .refused && !error.isPassing
                state.withLock { state in
                    state.ledger.fail(turn, isDoubtful: !error.isUnsent && !isBarred, isBarred: isBarred)
                    state.faults[turn.line] = error
                }
                // Other lines may go on.
                if isBarred { continue }
                failures += 1
                await rest(Lane.pause(failures, redis.settings.longestPause))
            }
        }
        await leave()
    }

    /// Waits, whatever rings meanwhile; a close ends it.
    private func rest(_ pause: Duration) async {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, !hasEnded { await alarm.wait(end - .now) }
    }

    /// Gives everything back. What cannot be told ends by itself, when the beats are missed.
    private func leave() async {
        let turns = state.withLock { $0.ledger.lastTurns() }
        await withTaskGroup(of: Void.self) { group in
            for turn in turns {
                group.addTask {
                    _ = try? await self.play(turn, within: self.pace.leaving)  // Redis finds out by itself.
                }
            }
        }
    }

    private func play(_ turn: HintLedger.Turn, within limit: Duration?) async throws(RedisError) -> HintLedger.Answer {
        var words: [RedisCommand.Argument] = [
            .text(HintKeys.group), .text(name), .text(keys.channel), .text(HintKeys.word(of: turn.line)),
            .integer(turn.isBeat ? 1 : 0), .integer(turn.isLeaving ? 1 : 0),
            .integer(Int(pace.patience / .milliseconds(1))), .integer(turn.count),
            .integer(ExecutionHint.messageLimit), .integer(turn.done.count), .integer(turn.again.count),
            .integer(turn.kept?.count ?? -1),
        ]
        for entry in turn.done + turn.again + (turn.kept ?? []) {
            words += [.integer(entry.stream), .text(entry.id)]
        }
        let answer = try await redis.run(HintScripts.turn, keys: keys.all(of: turn.line), words, within: limit)
        guard let items = answer.items, let isKnown = items.first?.int else { throw answer.unexpected("EVALSHA") }
        var taken: [HintLedger.Taken] = []
        for item in items.dropFirst() {
            guard let parts = item.items, parts.count == 4, let stream = parts[0].int, let id = parts[1].string,
                let message = parts[2].bytes, let isRepeated = parts[3].int
            else { throw item.unexpected("EVALSHA") }
            taken.append(
                HintLedger.Taken(
                    entry: HintLedger.Entry(stream: Int(stream), id: id), message: message, isRepeated: isRepeated == 1)
            )
        }
        return HintLedger.Answer(isKnown: isKnown == 1, taken: taken)
    }
}
