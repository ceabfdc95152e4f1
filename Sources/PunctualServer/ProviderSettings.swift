internal import PunctualAccess
internal import PunctualCore
internal import Yams

/// Reads `access.providers` of the settings file: a list of mappings, which no flag or variable can hold.
struct ProviderSettings {
    private static let keys: Set = [
        "name", "display_name", "issuer", "client_id", "client_secret", "client_secret_file", "audiences", "algorithms",
        "scopes", "groups_claim", "group_prefix", "rules",
    ]
    private static let ruleKeys: Set = ["claim", "value", "role", "service", "labels"]
    /// More would be a mistake.
    private static let most = 16

    /// The process's variables, for secrets: `PUNCTUAL_ACCESS_PROVIDERS_NAME_CLIENT_SECRET`.
    let environment: [String: String]

    /// - Throws: `SettingsError` with one line that names the provider and the key, never a secret.
    func read(_ node: Yams.Node) throws(SettingsError) -> [Provider] {
        guard let nodes = node.sequence, !nodes.isEmpty, nodes.count <= Self.most else {
            throw SettingsError("access.providers: must be a list of 1 to \(Self.most) providers")
        }
        var providers: [Provider] = []
        for (index, node) in nodes.enumerated() {
            let provider = try self.provider(node, number: index + 1)
            for other in providers where other.name == provider.name || other.issuer == provider.issuer {
                throw SettingsError("access.providers \(provider.name): another provider has the same name or issuer")
            }
            providers.append(provider)
        }
        return providers
    }

    private func provider(_ node: Yams.Node, number: Int) throws(SettingsError) -> Provider {
        let name = node.mapping?["name"]?.scalar?.string
        let fields = try SettingsMapping(node, of: "access.providers \(name ?? "number \(number)")", keys: Self.keys)
        guard let name = try fields.text("name"), Provider.isName(name) else {
            throw fields.fault("name", "must be 1 to 32 of a–z 0–9 -")
        }
        guard let issuer = try fields.text("issuer"), ProviderURL.isIssuer(issuer) else {
            throw fields.fault("issuer", "must be an https address, such as https://id.example.com")
        }
        guard let client = try fields.text("client_id"), (1...256).contains(client.utf8.count) else {
            throw fields.fault("client_id", "must be 1 to 256 bytes")
        }
        var provider = Provider(name: name, issuer: issuer, clientID: client)
        provider.displayName = try fields.text("display_name") ?? name
        guard (1...64).contains(provider.displayName.unicodeScalars.count) else {
            throw fields.fault("display_name", "must be 1 to 64 characters")
        }
        provider.clientSecret = try secret(fields, of: name)
        if let audiences = try fields.texts("audiences") {
            guard !audiences.isEmpty, !audiences.contains("") else {
                throw fields.fault("audiences", "must name at least one")
            }
            provider.audiences = Set(audiences)
        }
        if let names = try fields.texts("algorithms") {
            let algorithms = names.compactMap(TokenAlgorithm.init(rawValue:))
            guard algorithms.count == names.count, !names.isEmpty else {
                throw fields.fault("algorithms", "must be a list of RS256, PS256, ES256 and EdDSA")
            }
            provider.algorithms = Set(algorithms)
        }
        if let scopes = try fields.texts("scopes") {
            guard scopes.contains("openid"), scopes.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
                throw fields.fault("scopes", "must be a list of words with openid among them")
            }
            provider.scopes = scopes
        }
        provider.mapping = ClaimMapping(
            groupsPath: try fields.text("groups_claim").map(Self.path) ?? [],
            groupPrefix: try fields.text("group_prefix") ?? "\(name):", rules: try rules(fields))
        if provider.mapping.groupsPath.contains("") { throw fields.fault("groups_claim", "has an empty part") }
        return provider
    }

    private func secret(_ fields: SettingsMapping, of name: String) throws(SettingsError) -> Provider.ClientSecret? {
        let variable =
            "PUNCTUAL_ACCESS_PROVIDERS_\(name.uppercased().replacing("-", with: "_"))_CLIENT_SECRET"
        var given = [try fields.text("client_secret"), environment[variable]].compactMap { $0 }
        if let path = try fields.text("client_secret_file") {
            guard let bytes = readFile(path, limit: 4096), let text = String(validating: bytes, as: UTF8.self) else {
                throw fields.fault("client_secret_file", "cannot read \(path)")
            }
            given.append(String(text.prefix { !$0.isNewline }))
        }
        guard given.count <= 1 else {
            throw fields.fault("client_secret", "is given twice; keep one of client_secret, its file and \(variable)")
        }
        guard let text = given.first else { return nil }
        guard (1...1024).contains(text.utf8.count) else {
            throw fields.fault("client_secret", "must be 1 to 1024 bytes")
        }
        guard text.hasPrefix("{{secret:"), text.hasSuffix("}}") else { return .given(Redacted(text)) }
        let parts = text.dropFirst(9).dropLast(2).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), Fields.isWord(String(parts[0]), extra: "._-"),
            SecretReference.isName(parts[1])
        else { throw fields.fault("client_secret", "a reference is {{secret:SERVICE/NAME}}") }
        return .stored(service: String(parts[0]), name: String(parts[1]))
    }

    private func rules(_ fields: SettingsMapping) throws(SettingsError) -> [ClaimMapping.Rule] {
        guard let node = fields["rules"] else { return [] }
        guard let nodes = node.sequence else { throw fields.fault("rules", "must be a list") }
        var rules: [ClaimMapping.Rule] = []
        for (index, node) in nodes.enumerated() {
            let rule = try SettingsMapping(node, of: "\(fields.title): rules number \(index + 1)", keys: Self.ruleKeys)
            guard let claim = try rule.text("claim"), case let path = Self.path(claim), !path.contains("") else {
                throw rule.fault("claim", "must be the name of a claim, with dots for one within another")
            }
            guard let value = try rule.text("value"), !value.isEmpty else {
                throw rule.fault("value", "must be the text that the claim has")
            }
            guard let role = try rule.text("role").flatMap({ Role(word: $0) }) else {
                throw rule.fault("role", "must be viewer, operator, editor or admin")
            }
            let service = try rule.text("service") ?? "*"
            guard service == "*" || ((1...64).contains(service.utf8.count) && Fields.isWord(service, extra: "._-"))
            else { throw rule.fault("service", "must be a service's name, or * for all") }
            rules.append(
                ClaimMapping.Rule(
                    path: path, value: value,
                    permission: Permission(
                        role, service: service == "*" ? nil : service, labels: try rule.labels("labels"))))
        }
        return rules
    }

    private static func path(_ text: String) -> [String] {
        text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}

