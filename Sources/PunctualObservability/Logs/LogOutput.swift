package import Logging

/// Where lines go, and what all of them share.
package struct LogOutput: Sendable {
    /// What everybody would want to know of a line: of whom it comes.
    package struct Source: Hashable, Sendable {
        package var service: String
        package var version: String
        package var node: String

        package init(service: String, version: String, node: String) {
            self.service = service
            self.version = version
            self.node = node
        }
    }

    /// An event that is worth a report: it went wrong.
    package struct Event: Sendable {
        package let logger: String
        package let level: Logger.Level
        package let message: String
        /// Without secrets, in the order of their names.
        package let fields: [(String, String)]
    }

    package var levels: LogLevels
    package var isJSON: Bool
    /// Where lines are written by whoever says them, each by one write(2), unless there is a writer.
    package var descriptor: Int32 = 2
    package var writer: LogWriter?
    /// What keeps errors that repeat themselves down; nil writes all.
    package var repeats: LogRepeats?
    package var source: Source?
    package var redaction = Redaction()
    /// What the code that logs is about: names as in a logger's metadata.
    package var scope: @Sendable () -> [(String, String)] = { [] }
    /// Told of events that went wrong; never waits.
    package var report: (@Sendable (Event) -> Void)?

    package init(levels: LogLevels, isJSON: Bool) {
        self.levels = levels
        self.isJSON = isJSON
    }
    /// Writes a line, as its end says.
    func write(_ line: String) {
        if let writer { writer.take(line) } else { LogWriter.write(Array(line.utf8), to: descriptor) }
    }
}
