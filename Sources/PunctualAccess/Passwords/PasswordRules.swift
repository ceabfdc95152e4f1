/// Which passwords may be set, after NIST SP 800-63B-4, section 3.1.1.2: length and a list of bad ones, no rules of
/// composition, no regular change.
package struct PasswordRules: Sendable {
    /// The fewest characters (Unicode code points after NFKC).
    package let fewestCharacters: Int
    /// The most characters.
    package static let mostCharacters = 256

    /// - Parameter hasSecondFactor: whether a one-time password is asked for besides: then 8 characters are enough, else 15.
    package init(hasSecondFactor: Bool) { fewestCharacters = hasSecondFactor ? 8 : 15 }

    /// Why a password may not be set.
    package enum Fault: Hashable, Sendable {
        case tooShort(fewest: Int)
        case tooLong(most: Int)
        /// It is among those that attackers try first.
        case common
        /// It is little more than a name that attackers know: of the user, the service, the program.
        case contextual(String)
        /// It is one or two characters, or a run of the keyboard or alphabet, over and over.
        case monotonous
    }

    /// What is wrong with the password; nil when it may be set.
    /// - Parameter context: words that attackers know: the user's name and address, the host's name.
    package func fault(of password: Password, context: [String]) -> Fault? {
        let text = password.text
        let count = text.unicodeScalars.count
        if count < fewestCharacters { return .tooShort(fewest: fewestCharacters) }
        if count > PasswordRules.mostCharacters { return .tooLong(most: PasswordRules.mostCharacters) }
        let lower = text.lowercased()
        let bare = PasswordRules.bare(lower)
        if CommonPasswords.all.contains(lower) || CommonPasswords.all.contains(bare) { return .common }
        if [lower, bare].contains(where: { PasswordRules.isRepetition(of: CommonPasswords.all, $0) }) {
            return .common
        }
        for word in context + ["punctual"] {
            for part in word.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) where part.count >= 3
            {
                if [lower, bare].contains(where: { PasswordRules.isRepetition(of: [String(part)], $0) }) {
                    return .contextual(String(part))
                }
            }
        }
        return PasswordRules.isMonotonous(lower) ? .monotonous : nil
    }

    /// The text without the digits and signs that people put before and behind a word.
    private static func bare(_ text: String) -> String {
        let letters = text.drop { !$0.isLetter }
        guard let last = letters.lastIndex(where: \.isLetter) else { return text }
        return String(letters[...last])
    }

    /// Whether the text is one of the words again and again.
    private static func isRepetition(of words: Set<String>, _ text: String) -> Bool {
        let characters = Array(text)
        for length in 1...max(1, characters.count) where characters.count % length == 0 {
            let word = characters[..<length]
            guard words.contains(String(word)) else { continue }
            if stride(from: 0, to: characters.count, by: length).allSatisfy({ characters[$0..<($0 + length)] == word })
            {
                return true
            }
        }
        return false
    }

    /// Whether the text has at most two different characters, or is nothing but steps of one along alphabet, digits or keyboard.
    private static func isMonotonous(_ text: String) -> Bool {
        if Set(text).count <= 2 { return true }
        let rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop"]
        var steps: Set<String> = []
        for row in rows {
            for (one, next) in zip(row, row.dropFirst()) { steps.formUnion(["\(one)\(next)", "\(next)\(one)"]) }
        }
        let pairs = zip(text, text.dropFirst()).map { "\($0)\($1)" }
        // A new run may begin now and then: `abcdefgh12345678`.
        return pairs.count { !steps.contains($0) && $0.first != $0.last } * 5 <= pairs.count
    }
}
