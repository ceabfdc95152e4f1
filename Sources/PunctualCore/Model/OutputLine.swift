public import PunctualSchedule

/// How much a line matters.
public enum OutputLevel: String, Sendable, CaseIterable {
    case debug, info, warn, error
}

/// A line as an attempt says it, before it is kept.
public struct SaidLine: Hashable, Sendable {
    public var text: String
    public var level: OutputLevel
    /// When it was said; nil means when it is kept.
    public var at: Timestamp?

    public init(_ text: String, level: OutputLevel = .info, at: Timestamp? = nil) {
        self.text = text
        self.level = level
        self.at = at
    }
}

/// A line of an execution's output, as it is kept.
public struct OutputLine: Hashable, Sendable {
    /// From 1, without gaps, over all attempts.
    public var number: Int
    public var at: Timestamp
    public var attempt: Int
    public var level: OutputLevel
    public var text: String

    public init(number: Int, at: Timestamp, attempt: Int, level: OutputLevel, text: String) {
        self.number = number
        self.at = at
        self.attempt = attempt
        self.level = level
        self.text = text
    }
}

/// How much output there may be.
public enum OutputBounds {
    /// Bytes of one line.
    public static let lineBytes = 8 * 1024
    /// Lines of one report.
    public static let reportLines = 200
    /// Lines that are kept of an execution, and bytes of their text.
    public static let (executionLines, executionBytes) = (10_000, 4 << 20)
    /// A report that begins so many lines before the last one, or more, repeats nothing: the number of that one was wrong. A gap
    /// of more lines is not counted.
    static let gapLines = 10_000
    /// The most lines of a piece: those of a report, and what the store says of what is missing.
    static let pieceLines = reportLines + 2

    /// The text without what a store cannot keep, at most `lineBytes` long; a character is not cut in two.
    public static func fit(_ text: String) -> String {
        var text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        if text.utf8.count <= lineBytes { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: lineBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        text = String(text[..<end])
        return text
    }
}
