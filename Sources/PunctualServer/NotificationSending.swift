internal import PunctualAccess
internal import PunctualCore
internal import PunctualExecutors
internal import PunctualJSON
internal import PunctualSchedule

/// Sends messages as jobs' calls are made: through the egress guard, signed, with secrets put in just before.
///
/// References to secrets are read in the channel's own texts alone. What the message says may come from anybody whose job
/// failed, and goes out as it is.
struct NotificationSending: NotificationSender {
    /// nil without access control: then there are no secrets.
    let vault: SecretVault?
    let http: any Executor
    let mail: SMTPSender
    let clock: any WallClock
    private static let timeout = Duration.seconds(20)

    /// A channel with its secrets in place, and what takes them out of what comes back.
    private struct Ready {
        let channel: NotificationChannel
        let mask: SecretMask?

        func masked(_ text: String) -> String { mask?.masked(line: text) ?? text }
    }

    /// Why there is no such channel, for people; another try may help, since secrets can be written meanwhile.
    private struct Unready: Error { let words: String }

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        let ready: Ready
        do throws(Unready) {
            ready = try await resolved(message.rule)
        } catch { return .failed(error.words, isRetryable: true, retryAfter: nil) }
        if case .email(let server) = ready.channel { return await send(message, by: server, ready) }
        var message = message
        message.rule.channel = ready.channel
        return await call(message, ready)
    }

    // MARK: Secrets

    private func resolved(_ rule: NotificationRule) async throws(Unready) -> Ready {
        // In the form of a payload, whose texts are all read for references.
        let target = Target.worker(task: "notification", payload: .array(rule.channel.texts.map(JSONValue.string)))
        guard let vault else {
            let names = (try? target.secretNames()) ?? ["?"]  // Malformed: no text to be sent either.
            if names.isEmpty { return Ready(channel: rule.channel, mask: nil) }
            throw Unready(words: "the channel refers to secrets, which need access control")
        }
        let found: Result<SecretVault.Resolved, SecretReference.Fault>
        do throws(StoreError) {
            found = try await vault.resolved(target, service: rule.secretService)
        } catch { throw Unready(words: "the channel's secrets cannot be read: \(error)") }
        switch found {
        case .success(let resolved):
            guard case .worker(_, let payload) = resolved.target.reveal() else { break }
            let texts = payload.array?.map { $0.string ?? "" } ?? []
            let mask = resolved.mask.isEmpty ? nil : resolved.mask
            return Ready(channel: rule.channel.with(texts), mask: mask)
        case .failure(.missing(let name)):
            throw Unready(words: "there is no secret \(name) of the service \(rule.secretService)")
        case .failure: break
        }
        throw Unready(words: "a reference to a secret in the channel is malformed")
    }

    // MARK: Calls

    private func call(_ message: NotificationMessage, _ ready: Ready) async -> NotificationOutcome {
        guard let call = message.call else { return .sent }
        var attempt = AttemptRequest(
            executionID: message.delivery, jobID: Identifier(high: 0, low: 0), jobName: "notification",
            service: message.rule.secretService, scheduledAt: message.notices[0].at, attempt: message.attempt,
            target: .http(call), timeout: Self.timeout)
        // A URL of a chat is a secret, wherever it is kept.
        attempt.hasSecrets = true
        switch await http.execute(attempt).verdict {
        case .succeeded: return .sent
        case .failed(_, let error, let isRetryable, let pause):
            return .failed(ready.masked(error), isRetryable: isRetryable, retryAfter: pause)
        case .cancelled: return .failed("the node stops", isRetryable: true, retryAfter: nil)
        }
    }

    // MARK: Mails

    private func send(
        _ message: NotificationMessage, by server: MailServer, _ ready: Ready
    ) async -> NotificationOutcome {
        // Who was taken off the list meanwhile gets nothing more.
        let receivers = message.receivers.map { left in server.to.filter(left.contains) } ?? server.to
        if receivers.isEmpty { return .sent }
        let mail = Mail(
            id: "\(message.delivery)", from: server.from, to: receivers, subject: "[punctual] \(message.title)",
            lines: message.lines + ["", "Rule \(message.rule.name)"], at: clock.now())
        switch await self.mail.send(mail, by: server, turn: message.attempt) {
        case .failure(let fault):
            return .failed(ready.masked(fault.text), isRetryable: fault.isRetryable, retryAfter: nil)
        case .success(let refusals):
            if refusals.isEmpty { return .sent }
            func words(_ isRetryable: Bool) -> String {
                refusals.filter { $0.fault.isRetryable == isRetryable }
                    .map { "\($0.address): \(ready.masked($0.fault.text))" }.joined(separator: "; ")
            }
            return .partly(
                refused: words(false).isEmpty ? nil : words(false),
                left: refusals.filter(\.fault.isRetryable).map(\.address), why: words(true))
        }
    }
}

extension NotificationChannel {
    /// What may hold references to secrets.
    fileprivate var texts: [String] {
        switch self {
        case .webhook(let url), .slack(let url): [url]
        case .pagerDuty(let key, _, let url): [key, url]
        case .email(let server): server.password.map { [$0] } ?? []
        }
    }

    /// The channel with other texts in the place of these. What a file brought to its end is no part of a URL or a key.
    fileprivate func with(_ texts: [String]) -> NotificationChannel {
        func plain(_ text: String) -> String { String(text.reversed().drop { $0.isWhitespace }.reversed()) }
        guard texts.count == self.texts.count else { return self }
        switch self {
        case .webhook: return .webhook(url: plain(texts[0]))
        case .slack: return .slack(url: plain(texts[0]))
        case .pagerDuty(_, let severity, _):
            return .pagerDuty(routingKey: plain(texts[0]), severity: severity, url: plain(texts[1]))
        case .email(var server):
            server.password = texts.first ?? server.password
            return .email(server)
        }
    }
}
