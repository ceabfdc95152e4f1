/// Takes secrets out of texts before anybody keeps them: the one place where logs, error reports and traces have it done.
package struct Redaction: Sendable {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"
    /// Names whose values are secrets whatever they look like.
    static let names = [
        "authorization", "cookie", "token", "secret", "password", "passwd", "api_key", "apikey", "api-key",
        "private_key", "access_key", "credential", "dsn",
    ]
    /// One of them is in whatever looks like a secret: space, tab, and `_ : = . -`.
    private static let marks: Set<UInt8> = [32, 9, 95, 58, 61, 46, 45]
    /// Shorter texts would take half a line away with them.
    private static let shortest = 6

    private let known: [[UInt8]]

    /// - Parameter known: secrets of this node, to be taken out wherever they stand, whatever is around them.
    package init(known: [String] = []) {
        // The longest first, so that none is left in part.
        self.known = Set(known).map { Array($0.utf8) }.filter { $0.count >= Self.shortest }
            .sorted { $0.count > $1.count }
    }

    /// The value of a field, or what stands for it.
    package func value(_ text: String, of name: String) -> String {
        let name = name.lowercased()
        return Self.names.contains { name.contains($0) } ? Self.mark : self.text(text)
    }

    /// The text without what is, or looks like, a secret.
    package func text(_ text: String) -> String {
        var bytes = Array(text.utf8)
        // Most texts hold none of the marks that any secret has; they are not copied.
        guard !known.isEmpty || bytes.contains(where: Self.marks.contains) else { return text }
        var isChanged = false
        for secret in known { isChanged = Self.replace(secret, in: &bytes) || isChanged }
        var scan = Scan(bytes)
        scan.run()
        return scan.isChanged || isChanged ? String(decoding: scan.output, as: UTF8.self) : text
    }

    private static func replace(_ secret: [UInt8], in bytes: inout [UInt8]) -> Bool {
        guard bytes.count >= secret.count, let first = secret.first else { return false }
        var (result, at, isChanged): ([UInt8], Int, Bool) = ([], 0, false)
        while at < bytes.count {
            if bytes[at] == first, bytes[at...].starts(with: secret) {
                result += Array(mark.utf8)
                at += secret.count
                isChanged = true
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        if isChanged { bytes = result }
        return isChanged
    }
}

/// One pass over a text.
private struct Scan {
    private let bytes: [UInt8]
    private(set) var output: [UInt8] = []
    private(set) var isChanged = false
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    mutating func run() {
        while at < bytes.count {
            if isWordStart, token() || scheme() || field() { continue }
            if bytes[at] == 58, matches("://") {
                address()
            } else if bytes[at] == 45, matches("-----BEGIN ") {
                pem()
            } else {
                copy(1)
            }
        }
    }

    private var isWordStart: Bool { at == 0 || !Self.isWord(bytes[at - 1]) }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    /// Of base64 in both alphabets, tokens and JWTs.
    private static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || [43, 45, 46, 47, 61, 126].contains(byte) }

    private static func isSpace(_ byte: UInt8) -> Bool { byte <= 32 }

    private func matches(_ text: StaticString, from start: Int? = nil) -> Bool {
        let start = start ?? at
        guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount {
            let (have, want) = (bytes[start + index], text.utf8Start[index])
            let lower = (65...90).contains(have) ? have | 32 : have
            if have != want, lower != want { return false }
        }
        return true
    }

    private mutating func copy(_ count: Int) {
        output += bytes[at..<min(at + count, bytes.count)]
        at += count
    }

    private mutating func redact(to end: Int) {
        guard end > at else { return }
        output += Array(Redaction.mark.utf8)
        at = end
        isChanged = true
    }

    private func end(from start: Int, while matches: (UInt8) -> Bool) -> Int {
        var end = start
        while end < bytes.count, matches(bytes[end]) { end += 1 }
        return end
    }

    /// Secrets that are known by how they begin: keys, sessions and refresh tokens of this program, webhook secrets, JWTs.
    private mutating func token() -> Bool {
        let length: Int
        if bytes[at] == 112, at + 2 < bytes.count, (97...122).contains(bytes[at + 1]), bytes[at + 2] == 95 {
            length = 3
        } else if matches("whsec_") {
            length = 6
        } else if bytes[at...].starts(with: [101, 121, 74]) {
            length = 3
        } else {
            return false
        }
        let end = end(from: at + length, while: Self.isToken)
        guard end - at - length >= 16 else { return false }
        copy(length)
        redact(to: end)
        return true
    }

    /// `Bearer` and `Basic` with what follows.
    private mutating func scheme() -> Bool {
        for (word, length) in [("bearer" as StaticString, 6), ("basic", 5), ("digest", 6), ("negotiate", 9)]
        where matches(word) {
            let gap = end(from: at + length) { $0 == 32 || $0 == 9 }
            let end = end(from: gap) { !Self.isSpace($0) && $0 != 34 && $0 != 39 && $0 != 44 }
            guard gap > at + length, end - gap >= 6 else { continue }
            copy(gap - at)
            redact(to: end)
            return true
        }
        return false
    }

    private static let fields: [(StaticString, Int)] = [
        ("password", 8), ("passwd", 6), ("passphrase", 10), ("pwd", 3), ("secret", 6), ("token", 5), ("api_key", 7),
        ("apikey", 6), ("api-key", 7), ("access_key", 10), ("access-key", 10), ("private_key", 11),
        ("authorization", 13), ("proxy-authorization", 19), ("cookie", 6), ("credential", 10), ("signature", 9),
    ]

    /// `password=…`, `"token": "…"`, `Cookie: …` and the like.
    private mutating func field() -> Bool {
        // The name may be a part of a longer one: db_password, X-API-Token.
        let nameEnd = end(from: at) { Self.isWord($0) || $0 == 45 }
        var found: StaticString?
        search: for start in at..<nameEnd {
            for (word, length) in Self.fields where start + length <= nameEnd && matches(word, from: start) {
                found = word
                break search
            }
        }
        guard let found else { return false }
        var start = nameEnd
        // Escaped quotes are those of a JSON text within a text.
        if start < bytes.count, bytes[start] == 92 { start += 1 }
        if start < bytes.count, bytes[start] == 34 || bytes[start] == 39 { start += 1 }
        start = end(from: start) { $0 == 32 || $0 == 9 }
        guard start < bytes.count, bytes[start] == 61 || bytes[start] == 58 else { return false }
        start = end(from: start + 1) { $0 == 32 || $0 == 9 || $0 == 61 || $0 == 62 }
        let isEscaped = start < bytes.count && bytes[start] == 92
        if isEscaped { start += 1 }
        var stop: Int
        if start < bytes.count, bytes[start] == 34 || bytes[start] == 39 {
            let quote = bytes[start]
            start += 1
            stop = start
            // A quote behind a backslash is a part of the secret, unless the first one was written so, too.
            while stop < bytes.count, bytes[stop] != quote || (!isEscaped && bytes[stop - 1] == 92) { stop += 1 }
            if isEscaped, stop > start, bytes[stop - 1] == 92 { stop -= 1 }
        } else if "\(found)".hasSuffix("authorization") || "\(found)" == "cookie" {
            stop = end(from: start) { $0 != 10 && $0 != 13 }
        } else {
            stop = end(from: start) { byte in
                !Self.isSpace(byte) && ![34, 38, 39, 44, 59, 125, 41, 93].contains(byte)
            }
        }
        guard stop > start else { return false }
        copy(start - at)
        redact(to: stop)
        return true
    }

    /// The user and password of an address; the cursor stands before `://`.
    private mutating func address() {
        copy(3)
        let all = end(from: at) { !Self.isSpace($0) && ![34, 39, 60, 62, 96].contains($0) }
        let place = end(from: at) { !Self.isSpace($0) && ![34, 39, 60, 62, 96, 47, 63, 35].contains($0) }
        if let last = bytes[at..<place].lastIndex(of: 64) {
            redact(to: last)
        } else if let colon = bytes[at..<place].firstIndex(of: 58), bytes[at] != 91,
            !bytes[(colon + 1)..<place].allSatisfy({ (48...57).contains($0) }),
            let last = bytes[at..<all].lastIndex(of: 64)
        {
            // A password with a slash that nobody escaped.
            redact(to: last)
        }
    }

    /// A private key; the cursor stands before `-----BEGIN `.
    private mutating func pem() {
        let line = end(from: at) { $0 != 10 && $0 != 13 }
        let head = String(decoding: bytes[at..<line].prefix(64), as: UTF8.self)
        guard head.contains("PRIVATE KEY") else { return copy(11) }
        copy(11)
        redact(to: bytes.count)
    }
}
