internal import Crypto
public import PunctualSchedule

/// One thing that a rule wants told.
public struct Notice: Hashable, Sendable, Identifiable {
    public enum State: String, Sendable, CaseIterable {
        case waiting, sent
        /// The job was told of lately.
        case suppressed
        /// It was tried often enough.
        case failed
    }

    /// Derived from the rule and what happened: the same thing is one notice, whoever finds it and however often.
    public let id: Identifier
    public var rule: String
    public var kind: NotificationRule.Trigger
    public var jobID: Identifier
    public var jobName: String
    public var service: String
    /// nil for what is about the job.
    public var executionID: Identifier?
    /// When it happened.
    public var at: Timestamp
    /// What went wrong; empty when nothing more is known.
    public var text: String
    public var state: State
    /// When it may be sent or tried again.
    public var dueAt: Timestamp
    public var attempts: Int
    /// Why the last try failed.
    public var error: String?
    /// The message that it is part of.
    public var delivery: Identifier?
    public var sentAt: Timestamp?
    /// Who of a mail's receivers is left, since others have it; nil when nobody has.
    public var receivers: [String]?
    /// Which of them will never get it, in words; nil when nobody was refused for good.
    public var refused: String?
    /// When it was taken in hand first, so noted as told; nil before.
    public var takenAt: Timestamp?
    /// How often something of the job was not told before it.
    public var leftOut: Int
    /// It says that the next times are not told.
    public var isFlapping: Bool
    /// Raised by each change; who changes it must have seen the one before.
    public var revision: Int

    public init(
        id: Identifier, rule: String, kind: NotificationRule.Trigger, jobID: Identifier, jobName: String,
        service: String, executionID: Identifier?, at: Timestamp, text: String, state: State = .waiting,
        dueAt: Timestamp, attempts: Int = 0, error: String? = nil, delivery: Identifier? = nil,
        sentAt: Timestamp? = nil, receivers: [String]? = nil, refused: String? = nil, takenAt: Timestamp? = nil,
        leftOut: Int = 0, isFlapping: Bool = false, revision: Int = 0
    ) {
        self.id = id
        self.rule = rule
        self.kind = kind
        self.jobID = jobID
        self.jobName = jobName
        self.service = service
        self.executionID = executionID
        self.at = at
        self.text = text
        self.state = state
        self.dueAt = dueAt
        self.attempts = attempts
        self.error = error
        self.delivery = delivery
        self.sentAt = sentAt
        self.receivers = receivers
        self.refused = refused
        self.takenAt = takenAt
        self.leftOut = leftOut
        self.isFlapping = isFlapping
        self.revision = revision
    }

    /// What has happened to an execution.
    /// - Parameter now: from when on it waits for others.
    public init(
        _ kind: NotificationRule.Trigger, of rule: NotificationRule, execution: Identifier, attempt: Int,
        job: Identifier, name: String, service: String, at: Timestamp, text: String, now: Timestamp
    ) {
        self.init(
            id: Notice.id("\(rule.name)\n\(kind.rawValue)\n\(execution)\n\(attempt)"), rule: rule.name,
            kind: kind, jobID: job, jobName: name, service: service, executionID: execution, at: at,
            text: String(text.prefix(500)), dueAt: now + rule.groupWait)
    }

    /// The job runs again.
    public init(recoveryOf state: NoticeState, rule: NotificationRule, at: Timestamp) {
        self.init(
            id: Notice.id("\(rule.name)\nrecovered\n\(state.jobID)\n\(state.toldAt?.milliseconds ?? 0)"),
            rule: rule.name, kind: .recovered, jobID: state.jobID, jobName: state.jobName, service: state.service,
            executionID: nil, at: at, text: "", dueAt: at + rule.groupWait)
    }

    /// The message that these are, and always the same one.
    public static func delivery(of notices: [Notice]) -> Identifier {
        id(notices.map { "\($0.id)" }.sorted().joined(separator: "\n"))
    }

    /// A UUIDv8 of SHA-256 of the text.
    private static func id(_ text: String) -> Identifier {
        let digest = Array(SHA256.hash(data: Array(text.utf8)))
        let numbers = (0..<2).map { part in
            digest[part * 8..<part * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        return Identifier(
            high: numbers[0] & 0xFFFF_FFFF_FFFF_0FFF | 0x8000, low: 0x8000_0000_0000_0000 | numbers[1] >> 2)
    }
}

/// What a rule has told of a job.
public struct NoticeState: Hashable, Sendable {
    public let rule: String
    public let jobID: Identifier
    public var jobName: String
    public var service: String
    /// A failure was told, and no recovery since.
    public var isFailing: Bool
    /// When a failure was told last.
    public var toldAt: Timestamp?
    /// When each of the other kinds was told last.
    public var told: [NotificationRule.Trigger: Timestamp]
    /// Since when failures are counted, for finding jobs that flap.
    public var countedSince: Timestamp?
    /// How many failures were told since then.
    public var count: Int
    /// What was not told since the last message.
    public var suppressed: Int
    /// Raised by each change; who changes it must have seen the one before. What is not there has 0.
    public var revision: Int

    public init(
        rule: String, jobID: Identifier, jobName: String, service: String, isFailing: Bool = false,
        toldAt: Timestamp? = nil, told: [NotificationRule.Trigger: Timestamp] = [:], countedSince: Timestamp? = nil,
        count: Int = 0, suppressed: Int = 0, revision: Int = 0
    ) {
        self.rule = rule
        self.jobID = jobID
        self.jobName = jobName
        self.service = service
        self.isFailing = isFailing
        self.toldAt = toldAt
        self.told = told
        self.countedSince = countedSince
        self.count = count
        self.suppressed = suppressed
        self.revision = revision
    }
}
