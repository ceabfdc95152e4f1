/// All series of one metric, by their labels as text.
struct MetricFamily {
    let kind: MetricWord.Kind
    var series: [String: Series] = [:]

    /// Writes the metric and what stands above it.
    ///
    /// OpenMetrics names a counter without `_total`, names units, and has quotes escaped in its words.
    func write(name: String, help: String, _ format: MetricFormat, to lines: inout [String]) {
        let isOpen = format == .openMetrics
        let family = isOpen && kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
        var words = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        if isOpen { words = words.replacing("\"", with: "\\\"") }
        // OpenMetrics knows no counter whose samples are named otherwise.
        let type = isOpen && kind == .counter && family == name ? "unknown" : kind.rawValue
        lines.append("# HELP \(family) \(words)")
        lines.append("# TYPE \(family) \(type)")
        if isOpen, let unit = Self.units.first(where: { family.hasSuffix("_\($0)") }) {
            lines.append("# UNIT \(family) \(unit)")
        }
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
            lines += series.lines(name: name, labels: labels, showsExemplars: isOpen)
        }
    }

    private static let units = ["seconds", "bytes", "ratio"]
}
