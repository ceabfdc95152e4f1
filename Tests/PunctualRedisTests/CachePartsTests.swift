import NIOCore
import PunctualCore
import Synchronization
import Testing

@testable import PunctualRedis

@Suite("The parts of the cache")
struct CachePartsTests {
    private static let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { Self.start + .milliseconds(milliseconds) }

    private func copy(_ begun: Int, known: Int? = nil, ends: Int = 100_000, isSure: Bool = true) -> LocalCopies.Copy {
        LocalCopies.Copy(
            value: [1], begunAt: at(begun), knownAt: at(known ?? begun), endsAt: at(ends), took: .zero, isSure: isSure)
    }

    private func trust(missing: Int = 0, generation: Int = 1) -> CacheTrust {
        var trust = CacheTrust(CacheTrust.Pace())
        trust.sending(CacheTrust.Beat(number: 1, sentAt: at(1000), generation: generation))
        trust.heard(1, epoch: "e", missing: missing, at: at(1010))
        return trust
    }

    @Test("a beat counts for a while from when it was sent, and only over the connection that it went over")
    func beats() {
        #expect(CacheTrust(CacheTrust.Pace()).usable(at: at(1000), generation: 1) == nil)
        var trust = trust()
        #expect(trust.usable(at: at(1599), generation: 1) == "e")
        #expect(trust.usable(at: at(1600), generation: 1) == nil)
        #expect(trust.usable(at: at(1100), generation: 2) == nil)
        trust.heard(7, epoch: "f", missing: 0, at: at(1020))
        #expect(trust.epoch == "e", "nobody has sent that one")
        trust.learned("g")
        #expect(trust.usable(at: at(1100), generation: 1) == "g")
        trust.isDeaf = true
        #expect(trust.usable(at: at(1100), generation: 1) == nil, "not all are heard")
        trust.isDeaf = false
        #expect(!trust.isSilent(at: at(4009), startedAt: at(0)) && trust.isSilent(at: at(4011), startedAt: at(0)))
        trust.interrupted()
        #expect(trust.usable(at: at(1100), generation: 1) == nil)
        trust.heard(1, epoch: "e", missing: 0, at: at(1200))
        #expect(trust.usable(at: at(1210), generation: 1) == nil, "it was sent before the interruption")
    }

    @Test("a copy counts for its time only while every change of it would have been heard of; else for the grace")
    func copies() {
        let grace = Duration.milliseconds(700)
        func holds(_ trust: CacheTrust, _ copy: LocalCopies.Copy, _ now: Int, generation: Int = 1) -> Bool {
            trust.holds(copy, grace: grace, at: at(now), generation: generation)
        }
        #expect(holds(trust(), copy(0, known: 1011), 1500))
        #expect(!holds(trust(), copy(0, known: 1009), 1500), "changes of before the first beat are not known")
        #expect(!holds(trust(), copy(0, known: 1011), 1500, generation: 2))
        #expect(!holds(trust(missing: 1), copy(0, known: 1011), 1500))
        #expect(!holds(trust(), copy(0, known: 1011, isSure: false), 1500))
        #expect(!holds(trust(), copy(0, known: 1011), 1600), "no beat since")
        #expect(!holds(trust(), copy(0, known: 1011, ends: 1400), 1400))
        for trust in [trust(), trust(missing: 3), trust(generation: 9), CacheTrust(CacheTrust.Pace())] {
            #expect(holds(trust, copy(1000, isSure: false), 1699))
            #expect(!holds(trust, copy(1000, isSure: false), 1700))
        }
    }

    @Test("what is owed is paid only if it was not owed again meanwhile; too much is owed as a whole")
    func debts() {
        var debts = CacheDebts()
        #expect(debts.isEmpty)
        debts.owe(["a", "b"])
        let told = debts.groups
        debts.owe(["b"])
        debts.paid(told)
        #expect(Set(debts.groups.keys) == ["b"] && !debts.isEmpty)
        debts.paid(debts.groups)
        #expect(debts.isEmpty)
        // Those that are known are told besides, so that their marks go.
        debts.owe(["lists"] + (0...CacheDebts.mostGroups).map { "\($0)" })
        #expect(debts.groups.count == CacheDebts.mostGroups && debts.groups["lists"] != nil)
        debts.paid(debts.groups)
        let all = debts.all ?? 0
        debts.oweAll()
        debts.paid(all: all)
        #expect(!debts.isEmpty && debts.groups.isEmpty)
        debts.paid(all: debts.all ?? 0)
        #expect(debts.isEmpty)
    }

