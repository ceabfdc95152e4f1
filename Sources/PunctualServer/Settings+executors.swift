internal import PunctualCore
internal import PunctualEngine
internal import PunctualExecutors

extension Settings {
    /// What this node's worker can run.
    /// - Parameters:
    ///   - http: whoever made it shuts it down once nothing runs any more.
    ///   - publishers: by the name of their broker.
    func executors(http: HTTPExecutor, publishers: [String: any Executor]) -> ExecutorSet {
        ExecutorSet([
            "http": http, "command": CommandExecutor(allowed: commandAllow, limits: commandLimits),
            "publish": PublishExecutor(publishers), "noop": NoopExecutor(),
        ])
    }

    /// The addresses that HTTP calls may go to.
    /// - Throws: `SettingsError` when a range of the egress allow-list, or the file of certificates, cannot be read.
    func egressGuard() throws(SettingsError) -> EgressGuard {
        var ranges: [IPRange] = []
        for text in egressAllow {
            guard let range = IPRange(text) else {
                throw SettingsError("egress.allow \"\(text)\": must be an address or a range such as 10.0.0.0/8")
            }
            ranges.append(range)
        }
        let egress = EgressGuard(allowed: ranges)
        guard let egressCertificate else { return egress }
        do throws(EgressGuard.Refusal) { return try egress.trusting(authoritiesOf: egressCertificate) } catch {
            throw SettingsError("egress.certificate: \(error)")
        }
    }

    /// The secrets that sign HTTP calls of services without their own.
    /// - Throws: `SettingsError` when one cannot be read.
    func webhookSecrets() throws(SettingsError) -> [WebhookSecret] {
        guard let secrets = WebhookSecret.list(webhookSecret) else {
            // The secret itself is not shown.
            throw SettingsError(
                "webhook.secret: must be whsec_ and the base64 of 24 to 64 bytes; while a new secret replaces an old one, "
                    + "both with a comma or space between them")
        }
        return secrets
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
