public import PunctualJSON

extension MinuteFigures {
    /// What a store keeps: `{"ended":{"succeeded":3},"queues":{"mail":[3,0]},"late":[2,1,0,…]}`, members in order.
    public var json: JSONValue {
        var (ended, queues) = (JSONObject(), JSONObject())
        for status in ExecutionStatus.allCases {
            if let count = self.ended[status] { ended[status.rawValue] = .int(Int64(count)) }
        }
        for (name, queue) in self.queues.sorted(by: { $0.key < $1.key }) {
            queues[name] = [.int(Int64(queue.ended)), .int(Int64(queue.failed))]
        }
        return ["ended": .object(ended), "queues": .object(queues), "late": .array(late.map { .int(Int64($0)) })]
    }

    /// No count of a minute is larger: sums of any rows that are read cannot overflow.
    private static let mostCount: Int64 = 1_000_000_000_000

    /// Reads what `json` wrote; nil when it is something else, such as what a version with other steps has written.
    public init?(minute: Int, stored text: String) {
        guard let json = try? JSONValue(parsing: text),  // The caller passes over what cannot be read.
            let ended = json["ended"]?.object, let queues = json["queues"]?.object, let late = json["late"]?.array
        else { return nil }
        func count(_ value: JSONValue?) -> Int? {
            value?.int.flatMap { (0...Self.mostCount).contains($0) ? Int($0) : nil }
        }
        self.init(minute: minute)
        for member in ended.members {
            guard let status = ExecutionStatus(rawValue: member.name), status.isFinal, let count = count(member.value)
            else { return nil }
            self.ended[status] = count
        }
        for member in queues.members {
            guard member.value.array?.count == 2, let ended = count(member.value[0]),
                let failed = count(member.value[1])
            else { return nil }
            self.queues[member.name] = Queue(ended: ended, failed: failed)
        }
        let steps = late.compactMap { count($0) }
        guard steps.count == self.late.count, late.count == steps.count else { return nil }
        self.late = steps
    }
}
