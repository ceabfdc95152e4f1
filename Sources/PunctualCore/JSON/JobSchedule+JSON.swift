public import PunctualJSON
internal import PunctualSchedule

/// The words that the contract uses for the day-light policies and dialects.
private enum GapWord: String, CaseIterable {
    case nextValid = "next_valid"
    case skip, shift
}
private enum OverlapWord: String, CaseIterable { case first, last, both }
private enum DialectWord: String, CaseIterable { case ocps, unix, quartz }
private enum ScheduleWord: String, CaseIterable {
    case cron, interval
    case fixedDelay = "fixed_delay"
    case once, rrule, manual
}

extension JobSchedule {
    /// The shortest and the longest step of an interval.
    public static let stepRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(315_576_000)

    /// Reads a schedule and notes what is wrong; nil when there is not enough to make one.
    public init?(fields: inout Fields) {
        let type: ScheduleWord? = fields.choice("type")
        fields.requireGiven("type", type)
        switch type {
        case .cron: self.init(cron: &fields)
        case .interval:
            let every = fields.duration("every", JobSchedule.stepRange)
            fields.requireGiven("every", every)
            let anchor = fields.instant("anchor", nullable: true)
            guard let every else { return nil }
            self = .interval(every: every, anchor: anchor)
        case .fixedDelay:
            let every = fields.duration("every", JobSchedule.stepRange)
            fields.requireGiven("every", every)
            guard let every else { return nil }
            self = .fixedDelay(every: every)
        case .once: self.init(once: &fields)
        case .rrule:
            let rule = fields.string("rule", lengths: 1...4096)
            fields.requireGiven("rule", rule)
            let start = fields.localTime("start")
            fields.requireGiven("start", start)
            let zone = fields.string("timezone", lengths: 1...64) ?? "UTC"
            guard let rule, let start else { return nil }
            self = .rrule(rule: rule, start: start, timezone: zone)
        case .manual: self = .manual
        case nil:
            // Without a type nothing tells which fields belong here.
            for name in ["expression", "timezone", "dialect", "dst", "every", "anchor", "at", "local", "rule", "start"]
            {
                _ = fields.value(name)
            }
            return nil
        }
    }

    private init?(cron fields: inout Fields) {
        let expression = fields.string("expression", lengths: 1...256)
        fields.requireGiven("expression", expression)
        let zone = fields.string("timezone", lengths: 1...64) ?? "UTC"
        let dialect: DialectWord = fields.choice("dialect") ?? .ocps
        var policy = DSTPolicy()
        if var dst = fields.object("dst") {
            switch dst.choice("gap", GapWord.self) {
            case .nextValid, nil: policy.gap = .nextValid
            case .skip: policy.gap = .skip
            case .shift: policy.gap = .shift
            }
            switch dst.choice("overlap", OverlapWord.self) {
            case .first, nil: policy.overlap = .first
            case .last: policy.overlap = .last
            case .both: policy.overlap = .both
            }
            dst.finish()
        }
        guard let expression else { return nil }
        let cronDialect: CronDialect =
            switch dialect {
            case .ocps: .ocps
            case .unix: .unix
            case .quartz: .quartz
            }
        self = .cron(expression: expression, timezone: zone, dialect: cronDialect, dst: policy)
    }

    private init?(once fields: inout Fields) {
        let at = fields.instant("at", nullable: true)
        let hasAt = !fields.isNull("at") && fields.value("at") != nil
        let hasLocal = fields.value("local") != nil
        let local = hasLocal ? fields.localTime("local") : nil
        let hasZone = fields.value("timezone") != nil
        let zone = fields.string("timezone", lengths: 1...64) ?? "UTC"
        if hasAt == hasLocal {
            fields.fault("at", hasAt ? "give either at or local, not both" : "is required, or local with timezone")
            return nil
        }
        if hasAt, hasZone { fields.fault("timezone", "belongs to local; at is an instant already") }
        if let at {
            self = .once(at: at)
        } else if let local {
            self = .onceLocal(local, timezone: zone)
        } else {
            return nil
        }
    }

    /// The contract's form, defaults filled in.
    public var json: JSONValue {
        switch self {
        case .cron(let expression, let timezone, let dialect, let dst):
            let gap: JSONValue =
                switch dst.gap {
                case .nextValid: "next_valid"
                case .skip: "skip"
                case .shift: "shift"
                }
            let overlap: JSONValue =
                switch dst.overlap {
                case .first: "first"
                case .last: "last"
                case .both: "both"
                }
            let word: JSONValue =
                switch dialect {
                case .ocps: "ocps"
                case .unix: "unix"
                case .quartz: "quartz"
                }
            return [
                "type": "cron", "expression": .string(expression), "timezone": .string(timezone),
                "dialect": word, "dst": ["gap": gap, "overlap": overlap],
            ]
        case .interval(let every, let anchor):
            var object: JSONValue = ["type": "interval", "every": .string(every.text)]
            // Left out rather than null while it is the creation, so that the answer can be sent back as it is.
            if let anchor { object = object.merging(["anchor": .string(anchor.description)]) }
            return object
        case .fixedDelay(let every):
            return ["type": "fixed_delay", "every": .string(every.text)]
        case .once(let at):
            return ["type": "once", "at": .string(at.description)]
        case .onceLocal(let local, let timezone):
            return ["type": "once", "local": .string(local.description), "timezone": .string(timezone)]
        case .rrule(let rule, let start, let timezone):
            return [
                "type": "rrule", "rule": .string(rule), "start": .string(start.description),
                "timezone": .string(timezone),
            ]
        case .manual:
            return ["type": "manual"]
        }
    }
}
