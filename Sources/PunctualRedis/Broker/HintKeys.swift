internal import PunctualCore

/// What the lines are called at Redis.
struct HintKeys: Hashable, Sendable {
    let prefix: String

    /// The group that all consumers are in.
    static let group = "punctual"

    /// Where it is said that hints wait in a line, for those who have room.
    var channel: String { "\(prefix):hints" }

    /// What is said there.
    static func word(of line: HintLine) -> String { "\(line.lane.word):\(line.queue)" }

    /// The line of which that was said; nil for anything else.
    static func line(_ word: String) -> HintLine? {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        // This module's lanes are connections.
        guard parts.count == 2, let lane = PunctualCore.Lane(word: String(parts[0])) else { return nil }
        return HintLine(lane: lane, queue: String(parts[1]))
    }

    /// The streams of a line, highest priority first; all keys of a line share a slot.
    func streams(of line: HintLine) -> [String] {
        stride(from: 9, through: 0, by: -1).map { "\(prefix):{\(HintKeys.word(of: line))}:hints:\($0)" }
    }

    /// The keys of `HintScripts.turn`.
    func all(of line: HintLine) -> [String] {
        ["\(prefix):{\(HintKeys.word(of: line))}:consumers"] + streams(of: line)
    }

    /// The number of a priority's stream among those of its line, from 1.
    static func number(of priority: Int) -> Int { 10 - priority }
}
