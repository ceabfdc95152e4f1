internal import PunctualJSON
public import PunctualSchedule

/// The end of what is kept of an execution's output: all that the place of the next lines depends on.
public struct OutputTail: Hashable, Sendable {
    /// Of the last line.
    public var number = 0
    /// Of the texts of all lines.
    public var bytes = 0
    /// Whose lines came last.
    public var attempt = 0
    /// How many lines of that attempt have come.
    public var received = 0
    /// Whether no more are kept.
    public var isFull = false

    public init() {}

    /// The lines that a report adds; nil for none. What is repeated adds nothing, and a gap is told of, as is the end of the
    /// room.
    public mutating func take(_ report: AttemptReport, at now: Timestamp) -> OutputPiece? {
        guard !report.lines.isEmpty, !isFull else { return nil }
        if attempt != report.lease.attempt { (attempt, received) = (report.lease.attempt, 0) }
        let from = report.from ?? received + 1
        // A number far off must not make repetitions of all that comes with the right one.
        if received + 1 - from > OutputBounds.gapLines { received = from - 1 }
        let fresh = report.lines.prefix(OutputBounds.reportLines).dropFirst(max(0, received + 1 - from))
        if fresh.isEmpty { return nil }
        var lines: [OutputLine] = []
        let gap = from - received - 1
        if gap > 0 {
            let count = gap > OutputBounds.gapLines ? "more than \(OutputBounds.gapLines)" : "\(gap)"
            add(SaidLine("[\(count) lines are missing here]", level: .warn), at: now, to: &lines)
        }
        for line in fresh where !isFull { add(line, at: now, to: &lines) }
        received = from + min(report.lines.count, OutputBounds.reportLines) - 1
        return OutputPiece(execution: report.lease.executionID, lines: lines, tail: self)
    }

    private mutating func add(_ said: SaidLine, at now: Timestamp, to lines: inout [OutputLine]) {
        var (text, level) = (OutputBounds.fit(said.text), said.level)
        if number >= OutputBounds.executionLines || bytes + text.utf8.count > OutputBounds.executionBytes {
            (text, level, isFull) = (OutputTail.lastWords, .warn, true)
        }
        number += 1
        bytes += text.utf8.count
        lines.append(
            OutputLine(number: number, at: isFull ? now : said.at ?? now, attempt: attempt, level: level, text: text))
    }

    /// What stands where the room ends.
    public static let lastWords =
        "[no more lines are kept: \(OutputBounds.executionLines) or \(OutputBounds.executionBytes >> 20) MiB are all that an "
        + "execution has]"
}

/// Lines that were added together, one row of a store.
public struct OutputPiece: Hashable, Sendable {
    public var execution: Identifier
    /// Of one attempt, their numbers without gaps; never empty.
    public var lines: [OutputLine]
    /// After them.
    public var tail: OutputTail

    /// The number of the first.
    public var first: Int { tail.number - lines.count + 1 }

    /// The numbers that the first line of a piece may have whose lines come behind `number`, at most `limit` of them.
    public static func firsts(after number: Int, limit: Int) -> ClosedRange<Int> {
        let most = min(max(0, number), OutputBounds.executionLines + 1)
        return (most + 2 - OutputBounds.pieceLines)...(most + min(max(1, limit), OutputBounds.executionLines))
    }

    /// The lines as a store keeps them: when, how much they matter and what they say.
    public var storedText: String {
        var writer = JSONWriter()
        writer.beginArray()
        for line in lines {
            writer.beginArray()
            writer.int(line.at.milliseconds)
            writer.string(line.level.rawValue)
            writer.string(line.text)
            writer.endArray()
        }
        writer.endArray()
        return writer.text
    }

    /// Reads what `storedText` wrote; what of it cannot be read is told in its place.
    public static func lines(stored text: String, first: Int, attempt: Int) -> [OutputLine] {
        let rows = (try? JSONValue(parsing: text))?.array ?? [.null]  // Its place says so.
        return rows.enumerated().map { index, row in
            OutputLine(
                number: first + index, at: Timestamp(milliseconds: row[0]?.int ?? 0), attempt: attempt,
                level: row[1]?.string.flatMap(OutputLevel.init(rawValue:)) ?? .info,
                text: row[2]?.string ?? "[this line cannot be read]")
        }
    }
}

extension Sequence<OutputLine> {
    /// Those behind that number, at most `limit`.
    public func page(after number: Int, limit: Int) -> [OutputLine] {
        Array(lazy.filter { $0.number > number }.prefix(limit))
    }
}
