import Testing

@testable import PunctualRabbitMQ

@Suite("The ledger of confirmations")
struct ConfirmLedgerTests {
    private func ledger(_ count: Int) -> ConfirmLedger<String> {
        var ledger = ConfirmLedger<String>()
        for number in 1...count { ledger.sent("m\(number)") }
        return ledger
    }

    @Test("settles one number, or all up to it, each once")
    func settles() {
        var ledger = ledger(10)
        #expect(ledger.settle(3, isMultiple: false).map(\.entry) == ["m3"])
        #expect(ledger.settle(3, isMultiple: false).isEmpty)
        #expect(ledger.settle(5, isMultiple: true).map(\.entry) == ["m1", "m2", "m4", "m5"])
        #expect(ledger.settle(5, isMultiple: true).isEmpty)
        #expect(ledger.settle(2, isMultiple: false).isEmpty)
        #expect(ledger.count == 5)
        ledger.sent("m11")
        #expect(ledger.settle(11, isMultiple: false).map(\.entry) == ["m11"])
        #expect(ledger.settle(0, isMultiple: true).map(\.entry) == ["m6", "m7", "m8", "m9", "m10"])
        #expect(ledger.count == 0)
    }

    @Test("passes over numbers that were never sent", arguments: [0, 11, 12, .max] as [UInt64])
    func unknown(_ number: UInt64) {
        var ledger = ledger(10)
        #expect(ledger.settle(number, isMultiple: false).isEmpty)
        #expect(ledger.count == 10)
        var empty = ConfirmLedger<String>()
        #expect(empty.settle(number, isMultiple: true).isEmpty)
    }

    @Test("settles all up to a number beyond the last", arguments: [10, 11, .max] as [UInt64])
    func beyond(_ number: UInt64) {
        var ledger = ledger(10)
        #expect(ledger.settle(number, isMultiple: true).count == 10)
        ledger.sent("next")
        #expect(ledger.settle(11, isMultiple: false).map(\.entry) == ["next"])
    }

    @Test("tells which were returned before they were confirmed")
    func returned() {
        var ledger = ConfirmLedger<String>()
        for name in ["a", "b", "a", "a"] { ledger.sent(name) }
        #expect(ledger.markReturned("first") { $0 == "a" })
        #expect(ledger.markReturned("second") { $0 == "a" })
        #expect(!ledger.markReturned("none") { $0 == "c" })
        #expect(ledger.settle(4, isMultiple: true).map(\.returnReason) == ["first", nil, "second", nil])
    }

    @Test("begins anew with a new channel")
    func anew() {
        var ledger = ledger(4)
        _ = ledger.settle(2, isMultiple: false)
        #expect(ledger.removeAll() == ["m1", "m3", "m4"])
        #expect(ledger.count == 0)
        ledger.sent("x")
        #expect(ledger.settle(1, isMultiple: false).map(\.entry) == ["x"])
    }

    @Test("agrees with a plain dictionary whatever comes", arguments: 0..<20)
    func oracle(_ seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var ledger = ConfirmLedger<Int>()
        var plain: [UInt64: Int] = [:]
        var last: UInt64 = 0
        for _ in 0..<2000 {
            if draw(2) == 0 {
                last += 1
                ledger.sent(Int(last))
                plain[last] = Int(last)
            } else {
                let number = UInt64(draw(Int(last) + 3) + 1)
                let isMultiple = draw(4) == 0
                let wanted = plain.keys.filter { isMultiple ? $0 <= number : $0 == number }.sorted()
                for key in wanted { plain[key] = nil }
                #expect(ledger.settle(number, isMultiple: isMultiple).map { UInt64($0.entry) } == wanted)
            }
            #expect(ledger.count == plain.count)
        }
    }
}
