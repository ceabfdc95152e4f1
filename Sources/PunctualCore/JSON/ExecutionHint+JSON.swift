internal import PunctualJSON

extension Lane {
    /// The word in messages and in names of lines.
    public var word: String {
        switch self {
        case .builtIn: "built_in"
        case .outside: "outside"
        case .broker: "broker"
        }
    }

    public init?(word: String) {
        guard let lane = Lane.allCases.first(where: { $0.word == word }) else { return nil }
        self = lane
    }
}

extension ExecutionHint {
    /// The longest message that is read, in bytes.
    public static let messageLimit = 4096

    /// The message of a hint, the same for each broker:
    /// `{"id":"0197…","lane":"built_in","queue":"default","priority":5,"task":null}`.
    public var message: [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.beginObject()
        writer.name("id")
        writer.string(executionID.description)
        writer.name("lane")
        writer.string(lane.word)
        writer.name("queue")
        writer.string(queue)
        writer.name("priority")
        writer.int(priority)
        writer.name("task")
        writer.string(task)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a message; nil for anything that is no hint. Members that it does not know are passed over, so that a newer
    /// node may add some.
    public init?(message: [UInt8]) {
        guard message.count <= ExecutionHint.messageLimit,
            let value = try? JSONValue(parsing: message),  // What cannot be read is no hint, whatever the reason.
            let id = value["id"]?.string.flatMap({ Identifier($0) }),
            let lane = value["lane"]?.string.flatMap({ Lane(word: $0) }),
            let queue = value["queue"]?.string, (1...64).contains(queue.utf8.count),
            let priority = value["priority"]?.int, (0...9).contains(priority)
        else { return nil }
        var task: String?
        switch value["task"] {
        case .string(let text)?: task = text
        case .null?, nil: break
        default: return nil
        }
        self.init(executionID: id, lane: lane, queue: queue, priority: Int(priority), task: task)
    }
}
