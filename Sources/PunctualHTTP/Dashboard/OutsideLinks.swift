/// Where an execution's trace and log lines are to be seen, outside this installation.
package struct OutsideLinks: Sendable, Equatable {
    /// An address with `{trace_id}` or `{execution_id}` in it; nil for none.
    package var traces: String?
    package var logs: String?

    package init() {}

    /// Whether it is an address that leads somewhere else for each execution.
    package static func isFit(_ text: String) -> Bool {
        let isWeb = text.hasPrefix("https://") || text.hasPrefix("http://")
        let isPlain = text.utf8.allSatisfy { (33...126).contains($0) } && text.utf8.count <= 2000
        return isWeb && isPlain && (text.contains("{trace_id}") || text.contains("{execution_id}"))
    }

    /// - Parameters:
    ///   - trace: 32 digits.
    ///   - execution: a UUID.
    static func address(_ template: String?, trace: String?, execution: String?) -> String? {
        guard let template, let trace, let execution else { return nil }
        return template.replacing("{trace_id}", with: trace).replacing("{execution_id}", with: execution)
    }
}
