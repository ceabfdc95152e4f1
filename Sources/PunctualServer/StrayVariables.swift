/// Variables that begin as settings do and are none: a slip in a name would otherwise be a setting that quietly does not hold.
///
/// They are told of and no more: Kubernetes, for one, gives every container such variables of a service called `punctual`.
enum StrayVariables {
    private static let prefix = "PUNCTUAL_"
    private static let providers = "PUNCTUAL_ACCESS_PROVIDERS_"
    /// What commands read that run no node, what has a name of its own, and what jobs are given.
    private static let others: Set = [
        "PUNCTUAL_CONFIG", "PUNCTUAL_MASTER_KEY", "PUNCTUAL_URL", "PUNCTUAL_TOKEN", "PUNCTUAL_PROFILE",
        "PUNCTUAL_ALLOW_HTTP", "PUNCTUAL_CA_FILE", "PUNCTUAL_JOB_ID", "PUNCTUAL_JOB_NAME", "PUNCTUAL_EXECUTION_ID",
        "PUNCTUAL_ATTEMPT", "PUNCTUAL_SCHEDULED_AT", "PUNCTUAL_RUN",
    ]
    private static let known = others.union(
        Settings.keys.map { "\(prefix)\($0.replacing(".", with: "_").uppercased())" })

    /// Their names in order, each with the nearest one that is known, if any is near.
    static func names(in environment: [String: String]) -> [(name: String, nearest: String?)] {
        environment.keys.filter(isStray).sorted().map { name in
            // The prefix is what all have in common, and tells nothing of nearness.
            let near = Nearest.word(
                to: String(name.dropFirst(prefix.count)),
                among: known.sorted().map { String($0.dropFirst(prefix.count)) })
            return (name, near.map { prefix + $0 })
        }
    }

    /// All of them in a line, for people; nil when there are none.
    static func words(in environment: [String: String]) -> String? {
        let names = names(in: environment).map { name, nearest in
            nearest.map { "\(name) (did you mean \($0)?)" } ?? name
        }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    private static func isStray(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), !known.contains(name), !name.hasPrefix(providers) else { return false }
        return !(name.hasSuffix("_FILE") && known.contains(String(name.dropLast("_FILE".count))))
    }
}
