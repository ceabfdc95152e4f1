/// Bars of a drawing, ready for the template `chart`; its words are for whoever does not see it.
struct BarChart {
    /// One bar: parts from the bottom up, and what it says when one points at it.
    struct Bar {
        let parts: [(value: Double, kind: String)]
        let title: String
    }

    static let height = 72.0

    /// - Parameters:
    ///   - summary: the whole drawing in a sentence.
    ///   - top: the value that fills the height; nil takes the highest bar's.
    static func view(
        _ bars: [Bar], summary: String, top: Double? = nil, from left: String, to right: String, unit: String
    ) -> View {
        let highest = bars.map { $0.parts.reduce(0) { $0 + $1.value } }.max() ?? 0
        let top = max(top ?? highest, .leastNormalMagnitude)
        // Few bars stay bars.
        let step = 600.0 / Double(max(bars.count, 50))
        var rects: [View] = []
        for (index, bar) in bars.enumerated() {
            var base = height
            var parts: [View] = []
            for part in bar.parts where part.value > 0 {
                // Something is never drawn as nothing.
                let size = max(2, min(1, part.value / top) * height)
                base -= size
                parts.append(
                    [
                        "x": text(Double(index) * step + step * 0.1), "y": text(max(0, base)), "w": text(step * 0.8),
                        "h": text(size), "kind": "b-\(part.kind)",
                    ])
            }
            rects.append(
                ["barX": text(Double(index) * step), "barWidth": text(step), "barTitle": bar.title, "parts": parts])
        }
        // Bars that end in the middle have nothing at the right end.
        let isShort = bars.count < 50
        return [
            "bars": rects, "chartSummary": summary, "chartTop": unit,
            "chartFrom": isShort ? "\(left) – \(right)" : left, "chartTo": isShort ? nil : right,
            "isEmptyChart": highest == 0,
        ]
    }

    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
