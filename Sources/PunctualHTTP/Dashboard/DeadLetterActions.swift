internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAccess
internal import PunctualJSON

/// `POST /dead-letters/actions`: runs again what groups of dead letters hold.
enum DeadLetterActions {
    /// A group as forms name it: `JOB.KEY`.
    private struct Group: Hashable {
        let job: String
        let key: String

        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy({ (1...64).contains($0.utf8.count) }) else { return nil }
            (job, key) = (parts[0], parts[1])
        }
    }

    /// At most so many groups by one form.
    static let most = 100
    /// At most so many executions of a part, which a browser with JavaScript asks for one after the other.
    private static let part = 25

    static func send(_ visit: Visit) async throws -> Response {
        let place = visit.returnPath(or: "/dead-letters")
        guard visit.form["action"] == "redrive" else {
            return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
        let groups = Set(visit.form.all("group").compactMap { Group($0) })
        guard (1...most).contains(groups.count) else {
            let text = groups.isEmpty ? "No group was chosen." : "At most \(most) groups at once."
            return visit.goOn(to: place, saying: Flash(.bad, text))
        }
        let (all, refusal) = try await executions(of: groups, visit)
        if visit.form["part"] != nil { return try await part(of: all, refusal, visit) }
        if let refusal { return visit.goOn(to: place, saying: Flash(.bad, refusal)) }
        if all.isEmpty {
            return visit.goOn(to: place, saying: Flash(.good, "None of them is there any more: they have run again."))
        }
        if visit.form["confirmed"] == nil { return try await confirmation(all.count, groups, visit, place) }
        let names = Array(all.prefix(ExecutionActions.most))
        let problems = try await ExecutionActions.retry(names, visit)
        var text = "Sent \(Wording.count(names.count - problems.count, "execution")) to run again."
        if all.count > names.count {
            text +=
                " \(Wording.count(Int64(all.count - names.count))) of the chosen are left: choose them again to go on."
        }
        return visit.goOn(
            to: place,
            saying: ExecutionActions.told(problems.count == names.count ? nil : text, problems, "execution"))
    }

    /// What is in the groups now, the newest first, or why it cannot be told.
    private static func executions(
        of groups: Set<Group>, _ visit: Visit
    ) async throws -> (names: [ExecutionActions.Name], refusal: String?) {
        var names: [ExecutionActions.Name] = []
        for (job, mine) in Dictionary(grouping: groups, by: \.job).sorted(by: { $0.key < $1.key }) {
            let answer = try await visit.call(InnerCall(.listDeadLetters, query: [("job_id", job)]))
            guard answer.isGood else { return ([], answer.sentence) }
            let keys = Set(mine.map(\.key))
            for group in answer.json["items"]?.array ?? [] where keys.contains(group["key"]?.string ?? "") {
                let ids = (group["execution_ids"]?.array ?? []).compactMap(\.string)
                names += ids.map { ExecutionActions.Name(job: job, id: $0) }
            }
        }
        return (names.sorted { $0.id > $1.id }, nil)
    }

    /// Some of them, and how to go on: behind the last, so that what fails again at once is not met again.
    private static func part(
        of all: [ExecutionActions.Name], _ refusal: String?, _ visit: Visit
    ) async throws -> Response {
        let behind = visit.form["after"]
        let left = all.filter { name in behind.map { name.id < $0 } ?? true }
        let names = Array(left.prefix(part))
        let problems = try await ExecutionActions.retry(names, visit)
        let json: JSONValue = [
            "done": .int(Int64(names.count - problems.count)), "failed": .int(Int64(problems.count)),
            "left": .int(Int64(left.count - names.count)), "after": names.last.map { .string($0.id) } ?? .null,
            "problem": (refusal ?? problems.first).map { .string($0) } ?? .null,
        ]
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.description)))
    }

    private static func confirmation(
        _ number: Int, _ groups: Set<Group>, _ visit: Visit, _ place: String
    ) async throws -> Response {
        let count = Wording.count(number, "execution")
        return try await visit.page(
            "confirm-executions", title: "Run \(count) again?", section: "/dead-letters",
            [
                "formPath": "/dead-letters/actions", "action": "redrive", "verb": "Run \(count) again",
                "explained": number > ExecutionActions.most
                    ? "Each goes on with its next attempt, as the same occurrence. \(ExecutionActions.most) are sent at a time."
                    : "Each goes on with its next attempt, as the same occurrence.",
                "picked": [],
                "sent": groups.map { "\($0.job).\($0.key)" }.sorted().map {
                    ["sentName": "group", "sentValue": $0] as View
                }, "returnTo": place, "formKey": visit.form["key"],
            ])
    }
}