    @Test("a load that was cut off keeps nothing, nor one of a group that is being changed")
    func loads() {
        var copies = LocalCopies(mostBytes: 10_000)
        let key = CacheKey("g", "n")
        func begin() -> Int {
            let number = copies.nextNumber()
            copies.begin(
                .init(number: number, begunAt: at(0), task: Task { CacheAnswer(value: nil, source: .loaded) }), of: key)
            return number
        }
        let first = begin()
        copies.drop("g")
        copies.keep(copy(0), of: key, from: first)
        #expect(copies.copy(of: key) == nil)
        let second = begin()
        copies.keep(copy(0), of: key, from: first)
        #expect(copies.copy(of: key) == nil)
        copies.keep(copy(0), of: key, from: second)
        #expect(copies.copy(of: key) != nil)
        copies.beginChange(of: ["g"])
        copies.beginChange(of: ["g"])
        copies.endChange(of: ["g"])
        #expect(copies.isPassed("g") && copies.copy(of: key) == nil)
        let third = begin()
        copies.keep(copy(0), of: key, from: third)
        #expect(copies.copy(of: key) == nil)
        copies.endChange(of: ["g"])
        #expect(!copies.isPassed("g"))
    }

    private static func node(_ port: RedisValue, name: RedisValue = .text("h")) -> RedisValue {
        .array([name, port, .text("id")])
    }

    @Test("the map of slots is read; an unknown name means who was asked")
    func slots() throws {
        let asked = RedisHost("asked", 7)
        let map = try SlotMap(
            .array([
                .array([.integer(0), .integer(99), Self.node(.integer(1)), Self.node(.integer(2))]),
                .array([.integer(100), .integer(16_383), Self.node(.integer(3), name: .null)]),
            ]), asked: asked)
        #expect(map[99]?.master == RedisHost("h", 1) && map[0]?.replicas == [RedisHost("h", 2)])
        #expect(map[100]?.master == RedisHost("asked", 3) && map.shards.count == 2)
        var moved = map
        moved.move(5, to: RedisHost("new", 9))
        #expect(moved[5]?.master == RedisHost("new", 9) && moved[6] == map[6] && moved.hasMoved(from: map))
        #expect(!map.hasMoved(from: map) && !map.hasMoved(from: SlotMap()))
        let (slot, host) = try #require(SlotMap.redirection("MOVED 3999 :6381", by: asked))
        #expect(slot == 3999 && host == RedisHost("asked", 6381))
        #expect(SlotMap.redirection("ASK 1 ::1:6381", by: asked)?.host == RedisHost("::1", 6381))
    }

    @Test(
        "what is no map and no redirection is refused",
        arguments: [
            .null, .integer(1), .array([.integer(1)]), .array([.array([])]),
            .array([.array([.integer(5), .integer(4), node(.integer(1))])]),
            .array([.array([.integer(-1), .integer(4), node(.integer(1))])]),
            .array([.array([.integer(0), .integer(16_384), node(.integer(1))])]),
            .array([.array([.integer(0), .integer(1), node(.integer(70_000))])]),
            .array([.array([.integer(0), .integer(.max), node(.text("x"))])]),
        ] as [RedisValue])
    func hostile(value: RedisValue) {
        #expect(throws: RedisError.self) { try SlotMap(value, asked: RedisHost("a", 1)) }
        for text in [
            "MOVED", "MOVED 1", "MOVED x h:1", "MOVED 16384 h:1", "MOVED -1 h:1", "MOVED 1 h", "MOVED 1 h:0",
            "ASK 1 h:99999",
        ] {
            #expect(SlotMap.redirection(text, by: RedisHost("a", 1)) == nil)
        }
    }

