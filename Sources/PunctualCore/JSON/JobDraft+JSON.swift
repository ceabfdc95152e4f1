public import PunctualJSON
public import PunctualSchedule

extension JobDraft {
    /// Reads a job as its owner writes it; every fault at once, unknown fields are faults.
    ///
    /// Zones must exist, expressions must be readable and able to fire.
    public init(json: JSONValue, zones: ZoneCatalog) throws(Faults) {
        // The identity seeds only `H`; any does for a check.
        self = try JobDraft.compiled(
            json: json, for: Identifier(high: 0, low: 0), createdAt: Timestamp(milliseconds: 0), zones: zones
        ).draft
    }

    /// The same, and its schedule ready for the job that it is to be.
    /// - Parameters:
    ///   - job: seeds `H` in cron expressions.
    ///   - createdAt: the anchor of an interval that names none.
    public static func compiled(
        json: JSONValue, for job: Identifier, createdAt: Timestamp, zones: ZoneCatalog
    ) throws(Faults) -> (draft: JobDraft, schedule: Schedule) {
        let list = FaultList()
        let draft = read(json, into: list)
        var schedule: Schedule?
        do throws(ScheduleFault) {
            schedule = try draft?.schedule.compiled(for: job, createdAt: createdAt, zones: zones)
        } catch {
            for fault in draft?.schedule.faults(first: error, zones: zones) ?? [] {
                list.add(JSONPointer.root.appending("schedule").appending(fault.field), fault.detail)
            }
        }
        try list.throwIfAny()
        guard let draft, let schedule else { throw Faults([Fault(pointer: "", detail: "is no job")]) }
        return (draft, schedule)
    }

    /// Reads what `json` wrote, from a store's column.
    public init(stored json: JSONValue) throws(Faults) {
        let list = FaultList()
        let draft = JobDraft.read(json, isStored: true, into: list)
        try list.throwIfAny()
        guard let draft else { throw Faults([Fault(pointer: "", detail: "is no job")]) }
        self = draft
    }

