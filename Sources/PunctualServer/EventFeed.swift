internal import PunctualAPI
internal import PunctualCore
internal import PunctualEngine
internal import PunctualHTTP

/// Hands what the engine does to the event stream, and to the terminal when somebody watches there.
struct EventFeed: ExecutionEvents {
    let log: EventLog
    let printer: ExecutionPrinter?
    let lineBell: LineBell

    func added(_ executions: [Execution]) {
        log.publish(.executionUpdated, executions)
        printer?.added(executions)
    }

    func started(_ execution: Execution) {
        log.publish(.executionUpdated, execution)
        printer?.started(execution)
    }

    func ended(_ execution: Execution) {
        log.publish(.executionUpdated, execution)
        lineBell.ring(execution.id)
        printer?.ended(execution)
    }
}
