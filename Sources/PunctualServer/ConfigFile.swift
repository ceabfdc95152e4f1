internal import SystemPackage
internal import Yams

/// The settings of a YAML file.
enum ConfigFile {
    enum Value: Equatable {
        case text(String)
        case list([String])
    }

    /// Reads a file of at most 1 MiB.
    /// - Returns: values by dotted key, `http.port`; keys without a value are left out.
    /// - Throws: `SettingsError` with one line that names the file; a key that no setting has is an error.
    static func read(_ path: String) throws(SettingsError) -> [String: Value] {
        guard let bytes = readFile(path, limit: 1 << 20) else {
            throw SettingsError("cannot read the config file \(path): it is missing, unreadable or past 1 MiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError("the config file \(path) is no UTF-8 text")
        }
        var result: [String: Value] = [:]
        do {
            guard let node = try Yams.compose(yaml: text), !isNull(node) else { return [:] }
            guard case .mapping(let mapping) = node else { throw SettingsError("must be a mapping of settings") }
            try collect(mapping, under: "", into: &result)
        } catch let error as SettingsError {
            throw SettingsError("the config file \(path): \(error)")
        } catch {
            throw SettingsError("the config file \(path) is no YAML: \(told(error))")
        }
        return result
    }

    private static func collect(
        _ mapping: Yams.Node.Mapping, under path: String, into result: inout [String: Value]
    ) throws(SettingsError) {
        for (name, node) in mapping {
            guard let name = name.scalar?.string else { throw SettingsError("has a key that is no word") }
            let key = path.isEmpty ? name : "\(path).\(name)"
            if case .mapping(let inner) = node, !Settings.keys.contains(key) {
                try collect(inner, under: key, into: &result)
                continue
            }
            // A section whose settings are all commented out.
            if isNull(node), Settings.keys.contains(where: { $0 == key || $0.hasPrefix("\(key).") }) { continue }
            guard Settings.keys.contains(key) else {
                let near = Nearest.word(to: key, among: Settings.keys)
                throw SettingsError("there is no setting \(key)" + (near.map { "; did you mean \($0)?" } ?? ""))
            }
            result[key] = try value(of: node, key)
        }
    }

    private static func value(of node: Yams.Node, _ key: String) throws(SettingsError) -> Value {
        if let text = node.scalar?.string { return .text(text) }
        let texts = node.sequence?.map { $0.scalar?.string } ?? [nil]
        guard Settings.lists.contains(key) else { throw SettingsError("\(key): must be one value") }
        guard !texts.contains(nil) else { throw SettingsError("\(key): must be a list of words") }
        return .list(texts.compactMap(\.self))
    }

    private static func isNull(_ node: Yams.Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The fault without the lines around it, which may hold a secret.
    private static func told(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) (line \(mark.line), column \(mark.column))"
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping(let names, _): "the key \(names.joined(separator: ", ")) stands there twice"
        default: "it cannot be read"
        }
    }
}
