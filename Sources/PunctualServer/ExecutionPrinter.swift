internal import Foundation
internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule

/// Shows each execution on the terminal as it happens.
struct ExecutionPrinter: ExecutionEvents {
    private let hasColour = ExecutionPrinter.wantsColour(ProcessInfo.processInfo.environment) && isatty(1) == 1

    /// NO_COLOR, when it is not empty, and a terminal that knows no codes turn colour off.
    static func wantsColour(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func added(_ executions: [Execution]) {
        for execution in executions where execution.status == .skipped || execution.status == .missed {
            show(execution)
        }
    }

    func started(_ execution: Execution) {}

    func ended(_ execution: Execution) { show(execution) }

    private func show(_ execution: Execution) {
        let time = execution.scheduledAt.description.dropFirst(11).prefix(12)
        var text = "\(time)  \(pad(execution.jobName, 24)) \(word(execution))"
        if let duration = execution.duration { text += "  \(duration.wholeMilliseconds) ms" }
        if let startedAt = execution.startedAt, execution.attempt == 1 {
            text += ", \(max(0, (startedAt - execution.availableAt).wholeMilliseconds)) ms late"
        }
        if let reason = execution.reason ?? execution.attempts.last?.reason { text += "  \(reason.rawValue)" }
        if let output = execution.result?.output.split(separator: "\n").first { text += "  \(output.prefix(60))" }
        print(text)
        fflush(nil)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    private func word(_ execution: Execution) -> String {
        let word = execution.status == .pending ? "retried" : execution.status.rawValue
        let colour =
            switch execution.status {
            case .succeeded: "32"
            case .failed: "31"
            default: "33"
            }
        return hasColour ? "\u{1B}[\(colour)m\(pad(word, 9))\u{1B}[0m" : pad(word, 9)
    }
}
