internal import PunctualJSON

/// What an execution says, a page of lines at a time; the browser adds what comes.
enum ExecutionLines {
    /// Bytes of text on one page.
    private static let most = 24_576

    /// - Parameters:
    ///   - page: what the call answers.
    ///   - after: the number behind which the page begins.
    static func view(_ page: JSONValue, of execution: JSONValue, after: Int, _ visit: Visit) -> View {
        let items = page["items"]?.array ?? []
        var room = most
        var views: [View] = []
        var attempt = after == 0 ? nil : items.first?["attempt"]?.int
        for item in items {
            let text = item["text"]?.string ?? ""
            // One at least, so that every page goes on.
            if text.utf8.count > room, !views.isEmpty { break }
            room -= text.utf8.count
            let mine = item["attempt"]?.int
            views.append([
                "lineNumber": item["number"]?.int, "lineText": text, "lineTime": item["at"]?.string,
                "lineLevel": item["level"]?.string, "lineTurn": mine == attempt ? nil : mine.map(String.init),
            ])
            attempt = mine
        }
        let last = items.prefix(views.count).last?["number"]?.int.map(Int.init) ?? after
        let isCut = views.count < items.count || !(page["ended"]?.bool ?? true)
        let isOpen = ExecutionView.isOpen(execution)
        let path = ExecutionView.path(execution)
        return [
            "lines": views, "hasLines": !views.isEmpty, "lastLine": last, "lastTurn": attempt.map(String.init) ?? "",
            "showLines": !views.isEmpty || isOpen || after > 0, "linesPath": "/api/v1\(path)/lines",
            "hasMoreLines": isCut && !isOpen,
            "moreLinesPath": views.count < items.count || items.count == 200 ? "\(path)?after=\(last)" : nil,
            "firstLinesPath": after > 0 ? path : nil,
        ]
    }

    /// The text up to so many bytes, whole characters only, and whether there is more.
    static func cut(_ text: String, most: Int) -> (text: String, isCut: Bool) {
        if text.utf8.count <= most { return (text, false) }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: most)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return ("\(text[..<end])…", true)
    }
}
