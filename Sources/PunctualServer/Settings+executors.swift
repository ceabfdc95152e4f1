internal import Logging
internal import PunctualCore
internal import PunctualEngine

extension Settings {
    /// What this node's worker can run.
    func executors(logger: Logger) throws -> ExecutorSet {
        ExecutorSet(["noop": NoopExecutor()])
    }
}
