internal import PunctualJSON

/// Executions that have failed for good, by job and by how they failed.
struct DeadLetters {
    /// The largest first; of equal ones that with the newest execution.
    var groups: [JSONValue] {
        order.compactMap { found[$0] }.enumerated().sorted {
            (size($1.element), $0.offset) < (size($0.element), $1.offset)
        }.map(\.element)
    }
    /// How many executions the groups hold.
    private(set) var count = 0
    /// Whether there are older ones that were not looked at.
    private(set) var hasMore = false

    private struct Way: Hashable {
        let job: String
        let key: String
    }

    private var order: [Way] = []
    private var found: [Way: JSONValue] = [:]

    /// Adds an answer of `GET /dead-letters`, which looks further back than those before.
    mutating func add(_ answer: JSONValue) {
        for group in answer["items"]?.array ?? [] {
            let way = Way(job: Cell.text(group["job_id"]), key: Cell.text(group["key"]))
            count += Int(size(group))
            guard var known = found[way]?.object else {
                order.append(way)
                found[way] = group
                continue
            }
            known["count"] = .int((known["count"]?.int ?? 0) + size(group))
            known["oldest_scheduled_at"] = group["oldest_scheduled_at"]
            known["execution_ids"] = .array(
                (known["execution_ids"]?.array ?? []) + (group["execution_ids"]?.array ?? []))
            found[way] = .object(known)
        }
        hasMore = answer["next_cursor"]?.string != nil
    }

    private func size(_ group: JSONValue) -> Int64 { group["count"]?.int ?? 0 }

    /// The executions of groups, each with what a call for it needs.
    static func executions(of groups: [JSONValue]) -> [JSONValue] {
        groups.flatMap { group in
            (group["execution_ids"]?.array ?? []).map { id in
                [
                    "id": id, "job_id": group["job_id"] ?? .null, "job_name": group["job_name"] ?? .null,
                ]
            }
        }
    }
}

extension Server {
    /// What one answer looks at.
    private static let mostOfAnswer = 2000

    /// The newest dead letters that a query chooses, at most so many.
    func deadLetters(_ query: [(String, String)], limit: Int) async throws -> DeadLetters {
        var letters = DeadLetters()
        var cursor: String?
        repeat {
            var page = query + [("limit", String(min(Self.mostOfAnswer, limit - letters.count)))]
            if let cursor { page.append(("cursor", cursor)) }
            let answer = try await get("/dead-letters", page)
            letters.add(answer)
            cursor = answer["next_cursor"]?.string
        } while cursor != nil && letters.count < limit
        return letters
    }
}

extension View {
    static let deadLetters = View(
        key: "key",
        columns: [
            number("count", "count"), field("job", "job_name", limit: 40), field("service", "service"),
            field("reason", "reason"), instant("newest", "newest_scheduled_at"),
            instant("oldest", "oldest_scheduled_at"), field("group", "key"), field("error", "error", limit: 80),
        ])
}
