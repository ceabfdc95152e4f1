/// Why a text is no usable cron expression, and where.
public struct CronError: Error, Hashable, Sendable {
    /// One sentence: what is wrong and, where it helps, what to write instead.
    public let message: String
    /// The character that the message is about, counted from 1.
    public let column: Int
    /// The text as it was given.
    public let expression: String

    init(_ message: String, column: Int, in expression: String) {
        self.message = message
        self.column = column
        self.expression = expression
    }

    /// The expression, a caret under the fault, and the message, on three lines.
    ///
    /// Control characters of the expression are shown as `?`, texts past 200 characters are cut.
    public var explanation: String {
        let shown = String(
            expression.unicodeScalars.prefix(200).map { scalar in
                scalar.properties.generalCategory == .control ? "?" : Character(scalar)
            })
        let caret = String(repeating: " ", count: max(0, min(column, 201) - 1)) + "^"
        return "\(shown)\n\(caret)\ncolumn \(column): \(message)"
    }
}

extension CronError: CustomStringConvertible {
    public var description: String { "\(message) (column \(column))" }
}
