internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// `POST /dead-letters/actions`: runs again what groups of dead letters hold.
enum DeadLetterActions {
    /// A group as the page showed it: `JOB KEY COUNT OLDEST NEWEST`. So no more is run than was agreed to, whatever has failed
    /// since, and nothing that the page did not show.
    struct Group: Hashable {
        let job: String
        let key: String
        let count: Int
        let oldest: Timestamp
        let newest: Timestamp

        init?(_ text: String) {
            let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5, parts[0..<2].allSatisfy({ (1...64).contains($0.utf8.count) }),
                let count = Int(parts[2]), (1...DeadLetterController.depth).contains(count),
                let oldest = Timestamp(rfc3339: parts[3]), let newest = Timestamp(rfc3339: parts[4])
            else { return nil }
            (job, key, self.count, self.oldest, self.newest) = (parts[0], parts[1], count, oldest, newest)
        }

        /// Of a group as the API tells it; nil for one that it does not tell so.
        init?(_ group: JSONValue) {
            let parts = ["job_id", "key", "count", "oldest_scheduled_at", "newest_scheduled_at"].map { name in
                group[name]?.string ?? group[name]?.int.map { "\($0)" } ?? ""
            }
            self.init(parts.joined(separator: " "))
        }

        var text: String { "\(job) \(key) \(count) \(oldest) \(newest)" }
    }

    /// Where a redrive stands: what is behind it has been sent.
    private struct Place {
        var group = 0
        /// Of the group under way: how many were sent, and the last of them.
        var sent = 0
        var last: String?

        init() {}

        init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, let group = Int(parts[0]), let sent = Int(parts[1]), group >= 0, sent >= 0,
                parts[2].utf8.count <= 64
            else { return nil }
            (self.group, self.sent, last) = (group, sent, parts[2].isEmpty ? nil : String(parts[2]))
        }

        var text: String { "\(group)/\(sent)/\(last ?? "")" }
    }

    /// What is sent at once.
    private struct Part {
        var names: [ExecutionActions.Name] = []
        var end: Place
        /// How many of what was agreed to are behind it.
        var left = 0
        var refusal: String?
    }

    /// At most so many groups by one form.
    static let most = 100
    /// At most so many executions of a part, which a browser with JavaScript asks for one after the other.
    private static let part = 25
    /// At most so many answers of the API are looked through for a part.
    private static let looks = 20

    static func send(_ visit: Visit) async throws -> Response {
        let place = visit.returnPath(or: "/dead-letters")
        guard visit.form["action"] == "redrive" else {
            return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
        let groups = Set(visit.form.all("group").compactMap { Group($0) }).sorted { $0.text < $1.text }
        guard (1...most).contains(groups.count) else {
            let text = groups.isEmpty ? "No group was chosen." : "At most \(most) groups at once."
            return visit.goOn(to: place, saying: Flash(.bad, text))
        }
        if visit.form["part"] != nil { return try await sendPart(of: groups, visit) }
        let isConfirmed = visit.form["confirmed"] != nil
        // Nobody is asked about what is not there any more.
        let part = try await part(of: groups, from: Place(), atMost: isConfirmed ? ExecutionActions.most : 1, visit)
        if let refusal = part.refusal { return visit.goOn(to: place, saying: Flash(.bad, refusal)) }
        if part.names.isEmpty {
            return visit.goOn(to: place, saying: Flash(.good, "None of them is there any more: they have run again."))
        }
        if !isConfirmed { return try await confirmation(groups, visit, place) }
        let problems = try await ExecutionActions.retry(part.names, visit)
        var text = "Sent \(Wording.count(part.names.count - problems.count, "execution")) to run again."
        if part.left > 0 {
            text += " \(Wording.count(Int64(part.left))) of the chosen are left: choose them again to go on."
        }
        return visit.goOn(
            to: place,
            saying: ExecutionActions.told(problems.count == part.names.count ? nil : text, problems, "execution"))
    }

    /// The next ones of the groups, each group's newest first.
    private static func part(
        of groups: [Group], from start: Place, atMost most: Int, _ visit: Visit
    ) async throws -> Part {
        var part = Part(end: start)
        var looks = looks
        while part.end.group < groups.count, part.names.count < most, looks > 0, part.refusal == nil {
            let group = groups[part.end.group]
            let room = max(0, min(most - part.names.count, group.count - part.end.sent))
            var found: [ExecutionActions.Name] = []
            var cursor: String?
            repeat {
                var query = [
                    ("job_id", group.job), ("from", "\(group.oldest)"), ("to", "\(group.newest + .milliseconds(1))"),
                ]
                if let cursor { query.append(("cursor", cursor)) }
                let answer = try await visit.call(InnerCall(.listDeadLetters, query: query))
                looks -= 1
                guard answer.isGood else {
                    part.refusal = answer.sentence
                    break
                }
                let mine = answer.json["items"]?.array?.first { $0["key"]?.string == group.key }
                let ids = (mine?["execution_ids"]?.array ?? []).compactMap(\.string)
                // What was sent and has failed again meanwhile is not met again.
                let left = part.end.last.map { last in ids.filter { $0 < last } } ?? ids
                found += left.prefix(room - found.count).map { ExecutionActions.Name(job: group.job, id: $0) }
                cursor = answer.json["next_cursor"]?.string
            } while found.count < room && cursor != nil && looks > 0
            part.names += found
            part.end.sent += found.count
            part.end.last = found.last?.id ?? part.end.last
            // Those that are missing have run again, or were deleted.
            if cursor == nil && found.count < room || part.end.sent >= group.count {
                let next = part.end.group + 1
                part.end = Place()
                part.end.group = next
            }
        }
        part.left = max(0, groups.dropFirst(part.end.group).reduce(0) { $0 + $1.count } - part.end.sent)
        return part
    }

    /// Sends some, and tells how to go on.
    private static func sendPart(of groups: [Group], _ visit: Visit) async throws -> Response {
        let start = visit.form["after"].flatMap { Place($0) } ?? Place()
        let part = try await part(of: groups, from: start, atMost: part, visit)
        let problems = try await ExecutionActions.retry(part.names, visit)
        let json: JSONValue = [
            "done": .int(Int64(part.names.count - problems.count)), "failed": .int(Int64(problems.count)),
            "left": .int(Int64(part.refusal == nil ? part.left : 0)), "after": .string(part.end.text),
            "problem": (part.refusal ?? problems.first).map { .string($0) } ?? .null,
        ]
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.description)))
    }

    private static func confirmation(
        _ groups: [Group], _ visit: Visit, _ place: String
    ) async throws -> Response {
        let number = groups.reduce(0) { $0 + $1.count }
        let count = Wording.count(number, "execution")
        return try await visit.page(
            "confirm-executions", title: "Run \(count) again?", section: "/dead-letters",
            [
                "formPath": "/dead-letters/actions", "action": "redrive", "verb": "Run \(count) again",
                "explained": number > ExecutionActions.most
                    ? "Each goes on with its next attempt, as the same occurrence. \(ExecutionActions.most) are sent at a time."
                    : "Each goes on with its next attempt, as the same occurrence.",
                "picked": [],
                "sent": groups.map { ["sentName": "group", "sentValue": $0.text] as View }, "returnTo": place,
                "formKey": visit.form["key"],
            ])
    }
}
