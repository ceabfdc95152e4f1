public import PunctualSchedule

/// Whom to tell of what becomes of jobs.
public struct NotificationRule: Hashable, Sendable {
    /// What may be told.
    public enum Trigger: String, Sendable, CaseIterable {
        case failed
        /// The first success after a failure that was told.
        case recovered
        /// Waits for its start longer than `lateAfter`.
        case late
        case skipped, missed
    }

    /// What shares a message.
    public enum Grouping: String, Sendable, CaseIterable { case job, service, rule }

    /// What is taken, unique in the installation.
    public var name: String
    /// nil means all services.
    public var service: String?
    /// All must be a job's; empty means any job.
    public var labels: [String: String]
    /// nil means any job.
    public var jobID: Identifier?
    public var on: Set<Trigger>
    public var lateAfter: Duration
    /// How long a message waits for others that it may take along.
    public var groupWait: Duration
    public var groupBy: Grouping
    /// How long a job that stays as it is is told of no more.
    public var repeatInterval: Duration
    public var channel: NotificationChannel
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        name: String, service: String? = nil, labels: [String: String] = [:], jobID: Identifier? = nil,
        on: Set<Trigger> = [.failed, .recovered], lateAfter: Duration = .seconds(60),
        groupWait: Duration = .seconds(30),
        groupBy: Grouping = .service, repeatInterval: Duration = .seconds(4 * 3600), channel: NotificationChannel,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.name = name
        self.service = service
        self.labels = labels
        self.jobID = jobID
        self.on = on
        self.lateAfter = lateAfter
        self.groupWait = groupWait
        self.groupBy = groupBy
        self.repeatInterval = repeatInterval
        self.channel = channel
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public static let waits: ClosedRange<Duration> = .zero ... .seconds(3600)
    public static let latenesses: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
    public static let repetitions: ClosedRange<Duration> = .seconds(60) ... .seconds(30 * 86_400)

    /// Whose secrets the channel may refer to.
    public var secretService: String { service ?? "default" }

    /// Whether it is about such a job.
    /// - Parameter labels: the job's, asked for only where they decide; nil when it is gone.
    public func covers(job: Identifier, service: String, labels: [String: String]?) -> Bool {
        (self.service.map { $0 == service } ?? true) && (jobID.map { $0 == job } ?? true)
            && (self.labels.isEmpty || labels.map { has in self.labels.allSatisfy { has[$0] == $1 } } ?? false)
    }
}

/// Where messages go. Texts may hold `{{secret:NAME}}`.
public enum NotificationChannel: Hashable, Sendable {
    /// JSON, signed as HTTP targets are.
    case webhook(url: String)
    /// A webhook that takes Slack's form.
    case slack(url: String)
    /// PagerDuty Events v2.
    case pagerDuty(routingKey: String, severity: String, url: String)
    case email(MailServer)

    /// The word of the contract's `type` field.
    public var type: String {
        switch self {
        case .webhook: "webhook"
        case .slack: "slack"
        case .pagerDuty: "pagerduty"
        case .email: "email"
        }
    }
}

/// A submission server (RFC 6409), and from and to whom.
public struct MailServer: Hashable, Sendable {
    public enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte (RFC 8314).
        case tls
        /// RFC 3207; a server that does not offer it gets nothing.
        case starttls
        /// Plain; no password is sent so.
        case none
    }

    public var host: String
    public var port: Int
    public var security: Security
    /// nil means that nobody signs in.
    public var user: String?
    public var password: String?
    public var from: String
    public var to: [String]

    public init(
        host: String, port: Int, security: Security, user: String? = nil, password: String? = nil, from: String,
        to: [String]
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.from = from
        self.to = to
    }
}
