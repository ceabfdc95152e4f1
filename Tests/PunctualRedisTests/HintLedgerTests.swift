import BrokerDrills
import PunctualCore
import Testing

@testable import PunctualRedis

@Suite("What a consumer has and must tell Redis")
struct HintLedgerTests {
    private static let (a, b) = (HintLine(lane: .builtIn, queue: "a"), HintLine(lane: .builtIn, queue: "b"))

    /// What Redis brings of a line: that many hints, numbered by `first`.
    private func answer(_ count: Int, of line: HintLine, first: Int = 0) -> HintLedger.Answer {
        HintLedger.Answer(
            isKnown: true,
            taken: freshHints(count, line).enumerated().map { index, hint in
                HintLedger.Taken(
                    entry: HintLedger.Entry(stream: 2, id: "\(first + index)-0"), message: hint.message,
                    isRepeated: false)
            })
    }

    private func next(_ ledger: inout HintLedger) throws -> HintLedger.Turn {
        guard let turn = ledger.nextTurn() else { throw NotSo(what: "something is to be said") }
        return turn
    }

    private func idle(_ ledger: inout HintLedger) throws {
        if let turn = ledger.nextTurn() { throw NotSo(what: "nothing is to be said, but \(turn)") }
    }

    @Test("asks line after line for what there is room for over all lines, and none that was empty")
    func room() throws {
        var ledger = HintLedger([Self.a, Self.b], prefetch: 10)
        let first = try next(&ledger)
        #expect(first.count == 10 && first.isBeat && !first.isLeaving && first.kept == nil)
        let brought = ledger.complete(first, answer(7, of: first.line)).deliveries
        let second = try next(&ledger)
        #expect(second.count == 3 && second.line != first.line)
        let rest = ledger.complete(second, answer(3, of: second.line)).deliveries
        try idle(&ledger)
        // The second may have more, the first has none until it rings.
        ledger.settle(brought.map(\.done))
        let third = try next(&ledger)
        #expect(third.line == first.line && third.done.count == 7 && third.count == 0 && !third.isBeat)
        _ = ledger.complete(third, HintLedger.Answer(isKnown: true, taken: []))
        let fourth = try next(&ledger)
        #expect(fourth.line == second.line && fourth.count == 7)
        _ = ledger.complete(fourth, HintLedger.Answer(isKnown: true, taken: []))
        try idle(&ledger)
        let rings = [ledger.ring(HintLine(lane: .outside, queue: "a")), ledger.ring(first.line)]
        #expect(rings == [false, true])
        let fifth = try next(&ledger)
        #expect(fifth.line == first.line)
        #expect(Set(rest.map(\.tag)).isDisjoint(with: brought.map(\.tag)))
    }

    @Test("rung while it asks, asks again")
    func rungMeanwhile() throws {
        var ledger = HintLedger([Self.a], prefetch: 10)
        let first = try next(&ledger)
        ledger.ring(Self.a)
        _ = ledger.complete(first, HintLedger.Answer(isKnown: true, taken: []))
        let second = try next(&ledger)
        _ = ledger.complete(second, HintLedger.Answer(isKnown: true, taken: []))
        try idle(&ledger)
    }

    @Test("tells settlements until they have arrived, each once, and passes over tags that are not out")
    func settlements() throws {
        var ledger = HintLedger([Self.a], prefetch: 10)
        let first = try next(&ledger)
        let brought = ledger.complete(first, answer(4, of: Self.a)).deliveries
        ledger.settle([brought[0].done, brought[1].again, brought[0].again, HintSettlement(tag: 77, isDone: true)])
        let second = try next(&ledger)
        #expect(second.done.map(\.id) == ["0-0"] && second.again.map(\.id) == ["1-0"])
        ledger.settle([brought[2].done])
        ledger.fail(second, isDoubtful: true, isBarred: false)
        let third = try next(&ledger)
        #expect(third.done.map(\.id) == ["0-0", "2-0"] && third.again.map(\.id) == ["1-0"])
        // What else Redis has for it may never have arrived here.
        #expect(third.kept?.map(\.id) == ["3-0"])
        _ = ledger.complete(third, HintLedger.Answer(isKnown: true, taken: []))
        try idle(&ledger)
    }

    @Test("leaves a line that it wants no more once nothing of it is out, and gives back what comes too late")
    func leaves() throws {
        var ledger = HintLedger([Self.a], prefetch: 10)
        let first = try next(&ledger)
        let brought = ledger.complete(first, answer(10, of: Self.a)).deliveries
        ledger.settle([brought[0].done])
        let second = try next(&ledger)
        ledger.change(to: [Self.b])
        let late = ledger.complete(second, answer(1, of: Self.a, first: 50)).deliveries
        #expect(late.isEmpty)
        let join = try next(&ledger)
        #expect(join.line == Self.b && join.count == 1)
        _ = ledger.complete(join, HintLedger.Answer(isKnown: true, taken: []))
        let back = try next(&ledger)
        #expect(back.line == Self.a && back.again.map(\.id) == ["50-0"] && back.count == 0 && !back.isLeaving)
        _ = ledger.complete(back, HintLedger.Answer(isKnown: true, taken: []))
        try idle(&ledger)
        ledger.settle(brought.map(\.done))
        let last = try next(&ledger)
        #expect(last.line == Self.a && last.done.count == 9 && last.isLeaving && !last.isBeat)
        _ = ledger.complete(last, HintLedger.Answer(isKnown: false, taken: []))
        try idle(&ledger)
        ledger.beat()
        let beat = try next(&ledger)
        #expect(beat.line == Self.b)
        #expect(ledger.lastTurns().map(\.line) == [Self.b])
    }

    @Test("joins again when it was given up")
    func unknown() throws {
        var ledger = HintLedger([Self.a], prefetch: 10)
        let first = try next(&ledger)
        _ = ledger.complete(first, answer(10, of: Self.a))
        ledger.beat()
        let beat = try next(&ledger)
        #expect(beat.isBeat && beat.count == 0)
        _ = ledger.complete(beat, HintLedger.Answer(isKnown: false, taken: []))
        let again = try next(&ledger)
        #expect(again.isBeat)
    }

    @Test("does not ask a line that refuses before the next beat, and goes on with others")
    func barred() throws {
        var ledger = HintLedger([Self.a, Self.b], prefetch: 10)
        let first = try next(&ledger)
        ledger.fail(first, isDoubtful: false, isBarred: true)
        let second = try next(&ledger)
        #expect(second.line != first.line)
        _ = ledger.complete(second, HintLedger.Answer(isKnown: true, taken: []))
        try idle(&ledger)
        ledger.beat()
        let lines = [try next(&ledger).line, try next(&ledger).line]
        #expect(Set(lines) == [Self.a, Self.b])
    }

    @Test(
        "is done with what is no hint of the line, without a word",
        arguments: ["", "x", "{}", #"{"id":"no","lane":"built_in","queue":"a","priority":5}"#])
    func strangers(_ text: String) throws {
        var ledger = HintLedger([Self.a], prefetch: 10)
        let first = try next(&ledger)
        let elsewhere = freshHints(1, Self.b)[0].message
        let taken = [Array(text.utf8), elsewhere].enumerated().map { index, message in
            HintLedger.Taken(
                entry: HintLedger.Entry(stream: 2, id: "\(index)-0"), message: message, isRepeated: false)
        }
        let (deliveries, strangers) = ledger.complete(first, HintLedger.Answer(isKnown: true, taken: taken))
        #expect(deliveries.isEmpty && strangers == 2)
        let second = try next(&ledger)
        #expect(second.done.map(\.id) == ["0-0", "1-0"])
    }
}
