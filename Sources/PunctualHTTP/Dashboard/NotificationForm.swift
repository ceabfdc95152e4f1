internal import PunctualJSON

/// The form of a notification: its texts, the JSON that they stand for, and what is wrong with which.
struct NotificationForm {
    private(set) var name = ""
    private var texts: [String: String] = [:]
    private var channelType = "webhook"
    private var on: Set<String> = ["failed", "recovered"]
    /// By the field's name.
    private(set) var faults: [String: String] = [:]
    private(set) var otherFaults: [String] = []

    private static let scope: [JobField] = [
        JobField(
            name: "service", pointer: "/service", label: "Service", hint: "Empty: jobs of all services."),
        JobField(
            name: "labels", pointer: "/labels", label: "Labels", hint: "One name=value a line; all must be the job’s.",
            kind: .area, content: .pairs),
        JobField(name: "job_id", pointer: "/job_id", label: "One job alone", hint: "Its id."),
    ]
    private static let pace: [JobField] = [
        JobField(
            name: "late_after", pointer: "/late_after", label: "Late after", hint: "Due so long ago, and not begun.",
            standard: "1m"),
        JobField(
            name: "group_wait", pointer: "/group_wait", label: "Wait for others",
            hint: "Failures within this time are one message.", standard: "30s"),
        JobField(
            name: "group_by", pointer: "/group_by", label: "One message for",
            kind: .choice(["job", "service", "rule"]),
            standard: "service"),
        JobField(
            name: "repeat_interval", pointer: "/repeat_interval", label: "Repeat after",
            hint: "A job that goes on failing is told of once in this time.", standard: "4h"),
    ]
    private static let secretHint = "Better {{secret:NAME}}, kept under Access › Secrets."
    private static let channels: [(type: String, label: String, fields: [JobField])] = [
        (
            "webhook", "Webhook",
            [
                JobField(
                    name: "webhook_url", pointer: "/channel/url", label: "URL", hint: "JSON by POST, signed.",
                    isWide: true)
            ]
        ),
        (
            "slack", "Slack",
            [
                JobField(
                    name: "slack_url", pointer: "/channel/url", label: "URL of the incoming webhook",
                    hint: secretHint, isWide: true)
            ]
        ),
        (
            "pagerduty", "PagerDuty",
            [
                JobField(
                    name: "pagerduty_key", pointer: "/channel/routing_key", label: "Routing key", hint: secretHint),
                JobField(
                    name: "pagerduty_severity", pointer: "/channel/severity", label: "Severity",
                    kind: .choice(["critical", "error", "warning", "info"]), standard: "error"),
                JobField(
                    name: "pagerduty_url", pointer: "/channel/url", label: "Another address than PagerDuty’s own",
                    isWide: true),
            ]
        ),
        (
            "email", "Mail",
            [
                JobField(name: "email_host", pointer: "/channel/host", label: "Mail server"),
                JobField(
                    name: "email_port", pointer: "/channel/port", label: "Port",
                    hint: "587, 465 with tls, 25 with none.", content: .number),
                JobField(
                    name: "email_security", pointer: "/channel/security", label: "Security",
                    kind: .choice(["starttls", "tls", "none"]), standard: "starttls"),
                JobField(name: "email_user", pointer: "/channel/user", label: "User"),
                JobField(name: "email_password", pointer: "/channel/password", label: "Password", hint: secretHint),
                JobField(name: "email_from", pointer: "/channel/from", label: "From"),
                JobField(
                    name: "email_to", pointer: "/channel/to", label: "To", hint: "One address a line.", kind: .area,
                    content: .list, isWide: true),
            ]
        ),
    ]
    private static let triggers: [(word: String, label: String)] = [
        ("failed", "a job failed, after its last attempt"), ("recovered", "it runs well again"),
        ("late", "it is late"), ("skipped", "it was skipped"), ("missed", "it was missed"),
    ]
    private static let all = scope + pace + channels.flatMap(\.fields)

    /// Of a new rule.
    init() {
        for field in Self.all { texts[field.name] = field.standard }
    }

    /// Of one that there is; what is hidden of it is empty, and has to be written once more.
    init(rule: JSONValue) {
        self.init()
        name = rule["name"]?.string ?? ""
        channelType = rule["channel"]?["type"]?.string ?? channelType
        on = Set((rule["on"]?.array ?? []).compactMap(\.string))
        for field in fields {
            let text = field.text(of: rule)
            texts[field.name] = Self.isHidden(text) ? "" : text
        }
    }

    /// As it was sent.
    init(_ sent: FormFields) {
        self.init()
        name = (sent["name"] ?? "").trimmed
        channelType = sent["channel_type"] ?? channelType
        on = Set(sent.all("on"))
        for field in Self.all where sent.has(field.name) { texts[field.name] = sent[field.name] ?? "" }
    }

    /// Whether the API shows three stars in a secret's place.
    static func isHidden(_ text: String) -> Bool { text == "***" || text.hasSuffix("/***") }

    private var fields: [JobField] {
        Self.scope + Self.pace + (Self.channels.first { $0.type == channelType }?.fields ?? [])
    }

    /// The rule as the API wants it; what is empty is left out. Notes what stands for nothing.
    mutating func rule() -> JSONValue {
        var (object, channel) = (JSONObject(), JSONObject())
        channel["type"] = .string(channelType)
        let words = Self.triggers.map(\.word).filter(on.contains)
        // None is a fault, which the API tells.
        object["on"] = .array((words + on.subtracting(words).sorted()).map { .string($0) })
        for field in fields {
            guard let text = texts[field.name], !text.trimmed.isEmpty else { continue }
            switch field.value(of: text) {
            case .success(let value):
                let path = field.path
                if path.count == 2 { channel[String(path[1])] = value } else { object[String(path[0])] = value }
            case .failure(let complaint): faults[field.name] = complaint.text
            }
        }
        object["channel"] = .object(channel)
        return .object(object)
    }

    var isFaulty: Bool { !faults.isEmpty || !otherFaults.isEmpty }

    mutating func add(fault: String) { otherFaults.append(fault) }

    /// Puts what the API finds wrong beside the fields that it is about.
    mutating func take(_ answer: InnerAnswer) {
        if answer.faults.isEmpty { otherFaults.append(answer.detail) }
        for fault in answer.faults {
            let field = fields.first { fault.pointer == $0.pointer || fault.pointer.hasPrefix("\($0.pointer)/") }
            if let field {
                faults[field.name] = faults[field.name].map { "\($0); \(fault.detail)" } ?? fault.detail
            } else {
                otherFaults.append("\(fault.pointer.drop { $0 == "/" }) \(fault.detail)")
            }
        }
    }

    var view: View {
        func views(_ fields: [JobField]) -> [View] {
            fields.map { $0.view(texts[$0.name] ?? "", fault: faults[$0.name]) }
        }
        return [
            "ruleName": name, "scopeFields": views(Self.scope), "paceFields": views(Self.pace),
            "triggers": Self.triggers.map {
                ["trigger": $0.word, "triggerLabel": $0.label, "isOn": on.contains($0.word)] as View
            },
            "channels": Self.channels.map { entry -> View in
                [
                    "typeKind": "channel", "type": entry.type, "typeLabel": entry.label,
                    "isType": entry.type == channelType, "typeFields": views(entry.fields),
                ]
            },
            "isFaulty": isFaulty, "otherFaults": otherFaults.map { ["otherFault": $0] as View },
            "faultCount": Wording.count(faults.count + otherFaults.count, "fault"),
        ]
    }
}
