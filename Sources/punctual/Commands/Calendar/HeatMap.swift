internal import PunctualJSON
internal import PunctualSchedule

/// Planned fires of seven days: a row a day, a column an hour, as the clock of a zone shows them.
struct HeatMap {
    private struct Hour {
        var fires: Int64 = 0
        var standsOut = false
        /// All of it is over, and plans of it there are none.
        var isPast = true
        /// Not cut by now.
        var isWhole = true
    }

    /// A day by its date, with a row of 24 hours; nil for one that the clock jumps over.
    private var days: [(date: String, hours: [Hour?])] = []
    private let least: Int64
    private let most: Int64
    /// How many fires are planned.
    let total: Int64

    /// - Parameter calendar: the answer of `GET /calendar` by hours.
    init(_ calendar: JSONValue, now: Timestamp) {
        for item in calendar["items"]?.array ?? [] {
            guard let (date, hour) = HeatMap.place(item["local"]?.string ?? ""),
                let at = item["at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
            else { continue }
            if days.last?.date != date { days.append((date, Array(repeating: nil, count: 24))) }
            // One that comes twice is one column.
            var known = days[days.count - 1].hours[hour] ?? Hour()
            known.fires += item["fires"]?.int ?? 0
            known.standsOut = known.standsOut || item["pile_up"]?.bool ?? false
            known.isPast = known.isPast && at + .seconds(3600) <= now
            known.isWhole = known.isWhole && at > now
            days[days.count - 1].hours[hour] = known
        }
        let hours = days.flatMap(\.hours).compactMap { $0 }
        total = hours.reduce(0) { $0 + $1.fires }
        most = hours.map(\.fires).max() ?? 0
        least = hours.filter(\.isWhole).map(\.fires).min() ?? 0
    }

    /// The date and hour of `2026-11-22T09:00:00.000+01:00`.
    private static func place(_ local: String) -> (String, Int)? {
        let bytes = Array(local.utf8)
        guard bytes.count > 13, bytes[10] == UInt8(ascii: "T"),
            bytes[..<10].allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }),
            let hour = Int(String(decoding: bytes[11..<13], as: UTF8.self)), (0..<24).contains(hour)
        else { return nil }
        return (String(decoding: bytes[..<10], as: UTF8.self), hour)
    }

    /// `Sun 22 Nov`, in ten columns.
    static func day(_ date: String) -> String {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]) else {
            return date.padded(to: 10)
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let number = LocalDateTime.dayNumber(year: parts[0], month: parts[1], day: parts[2])
        let week = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        return
            "\(week[LocalDateTime.weekday(ofDay: number)]) \(String(parts[2]).leftPadded(to: 2)) \(months[parts[1] - 1])"
    }

    // MARK: Drawing

    /// How wide a column is, how many hours it has, and whether sums stand at the end.
    struct Layout: Equatable {
        let columns: Int
        let hours: Int
        let hasSums: Bool

        /// The widest that fits.
        init(width: Int) {
            columns = width >= 140 ? 5 : width >= 92 ? 3 : width >= 68 ? 2 : 1
            hours = width >= 36 ? 1 : 2
            hasSums = width >= 44
        }
    }

    /// The lines, none longer than `width` where that is 24 or more.
    func text(width: Int, colour: Bool) -> String {
        let layout = Layout(width: width)
        let margin = String(repeating: " ", count: 12)
        let step = layout.columns == 5 ? 1 : layout.columns * 3 / layout.hours >= 3 ? 3 : 6
        var lines = [
            margin
                + stride(from: 0, to: 24, by: step).map { hour in
                    let title = layout.columns == 5 ? "\(hour)".leftPadded(to: 4) : "\(hour)"
                    return title.padded(to: step * layout.columns / layout.hours)
                }.joined()
        ]
        lines[0] = String(lines[0].reversed().drop { $0 == " " }.reversed())
        for (date, hours) in days {
            var cells = ""
            for place in stride(from: 0, to: 24, by: layout.hours) {
                let parts = hours[place..<place + layout.hours]
                cells += cell(parts.compactMap { $0 }, layout, colour)
            }
            let sum = hours.reduce(0) { $0 + ($1?.fires ?? 0) }
            let line = HeatMap.day(date) + "  " + cells
            lines.append(layout.hasSums ? line + "  " + HeatMap.short(sum).leftPadded(to: 5) : line)
        }
        return lines.joined(separator: "\n")
    }

    private func cell(_ hours: [Hour], _ layout: Layout, _ colour: Bool) -> String {
        let width = layout.columns
        // The clock jumps over it.
        if hours.isEmpty { return "-".padded(to: width) }
        if hours.allSatisfy(\.isPast) { return String(repeating: " ", count: width) }
        let fires = hours.map(\.fires).max() ?? 0
        let standsOut = hours.contains(where: \.standsOut)
        let level = level(fires)
        let shade = ["·", "░", "▒", "▓", "█"][level]
        let mark = standsOut ? HeatMap.dressed("!", "1;31", colour) : nil
        func shaded(_ text: String) -> String { HeatMap.dressed(text, HeatMap.codes[level], colour) }
        switch width {
        case 5: return shaded((fires == 0 ? "·" : HeatMap.short(fires)).leftPadded(to: 4)) + (mark ?? " ")
        case 3: return shaded(shade + shade) + (mark ?? " ")
        case 2: return shaded(shade) + (mark ?? shaded(shade))
        default: return mark ?? shaded(shade)
        }
    }

    private static let codes = ["2", "36", "32", "33", "31"]

    private static func dressed(_ text: String, _ code: String, _ colour: Bool) -> String {
        colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// 0 for nothing, 1 to 4 from the least to the most; 2 where all hours are about the same.
    private func level(_ fires: Int64) -> Int {
        if fires <= 0 { return 0 }
        if most * 4 < least * 5 { return 2 }
        let part = Double(max(0, fires - least)) / Double(max(1, most - least))
        return 1 + min(3, Int(part.squareRoot() * 4))
    }

    /// What the signs mean, those that are there.
    var legend: String {
        let hours = days.flatMap(\.hours)
        let known = hours.compactMap { $0 }
        var parts: [String] = []
        if most > 0 { parts.append("░▒▓█ up to \(most) an hour") }
        if known.contains(where: { $0.fires == 0 && !$0.isPast }) { parts.append("· none") }
        if known.contains(where: \.isPast) { parts.append("blank: over") }
        if hours.contains(where: { $0 == nil }) { parts.append("- no such hour") }
        if known.contains(where: \.standsOut) { parts.append("! a minute stands out") }
        return parts.joined(separator: ", ")
    }

    /// `940`, `1.2k`, `18k`, `1.2M`.
    static func short(_ value: Int64) -> String {
        func tenths(_ unit: Int64, _ letter: String) -> String {
            let (whole, tenth) = (value / unit, value % unit * 10 / unit)
            return whole >= 10 || tenth == 0 ? "\(whole)\(letter)" : "\(whole).\(tenth)\(letter)"
        }
        return switch value {
        case ..<1000: "\(value)"
        case ..<1_000_000: tenths(1000, "k")
        default: tenths(1_000_000, "M")
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