    /// - Parameter isStored: whether a newer version may have written it, whose fields are passed over.
    private static func read(_ json: JSONValue, isStored: Bool = false, into list: FaultList) -> JobDraft? {
        var fields = Fields(json, into: list)
        if json.object == nil { return nil }
        let name = fields.word("name", length: 1...128, extra: "._/-")
        fields.requireGiven("name", name)
        let schedule = nested("schedule", &fields) { JobSchedule(fields: &$0) }
        let target = nested("target", &fields) { Target(fields: &$0) }
        var draft = JobDraft(name: name ?? "", schedule: schedule ?? .manual, target: target ?? .noop)
        if let value = fields.string("description", lengths: 0...2000) { draft.description = value }
        if let value = fields.word("service", length: 1...64, extra: "._-") { draft.service = value }
        if let value = fields.word("queue", length: 1...64, extra: "._-") { draft.queue = value }
        if let value = fields.strings("labels", most: 32, check: labelComplaint) {
            draft.labels = Dictionary(value.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
        if let value = fields.int("priority", 0...9) { draft.priority = value }
        draft.startsAt = fields.instant("starts_at", nullable: true)
        draft.endsAt = fields.instant("ends_at", nullable: true)
        if let start = draft.startsAt, let end = draft.endsAt, end < start {
            fields.fault("ends_at", "must not be before starts_at")
        }
        draft.maxRuns = fields.int("max_runs", 1...9_007_199_254_740_991, nullable: true)
        if let value = fields.duration("jitter", .zero ... .seconds(86_400)) { draft.jitter = value }
        if let value = fields.duration("timeout", .milliseconds(100) ... .seconds(86_400)) { draft.timeout = value }
        if var policy = fields.object("retry_policy") { draft.retryPolicy = RetryPolicy(fields: &policy) }
        if let value: MisfirePolicy = fields.choice("misfire_policy") { draft.misfirePolicy = value }
        if let value = fields.duration("misfire_threshold", .zero ... .seconds(86_400)) {
            draft.misfireThreshold = value
        }
        if let value = fields.duration("catchup_window", .zero ... .seconds(366 * 86_400)) {
            draft.catchupWindow = value
        }
        if let value = fields.int("max_catchup", 0...10_000) { draft.maxCatchup = value }
        if let value: OverlapPolicy = fields.choice("overlap_policy") { draft.overlapPolicy = value }
        draft.retention = fields.duration("retention", .seconds(60)...longestRetention, nullable: true)
        if !isStored { fields.finish() }
        return schedule == nil || target == nil ? nil : draft
    }

    private static func nested<Part>(
        _ name: String, _ fields: inout Fields, read: (inout Fields) -> Part?
    ) -> Part? {
        guard var inner = fields.object(name) else {
            fields.requireGiven(name, Part?.none)
            return nil
        }
        let before = fields.faults.faults.count
        let part = read(&inner)
        // A value of a wrong kind has its fault already.
        if fields.faults.faults.count == before || part != nil { inner.finish() }
        return part
    }

    private static func labelComplaint(_ name: String, _ value: String) -> String? {
        guard (1...63).contains(name.utf8.count), Fields.isWord(name, extra: "._/-") else {
            return "must have a name of 1 to 63 of A–Z a–z 0–9 . _ - /"
        }
        if value.unicodeScalars.count > 256 { return "must be at most 256 characters long" }
        return value.utf8.contains(0) ? "must not contain the NUL character" : nil
    }

    /// The owner's fields in the contract's order, defaults filled in.
    public var json: JSONValue {
        var writer = JSONWriter()
        writer.beginObject()
        write(to: &writer)
        writer.endObject()
        return (try? JSONValue(parsing: writer.bytes)) ?? .null  // The writer's own text is always JSON.
    }

    /// The same as text, as a store keeps it.
    public var storedText: String {
        var writer = JSONWriter()
        writer.beginObject()
        write(to: &writer, isStored: true)
        writer.endObject()
        return writer.text
    }

    /// Writes the owner's members into an open object.
    /// - Parameter isStored: whether what older versions do not know is left out where it says nothing.
    func write(to writer: inout JSONWriter, isStored: Bool = false) {
        writer.name("name")
        writer.string(name)
        writer.name("description")
        writer.string(description)
        writer.name("service")
        writer.string(service)
        writer.name("labels")
        writer.beginObject()
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            writer.name(escaping: name)
            writer.string(value)
        }
        writer.endObject()
        writer.name("queue")
        writer.string(queue)
        writer.name("priority")
        writer.int(priority)
        writer.name("schedule")
        writer.value(schedule.json)
        writer.name("starts_at")
        writer.instant(startsAt)
        writer.name("ends_at")
        writer.instant(endsAt)
        writer.name("max_runs")
        if let maxRuns { writer.int(maxRuns) } else { writer.null() }
        writer.name("jitter")
        writer.string(jitter.text)
        writer.name("target")
        writer.value(target.json)
        writer.name("timeout")
        writer.string(timeout.text)
        writer.name("retry_policy")
        retryPolicy.write(to: &writer)
        writer.name("misfire_policy")
        writer.string(misfirePolicy.rawValue)
        writer.name("misfire_threshold")
        writer.string(misfireThreshold.text)
        writer.name("catchup_window")
        writer.string(catchupWindow.text)
        writer.name("max_catchup")
        writer.int(maxCatchup)
        writer.name("overlap_policy")
        writer.string(overlapPolicy.rawValue)
        if isStored, retention == nil { return }
        writer.name("retention")
        writer.string(retention?.text)
    }
}

extension RetryPolicy {
    init(fields: inout Fields) {
        self.init()
        if let value = fields.int("maximum_attempts", 0...1000) { maximumAttempts = value }
        if let value = fields.duration("initial_interval", .zero ... .seconds(86_400)) { initialInterval = value }
        if let value = fields.double("backoff_coefficient", 1...100) { backoffCoefficient = value }
        if let value = fields.duration("maximum_interval", .zero ... .seconds(30 * 86_400)) { maximumInterval = value }
        if let value = fields.double("jitter", 0...1) { jitter = value }
        fields.finish()
    }

    /// The bytes of the policy that nearly every job has.
    private static let usual: [UInt8] = {
        var writer = JSONWriter()
        RetryPolicy().writeMembers(to: &writer)
        return writer.bytes
    }()

    func write(to writer: inout JSONWriter) {
        if self == RetryPolicy() { writer.raw(json: RetryPolicy.usual) } else { writeMembers(to: &writer) }
    }

    private func writeMembers(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("maximum_attempts")
        writer.int(maximumAttempts)
        writer.name("initial_interval")
        writer.string(initialInterval.text)
        writer.name("backoff_coefficient")
        writer.double(backoffCoefficient)
        writer.name("maximum_interval")
        writer.string(maximumInterval.text)
        writer.name("jitter")
        writer.double(jitter)
        writer.endObject()
    }
}
