public import PunctualJSON
internal import PunctualSchedule

extension Notice {
    /// The contract's form; also what a store keeps.
    public var json: JSONValue {
        var json: JSONValue = [
            "id": .string("\(id)"), "rule": .string(rule), "kind": .string(kind.rawValue),
            "job_id": .string("\(jobID)"),
            "job_name": .string(jobName), "service": .string(service),
            "execution_id": executionID.map { .string("\($0)") } ?? .null, "at": .string("\(at)"),
            "text": .string(text), "state": .string(state.rawValue), "due_at": .string("\(dueAt)"),
            "attempts": .int(Int64(attempts)), "error": error.map(JSONValue.string) ?? .null,
            "delivery": delivery.map { .string("\($0)") } ?? .null,
            "sent_at": sentAt.map { .string("\($0)") } ?? .null, "revision": .int(Int64(revision)),
        ]
        if let receivers { json = json.merging(["receivers": .array(receivers.map(JSONValue.string))]) }
        if let refused { json = json.merging(["refused": .string(refused)]) }
        if let takenAt { json = json.merging(["taken_at": .string("\(takenAt)")]) }
        if leftOut > 0 { json = json.merging(["left_out": .int(Int64(leftOut))]) }
        if isFlapping { json = json.merging(["flapping": .bool(true)]) }
        return json
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(stored text: String) {
        guard let json = try? JSONValue(parsing: text) else { return nil }  // The caller says that it cannot be read.
        func instant(_ name: String) -> Timestamp? { json[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
        func id(_ name: String) -> Identifier? { json[name]?.string.flatMap { Identifier($0) } }
        guard let own = id("id"), let rule = json["rule"]?.string, let job = id("job_id"),
            let kind = json["kind"]?.string.flatMap(NotificationRule.Trigger.init(rawValue:)),
            let name = json["job_name"]?.string, let service = json["service"]?.string, let at = instant("at"),
            let state = json["state"]?.string.flatMap(State.init(rawValue:)), let due = instant("due_at")
        else { return nil }
        self.init(
            id: own, rule: rule, kind: kind, jobID: job, jobName: name, service: service,
            executionID: id("execution_id"), at: at, text: json["text"]?.string ?? "", state: state, dueAt: due,
            attempts: Int(json["attempts"]?.int ?? 0), error: json["error"]?.string, delivery: id("delivery"),
            sentAt: instant("sent_at"), receivers: json["receivers"]?.array?.compactMap(\.string),
            refused: json["refused"]?.string, takenAt: instant("taken_at"), leftOut: Int(json["left_out"]?.int ?? 0),
            isFlapping: json["flapping"]?.bool ?? false, revision: Int(json["revision"]?.int ?? 0))
    }
}

extension NoticeState {
    /// What a store keeps.
    public var json: JSONValue {
        var told = JSONObject()
        for (kind, at) in self.told.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            told[kind.rawValue] = .string("\(at)")
        }
        return [
            "rule": .string(rule), "job_id": .string("\(jobID)"), "job_name": .string(jobName),
            "service": .string(service), "is_failing": .bool(isFailing),
            "told_at": toldAt.map { .string("\($0)") } ?? .null, "told": .object(told),
            "counted_since": countedSince.map { .string("\($0)") } ?? .null, "count": .int(Int64(count)),
            "suppressed": .int(Int64(suppressed)), "revision": .int(Int64(revision)),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(stored text: String) {
        guard let json = try? JSONValue(parsing: text),  // The caller says that it cannot be read.
            let rule = json["rule"]?.string, let job = json["job_id"]?.string.flatMap({ Identifier($0) })
        else { return nil }
        func instant(_ name: String) -> Timestamp? { json[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
        var told: [NotificationRule.Trigger: Timestamp] = [:]
        for member in json["told"]?.object?.members ?? [] {
            guard let kind = NotificationRule.Trigger(rawValue: member.name) else { continue }
            told[kind] = member.value.string.flatMap { Timestamp(rfc3339: $0) }
        }
        self.init(
            rule: rule, jobID: job, jobName: json["job_name"]?.string ?? "", service: json["service"]?.string ?? "",
            isFailing: json["is_failing"]?.bool ?? false, toldAt: instant("told_at"), told: told,
            countedSince: instant("counted_since"), count: Int(json["count"]?.int ?? 0),
            suppressed: Int(json["suppressed"]?.int ?? 0), revision: Int(json["revision"]?.int ?? 0))
    }
}
