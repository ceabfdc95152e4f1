internal import PunctualCore
internal import PunctualEngine
internal import PunctualExecutors

extension Settings {
    /// What this node's worker can run.
    /// - Parameter http: of `httpExecutor()`; whoever made it shuts it down.
    func executors(http: HTTPExecutor) -> ExecutorSet {
        ExecutorSet([
            "http": http, "command": CommandExecutor(allowed: commandAllow, limits: commandLimits),
            "noop": NoopExecutor(),
        ])
    }

    /// The executor of HTTP calls, which must be shut down once nothing runs any more.
    /// - Throws: `SettingsError` when a range of the egress allow-list or a webhook secret cannot be read.
    func httpExecutor() throws -> HTTPExecutor {
        let ranges = try egressAllow.map { text in
            guard let range = IPRange(text) else {
                throw SettingsError("egress.allow \"\(text)\": must be an address or a range such as 10.0.0.0/8")
            }
            return range
        }
        guard let secrets = WebhookSecret.list(webhookSecret) else {
            // The secret itself is not shown.
            throw SettingsError(
                "webhook.secret: must be whsec_ and the base64 of 24 to 64 bytes; while a new secret replaces an old one, "
                    + "both with a comma or space between them")
        }
        return HTTPExecutor(egress: EgressGuard(allowed: ranges), secrets: secrets)
    }

    private var commandLimits: CommandLimits {
        var limits = CommandLimits()
        if let commandMemory { limits.memoryBytes = commandMemory == 0 ? nil : commandMemory }
        if let commandFileSize { limits.fileBytes = commandFileSize == 0 ? nil : commandFileSize }
        if let commandOpenFiles { limits.openFiles = commandOpenFiles == 0 ? nil : commandOpenFiles }
        if let commandCPUSeconds { limits.cpuSeconds = commandCPUSeconds == 0 ? .max : commandCPUSeconds }
        return limits
    }
}
