/// Why a text is no usable recurrence rule, and where.
public struct RecurrenceError: Error, Hashable, Sendable {
    /// One sentence: what is wrong and, where it helps, what to write instead.
    public let message: String
    /// The line that the message is about, counted from 1.
    public let line: Int
    /// The character of that line, counted from 1.
    public let column: Int
    /// The text as it was given.
    public let text: String

    init(_ message: String, line: Int, column: Int, in text: String) {
        self.message = message
        self.line = line
        self.column = column
        self.text = text
    }

    /// The line, a caret under the fault, and the message, on three lines.
    ///
    /// Control characters are shown as `?`; of a long line, what surrounds the fault is shown.
    public var explanation: String {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let whole = line <= lines.count ? Array(lines[line - 1]) : []
        let start = max(0, min(column, whole.count) - 100)
        let shown = String(
            whole.dropFirst(start).prefix(200).map { scalar in
                scalar.properties.generalCategory == .control ? "?" : Character(scalar)
            })
        let caret = String(repeating: " ", count: max(0, min(column - 1 - start, 200))) + "^"
        return "\(shown)\n\(caret)\n\(place): \(message)"
    }

    private var place: String { line == 1 ? "column \(column)" : "line \(line), column \(column)" }
}

extension RecurrenceError: CustomStringConvertible {
    public var description: String { "\(message) (\(place))" }
}
