import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("What is kept of an execution's output")
struct OutputTailTests {
    private static let lease = Lease(executionID: Identifier(high: 1, low: 1), attempt: 1, worker: "w")
    private static let now = Timestamp(milliseconds: 1_000_000)

    @Test(
        "a text is cut at the bytes that a line may have, never within a character",
        arguments: [("a", 8192), ("é", 8192), ("€", 8190), ("😀", 8192)])
    func cut(character: Character, bytes: Int) {
        let long = String(repeating: character, count: 10_000)
        let fit = OutputBounds.fit(long)
        #expect(fit.utf8.count == bytes && long.hasPrefix(fit))
        #expect(OutputBounds.fit(fit) == fit)
        #expect(OutputBounds.fit("x\0y") == "x\u{FFFD}y")
    }

    @Test("a piece is read as it was stored, whatever it says")
    func stored() throws {
        var tail = OutputTail()
        let texts = ["", "\"\\\u{1B}[31m\r\n\t", "zwei — 2\u{1F600}", #"{"a":[1]}"#, "\u{7F}\u{80}\u{FFFF}"]
        let said = zip(texts, OutputLevel.allCases + [.info]).map { SaidLine($0, level: $1) }
        let taken = tail.take(AttemptReport(Self.lease, lines: said), at: Self.now)
        let piece = try #require(taken)
        #expect(piece.first == 1 && piece.tail == tail && tail.number == 5)
        #expect(OutputPiece.lines(stored: piece.storedText, first: 1, attempt: 1) == piece.lines)
    }

    @Test("what cannot be read any more is told in its place", arguments: ["", "{", "7", "null", "[7]", #"[[1]]"#])
    func unreadable(text: String) {
        let lines = OutputPiece.lines(stored: text, first: 4, attempt: 2)
        #expect(lines.map(\.number) == [4] && lines.map(\.text) == ["[this line cannot be read]"])
    }

    @Test("any split of the same lines, however they are repeated, keeps them once and in order")
    func splits() {
        var generator = SeededDice(seed: 7)
        for _ in 0..<200 {
            let all = (1...120).map { SaidLine("\($0)") }
            var (tail, kept, sent): (OutputTail, [OutputLine], Int) = (OutputTail(), [], 0)
            while sent < all.count {
                // From somewhere that has come already, to somewhere that has not.
                let from = Int.random(in: max(0, sent - 30)...sent, using: &generator)
                let end = Int.random(in: from...min(all.count, from + 60), using: &generator)
                let report = AttemptReport(Self.lease, lines: Array(all[from..<end]), from: from + 1)
                kept += tail.take(report, at: Self.now)?.lines ?? []
                sent = max(sent, end)
            }
            #expect(kept.map(\.text) == all.map(\.text))
            #expect(kept.map(\.number) == Array(1...120))
        }
    }

    @Test(
        "what comes far before the last line is no repetition: the number of that one was wrong",
        arguments: [9_999, 10_000])
    func farBack(gap: Int) {
        var tail = OutputTail()
        func say(_ text: String, from: Int) -> [String] {
            tail.take(AttemptReport(Self.lease, lines: [SaidLine(text)], from: from), at: Self.now)?.lines.map(\.text)
                ?? []
        }
        #expect(say("a", from: 1) == ["a"])
        #expect(say("far", from: gap + 2).last == "far")
        #expect(say("b", from: 2) == (gap < 10_000 ? [] : ["b"]))
        #expect(say("b", from: 2).isEmpty)
    }

    @Test("how far an attempt is survives being stored; what is none is nothing")
    func progress() {
        for percent in [nil, 0, 0.1, 33.333333333333336, 100] {
            let told = ExecutionProgress(percent: percent, message: "x\u{1F600}\"", at: Self.now, attempt: 3)
            #expect(ExecutionProgress(stored: told.storedText) == told)
        }
        for text in ["", "{}", "7", #"{"at":"x","attempt":1}"#] { #expect(ExecutionProgress(stored: text) == nil) }
    }
}

/// The same draws from the same seed.
private struct SeededDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