    @Test("changes of a group that overlap share one mark, which the last of them takes away")
    func marks() {
        var marks = ChangeMarks()
        let now = ContinuousClock.now
        // The first tells, and those that come while its mark stands need not.
        #expect(marks.begin(["a", "b"], at: now, generation: 1) == ["a", "b"])
        marks.sent(ChangeMarks.Batch(marked: ["a", "b"]), at: now, generation: 1, .told)
        #expect(marks.begin(["a"], at: now + .milliseconds(10), generation: 1) == [])
        #expect(marks.begin(["a", "c"], at: now + .milliseconds(10), generation: 1) == ["c"])
        #expect(marks.end(["a"], at: now + .milliseconds(20), generation: 1) == [])
        // A mark may be lost with the connection, or with the server's data.
        #expect(marks.fading(at: now, generation: 1) == ["c"])
        #expect(Set(marks.fading(at: now, generation: 2)) == ["a", "b", "c"])
        #expect(Set(marks.fading(at: now + ChangeMarks.trust, generation: 1)) == ["a", "b", "c"])
        #expect(marks.begin(["b"], at: now + ChangeMarks.trust, generation: 1) == ["b"])
        #expect(marks.end(["b"], at: now + ChangeMarks.trust, generation: 1) == ["b"])
        marks.sent(ChangeMarks.Batch(marked: ["b", "c"]), at: now, generation: 1, .told)
        #expect(marks.begin(["b"], at: now, generation: 2) == ["b"])
        #expect(marks.end(["b"], at: now, generation: 1) == [])
        marks.doubt()
        #expect(marks.begin(["b"], at: now, generation: 1) == ["b"])
        marks.sent(ChangeMarks.Batch(marked: ["b"]), at: now, generation: 1, .unsent)
        #expect(marks.end(["b"], at: now, generation: 1) == ["b"])
        // Nobody is left.
        #expect(marks.end(["a", "c"], at: now, generation: 1) == ["a", "c"])
    }

    @Test("a mark of which no answer came is taken away once more, since it may come behind its freeing")
    func lateMarks() {
        var marks = ChangeMarks()
        let now = ContinuousClock.now
        func sent(_ marked: [String], _ freed: [String], _ telling: ChangeMarks.Telling, _ milliseconds: Int = 0) {
            let batch = ChangeMarks.Batch(marked: marked, freed: freed)
            marks.sent(batch, at: now + .milliseconds(milliseconds), generation: 1, telling)
        }
        func lingering(_ milliseconds: Int) -> [String] {
            marks.lingering(at: now + .milliseconds(milliseconds)).sorted()
        }
        sent(["a", "b"], [], .unknown)
        sent(["c"], [], .unsent)
        sent([], ["a", "b", "c"], .unknown, 100)
        #expect(lingering(5000) == [], "it was not freed yet")
        sent([], ["a", "c"], .told, 200)
        #expect(lingering(1199) == [] && lingering(1200) == ["a"])
        // Freed too early, and by a change of its own meanwhile.
        sent([], ["a"], .told, 800)
        _ = marks.begin(["a"], at: now, generation: 1)
        #expect(lingering(1300) == [])
        _ = marks.end(["a"], at: now, generation: 1)
        #expect(lingering(1300) == ["a"])
        sent([], ["a"], .unsent, 1300)
        #expect(lingering(1400) == ["a"])
        sent([], ["a"], .told, 1500)
        #expect(lingering(9000) == [])
        sent([], ["b"], .told, 2000)
        #expect(lingering(3000) == ["b"])
    }

    @Test("what is to be told gathers while something is being told, and a mark goes when nobody is left")
    func batches() async {
        let held = HeldMarks()
        let now = ContinuousClock.now
        _ = held.marks.withLock { $0.begin(["a", "b"], at: now, generation: 1) }
        async let first = held.ask(["a"], mustSend: true)
        var batch: ChangeMarks.Batch?
        while batch == nil {
            await Task.yield()
            batch = held.marks.withLock { $0.waiting > 0 ? $0.next() : nil }
        }
        #expect(batch?.marked == ["a"] && batch?.freed == [])
        _ = held.marks.withLock { $0.end(["a"], at: now, generation: 1) }
        async let third = held.ask(["a", "b"], mustSend: false)
        async let fourth = held.ask(["c"], mustSend: false)
        while held.marks.withLock({ $0.waiting }) < 2 { await Task.yield() }
        for waiter in batch?.waiters ?? [] { waiter.resume(returning: true) }
        #expect(await first)
        let second = held.marks.withLock { $0.next() }
        #expect(second?.marked == ["b"] && second?.freed == ["a", "c"])
        for waiter in second?.waiters ?? [] { waiter.resume(returning: false) }
        let answers = await [third, fourth]
        #expect(answers == [false, false])
        #expect(held.marks.withLock { $0.next() } == nil)
    }
}

/// Marks that several tasks use.
private final class HeldMarks: Sendable {
    let marks = Mutex(ChangeMarks())

    func ask(_ groups: [String], mustSend wanted: Bool) async -> Bool {
        await withCheckedContinuation { waiter in
            let mustSend = marks.withLock { $0.ask(groups, waiter) }
            #expect(mustSend == wanted)
        }
    }
}
