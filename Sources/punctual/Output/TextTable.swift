/// Rows in aligned columns.
struct TextTable: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        let title: String
        /// Numbers stand at the right.
        var isNumber = false
        /// Longer cells are cut; nil means never.
        var limit: Int?

        init(_ title: String, isNumber: Bool = false, limit: Int? = nil) {
            self.title = title
            self.isNumber = isNumber
            self.limit = limit
        }
    }

    let columns: [Column]
    var rows: [[String]] = []

    /// The lines, the titles first; two spaces between columns, nothing after the last.
    func text(colour: Bool = false) -> String {
        let cells = rows.map { row in
            columns.indices.map { index in
                let cell = DisplayWidth.tame(index < row.count ? row[index] : "")
                let shown = cell.isEmpty ? "-" : cell
                return columns[index].limit.map { DisplayWidth.cut(shown, to: $0) } ?? shown
            }
        }
        let titles = columns.map { $0.title.uppercased() }
        let widths = columns.indices.map { index in
            ([titles] + cells).map { DisplayWidth.columns(of: $0[index]) }.max() ?? 0
        }
        let head = line(titles, widths) { colour ? "\u{1B}[1m\($0)\u{1B}[0m" : $0 }
        let body = cells.map { line($0, widths) { colour ? TextTable.coloured($0) : $0 } }
        return ([head] + body).joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int], _ dress: (String) -> String) -> String {
        var result = ""
        for (index, cell) in cells.enumerated() {
            let space = String(repeating: " ", count: widths[index] - DisplayWidth.columns(of: cell))
            let isLast = index == cells.count - 1
            if columns[index].isNumber {
                result += space + dress(cell)
            } else {
                result += dress(cell) + (isLast ? "" : space)
            }
            if !isLast { result += "  " }
        }
        return result
    }

    /// Statuses in the colours that people expect; other cells as they are.
    private static func coloured(_ cell: String) -> String {
        let code: Int? =
            switch cell {
            case "succeeded", "active", "healthy", "created": 32
            case "failed", "unhealthy", "not taken": 31
            case "running", "updated": 36
            case "pending", "buffered", "paused", "missed", "skipped", "cancelled": 33
            case "unchanged", "completed": 2
            default: nil
            }
        return code.map { "\u{1B}[\($0)m\(cell)\u{1B}[0m" } ?? cell
    }
}
