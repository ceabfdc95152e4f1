/// Who has which connection, who waits, when to open, check and close: decisions only, each event answered with actions.
///
/// In the manner of a state machine that is told the time (monotonic milliseconds) and draws nothing itself, so that
/// tests can play it.
struct PoolState {
    struct Limits: Sendable {
        /// Connections kept open although nobody needs them.
        var minimum = 1
        /// Connections open at once.
        var maximum = 8
        /// Callers that may wait for a connection.
        var waiters = 1000
        /// How long one of them waits.
        var waitMilliseconds: Int64 = 5_000
        /// A connection idle for this long is looked after before it is used.
        var checkAfterMilliseconds: Int64 = 30_000
        /// One idle for this long is closed, down to the minimum.
        var idleMilliseconds: Int64 = 300_000
        /// One older than this is closed when it is given back; up to a tenth is added by chance.
        var ageMilliseconds: Int64 = 3_600_000
        /// The pause after the first failure to connect; doubled by each further one, up to the longest.
        var pauseMilliseconds: Int64 = 100
        var longestPauseMilliseconds: Int64 = 2_000

        init() {}
    }

    typealias ID = Int

    enum Action: Equatable {
        case open(ID)
        /// After that many milliseconds, `mayOpen` is to be told.
        case openLater(ID, milliseconds: Int64)
        case give(ID, to: ID)
        /// As `give`, after a look whether the connection still works.
        case check(ID, for: ID)
        case close(ID)
        case refuse(ID, Refusal)
        /// Everything is closed.
        case ended
    }

    enum Refusal: Equatable {
        case tooMany, tooLong, closed
    }

    private enum Phase: Equatable {
        case pausing, opening
        case idle(since: Int64)
        case inUse
    }

    private struct Slot {
        var phase: Phase
        var failures = 0
        var expiresAt = Int64.max
    }

    private struct Waiter {
        let id: ID
        let until: Int64
    }

    let limits: Limits
    private var slots: [ID: Slot] = [:]
    private var waiters: [Waiter] = []
    /// The idle ones, the one used last at the end: it is the warmest.
    private var idle: [ID] = []
    private var made = 0
    private(set) var isClosing = false
    private var hasEnded = false

    init(_ limits: Limits) { self.limits = limits }

    var connectionCount: Int { slots.count }
    var waiterCount: Int { waiters.count }
    var idleCount: Int { idle.count }
    /// As many as are lent.
    var busyCount: Int { slots.values.count { $0.phase == .inUse } }

    /// Opens what is to be there from the start.
    mutating func start() -> [Action] { openUpToNeed() }

    /// Somebody wants a connection.
    mutating func asked(by waiter: ID, now: Int64) -> [Action] {
        if isClosing { return [.refuse(waiter, .closed)] }
        if let id = idle.popLast() { return [lend(id, to: waiter, now: now)] }
        guard waiters.count < limits.waiters else { return [.refuse(waiter, .tooMany)] }
        waiters.append(Waiter(id: waiter, until: now + limits.waitMilliseconds))
        return openUpToNeed()
    }

    /// Somebody waits no longer.
    mutating func gaveUp(_ waiter: ID) { waiters.removeAll { $0.id == waiter } }

    /// A connection is there.
    /// - Parameter chance: 0 to 1, spreads the ends of connections that began together.
    mutating func opened(_ id: ID, now: Int64, chance: Double) -> [Action] {
        guard slots[id] != nil else { return [.close(id)] }
        slots[id]?.failures = 0
        slots[id]?.expiresAt = now + limits.ageMilliseconds + Int64(Double(limits.ageMilliseconds) * 0.1 * chance)
        return free(id, now: now) + retryNow()
    }

    /// The server is back: who still waits has no use for pauses.
    private mutating func retryNow() -> [Action] {
        var opening = slots.values.count { $0.phase == .opening }
        var actions: [Action] = []
        for (id, slot) in slots.sorted(by: { $0.key < $1.key }) where slot.phase == .pausing {
            guard opening < waiters.count else { break }
            slots[id]?.phase = .opening
            opening += 1
            actions.append(.open(id))
        }
        return actions
    }

