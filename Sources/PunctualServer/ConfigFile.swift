internal import Configuration
internal import PunctualAccess
internal import Yams

/// The YAML file of settings.
///
/// Configuration reads its values; a reader asks for the keys it knows and never hears of the others, so they are looked
/// for here: a setting with a slip in its name would otherwise be one that quietly does not hold.
enum ConfigFile {
    /// What a file says.
    struct Contents {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        var providers: [Provider] = []
    }

    private static let providers = "access.providers"

    /// Reads a file of at most 1 MiB.
    /// - Parameter environment: where providers' secrets may be.
    /// - Throws: `SettingsError` with one line that names the file, never a value of it.
    static func read(_ path: String, environment: [String: String]) throws(SettingsError) -> Contents {
        guard let bytes = readFile(path, limit: 1 << 20) else {
            throw SettingsError("cannot read the config file \(path): it is missing, unreadable or past 1 MiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError("the config file \(path) is no UTF-8 text")
        }
        do {
            var contents = Contents()
            guard let node = try Yams.compose(yaml: text), !isNull(node) else { return contents }
            guard case .mapping(let mapping) = node else { throw SettingsError("must be a mapping of settings") }
            try read(mapping, under: "", ProviderSettings(environment: environment), into: &contents)
            return contents
        } catch let error as SettingsError {
            throw SettingsError("the config file \(path): \(error)")
        } catch {
            throw SettingsError("the config file \(path) is no YAML: \(told(error))")
        }
    }

    private static func read(
        _ mapping: Yams.Node.Mapping, under path: String, _ providers: ProviderSettings, into contents: inout Contents
    ) throws(SettingsError) {
        for (name, node) in mapping {
            let line = name.mark.map { " (line \($0.line))" } ?? ""
            guard let name = name.scalar?.string else { throw SettingsError("has a key that is no word\(line)") }
            let key = path.isEmpty ? name : "\(path).\(name)"
            if Settings.keys.contains(key) {
                if let fault = fault(of: node, isList: Settings.lists.contains(key)) {
                    throw SettingsError("\(key): \(fault)\(line)")
                }
                let words = key.split(separator: ".").map(String.init)
                let value: ConfigContent =
                    node.sequence.map { .stringArray($0.compactMap { $0.scalar?.string }) }
                    ?? .string(node.scalar?.string ?? "")
                let before = contents.values.updateValue(
                    ConfigValue(value, isSecret: true), forKey: AbsoluteConfigKey(words))
                if before != nil { throw SettingsError("\(key) stands there twice\(line)") }
            } else if key == Self.providers {
                guard contents.providers.isEmpty else { throw SettingsError("\(key) stands there twice\(line)") }
                contents.providers = try providers.read(node)
            } else if case .mapping(let inner) = node {
                try read(inner, under: key, providers, into: &contents)
            } else if !isNull(node) || !Settings.keys.contains(where: { $0.hasPrefix("\(key).") }) {
                let near = Nearest.word(to: key, among: Settings.keys.union([Self.providers]))
                throw SettingsError(
                    "there is no setting \(key)\(line)\(near.map { "; did you mean \($0)?" } ?? "")")
            }
        }
    }

    private static func fault(of node: Yams.Node, isList: Bool) -> String? {
        if isNull(node) { return "has no value" }
        if node.scalar != nil { return nil }
        guard isList else { return "must be one value" }
        return node.sequence?.allSatisfy { $0.scalar != nil } == true ? nil : "must be a list of words"
    }

    /// Whether nothing stands there.
    static func isNull(_ node: Yams.Node) -> Bool {
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
