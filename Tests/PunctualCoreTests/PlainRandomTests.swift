import PunctualCore
import Testing

@Suite("Numbers that name things")
struct PlainRandomTests {
    @Test("come once each, and spread evenly over every bit")
    func spread() {
        let pairs = (0..<100_000).map { _ in PlainRandom.pair() }
        #expect(Set(pairs.map(\.high)).count == pairs.count)
        #expect(Set(pairs.map(\.low)).count == pairs.count)
        for word in [pairs.map(\.high), pairs.map(\.low)] {
            for bit in 0..<64 {
                // Six standard deviations off half of them.
                let ones = word.count { $0 >> UInt64(bit) & 1 == 1 }
                #expect(abs(ones - 50_000) < 950, "bit \(bit): \(ones)")
            }
            // Neighbours have nothing to do with each other: half of their bits differ.
            let flips = zip(word, word.dropFirst()).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
            #expect(abs(Double(flips) / Double(word.count - 1) - 32) < 0.1)
        }
        let both = pairs.reduce(0) { $0 + ($1.high ^ $1.low).nonzeroBitCount }
        #expect(abs(Double(both) / Double(pairs.count) - 32) < 0.1)
    }
}
