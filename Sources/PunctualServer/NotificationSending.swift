internal import PunctualAccess
internal import PunctualCore
internal import PunctualExecutors
internal import PunctualJSON
internal import PunctualSchedule

/// Sends messages as jobs' calls are made: through the egress guard, signed, with secrets put in just before.
struct NotificationSending: NotificationSender {
    let http: SecretResolving
    let mail: SMTPSender
    private static let timeout = Duration.seconds(20)
    /// What is not through by then is tried again.
    private static let patience = Duration.seconds(90)

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        if case .email(let server) = message.rule.channel { return await send(message, by: server) }
        let began = ContinuousClock.now
        for call in message.calls {
            guard began.duration(to: .now) < Self.patience - Self.timeout else {
                return .failed("the other side is too slow", isRetryable: true, retryAfter: nil)
            }
            let result = await http.execute(
                AttemptRequest(
                    executionID: message.delivery, jobID: Identifier(high: 0, low: 0), jobName: "notification",
                    service: message.rule.secretService, scheduledAt: message.notices[0].at, attempt: 1,
                    target: .http(call), timeout: Self.timeout))
            switch result.verdict {
            case .succeeded: continue
            case .failed(_, let error, let isRetryable, let pause):
                return .failed(error, isRetryable: isRetryable, retryAfter: pause)
            case .cancelled: return .failed("the node stops", isRetryable: true, retryAfter: nil)
            }
        }
        return .sent
    }

    private func send(_ message: NotificationMessage, by server: MailServer) async -> NotificationOutcome {
        // The mail goes as the payload of a target, so that its secrets are found and hidden as those of jobs are.
        let resolving = SecretResolving(
            vault: http.vault, executor: MailExecutor(sender: mail, server: server, message: message))
        let payload: JSONValue = ["password": server.password.map(JSONValue.string) ?? .null]
        let result = await resolving.execute(
            AttemptRequest(
                executionID: message.delivery, jobID: Identifier(high: 0, low: 0), jobName: "notification",
                service: message.rule.secretService, scheduledAt: message.notices[0].at, attempt: 1,
                target: .worker(task: "mail", payload: payload), timeout: Self.patience))
        switch result.verdict {
        case .succeeded: return .sent
        case .failed(_, let error, let isRetryable, let pause):
            return .failed(error, isRetryable: isRetryable, retryAfter: pause)
        case .cancelled: return .failed("the node stops", isRetryable: true, retryAfter: nil)
        }
    }
}

private struct MailExecutor: Executor {
    let sender: SMTPSender
    let server: MailServer
    let message: NotificationMessage

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .worker(_, let payload) = attempt.target else { return AttemptResult(.cancelled) }
        var server = server
        server.password = payload["password"]?.string
        let mail = Mail(
            id: "\(message.delivery)", from: server.from, to: server.to, subject: "[punctual] \(message.title)",
            lines: message.lines + ["", "Rule \(message.rule.name)"], at: message.notices[0].at)
        switch await sender.send(mail, by: server) {
        case .success: return AttemptResult(.succeeded)
        case .failure(let fault):
            return AttemptResult(
                .failed(reason: nil, error: fault.text, isRetryable: fault.isRetryable, retryAfter: nil))
        }
    }
}
