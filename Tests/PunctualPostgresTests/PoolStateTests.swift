import Testing

@testable import PunctualPostgres

@Suite("The pool's decisions")
struct PoolStateTests {
    private static let limits: PoolState.Limits = {
        var limits = PoolState.Limits()
        (limits.minimum, limits.maximum, limits.waiters) = (1, 2, 3)
        return limits
    }()

    /// A pool with one idle connection, number 1.
    private func ready() -> PoolState {
        var pool = PoolState(Self.limits)
        #expect(pool.start() == [.open(1)])
        #expect(pool.opened(1, now: 0, chance: 0) == [])
        return pool
    }

    @Test("an idle connection is given at once, and the next asker has one opened")
    func giving() {
        var pool = ready()
        #expect(pool.asked(by: 10, now: 1) == [.give(1, to: 10)])
        #expect(pool.asked(by: 11, now: 1) == [.open(2)])
        #expect(pool.opened(2, now: 2, chance: 0) == [.give(2, to: 11)])
    }

    @Test("no more are opened than the maximum; who waits is served in turn")
    func turns() {
        var pool = ready()
        _ = pool.asked(by: 10, now: 0)
        #expect(pool.asked(by: 11, now: 0) == [.open(2)])
        #expect(pool.asked(by: 12, now: 0) == [])
        #expect(pool.returned(1, now: 1) == [.give(1, to: 11)])
        #expect(pool.returned(1, now: 2) == [.give(1, to: 12)])
    }

    @Test("the list of who waits is bounded in number and in time")
    func bounds() {
        var pool = ready()
        _ = pool.asked(by: 1, now: 0)
        for waiter in 2...4 { _ = pool.asked(by: waiter, now: 0) }
        #expect(pool.asked(by: 5, now: 0) == [.refuse(5, .tooMany)])
        #expect(pool.ticked(now: 4_999).isEmpty)
        #expect(pool.ticked(now: 5_000) == [.refuse(2, .tooLong), .refuse(3, .tooLong), .refuse(4, .tooLong)])
    }

    @Test("a failure to connect is tried again after a pause that doubles up to its limit")
    func pauses() {
        var pool = PoolState(Self.limits)
        _ = pool.start()
        var pauses: [Int64] = []
        for _ in 0..<8 {
            guard case .openLater(1, let pause)? = pool.failedToOpen(1, chance: 1).first else { break }
            pauses.append(pause)
            #expect(pool.mayOpen(1) == [.open(1)])
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 2000, 2000, 2000])
    }

    @Test("once a connection is there again, who still waits has others opened without a pause")
    func backAgain() {
        var pool = PoolState(Self.limits)
        #expect(pool.start() == [.open(1)])
        #expect(pool.asked(by: 10, now: 0) == [])
        #expect(pool.asked(by: 11, now: 0) == [.open(2)])
        for id in [1, 2] { _ = pool.failedToOpen(id, chance: 1) }
        #expect(pool.mayOpen(1) == [.open(1)])
        #expect(pool.opened(1, now: 5, chance: 0) == [.give(1, to: 10), .open(2)])
        // Its pause ends later, and changes nothing.
        #expect(pool.mayOpen(2) == [])
        #expect(pool.opened(2, now: 6, chance: 0) == [.give(2, to: 11)])
    }

    @Test("a connection that was idle for long is looked at before it is given")
    func check() {
        var pool = ready()
        #expect(pool.asked(by: 7, now: 30_000) == [.check(1, for: 7)])
    }

    @Test("a connection past its age is closed when it comes back, and another opened for who waits")
    func age() {
        var pool = ready()
        _ = pool.asked(by: 1, now: 0)
        #expect(pool.returned(1, now: 3_600_000) == [.close(1), .open(2)])
    }

    @Test("spare connections that nobody needed for long are closed down to the minimum")
    func spare() {
        var pool = ready()
        _ = pool.asked(by: 1, now: 0)
        _ = pool.asked(by: 2, now: 0)
        _ = pool.opened(2, now: 0, chance: 0)
        _ = pool.returned(1, now: 0)
        _ = pool.returned(2, now: 0)
        #expect(pool.ticked(now: 300_000).count == 1)
        #expect(pool.connectionCount == 1)
    }

    @Test("closing refuses who waits and ends when the last connection is back")
    func closing() {
        var pool = ready()
        _ = pool.asked(by: 1, now: 0)
        _ = pool.asked(by: 2, now: 0)
        #expect(pool.close() == [.refuse(2, .closed)])
        #expect(pool.asked(by: 3, now: 0) == [.refuse(3, .closed)])
        #expect(pool.returned(1, now: 1) == [.close(1)])
        #expect(pool.failedToOpen(2, chance: 0) == [.ended])
    }

    @Test("a lost connection makes room for another")
    func lost() {
        var pool = ready()
        _ = pool.asked(by: 1, now: 0)
        _ = pool.asked(by: 2, now: 0)
        _ = pool.asked(by: 3, now: 0)
        #expect(pool.lost(1) == [.open(3)])
    }
}
