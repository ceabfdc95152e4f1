/// Reads a crontab as Vixie cron does: variables, comments, entries, `%` and nicknames.
struct CrontabReader {
    let form: CrontabForm
    private(set) var lines: [CrontabLine] = []
    private var variables: [String: String] = [:]

    init(_ text: String, form: CrontabForm) {
        self.form = form
        var number = 0
        // A carriage return with a line feed is one Character; both ends count as one line.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            number += 1
            read(String(line), number: number)
        }
    }

    private mutating func read(_ raw: String, number: Int) {
        let text = Words.trimmed(raw)
        if text.isEmpty || text.hasPrefix("#") { return }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) {
            return refuse(number, text, "contains control characters")
        }
        if let (name, value) = CrontabReader.assignment(text) {
            variables[name] = value
            return
        }
        // SUSE's mark for "don't log this".
        var rest = text.hasPrefix("-") ? String(text.dropFirst()) : text
        let fields = rest.hasPrefix("@") ? 1 : 5
        var schedule: [String] = []
        for _ in 0..<fields {
            guard let word = Words.first(&rest) else { return refuse(number, text, "has fewer than five time fields") }
            schedule.append(word)
        }
        var user: String?
        if form == .system {
            guard let word = Words.first(&rest) else { return refuse(number, text, "names no user") }
            user = word
        }
        if rest.isEmpty { return refuse(number, text, "has no command") }
        let (command, input) = CrontabReader.split(rest)
        if Words.trimmed(command).isEmpty { return refuse(number, text, "has no command") }
        lines.append(
            .entry(
                CrontabEntry(
                    line: number, schedule: schedule.joined(separator: " "), user: user, command: command,
                    input: input, variables: variables)))
    }

    private mutating func refuse(_ number: Int, _ text: String, _ reason: String) {
        lines.append(.refused(line: number, text: text, reason: reason))
    }

    /// `NAME = value`, either in quotes; nil when the line is no assignment.
    static func assignment(_ text: String) -> (String, String)? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        let name = Words.unquoted(Words.trimmed(String(text[..<sign])))
        let isName =
            !name.isEmpty && !(48...57).contains(name.utf8.first ?? 48)
            && name.utf8.allSatisfy { byte in
                (byte | 32) >= 97 && (byte | 32) <= 122 || (48...57).contains(byte) || byte == 95
            }
        return isName ? (name, Words.unquoted(Words.trimmed(String(text[text.index(after: sign)...])))) : nil
    }

    /// The command and its input, by cron's rule for `%`.
    static func split(_ text: String) -> (command: String, input: String?) {
        var (command, input, escaped) = ("", String?.none, false)
        func append(_ text: String) { if input == nil { command += text } else { input? += text } }
        for character in text {
            if escaped {
                append(character == "%" ? "%" : "\\\(character)")
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "%" {
                if input == nil { input = "" } else { append("\n") }
            } else {
                append(String(character))
            }
        }
        if escaped { append("\\") }
        return (command, input)
    }

    /// The system form, when the path or the users say so; the user form otherwise.
    /// - Parameter isUser: whether the word is a user's name on this machine.
    static func form(of text: String, path: String, isUser: (String) -> Bool) -> CrontabForm {
        if path == "/etc/crontab" || path.hasPrefix("/etc/cron.d/") { return .system }
        let users = CrontabReader(text, form: .system).lines.map { line -> String? in
            if case .entry(let entry) = line { entry.user } else { nil }
        }
        // `mail` is a user and a command: without root in some line the user form is likelier.
        return users.contains("root") && users.allSatisfy { $0.map(isUser) ?? false } ? .system : .user
    }
}

/// Words between blanks and tabs.
enum Words {
    static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

    static func trimmed(_ text: String) -> String {
        var part = text.drop(while: isBlank)
        while let last = part.last, isBlank(last) || last == "\r" { part.removeLast() }
        return String(part)
    }

    /// Takes the first word away, and the blanks behind it.
    static func first(_ text: inout String) -> String? {
        let start = text.drop(while: isBlank)
        let word = start.prefix { !isBlank($0) }
        text = String(start[word.endIndex...].drop(while: isBlank))
        return word.isEmpty ? nil : String(word)
    }

    static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}
