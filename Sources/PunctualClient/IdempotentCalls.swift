internal import PunctualAPI

/// The calls that create or trigger, whose answers the server keeps by their `Idempotency-Key`.
enum IdempotentCalls {
    private static let paths = [
        ["jobs"], ["jobs", "bulk"], ["jobs", "*", "trigger"], ["jobs", "*", "backfill"], ["executions", "*", "retry"],
        ["service-accounts"], ["grants"],
    ]

    /// Whether the server heeds the key of such a call; others it may do twice.
    static func takeKey(_ method: String, _ path: String) -> Bool {
        guard method == "POST", path.hasPrefix(APIPath.prefix + "/") else { return false }
        let parts = path.dropFirst(APIPath.prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        return paths.contains { known in
            known.count == parts.count && zip(known, parts).allSatisfy { $0 == "*" && !$1.isEmpty || $0 == $1 }
        }
    }
}
