internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON

/// What nodes tell each other of their events, as text: one message of a channel.
///
/// ```
/// want EPOCH                       somebody reads at this node
/// events EPOCH NUMBER MARK         the node's events since its last such message; its numbers have no holes
/// KIND<tab>NUMBER<tab>JSON         one of them; with the mark `part` the last line goes on in the next message
/// ```
struct EventFrame: Sendable, Equatable {
    /// One event.
    struct Line: Sendable, Equatable {
        let kind: EventKind
        /// The place behind it at its origin.
        let number: Int
        let facts: EventFacts
        let json: [UInt8]
    }

    enum Mark: String {
        case whole, part
        /// Events before these were left out.
        case gap
        /// The last one: the node ends.
        case end
    }

    let epoch: String
    let number: Int
    let mark: Mark
    let body: [UInt8]

    var text: String { "events \(epoch) \(number) \(mark.rawValue)\n" + String(decoding: body, as: UTF8.self) }

    init(epoch: String, number: Int, mark: Mark, body: [UInt8] = []) {
        self.epoch = epoch
        self.number = number
        self.mark = mark
        self.body = body
    }

    /// nil for another text.
    init?(_ text: String) {
        let bytes = text.utf8
        let head = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard head.count < 128, head.count < bytes.count else { return nil }
        let words = String(Substring(head)).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "events", EventFrame.isEpoch(words[1]), let number = Int(words[2]),
            number >= 0, let mark = Mark(rawValue: String(words[3]))
        else { return nil }
        self.init(epoch: String(words[1]), number: number, mark: mark, body: Array(bytes.dropFirst(head.count + 1)))
    }

    private static func isEpoch(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count) && Fields.isWord(String(text), extra: "")
    }

    /// The epoch of a node at which somebody reads; nil for another text.
    static func wanting(_ text: String) -> String? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        return words.count == 2 && words[0] == "want" && isEpoch(words[1]) ? String(words[1]) : nil
    }

    static func want(_ epoch: String) -> String { "want \(epoch)" }

    // MARK: Lines

    static func line(_ event: EventLog.Event) -> [UInt8] {
        Array("\(event.kind.rawValue)\t\(event.number + 1)\t".utf8) + event.json + [UInt8(ascii: "\n")]
    }

    /// The events of a body; nil when it holds anything else.
    static func lines(_ body: [UInt8]) -> [Line]? {
        var lines: [Line] = []
        for bytes in body.split(separator: UInt8(ascii: "\n")) {
            let parts = bytes.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let kind = EventKind(rawValue: String(decoding: parts[0], as: UTF8.self)),
                let number = Int(String(decoding: parts[1], as: UTF8.self)), number >= 0,
                let json = try? JSONValue(parsing: Array(parts[2])),  // What is no JSON is no event.
                let facts = EventFacts(json, of: kind)
            else { return nil }
            lines.append(Line(kind: kind, number: number, facts: facts, json: Array(parts[2])))
        }
        return lines
    }

    /// Cuts lines into bodies of at most so many bytes, whole ones where they fit, and never within a character.
    static func cut(_ lines: [[UInt8]], most: Int) -> [(body: [UInt8], isPart: Bool)] {
        var bodies: [(body: [UInt8], isPart: Bool)] = []
        var body: [UInt8] = []
        for line in lines {
            if !body.isEmpty, body.count + line.count > most {
                bodies.append((body, false))
                body = []
            }
            var rest = line[...]
            while rest.count > most {
                var end = rest.startIndex + most
                while rest[end] & 0xC0 == 0x80 { end -= 1 }
                bodies.append((Array(rest[..<end]), true))
                rest = rest[end...]
            }
            body += rest
        }
        if !body.isEmpty { bodies.append((body, false)) }
        return bodies
    }
}
