internal import Foundation
package import PunctualSchedule

/// A plain text mail.
package struct Mail: Sendable {
    package var id: String
    package var from: String
    package var to: [String]
    package var subject: String
    package var lines: [String]
    package var at: Timestamp

    package init(id: String, from: String, to: [String], subject: String, lines: [String], at: Timestamp) {
        self.id = id
        self.from = from
        self.to = to
        self.subject = subject
        self.lines = lines
        self.at = at
    }

    /// The message (RFC 5322, 2045, 2047), with CRLF; whatever the texts hold, no field or line is theirs to add.
    package var text: String {
        // Plain texts stay as they are; others, and such as have long lines, are Base64.
        let isPlain = lines.allSatisfy {
            $0.utf8.count <= 900 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 9 }
        }
        let own = Data(lines.joined(separator: "\r\n").utf8)
        let body =
            isPlain
            ? lines
            : own.base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
                .split(separator: "\r").map { String($0).replacing("\n", with: "") }
        let domain = from.split(separator: "@").last.map(String.init) ?? "punctual"
        let fields = [
            "Date: \(date)", "From: <\(from)>", "To: \(to.map { "<\($0)>" }.joined(separator: ",\r\n "))",
            "Message-ID: <\(id)@\(domain)>", "Subject: \(Mail.encoded(subject))", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(isPlain ? "7bit" : "base64")", "Auto-Submitted: auto-generated",
        ]
        return (fields + [""] + body).joined(separator: "\r\n") + "\r\n"
    }

    /// `Sun, 22 Nov 2026 11:13:22 +0000`
    private var date: String {
        let text = Array("\(at)".utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = Int((at.milliseconds / 86_400_000 % 7 + 7) % 7)
        let month = months[((Int(part(5..<7)) ?? 1) - 1) % 12]
        return "\(days[day]), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) +0000"
    }

    /// Text of a field: as it is when it is plain, else encoded words of at most 75 characters (RFC 2047), each of whole
    /// characters.
    static func encoded(_ text: String) -> String {
        let text = String(
            text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }.prefix(250))
        let isPlain = text.utf8.allSatisfy { $0 < 0x7F } && !text.contains("=?") && text.utf8.count <= 900
        if isPlain { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if (words.last?.count ?? 0) + bytes.count > 45 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// What DATA sends: a line that begins with a dot gets another one (RFC 5321, 4.5.2), and one dot ends it.
    package var data: String {
        let lines = text.components(separatedBy: "\r\n").dropLast()
        return lines.map { $0.hasPrefix(".") ? "." + $0 : $0 }.joined(separator: "\r\n") + "\r\n.\r\n"
    }
}