/// A mapping of the settings file whose keys are all known.
struct SettingsMapping {
    /// Names it in messages.
    let title: String
    private let mapping: Yams.Node.Mapping
    private let line: String

    /// - Throws: `SettingsError` for what is no mapping, and for a key that is not among `keys`.
    init(_ node: Yams.Node, of title: String, keys: Set<String>) throws(SettingsError) {
        guard let mapping = node.mapping else { throw SettingsError("\(title): must be a mapping") }
        self.title = title
        self.mapping = mapping
        line = node.mark.map { " (line \($0.line))" } ?? ""
        for (key, _) in mapping {
            let name = key.scalar?.string ?? ""
            guard keys.contains(name) else {
                let near = Nearest.word(to: name, among: keys).map { "; did you mean \($0)?" } ?? ""
                throw SettingsError(
                    "\(title): there is no key \(name)\(key.mark.map { " (line \($0.line))" } ?? "")\(near)")
            }
        }
    }

    subscript(key: String) -> Yams.Node? { mapping[key] }

    func fault(_ key: String, _ text: String) -> SettingsError { SettingsError("\(title): \(key) \(text)\(line)") }

    /// One value; nil when the key is not there.
    func text(_ key: String) throws(SettingsError) -> String? {
        guard let node = mapping[key] else { return nil }
        guard let text = node.scalar?.string, !ConfigFile.isNull(node) else { throw fault(key, "must be one value") }
        return text
    }

    /// A list of values; nil when the key is not there.
    func texts(_ key: String) throws(SettingsError) -> [String]? {
        guard let node = mapping[key] else { return nil }
        guard let nodes = node.sequence, nodes.allSatisfy({ $0.scalar != nil && !ConfigFile.isNull($0) }) else {
            throw fault(key, "must be a list of words")
        }
        return nodes.compactMap { $0.scalar?.string }
    }

    /// A mapping of words; empty when the key is not there.
    func labels(_ key: String) throws(SettingsError) -> [String: String] {
        guard let node = mapping[key] else { return [:] }
        var labels: [String: String] = [:]
        for (name, value) in node.mapping ?? [:] {
            guard let name = name.scalar?.string, let value = value.scalar?.string else { break }
            labels[name] = value
        }
        guard let count = node.mapping?.count, count == labels.count, count <= 32 else {
            throw fault(key, "must be a mapping of at most 32 words")
        }
        return labels
    }
}
