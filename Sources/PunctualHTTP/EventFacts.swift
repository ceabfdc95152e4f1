internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON

/// What readers' filters and rights ask of an event.
struct EventFacts: Sendable, Equatable {
    var jobID: Identifier
    var service: String
    /// A job's; an execution has its job's, and does not know them.
    var labels: [String: String] = [:]
    /// nil for what happened to a job.
    var execution: ExecutionFacts?

    struct ExecutionFacts: Sendable, Equatable {
        var status: ExecutionStatus
        var queue: String
    }
}

extension EventFacts {
    /// Reads them from an event's data; nil when it is none.
    init?(_ json: JSONValue, of kind: EventKind) {
        guard let service = json["service"]?.string else { return nil }
        self.service = service
        switch kind {
        case .jobCreated, .jobUpdated, .jobDeleted:
            guard let id = json["id"]?.string.flatMap({ Identifier($0) }) else { return nil }
            jobID = id
            for label in json["labels"]?.object?.members ?? [] { labels[label.name] = label.value.string }
        case .executionUpdated:
            guard let id = json["job_id"]?.string.flatMap({ Identifier($0) }), let queue = json["queue"]?.string,
                let status = json["status"]?.string.flatMap(ExecutionStatus.init(rawValue:))
            else { return nil }
            jobID = id
            execution = ExecutionFacts(status: status, queue: queue)
        case .reset: return nil
        }
    }
}

extension EventLog.Subject {
    /// nil for a gap.
    var facts: EventFacts? {
        switch self {
        case .job(let job):
            EventFacts(jobID: job.id, service: job.draft.service, labels: job.draft.labels)
        case .execution(let execution):
            EventFacts(
                jobID: execution.jobID, service: execution.service,
                execution: .init(status: execution.status, queue: execution.queue))
        case .told(let facts, _): facts
        case .gap: nil
        }
    }
}

extension EventLog.Event {
    /// The event's data; nothing for a gap.
    var json: [UInt8] {
        var json = JSONWriter()
        switch subject {
        case .job(let job): job.write(to: &json)
        case .execution(let execution): execution.write(to: &json)
        case .told(_, let bytes): return bytes
        case .gap: return []
        }
        return json.bytes
    }
}

/// A place in the log of some node, as ids of events name it: `EPOCH-NUMBER`.
struct EventPlace: Sendable, Equatable, CustomStringConvertible {
    let epoch: String
    /// Of the event behind the place, in that log.
    let number: Int

    init(_ epoch: String, _ number: Int) {
        self.epoch = epoch
        self.number = number
    }

    /// nil for other texts.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...32).contains(parts[0].utf8.count), let number = Int(parts[1]), number >= 0 else {
            return nil
        }
        self.init(String(parts[0]), number)
    }

    var description: String { "\(epoch)-\(number)" }
}

extension Target {
    /// About how many bytes it holds.
    var weight: Int {
        switch self {
        case .http(let target):
            target.url.utf8.count + target.body.weight
                + target.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        case .command(let target):
            target.argv.reduce(0) { $0 + $1.utf8.count }
                + target.env.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        case .worker(_, let payload): payload.weight
        case .publish(_, _, let message): message.weight
        case .noop: 0
        }
    }
}

extension JSONValue {
    fileprivate var weight: Int {
        switch self {
        case .null, .bool, .int: 16
        case .number(let text), .string(let text): 16 + text.utf8.count
        case .array(let items): items.reduce(16) { $0 + $1.weight }
        case .object(let members): members.members.reduce(16) { $0 + $1.name.utf8.count + $1.value.weight }
        }
    }
}
