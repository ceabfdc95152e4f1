internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/notifications`: whom to tell of what becomes of jobs, and what became of that.
enum NotificationPages {
    static func list(_ visit: Visit) async throws -> Response {
        let items = try await visit.read(InnerCall(.listNotifications, query: [("last", "true")]))["items"]?.array ?? []
        return try await visit.page(
            "notifications", title: "Notifications", section: "/notifications",
            [
                "rules": items.map { row($0, visit) }, "hasRules": !items.isEmpty,
                "mayCreate": visit.may(.putNotification),
            ])
    }

    /// What list and page say of a rule alike.
    private static func row(_ rule: JSONValue, _ visit: Visit) -> View {
        let name = rule["name"]?.string ?? ""
        let last = rule["last_notice"]
        return [
            "ruleName": name, "rulePath": path(name), "ruleChannel": channelWord(rule), "ruleTo": address(rule),
            "ruleScope": scope(rule), "ruleOn": (rule["on"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
            "ruleLast": last.flatMap { noticeStatus($0) }, "ruleLastTime": visit.clock.view(last?["at"]),
            "ruleLastError": last?["error"]?.string.map { String($0.prefix(160)) }, "mayTest": mayChange(rule, visit),
        ]
    }

    private static func path(_ name: String) -> String { "/notifications/\(FormFields.encoded(name))" }

    private static func channelWord(_ rule: JSONValue) -> String {
        let words = ["webhook": "Webhook", "slack": "Slack", "pagerduty": "PagerDuty", "email": "Mail"]
        let type = rule["channel"]?["type"]?.string ?? ""
        return words[type] ?? type
    }

    private static func address(_ rule: JSONValue) -> String {
        let channel = rule["channel"]
        switch channel?["type"]?.string {
        case "email":
            let to = (channel?["to"]?.array ?? []).compactMap(\.string)
            return to.prefix(2).joined(separator: ", ") + (to.count > 2 ? " and \(to.count - 2) more" : "")
        case "pagerduty": return channel?["severity"]?.string.map { "as \($0)" } ?? ""
        default: return channel?["url"]?.string ?? ""
        }
    }

    private static func scope(_ rule: JSONValue) -> String {
        let labels = (rule["labels"]?.object?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
        let jobs = rule["job_id"]?.string.map { "the job \($0)" } ?? "jobs"
        return "\(jobs) of \(rule["service"]?.string ?? "all services")"
            + (labels.isEmpty ? "" : " with \(labels.joined(separator: ", "))")
    }

    private static func mayChange(_ rule: JSONValue, _ visit: Visit) -> Bool {
        // One for all services is for who may change all of them.
        guard let service = rule["service"]?.string else {
            return visit.context.principal.permissions.contains { $0.role >= .editor && $0.isGlobal }
        }
        return visit.may(.putNotification, service: service)
    }

    /// What became of a notice, for the template `status`.
    private static func noticeStatus(_ notice: JSONValue) -> View? {
        guard let state = notice["state"]?.string else { return nil }
        let like = ["sent": "succeeded", "waiting": "pending", "suppressed": "skipped", "failed": "failed"]
        return AccessWording.status(state.capitalizedWord, like: like[state] ?? "pending")
    }

    static func show(_ visit: Visit) async throws -> Response {
        let rule = try await read(visit)
        let notices = rule["notices"]?.array ?? []
        let name = rule["name"]?.string ?? ""
        let channel = (rule["channel"]?.object?.members ?? []).filter { $0.name != "type" && !$0.value.isNull }
        let pairs: [(String, String?)] =
            [
                ("Tells of", scope(rule)),
                ("When", (rule["on"]?.array ?? []).compactMap(\.string).joined(separator: ", ")),
                ("Late after", rule["late_after"]?.string), ("Waits for others", rule["group_wait"]?.string),
                ("One message for each", rule["group_by"]?.string), ("Repeats after", rule["repeat_interval"]?.string),
                ("By", channelWord(rule)),
            ]
            + channel.map { member in
                let list = member.value.array?.compactMap(\.string).joined(separator: ", ")
                return (
                    member.name == "url" ? "URL" : member.name.replacing("_", with: " ").capitalizedWord,
                    list ?? member.value.string ?? member.value.description
                )
            }
        return try await visit.page(
            "notification", title: name, section: "/notifications",
            row(rule, visit).merging([
                "facts": pairs.compactMap { name, value -> View? in value.map { ["factName": name, "fact": $0] } },
                "ruleSince": visit.clock.view(rule["created_at"]),
                "notices": notices.map { notice($0, visit) }, "hasNotices": !notices.isEmpty,
                "mayChange": mayChange(rule, visit), "deleteAsk": deletion(of: name).view,
            ]))
    }

    private static func notice(_ json: JSONValue, _ visit: Visit) -> View {
        let attempts = json["attempts"]?.int ?? 0
        let kind = json["kind"]?.string ?? ""
        return [
            "noticeKind": kind, "noticeJob": json["job_name"]?.string,
            "noticePath": json["job_id"]?.string.map { "/jobs/\($0)" }, "noticeService": json["service"]?.string,
            "noticeTime": visit.clock.view(json["at"]), "noticeStatus": noticeStatus(json),
            "noticeText": json["text"]?.string.flatMap { $0.isEmpty ? nil : String($0.prefix(300)) },
            "noticeError": json["error"]?.string.map { String($0.prefix(300)) },
            "noticeAttempts": attempts > 1 ? "\(Wording.count(attempts)) tries" : nil,
        ]
    }

    private static func read(_ visit: Visit) async throws -> JSONValue {
        try await visit.read(InnerCall(.getNotification, ["name": visit.context.parameters.get("id") ?? ""]))
    }

    // MARK: Forms

    static func new(_ visit: Visit) async throws -> Response {
        guard visit.may(.putNotification) else {
            throw Problem(.forbidden, "You may not set notifications: this needs the role editor for some service.")
        }
        return try await page(NotificationForm(), visit)
    }

    static func create(_ visit: Visit) async throws -> Response {
        var form = NotificationForm(visit.form)
        // Setting one that is there would put this in its place.
        let known = try await visit.readIfAllowed(InnerCall(.listNotifications))
        if known?["items"]?.array?.contains(where: { $0["name"]?.string == form.name }) ?? false {
            form.add(fault: "There is a notification \(form.name) already; choose another name, or change that one.")
            return try await page(form, visit, status: .conflict)
        }
        return try await save(form, as: form.name, visit, isNew: true)
    }

    static func edit(_ visit: Visit) async throws -> Response {
        let rule = try await read(visit)
        guard mayChange(rule, visit) else { throw Problem(.forbidden, "You may not change this notification.") }
        return try await page(NotificationForm(rule: rule), visit, of: rule)
    }

    static func change(_ visit: Visit) async throws -> Response {
        try await save(NotificationForm(visit.form), as: visit.context.parameters.get("id") ?? "", visit, isNew: false)
    }

    private static func save(
        _ form: NotificationForm, as name: String, _ visit: Visit, isNew: Bool
    ) async throws -> Response {
        var form = form
        let rule = form.rule()
        let old = isNew ? nil : try await read(visit)
        if form.isFaulty { return try await page(form, visit, of: old, status: .unprocessableContent) }
        let answer = try await visit.call(InnerCall(.putNotification, ["name": name], body: rule))
        guard answer.isGood else {
            form.take(answer)
            return try await page(form, visit, of: old, status: .init(code: answer.status))
        }
        return visit.goOn(
            to: path(name),
            saying: Flash(.good, "\(isNew ? "Made" : "Saved") \(name). Send a test to see that it arrives."))
    }

    private static func page(
        _ form: NotificationForm, _ visit: Visit, of rule: JSONValue? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let name = rule?["name"]?.string
        return try await visit.page(
            "notification-form", title: name.map { "Edit \($0)" } ?? "New notification", section: "/notifications",
            status: status,
            form.view.merging([
                "isNew": rule == nil, "formAction": name.map { "\(path($0))/edit" } ?? "/new-notification",
                "backPath": name.map(path) ?? "/notifications",
                "saveWord": rule == nil ? "Make the notification" : "Save changes",
                "hasHidden": (rule?["channel"]?.object?.members ?? []).contains {
                    NotificationForm.isHidden($0.value.string ?? "")
                },
            ]))
    }

    private static func deletion(of name: String) -> Question {
        Question(
            title: "Delete the notification \(name)?",
            words: "Nobody is told any more, and what it has told is forgotten.", button: "Delete the notification")
    }

    /// `POST` to the rule's page: send a test, delete.
    static func send(_ visit: Visit) async throws -> Response {
        let name = visit.context.parameters.get("id") ?? ""
        let place = visit.returnPath(or: path(name))
        switch visit.form["action"] {
        case "test":
            let answer = try await visit.call(InnerCall(.testNotification, ["name": name]))
            guard answer.isGood else { return visit.goOn(to: place, saying: answer.flash("")) }
            if answer.json["sent"]?.bool == true {
                return visit.goOn(
                    to: place, saying: Flash(.good, "The test of \(name) was sent; see that it has arrived."))
            }
            let error = answer.json["error"]?.string ?? "nobody knows why"
            return visit.goOn(to: place, saying: Flash(.bad, "The test of \(name) was not sent: \(error)"))
        case "delete":
            let question = deletion(of: name)
            if let page = try await question.page(visit, section: "/notifications", sending: ["action"]) { return page }
            let answer = try await visit.call(InnerCall(.deleteNotification, ["name": name]))
            return visit.goOn(
                to: answer.isGood ? "/notifications" : place, saying: answer.flash("Deleted the notification \(name)."))
        default: return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
    }
}
