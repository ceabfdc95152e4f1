/// Where settings come from; flags win over variables, and those over the config file.
struct SettingsSources {
    /// By dotted key.
    let flags: [String: String]
    /// By name, `PUNCTUAL_HTTP_PORT` for `http.port`.
    let environment: [String: String]
    let file: [String: ConfigFile.Value]

    private func found(_ key: String) -> ConfigFile.Value? {
        let variable = "PUNCTUAL_" + key.uppercased().replacing(".", with: "_")
        return (flags[key] ?? environment[variable]).map(ConfigFile.Value.text) ?? file[key]
    }

    /// The text of a setting; nil when no source has it.
    func text(_ key: String) -> String? {
        if case .text(let text) = found(key) { text } else { nil }
    }

    /// The words of a list, which flags and variables separate by commas; nil when no source has it.
    func list(_ key: String) -> [String]? {
        switch found(key) {
        case .text(let text): text.split(separator: ",").map { String($0.trimming { $0 == " " }) }
        case .list(let words): words
        case nil: nil
        }
    }

    /// A setting that `read` understands; nil when no source has it.
    /// - Throws: `SettingsError` that says what is `wanted`.
    func value<Value>(_ key: String, _ wanted: String, _ read: (String) -> Value?) throws(SettingsError) -> Value? {
        guard let text = text(key) else { return nil }
        if let value = read(text) { return value }
        let shown = key == "database.url" ? "" : " \"\(text)\""
        throw SettingsError("\(key)\(shown): must be \(wanted)")
    }
}

extension StringProtocol {
    /// The text without the characters that match, at both ends.
    func trimming(while matches: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let first = rest.first, matches(first) { rest.removeFirst() }
        while let last = rest.last, matches(last) { rest.removeLast() }
        return rest
    }
}
