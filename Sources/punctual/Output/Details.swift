internal import PunctualJSON
internal import PunctualSchedule

/// One thing as a list of its fields, names in one column.
enum Details {
    /// - Parameter now: for relative times beside instants; nil shows instants alone.
    static func text(of value: JSONValue, now: Timestamp?) -> String {
        guard let object = value.object else { return Cell.text(value) }
        let width = object.names.map { DisplayWidth.columns(of: DisplayWidth.tame($0)) }.max() ?? 0
        return object.members.map { member in
            let name = DisplayWidth.tame(member.name)
            let space = String(repeating: " ", count: width - DisplayWidth.columns(of: name) + 2)
            return name + space + shown(member.name, member.value, now: now)
        }.joined(separator: "\n")
    }

    private static func shown(_ name: String, _ value: JSONValue, now: Timestamp?) -> String {
        switch value {
        case .null: return "-"
        case .string(let text):
            let tame = DisplayWidth.tame(text)
            if let now, name.hasSuffix("_at") || name == "at", let instant = Timestamp(rfc3339: text) {
                return "\(tame) (\(RelativeTime.text(of: instant, now: now)))"
            }
            return tame.isEmpty ? "-" : tame
        case .object where name == "progress":
            let tame = DisplayWidth.tame(Cell.progress(value))
            return tame.isEmpty ? "-" : tame
        default: return DisplayWidth.tame(value.description)
        }
    }
}
