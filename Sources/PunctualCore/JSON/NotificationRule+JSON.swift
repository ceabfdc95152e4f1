public import PunctualJSON
public import PunctualSchedule

extension NotificationRule {
    /// Reads what the API is given; every fault is noted.
    /// - Returns: nil when there was a fault.
    public init?(_ fields: inout Fields, name: String, now: Timestamp) {
        if let given = fields.string("name", lengths: 1...64), given != name {
            fields.fault("name", "must be that of the path, \(name), or be left out")
        }
        let service = fields.value("service").flatMap { _ in
            fields.word("service", length: 1...64, extra: "._-")
        }
        let labels = fields.strings("labels", most: 32) { label, value in
            (1...63).contains(label.utf8.count) && Fields.isWord(label, extra: "._/-")
                && value.unicodeScalars.count <= 256
                ? nil : "must be a label: a name of 1 to 63 of A–Z a–z 0–9 . _ / - and at most 256 characters"
        }
        var job: Identifier?
        if fields.value("job_id") != nil, let text = fields.string("job_id", lengths: 1...64) {
            job = Identifier(text)
            if job == nil { fields.fault("job_id", "must be a UUID") }
        }
        var on: Set<Trigger> = [.failed, .recovered]
        if let words = fields.list("on", counts: 1...5, longest: 16) {
            on = []
            for (index, word) in words.enumerated() {
                if let trigger = Trigger(rawValue: word) {
                    on.insert(trigger)
                } else {
                    let all = Trigger.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                    fields.faults.add(fields.pointer.appending("on").appending(index), "must be one of \(all)")
                }
            }
        }
        let late = fields.duration("late_after", NotificationRule.latenesses)
        let wait = fields.duration("group_wait", NotificationRule.waits)
        let groupBy = fields.choice("group_by", Grouping.self)
        let pause = fields.duration("repeat_interval", NotificationRule.repetitions)
        var channel: NotificationChannel?
        if var inner = fields.object("channel") { channel = NotificationChannel(&inner) }
        fields.requireGiven("channel", channel)
        guard let channel else { return nil }
        self.init(
            name: name, service: service,
            labels: Dictionary((labels ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
            jobID: job, on: on, lateAfter: late ?? .seconds(60), groupWait: wait ?? .seconds(30),
            groupBy: groupBy ?? .service, repeatInterval: pause ?? .seconds(4 * 3600), channel: channel, createdAt: now,
            updatedAt: now)
    }

    /// The contract's form; also what a store keeps.
    public var json: JSONValue {
        var labels = JSONObject()
        for (name, value) in self.labels.sorted(by: { $0.key < $1.key }) { labels[name] = .string(value) }
        return [
            "name": .string(name), "service": service.map(JSONValue.string) ?? .null, "labels": .object(labels),
            "job_id": jobID.map { .string("\($0)") } ?? .null,
            "on": .array(Trigger.allCases.filter(on.contains).map { .string($0.rawValue) }),
            "late_after": .string(lateAfter.text), "group_wait": .string(groupWait.text),
            "group_by": .string(groupBy.rawValue), "repeat_interval": .string(repeatInterval.text),
            "channel": channel.json, "created_at": .string("\(createdAt)"), "updated_at": .string("\(updatedAt)"),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(stored text: String) {
        guard let json = try? JSONValue(parsing: text),  // The caller says that it cannot be read.
            let name = json["name"]?.string,
            let created = json["created_at"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let updated = json["updated_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        // What a later version adds is passed over.
        var fields = Fields(json, into: FaultList())
        self.init(&fields, name: name, now: updated)
        createdAt = created
    }
}

extension NotificationChannel {
    private enum Kind: String, CaseIterable { case webhook, slack, pagerduty, email }

    public init?(_ fields: inout Fields) {
        let kind = fields.choice("type", Kind.self)
        fields.requireGiven("type", kind)
        switch kind {
        case .webhook, .slack:
            guard let url = Self.url(&fields) else { return nil }
            self = kind == .slack ? .slack(url: url) : .webhook(url: url)
        case .pagerduty:
            let key = fields.string("routing_key", lengths: 1...256)
            fields.requireGiven("routing_key", key)
            let severity = fields.choice("severity", Severity.self)
            let url = fields.value("url") == nil ? NotificationChannel.pagerDuty : Self.url(&fields)
            guard let key, let url else { return nil }
            self = .pagerDuty(routingKey: key, severity: (severity ?? .error).rawValue, url: url)
        case .email:
            guard let mail = MailServer(&fields) else { return nil }
            self = .email(mail)
        case nil: return nil
        }
        fields.finish()
    }

    private enum Severity: String, CaseIterable { case critical, error, warning, info }

    /// Where PagerDuty takes events.
    public static let pagerDuty = "https://events.pagerduty.com/v2/enqueue"

    /// An address, or one of which a secret holds all or a part; what it is then is seen when it is called.
    private static func url(_ fields: inout Fields) -> String? {
        let url = fields.string("url", lengths: 1...4096)
        fields.requireGiven("url", url)
        if let url, !url.contains("{{secret:"), let complaint = HTTPTarget.complaint(about: url) {
            fields.fault("url", complaint)
        }
        return url
    }

    public var json: JSONValue {
        switch self {
        case .webhook(let url), .slack(let url): ["type": .string(type), "url": .string(url)]
        case .pagerDuty(let key, let severity, let url):
            ["type": "pagerduty", "routing_key": .string(key), "severity": .string(severity), "url": .string(url)]
        case .email(let mail): mail.json
        }
    }
}

extension MailServer {
    init?(_ fields: inout Fields) {
        let host = fields.string("host", lengths: 1...253)
        fields.requireGiven("host", host)
        if let host, !Fields.isWord(host, extra: ".-:") { fields.fault("host", "must be a host name or an address") }
        let security = fields.choice("security", Security.self) ?? .starttls
        let port = fields.int("port", 1...65535)
        let user = fields.value("user") == nil ? nil : fields.string("user", lengths: 1...256)
        let password = fields.value("password") == nil ? nil : fields.string("password", lengths: 1...1024)
        if (user == nil) != (password == nil) {
            fields.fault("password", "belongs to a user, and a user to a password")
        }
        if user != nil, security == .none {
            fields.fault("security", "none would send the password to whoever listens")
        }
        let from = fields.string("from", lengths: 3...254)
        fields.requireGiven("from", from)
        if let from, !MailServer.isAddress(from) { fields.fault("from", "must be a plain address, name@host") }
        let to = fields.list("to", counts: 1...50, longest: 254)
        fields.requireGiven("to", to)
        for (index, address) in (to ?? []).enumerated() where !MailServer.isAddress(address) {
            fields.faults.add(
                fields.pointer.appending("to").appending(index), "must be a plain address, name@host")
        }
        guard let host, let from, let to else { return nil }
        self.init(
            host: host, port: port ?? (security == .tls ? 465 : security == .starttls ? 587 : 25), security: security,
            user: user, password: password, from: from, to: to)
    }

    /// An address of RFC 5321 without quotes and comments; nothing that could end a line or a command.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...189).contains(parts[1].utf8.count) else {
            return false
        }
        return Fields.isWord(String(parts[0]), extra: "!#$%&'*+/=?^_`{|}~.-")
            && Fields.isWord(String(parts[1]), extra: ".-")
            && !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".") && !parts[1].hasPrefix(".")
            && !parts[1].hasPrefix("-")
    }

    var json: JSONValue {
        [
            "type": "email", "host": .string(host), "port": .int(Int64(port)), "security": .string(security.rawValue),
            "user": user.map(JSONValue.string) ?? .null, "password": password.map(JSONValue.string) ?? .null,
            "from": .string(from), "to": .array(to.map(JSONValue.string)),
        ]
    }
}
