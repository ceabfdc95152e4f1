internal import PunctualJSON
internal import PunctualSchedule

/// The newest executions that a filter takes, kept up to date by what the server tells of each.
struct LiveExecutions {
    /// Newest first.
    private(set) var items: [JSONValue] = []
    private let limit: Int
    /// Members and the text that each must have.
    private let wanted: [(String, String)]
    private let from: Timestamp?
    private let to: Timestamp?

    /// - Parameter query: of `GET /executions`, checked by the server already.
    init(query: [(String, String)], limit: Int) {
        self.limit = limit
        self.wanted = query.filter { !["from", "to"].contains($0.0) }
        func instant(_ name: String) -> Timestamp? {
            query.first { $0.0 == name }.flatMap { Timestamp(rfc3339: $0.1) }
        }
        self.from = instant("from")
        self.to = instant("to")
    }

    /// Takes what the server lists in place of all before.
    /// - Returns: those that are new or not as they were, oldest first.
    mutating func replace(with list: [JSONValue]) -> [JSONValue] {
        let old = Dictionary(items.map { ($0["id"]?.string, $0) }) { first, _ in first }
        items = Array(list.prefix(limit))
        return items.reversed().filter { old[$0["id"]?.string] != $0 }
    }

    /// Takes an execution that has begun, changed or ended.
    /// - Returns: it, when the filter takes it, it is among the newest, and it is not as it was; nil otherwise.
    mutating func take(_ execution: JSONValue) -> JSONValue? {
        let old = items.firstIndex { $0["id"] == execution["id"] }
        if let old {
            if items[old] == execution || LiveExecutions.isPast(execution, items[old]) { return nil }
            items.remove(at: old)
        }
        guard takes(execution) else { return nil }
        let place = items.firstIndex { LiveExecutions.isNewer(execution, than: $0) } ?? items.count
        guard place < limit else { return nil }
        items.insert(execution, at: place)
        if items.count > limit { items.removeLast() }
        return execution
    }

    /// Whether the news is of before what is known: a list tells of the future of events that are still under way.
    private static func isPast(_ news: JSONValue, _ known: JSONValue) -> Bool {
        let open: Set<JSONValue?> = ["buffered", "pending", "running"]
        return (news["attempt"]?.int ?? 0) < (known["attempt"]?.int ?? 0)
            || (!open.contains(known["status"]) && open.contains(news["status"]))
    }

    private func takes(_ execution: JSONValue) -> Bool {
        guard wanted.allSatisfy({ execution[$0]?.string == $1 }) else { return false }
        guard from != nil || to != nil, let at = execution["scheduled_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return true }
        return from.map { $0 <= at } ?? true && to.map { at < $0 } ?? true
    }

    /// The server's own order; instants in one spelling sort as texts.
    private static func isNewer(_ one: JSONValue, than other: JSONValue) -> Bool {
        func key(_ item: JSONValue) -> (String, String) {
            (item["scheduled_at"]?.string ?? "", item["id"]?.string ?? "")
        }
        return key(one) > key(other)
    }
}
