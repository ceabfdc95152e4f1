internal import PunctualCore
internal import PunctualSchedule
internal import PunctualTestKit

/// A drill's lateness over time, with its faults, as an SVG picture.
package struct DrillChart: Sendable {
    private let result: Drill.Result
    private let start: Timestamp
    private let end: Timestamp
    private static let width = 1000
    private static let left = 60
    private static let top = 20
    private static let plot = 300
    /// The lateness axis is logarithmic, from one millisecond to a thousand seconds.
    private static let decades = 6

    package init(_ result: Drill.Result) {
        self.result = result
        start = result.began
        let last = result.report.latenesses.last?.scheduledAt ?? result.began
        end = max(last, result.marks.map(\.until).max() ?? last, start + .seconds(1))
    }

    package var text: String {
        let lanes = Fault.allCases.filter { fault in result.marks.contains { $0.fault == fault } }
        let height = Self.top + Self.plot + 30 + lanes.count * 14 + 20
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.width + 20) \(height)\" "
                + "font-family=\"sans-serif\" font-size=\"11\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        ]
        parts += axis
        for mark in result.marks { parts.append(band(mark)) }
        parts.append(dots(\.planned, "#1f77b4"))
        parts.append(dots({ $0.started }, "#ff7f0e"))
        parts.append(legend("#1f77b4", "latest recorded", 0))
        parts.append(legend("#ff7f0e", "latest started", 1))
        for (index, fault) in lanes.enumerated() { parts += lane(fault, Self.top + Self.plot + 40 + index * 14) }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private func x(_ instant: Timestamp) -> Int {
        let share = Double((instant - start).wholeMilliseconds) / Double(max(1, (end - start).wholeMilliseconds))
        return Self.left + Int(min(1, max(0, share)) * Double(Self.width - Self.left))
    }

    private func y(_ lateness: Duration) -> Int {
        var share = 0.0
        // Between decades the axis is a straight line, which no eye tells from the logarithm's and needs no maths library.
        var low = 1.0
        let value = max(1, Double(lateness.wholeMilliseconds))
        for decade in 0..<Self.decades {
            if value < low * 10 {
                share = (Double(decade) + (value / low - 1) / 9) / Double(Self.decades)
                return Self.top + Self.plot - Int(share * Double(Self.plot))
            }
            low *= 10
        }
        return Self.top
    }

    private var axis: [String] {
        var parts: [String] = []
        for (index, name) in ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s", "1000 s"].enumerated() {
            let y = Self.top + Self.plot - index * Self.plot / Self.decades
            parts.append(
                "<path d=\"M\(Self.left) \(y)H\(Self.width)\" stroke=\"#ddd\"/>"
                    + "<text x=\"\(Self.left - 6)\" y=\"\(y + 4)\" text-anchor=\"end\">\(name)</text>")
        }
        let total = max(1, (end - start).wholeMilliseconds / 1000)
        let step: Int64 = [10, 30, 60, 300, 600, 3600].first { total / $0 <= 15 } ?? 7200
        for second in stride(from: 0, through: total, by: Int(step)) {
            parts.append(
                "<text x=\"\(x(start + .seconds(second)))\" y=\"\(Self.top + Self.plot + 16)\" "
                    + "text-anchor=\"middle\">\(second) s</text>")
        }
        return parts
    }

    private func band(_ mark: Nemesis.Mark) -> String {
        let from = x(mark.at)
        return
            "<rect x=\"\(from)\" y=\"\(Self.top)\" width=\"\(max(1, x(mark.until) - from))\" height=\"\(Self.plot)\" "
            + "fill=\"#d62728\" opacity=\"0.08\"/>"
    }

    private func lane(_ fault: Fault, _ y: Int) -> [String] {
        result.marks.filter { $0.fault == fault }.map { mark in
            let from = x(mark.at)
            return "<rect x=\"\(from)\" y=\"\(y - 9)\" width=\"\(max(3, x(mark.until) - from))\" height=\"10\" "
                + "fill=\"#d62728\" opacity=\"0.7\"/>"
        } + ["<text x=\"\(Self.left - 6)\" y=\"\(y)\" text-anchor=\"end\" font-size=\"9\">\(fault.rawValue)</text>"]
    }

    /// One dot a column: the latest of what was due in it.
    private func dots(_ lateness: (HistoryReport.Lateness) -> Duration?, _ colour: String) -> String {
        var columns: [Int: Duration] = [:]
        for one in result.report.latenesses {
            guard let value = lateness(one) else { continue }
            let column = x(one.scheduledAt)
            columns[column] = max(columns[column] ?? .zero, value)
        }
        let path = columns.sorted { $0.key < $1.key }.map { "M\($0.key) \(y($0.value))h2v2h-2z" }.joined()
        return "<path d=\"\(path)\" fill=\"\(colour)\"/>"
    }

    private func legend(_ colour: String, _ text: String, _ place: Int) -> String {
        let x = Self.width - 260 + place * 130
        return "<rect x=\"\(x)\" y=\"4\" width=\"10\" height=\"10\" fill=\"\(colour)\"/>"
            + "<text x=\"\(x + 14)\" y=\"13\">\(text)</text>"
    }
}
