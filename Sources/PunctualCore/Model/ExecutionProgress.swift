public import PunctualJSON
public import PunctualSchedule

/// How far a worker says that an attempt is.
public struct ExecutionProgress: Hashable, Sendable {
    /// 0 to 100; nil when the worker does not know.
    public var percent: Double?
    /// At most `messageLimit` characters; nil for none.
    public var message: String?
    /// When the store heard of it.
    public var at: Timestamp
    /// Who told it: nothing is shown of an attempt before the newest.
    public var attempt: Int

    /// The longest message, in Unicode scalars.
    public static let messageLimit = 200

    public init(percent: Double?, message: String?, at: Timestamp, attempt: Int) {
        self.percent = percent
        self.message = message
        self.at = at
        self.attempt = attempt
    }
}

extension ExecutionProgress {
    /// The contract's form.
    public var json: JSONValue {
        [
            "percent": percent.map(JSONValue.double) ?? .null, "message": message.map(JSONValue.string) ?? .null,
            "at": .string(at.description),
        ]
    }

    /// What a store keeps.
    public var storedText: String { json.merging(["attempt": .int(Int64(attempt))]).description }

    /// Reads what `storedText` wrote; nil when it is something else.
    public init?(stored text: String) {
        guard let json = try? JSONValue(parsing: text),  // Then it is something else.
            let at = json["at"]?.string.flatMap({ Timestamp(rfc3339: $0) }), let attempt = json["attempt"]?.int
        else { return nil }
        self.init(
            percent: json["percent"]?.double, message: json["message"]?.string, at: at, attempt: Int(attempt))
    }
}

extension Execution {
    /// What the newest attempt has told of itself; nil while the next one is waited for.
    public var newestProgress: ExecutionProgress? {
        guard let progress, progress.attempt == attempt, startedAt != nil else { return nil }
        return progress
    }
}
