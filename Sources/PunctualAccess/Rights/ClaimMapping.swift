package import PunctualCore
package import PunctualJSON

/// What the claims of an outside provider's tokens are worth here.
package struct ClaimMapping: Hashable, Sendable {
    /// The way to the claim that names groups, such as `["groups"]` or `["realm_access", "roles"]`; empty means no groups.
    package var groupsPath: [String]
    /// Put before the groups' names, so that two providers' groups of one name are not one group here.
    package var groupPrefix: String
    package var rules: [Rule]

    /// A permission for tokens whose claim has a value.
    package struct Rule: Hashable, Sendable {
        /// The way to the claim.
        package var path: [String]
        /// The claim must be this text, or a list that has it.
        package var value: String
        package var permission: Permission

        package init(path: [String], value: String, permission: Permission) {
            self.path = path
            self.value = value
            self.permission = permission
        }
    }

    package init(groupsPath: [String], groupPrefix: String = "", rules: [Rule] = []) {
        self.groupsPath = groupsPath
        self.groupPrefix = groupPrefix
        self.rules = rules
    }

    package func groups(of claims: JSONValue) -> Set<String> {
        Set(ClaimMapping.texts(at: groupsPath, in: claims).map { groupPrefix + $0 })
    }

    package func permissions(of claims: JSONValue) -> [Permission] {
        rules.filter { ClaimMapping.texts(at: $0.path, in: claims).contains($0.value) }.map(\.permission)
    }

    /// The text at the end of the way, or the texts of the list there.
    private static func texts(at path: [String], in claims: JSONValue) -> [String] {
        var value: JSONValue? = path.isEmpty ? nil : claims
        for name in path { value = value?[name] }
        return value?.array?.compactMap(\.string) ?? [value?.string].compactMap { $0 }
    }
}
