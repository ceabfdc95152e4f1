internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/notifications`: whom to tell of what becomes of jobs.
struct NotificationController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let last: Answered? = fields.choice("last")
        try fields.finish()
        let visible = services.visible(context)
        let shown = try await store().notificationRules().filter { rule in
            // One that is for all services is for who may see all of them; none is for part of a service.
            rule.service.map { visible.shows(service: $0, labels: [:]) } ?? visible.isEverything
        }
        var items = shown.map(\.shown)
        if last == .yes {
            let newest = try await store().newestNotices(of: shown.map(\.name))
            items = shown.map { $0.shown.with("last_notice", newest[$0.name]?.shown ?? .null) }
        }
        return Answer.json { [items] in $0.value(["items": .array(items)]) }
    }

    private enum Answered: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let rule = try await rule(context)
        let notices = try await store().notices(of: rule.name, limit: 50)
        return Answer.json { $0.value(rule.shown.merging(["notices": .array(notices.map(\.shown))])) }
    }

    func put(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = try name(context)
        let now = try await services.store.now()
        let new = try await request.read { fields in NotificationRule(&fields, name: name, now: now) }
        guard let new else { throw Problem(.validation, "The notification is at fault.") }
        // What was read with a secret hidden must not be written back without it.
        guard !new.hasHiddenSecret else {
            throw Problem(.validation, "The channel holds *** in the place of a secret; give it again.")
        }
        guard new.hasPlainReferences else {
            throw Problem(.validation, "A reference to a secret in the channel is {{secret:NAME}} without blanks.")
        }
        try await require(new, context, orMissing: nil)
        // Of several at one moment one makes it, and the others find what it made.
        let (before, rule) = try await whileOvertaken("notification") {
            let before = try await store().notificationRules().first { $0.name == name }
            // Names are the installation's: who may make one is told that it is taken, and not by whom.
            if let before { try await require(before, context, orMissing: .nameTaken) }
            var rule = new
            rule.createdAt = before?.createdAt ?? now
            guard try await store().setNotificationRule(rule, replacing: before) else {
                throw StoreError.versionConflict(current: 0)
            }
            return (before, rule)
        }
        context.audit?.changed(
            rule.resource, service: rule.service, from: before?.shown ?? .null, to: rule.shown)
        return Answer.json(before == nil ? .created : .ok) { $0.value(rule.shown) }
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let rule = try await rule(context)
        guard try await store().removeNotificationRule(rule.name) else { throw Problem.noNotification }
        context.audit?.changed(rule.resource, service: rule.service, from: rule.shown)
        return Response(status: .noContent)
    }

    /// Sends a message that says that it is a test.
    func test(_ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        let rule = try await rule(context)
        let now = try await services.store.now()
        let job = Identifier(high: 0, low: 0)
        let notice = Notice(
            .failed, of: rule, execution: .random(at: now), attempt: 0, job: job, name: "test",
            service: rule.service ?? "default", at: now, text: "This is a test; nothing has failed.", now: now)
        var notices = [notice]
        // An incident that a test opens, it closes.
        if case .pagerDuty = rule.channel {
            var state = NoticeState(rule: rule.name, jobID: job, jobName: "test", service: notice.service)
            state.toldAt = now
            notices = [notice, Notice(recoveryOf: state, rule: rule, at: now)]
        }
        var outcome = NotificationOutcome.failed("there is nobody to send it", isRetryable: false, retryAfter: nil)
        for notice in notices {
            guard let sender = services.notifications?.sender else { break }
            outcome = await sender.send(
                NotificationMessage(delivery: notice.id, rule: rule, notices: [notice]))
            guard outcome == .sent else { break }
        }
        var error: String?
        switch outcome {
        case .sent: break
        case .partly(let refused, _, let why):
            error = (["some receivers have it"] + [refused, why.isEmpty ? nil : why].compactMap { $0 })
                .joined(separator: "; ")
        case .failed(let text, _, _): error = text
        }
        return Answer.json { [error] writer in
            writer.value(["sent": .bool(error == nil), "error": error.map(JSONValue.string) ?? .null])
        }
    }

    // MARK: Whose

    private func store() throws -> any NotificationStore {
        guard let store = services.notifications?.store else { throw Problem.noNotification }
        return store
    }

    private func name(_ context: APIContext) throws -> String {
        guard let name = context.parameters.get("name"), (1...64).contains(name.utf8.count),
            Fields.isWord(name, extra: "._-")
        else { throw Problem(.notFound, "A notification's name is 1 to 64 of A–Z a–z 0–9 . _ -") }
        return name
    }

    /// The rule of the path, for somebody who may do to it what he asks for.
    private func rule(_ context: APIContext) async throws -> NotificationRule {
        let name = try name(context)
        let rule = try await store().notificationRules().first { $0.name == name }
        guard let rule else { throw Problem.noNotification }
        try await require(rule, context, orMissing: .noNotification)
        return rule
    }

    private func require(_ rule: NotificationRule, _ context: APIContext, orMissing missing: Problem?) async throws {
        if let service = rule.service {
            try await services.doorkeeper.require(service: service, labels: [:], context, orMissing: missing)
        } else if !services.visible(context).isEverything {
            // About all services: for who has the role for all of them.
            throw missing
                ?? Problem(
                    .forbidden, "A notification for all services needs the role for all of them; name a service.")
        }
    }
}

extension Problem {
    fileprivate static let noNotification = Problem(.notFound, "There is no such notification.")
    fileprivate static let nameTaken = Problem(
        .nameTaken, "Another notification of this installation has that name; take another one.")
}

extension NotificationRule {
    fileprivate var resource: String { "notification:\(name)" }

    /// Whether it is what `shown` made of another one.
    fileprivate var hasHiddenSecret: Bool {
        let channel = channel.json
        return channel["password"] == "***" || channel["routing_key"] == "***"
            || ["webhook", "slack"].contains(channel["type"]) && channel["url"]?.string?.hasSuffix("/***") == true
    }

    /// Whether it holds nothing that would be sent as it stands although it was meant as a reference to a secret.
    fileprivate var hasPlainReferences: Bool {
        do {
            _ = try Target.worker(task: "notification", payload: channel.json).writtenSecretNames()
            return true
        } catch { return false }
    }

    /// Without what is secret, unless it is a reference to a secret.
    var shown: JSONValue {
        var json = json
        guard var channel = json["channel"]?.object else { return json }
        for name in ["password", "routing_key"] {
            if let text = channel[name]?.string, !text.hasPrefix("{{secret:") { channel[name] = "***" }
        }
        switch self.channel {
        // Whoever knows it may post.
        case .webhook(let url), .slack(let url): channel["url"] = .string(Self.shown(url))
        case .pagerDuty, .email: break
        }
        json = json.merging(["channel": .object(channel)])
        return json
    }

    /// The URL without what may be a token: path and query, unless a secret keeps it.
    private static func shown(_ url: String) -> String {
        guard !url.contains("{{secret:"), let scheme = url.firstRange(of: "://") else { return url }
        let end = url[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        return ["", "/"].contains(url[end...]) ? url : "\(url[..<end])/***"
    }
}

extension Notice {
    /// Without what is the store's own.
    var shown: JSONValue {
        var json = json.object ?? JSONObject()
        json["revision"] = nil
        json["rule"] = nil
        // `error` tells of them.
        json["receivers"] = nil
        json["refused"] = nil
        return .object(json)
    }
}
