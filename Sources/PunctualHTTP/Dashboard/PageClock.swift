internal import PunctualJSON
internal import PunctualSchedule

/// Shows instants as people read them: by the clock that they chose, and how far away.
struct PageClock: Sendable {
    let zone: ZoneRules
    let now: Timestamp

    /// For the template `time`; nil without an instant.
    func view(_ json: JSONValue?) -> View? {
        json?.string.flatMap { Timestamp(rfc3339: $0) }.map(view)
    }

    func view(_ instant: Timestamp) -> View {
        [
            "timeISO": "\(instant)", "timeText": text(instant), "timeAgo": away(instant),
            "timeTitle": zone.name == "UTC" ? "\(instant)" : "\(zone.text(of: instant)) \(zone.name) · \(instant)",
        ]
    }

    /// `22 Nov 09:00:05`, with the year where it is another one, without seconds where there are none.
    func text(_ instant: Timestamp) -> String {
        let local = zone.local(at: instant)
        let year = local.year == zone.local(at: now).year ? "" : " \(local.year)"
        let seconds = local.second == 0 ? "" : ":\(Self.two(local.second))"
        return
            "\(local.day) \(Self.months[local.month - 1])\(year) \(Self.two(local.hour)):\(Self.two(local.minute))\(seconds)"
    }

    /// `09:05`
    func hourAndMinute(_ instant: Timestamp) -> String {
        let local = zone.local(at: instant)
        return "\(Self.two(local.hour)):\(Self.two(local.minute))"
    }

    /// `in 5 min`, `3 h ago`; the module `time.js` says it in the same words.
    func away(_ instant: Timestamp) -> String {
        let seconds = (instant.milliseconds - now.milliseconds) / 1000
        let size = abs(seconds)
        let text: String
        switch size {
        case ..<5: return "now"
        case ..<90: text = "\(size) s"
        case ..<5400: text = "\((size + 30) / 60) min"
        case ..<129_600: text = "\((size + 1800) / 3600) h"
        default: text = "\((size + 43_200) / 86_400) days"
        }
        return seconds > 0 ? "in \(text)" : "\(text) ago"
    }

    static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

/// Numbers as people read them.
enum Wording {
    /// `1,234,567`
    static func count(_ value: Int64) -> String {
        var text = ""
        for (index, digit) in String(value.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    /// `3 jobs`, `1 job`
    static func count(_ value: Int, _ noun: String) -> String {
        "\(count(Int64(value))) \(noun)\(value == 1 ? "" : "s")"
    }

    /// What is said above figures of the last hour that are not those of all nodes; nil when they are.
    static func missingFigures(_ minutes: JSONValue) -> String? {
        guard minutes["complete"] == false else { return nil }
        let nodes = minutes["nodes"]?.array?.compactMap(\.string) ?? []
        let named = nodes.prefix(3).joined(separator: ", ") + (nodes.count > 3 ? " and \(nodes.count - 3) more" : "")
        return
            "Not complete: some of what other nodes have told cannot be read just now. These are the figures of \(named)."
    }

    /// `840 ms`, `2.4 s`, `3 min 20 s`, `2 h 5 min`
    static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        switch milliseconds {
        case ..<1000: return "\(milliseconds) ms"
        case ..<10_000: return "\(seconds).\(milliseconds / 100 % 10) s"
        case ..<120_000: return "\(seconds) s"
        case ..<7_200_000: return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s")
        default: return "\(seconds / 3600) h" + (seconds / 60 % 60 == 0 ? "" : " \(seconds / 60 % 60) min")
        }
    }
}