    /// A connection could not be had.
    /// - Parameter chance: 0 to 1, spreads those who try again.
    mutating func failedToOpen(_ id: ID, chance: Double) -> [Action] {
        guard var slot = slots[id] else { return endIfDone() }
        if isClosing {
            slots[id] = nil
            return endIfDone()
        }
        slot.failures += 1
        slot.phase = .pausing
        slots[id] = slot
        let longest = min(
            limits.longestPauseMilliseconds, limits.pauseMilliseconds << Int64(min(slot.failures - 1, 20)))
        // Half of it for sure, the other half by chance.
        return [.openLater(id, milliseconds: longest / 2 + Int64(Double(longest / 2) * chance))]
    }

    /// The pause of `openLater` is over.
    mutating func mayOpen(_ id: ID) -> [Action] {
        guard slots[id]?.phase == .pausing else { return [] }
        if waiters.isEmpty, slots.count > limits.minimum {
            slots[id] = nil
            return endIfDone()
        }
        slots[id]?.phase = .opening
        return [.open(id)]
    }

    /// A connection comes back.
    mutating func returned(_ id: ID, now: Int64) -> [Action] {
        guard let slot = slots[id] else { return [] }
        if slot.expiresAt <= now {
            slots[id] = nil
            return [.close(id)] + openUpToNeed() + endIfDone()
        }
        return free(id, now: now)
    }

    /// A connection has ended.
    mutating func lost(_ id: ID) -> [Action] {
        guard let slot = slots[id], slot.phase != .opening, slot.phase != .pausing else { return [] }
        slots[id] = nil
        idle.removeAll { $0 == id }
        return openUpToNeed() + endIfDone()
    }

    /// Time has passed: who waited too long goes, and so does who was idle too long.
    mutating func ticked(now: Int64) -> [Action] {
        var actions: [Action] = []
        let late = waiters.filter { $0.until <= now }
        if !late.isEmpty {
            waiters.removeAll { $0.until <= now }
            actions += late.map { .refuse($0.id, .tooLong) }
        }
        for id in idle {
            guard let slot = slots[id], case .idle(let since) = slot.phase else { continue }
            let isSpare = slots.count > limits.minimum && since + limits.idleMilliseconds <= now
            if isSpare || slot.expiresAt <= now {
                slots[id] = nil
                idle.removeAll { $0 == id }
                actions.append(.close(id))
            }
        }
        return actions + openUpToNeed()
    }

    /// No more is lent; who waits is refused, and `ended` comes when the last connection is back.
    mutating func close() -> [Action] {
        if isClosing { return [] }
        isClosing = true
        var actions: [Action] = waiters.map { .refuse($0.id, .closed) }
        waiters = []
        for id in idle {
            slots[id] = nil
            actions.append(.close(id))
        }
        idle = []
        for (id, slot) in slots where slot.phase == .pausing { slots[id] = nil }
        return actions + endIfDone()
    }

    private mutating func lend(_ id: ID, to waiter: ID, now: Int64) -> Action {
        var isStale = false
        if case .idle(let since)? = slots[id]?.phase { isStale = now - since >= limits.checkAfterMilliseconds }
        slots[id]?.phase = .inUse
        return isStale ? .check(id, for: waiter) : .give(id, to: waiter)
    }

    private mutating func free(_ id: ID, now: Int64) -> [Action] {
        if isClosing {
            slots[id] = nil
            return [.close(id)] + endIfDone()
        }
        if waiters.isEmpty {
            slots[id]?.phase = .idle(since: now)
            idle.append(id)
            return []
        }
        slots[id]?.phase = .inUse
        return [.give(id, to: waiters.removeFirst().id)]
    }

    private mutating func openUpToNeed() -> [Action] {
        if isClosing { return [] }
        var coming = slots.values.count { $0.phase == .opening || $0.phase == .pausing }
        var actions: [Action] = []
        while slots.count < limits.maximum, slots.count < limits.minimum || coming < waiters.count {
            made += 1
            coming += 1
            slots[made] = Slot(phase: .opening)
            actions.append(.open(made))
        }
        return actions
    }

    private mutating func endIfDone() -> [Action] {
        guard isClosing, slots.isEmpty, !hasEnded else { return [] }
        hasEnded = true
        return [.ended]
    }
}
