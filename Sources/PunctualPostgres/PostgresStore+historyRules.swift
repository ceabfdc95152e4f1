package import PunctualCore
internal import PunctualSchedule

/// How the nodes that share a database are set to keep its history: the most careful of them decides for all.
struct HistoryRules: Hashable, Sendable {
    /// The longest that any of them keeps it; nil when none has told.
    var keptFor: Duration?
    /// Whether any of them archives what leaves.
    var archives = false
}

extension PostgresStore {
    /// Tells how a node is set. Its word holds for two hours, so it tells again within that time.
    package func tellHistory(of node: String, keptFor: Duration, archives: Bool) async throws(StoreError) {
        _ = try await run([
            PostgresStore.tell(node, keptFor.wholeMilliseconds, archives, given), PostgresStore.forgetOld(given),
        ])
    }

    /// What a node that leaves was set to holds no longer.
    package func forgetHistory(of node: String) async throws(StoreError) {
        _ = try await run([PostgresStore.forget(node)])
    }

    func historyRules() async throws(StoreError) -> HistoryRules {
        try await run([PostgresStore.rules(given)])[0].first {
            HistoryRules(keptFor: $0.optionalInt64().map { .milliseconds($0) }, archives: $0.bool())
        } ?? HistoryRules()
    }

    private static let tell = Statement(
        """
        INSERT INTO history_rules (node, kept_for, archives, told_at) VALUES ($1, $2, $3, coalesce($4::int8, punctual_now()))
        ON CONFLICT (node) DO UPDATE SET kept_for = excluded.kept_for, archives = excluded.archives,
            told_at = excluded.told_at
        """)
    private static let forgetOld = Statement(
        "DELETE FROM history_rules WHERE told_at < coalesce($1::int8, punctual_now()) - 7200000")
    private static let forget = Statement("DELETE FROM history_rules WHERE node = $1")
    private static let rules = Statement(
        """
        SELECT max(kept_for), coalesce(bool_or(archives), false) FROM history_rules
        WHERE told_at >= coalesce($1::int8, punctual_now()) - 7200000
        """)
}
