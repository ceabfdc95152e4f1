package import PunctualCore
package import PunctualJSON
package import PunctualSchedule

/// A head of the audit log, and when it was put by: in a file, or on another machine, where nobody who can write the database
/// can write.
package struct AuditAnchor: Hashable, Sendable {
    package let at: Timestamp
    package let head: AuditHead

    package init(at: Timestamp, head: AuditHead) {
        self.at = at
        self.head = head
    }

    /// Reads `json`; nil for anything else.
    package init?(json: JSONValue) {
        guard let at = json["at"]?.string.flatMap({ Timestamp(rfc3339: $0) }), let sequence = json["sequence"]?.int,
            sequence > 0, let hash = AuditHead.bytes(json["hash"]?.string), json.object?.members.count == 3
        else { return nil }
        self.init(at: at, head: AuditHead(sequence: sequence, hash: hash))
    }

    /// Reads lines of `json`, as a file of anchors has them; the first line is 1.
    /// - Throws: `Misfit` for a line that is none, and for a last one without its end.
    package static func list(_ text: [UInt8]) throws(Misfit) -> [AuditAnchor] {
        var anchors: [AuditAnchor] = []
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() } else { throw Misfit(line: lines.count) }
        for (index, line) in lines.enumerated() {
            let json = try? JSONValue(parsing: Array(line))  // What is no JSON is no anchor either.
            guard let anchor = json.flatMap(AuditAnchor.init(json:)) else { throw Misfit(line: index + 1) }
            anchors.append(anchor)
        }
        return anchors
    }

    /// A line that is no anchor.
    package struct Misfit: Error, Hashable {
        package let line: Int

        package init(line: Int) { self.line = line }
    }

    /// `{"at":"…","sequence":4711,"hash":"0a1b…"}`
    package var json: JSONValue {
        [
            "at": .string(at.description), "sequence": .int(head.sequence),
            "hash": .string(AuditHead.hexadecimal(head.hash)),
        ]
    }
}
