internal import PunctualCore
internal import PunctualEngine
internal import PunctualExecutors

extension Settings {
    /// What this node's worker can run.
    /// - Throws: `SettingsError` when a range of the egress allow-list cannot be read.
    func executors() throws -> ExecutorSet {
        let ranges = try egressAllow.map { text in
            guard let range = IPRange(text) else {
                throw SettingsError("egress.allow \"\(text)\": must be an address or a range such as 10.0.0.0/8")
            }
            return range
        }
        return ExecutorSet([
            "http": HTTPExecutor(egress: EgressGuard(allowed: ranges)),
            "command": CommandExecutor(allowed: commandAllow),
            "noop": NoopExecutor(),
        ])
    }
}
