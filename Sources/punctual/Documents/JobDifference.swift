internal import PunctualJSON

/// What would change in a job, field by field.
struct JobDifference: Equatable {
    struct Change: Equatable {
        /// With dots, `schedule.expression`.
        let field: String
        /// nil when the field is new.
        let old: JSONValue?
        /// nil when the field goes away.
        let new: JSONValue?
    }

    let changes: [Change]

    init(from current: JSONObject, to wanted: JSONObject) {
        changes = JobDifference.changes(JobForm.normal(current), JobForm.normal(wanted), at: "")
    }

    private static func changes(_ old: JSONObject, _ new: JSONObject, at path: String) -> [Change] {
        var result: [Change] = []
        let names = new.names + old.names.filter { new[$0] == nil }
        for name in names {
            let field = path.isEmpty ? name : "\(path).\(name)"
            let (before, after) = (old[name], new[name])
            if same(before, after) { continue }
            if let before = before?.object, let after = after?.object {
                result += changes(before, after, at: field)
            } else {
                result.append(Change(field: field, old: before, new: after))
            }
        }
        return result
    }

    /// Numbers are compared by value: `2` and `2.0` are the same.
    private static func same(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
        if let left = left?.double, let right = right?.double { return left == right }
        return left == right
    }

    /// One line a change: `  schedule.expression: "0 2 * * *" → "0 3 * * *"`.
    func text(colour: Bool = false) -> String {
        changes.map { change in
            func shown(_ value: JSONValue?, _ code: Int) -> String {
                let text = DisplayWidth.cut(value.map { DisplayWidth.tame($0.description) } ?? "(none)", to: 200)
                return colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
            }
            return "  \(DisplayWidth.tame(change.field)): \(shown(change.old, 31)) → \(shown(change.new, 32))"
        }.joined(separator: "\n")
    }
}
