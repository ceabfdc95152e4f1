package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension PostgresStore: NotificationStore {
    package func notificationRules() async throws(StoreError) -> [NotificationRule] {
        try await run([PostgresStore.allRules()])[0].map { $0.text() }.compactMap { NotificationRule(stored: $0) }
    }

    package func setNotificationRule(_ rule: NotificationRule) async throws(StoreError) {
        var rule = rule
        if let known = try await notificationRules().first(where: { $0.name == rule.name }) {
            rule.createdAt = known.createdAt
        }
        _ = try await run([PostgresStore.setRule(rule.name, rule.json.description)])
    }

    package func setNotificationRule(
        _ rule: NotificationRule, replacing known: NotificationRule?
    ) async throws(StoreError) -> Bool {
        let body = rule.json.description
        let call =
            known.map { PostgresStore.replaceRule(rule.name, body, $0.service) }
            ?? PostgresStore.makeRule(rule.name, body)
        return try await run([call])[0].count > 0
    }

    package func removeNotificationRule(_ name: String) async throws(StoreError) -> Bool {
        // The rule first: whoever adds notices of it at this moment is waited for, or finds it gone.
        try await run([
            PostgresStore.removeRule(name), PostgresStore.removeNotices(name), PostgresStore.removeStates(name),
        ])[0].count > 0
    }

    package func troubles(
        of statuses: Set<ExecutionStatus>, since instant: Timestamp, behind id: Identifier?, limit: Int
    ) async throws(StoreError) -> [Execution] {
        guard limit > 0, !statuses.isEmpty else { return [] }
        let call = PostgresStore.troubles(
            instant, id ?? Identifier(high: 0, low: 0), limit, statuses.map(\.rawValue).sorted())
        return try await run([call])[0].map { StoredExecution(&$0).row }
    }

    package func noticeCursor() async throws(StoreError) -> Timestamp? {
        try await run([PostgresStore.cursor()])[0].first { $0.instant() }
    }

    package func add(_ notices: [Notice], cursor: Timestamp?) async throws(StoreError) {
        var calls: [Call] = []
        if !notices.isEmpty {
            // In one order, so that two nodes never wait for each other.
            let notices = notices.sorted { $0.id < $1.id }
            calls.append(
                PostgresStore.addNotices(
                    notices.map(\.id), notices.map(\.rule), notices.map(\.at), notices.map(\.state.rawValue),
                    notices.map(\.dueAt), notices.map(\.revision), notices.map(\.json.description)))
        }
        if let cursor { calls.append(PostgresStore.moveCursor(cursor)) }
        if !calls.isEmpty { _ = try await run(calls) }
    }

    package func waitingRules() async throws(StoreError) -> [String: Timestamp] {
        let rows = try await run([PostgresStore.waitingRules()])[0].map { (name: $0.text(), dueAt: $0.instant()) }
        return Dictionary(rows.map { ($0.name, $0.dueAt) }, uniquingKeysWith: { first, _ in first })
    }

    package func waitingNotices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        guard limit > 0 else { return [] }
        return try await run([PostgresStore.waitingNotices(rule, limit)])[0].map { $0.text() }.compactMap {
            Notice(stored: $0)
        }
    }

    package func noticeBacklog() async throws(StoreError) -> NoticeBacklog {
        try await run([PostgresStore.backlog()])[0].first {
            NoticeBacklog(count: $0.int(), since: $0.optionalInstant())
        } ?? NoticeBacklog(count: 0, since: nil)
    }

    package func notices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        guard limit > 0 else { return [] }
        return try await run([PostgresStore.noticesOfRule(rule, limit)])[0].map { $0.text() }
            .compactMap { Notice(stored: $0) }
    }

    package func newestNotices(of rules: [String]) async throws(StoreError) -> [String: Notice] {
        let rows = try await run([PostgresStore.newestOfRules(rules)])[0].map { $0.text() }
        let found = rows.compactMap { Notice(stored: $0) }.map { ($0.rule, $0) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    package func save(_ notices: [Notice], _ states: [NoticeState]) async throws(StoreError) -> Bool {
        let notices = notices.sorted { $0.id < $1.id }
        let states = states.sorted { ($0.rule, $0.jobID) < ($1.rule, $1.jobID) }
        let call = PostgresStore.saveNotices(
            notices.map(\.id), notices.map(\.revision), notices.map(\.state.rawValue), notices.map(\.dueAt),
            notices.map(\.json.description), states.map(\.rule), states.map(\.jobID), states.map(\.isFailing),
            states.map(\.json.description), states.map(\.revision))
        return try await run([call])[0].first { $0.bool() } ?? false
    }

    package func noticeStates(of rule: String, jobs: [Identifier]) async throws(StoreError) -> [NoticeState] {
        try await run([PostgresStore.statesOfJobs(rule, jobs)])[0].map { $0.text() }.compactMap {
            NoticeState(stored: $0)
        }
    }

    package func recoveredStates(
        after place: NoticePlace?, limit: Int
    ) async throws(StoreError) -> [NoticeState] {
        guard limit > 0 else { return [] }
        let call = PostgresStore.recoveredStates(
            place?.rule ?? "", place?.job ?? Identifier(high: 0, low: 0), limit)
        return try await run([call])[0].map { $0.text() }.compactMap { NoticeState(stored: $0) }
    }

    package func pruneNotices(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        return try await run([PostgresStore.pruneNotices(instant, limit)])[0].count
    }

    package func pruneNoticeStates(limit: Int) async throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        return try await run([PostgresStore.pruneStates(limit)])[0].count
    }

    private static let allRules = Statement("SELECT body FROM notification_rules ORDER BY name")
    private static let setRule = Statement(
        """
        INSERT INTO notification_rules (name, body) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET body = excluded.body
        """)
    private static let makeRule = Statement(
        "INSERT INTO notification_rules (name, body) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING 1::int8")
    private static let replaceRule = Statement(
        """
        UPDATE notification_rules SET body = $2
        WHERE name = $1 AND (body::json ->> 'service') IS NOT DISTINCT FROM $3::text RETURNING 1::int8
        """)
    private static let removeRule = Statement("DELETE FROM notification_rules WHERE name = $1 RETURNING 1::int8")
    private static let removeNotices = Statement("DELETE FROM notices WHERE rule = $1")
    private static let removeStates = Statement("DELETE FROM notice_states WHERE rule = $1")
    static let troubles = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM ended_executions e
        WHERE e.status IN ('failed', 'skipped', 'missed') AND e.status = ANY ($4::text[]) AND e.finished_at >= $1
            AND (e.finished_at, e.id) > ($1, $2) ORDER BY e.finished_at, e.id LIMIT $3::int8
        """)
    private static let cursor = Statement("SELECT at FROM notice_cursor WHERE id = 1")
    private static let moveCursor = Statement(
        """
        INSERT INTO notice_cursor (id, at) VALUES (1, $1)
        ON CONFLICT (id) DO UPDATE SET at = greatest(notice_cursor.at, excluded.at)
        """)
    private static let addNotices = Statement(
        """
        WITH rules AS MATERIALIZED (
            SELECT name FROM notification_rules WHERE name = ANY ($2::text[]) ORDER BY name FOR SHARE
        )
        INSERT INTO notices (id, rule, at, state, due_at, since, revision, body)
        SELECT n.id, n.rule, n.at, n.state, n.due_at, n.due_at, n.revision, n.body
        FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::text[], $5::int8[], $6::int8[], $7::text[])
            AS n (id, rule, at, state, due_at, revision, body)
        WHERE n.rule IN (SELECT name FROM rules)
        ON CONFLICT (id) DO NOTHING
        """)
    static let waitingRules = Statement(
        """
        SELECT r.name, n.due_at FROM notification_rules r CROSS JOIN LATERAL (
            SELECT due_at FROM notices WHERE state = 'waiting' AND rule = r.name ORDER BY due_at, id LIMIT 1
        ) n
        """)
    static let waitingNotices = Statement(
        "SELECT body FROM notices WHERE state = 'waiting' AND rule = $1 ORDER BY due_at, id LIMIT $2::int8")
    static let backlog = Statement(
        """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM notices WHERE state = 'waiting' LIMIT 100000) n),
            (SELECT since FROM notices WHERE state = 'waiting' AND since IS NOT NULL ORDER BY since LIMIT 1)
        """)
    private static let noticesOfRule = Statement(
        "SELECT body FROM notices WHERE rule = $1 ORDER BY at DESC, id DESC LIMIT $2::int8")
    private static let newestOfRules = Statement(
        """
        SELECT n.body FROM (SELECT DISTINCT rule FROM unnest($1::text[]) AS g (rule)) r
        CROSS JOIN LATERAL (
            SELECT o.body FROM notices o WHERE o.rule = r.rule ORDER BY o.at DESC, o.id DESC LIMIT 1
        ) n
        """)
    /// The locks are had before the revisions are compared: two that save the same go one after the other. Bodies of older
    /// binaries have no revision, which is 0.
    private static let saveNotices = Statement(
        """
        WITH wanted AS (
            SELECT * FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::int8[], $5::text[])
                AS w (id, revision, state, due_at, body)
        ), held AS MATERIALIZED (
            SELECT n.id FROM notices n JOIN wanted w ON w.id = n.id AND n.revision = w.revision - 1
            ORDER BY n.id FOR UPDATE OF n
        ), states AS (
            SELECT * FROM unnest($6::text[], $7::uuid[], $8::bool[], $9::text[], $10::int8[])
                AS s (rule, job_id, failing, body, revision)
        ), locked AS MATERIALIZED (
            SELECT n.rule, n.job_id, coalesce((n.body::jsonb ->> 'revision')::int8, 0) AS revision
            FROM notice_states n JOIN states s ON s.rule = n.rule AND s.job_id = n.job_id
            ORDER BY n.rule, n.job_id FOR UPDATE OF n
        ), verdict AS MATERIALIZED (
            SELECT (SELECT count(*) FROM held) = (SELECT count(*) FROM wanted) AND NOT EXISTS (
                SELECT 1 FROM states s LEFT JOIN locked l ON l.rule = s.rule AND l.job_id = s.job_id
                WHERE coalesce(l.revision, 0) <> s.revision - 1
            ) AS holds
        ), changed AS (
            UPDATE notices n SET revision = w.revision, state = w.state, due_at = w.due_at, body = w.body
            FROM wanted w WHERE n.id = w.id AND (SELECT holds FROM verdict)
        ), known AS (
            INSERT INTO notice_states (rule, job_id, failing, body)
            SELECT s.rule, s.job_id, s.failing, s.body FROM states s
            WHERE (SELECT holds FROM verdict) AND EXISTS (SELECT 1 FROM notification_rules r WHERE r.name = s.rule)
            ON CONFLICT (rule, job_id) DO UPDATE SET failing = excluded.failing, body = excluded.body
        )
        SELECT holds FROM verdict
        """)
    private static let statesOfJobs = Statement(
        "SELECT body FROM notice_states WHERE rule = $1 AND job_id = ANY($2::uuid[])")
    static let recoveredStates = Statement(
        """
        SELECT s.body FROM notice_states s JOIN job_progress p ON p.id = s.job_id
        WHERE s.failing AND p.last_status = 'succeeded' AND (s.rule, s.job_id) > ($1, $2::uuid)
        ORDER BY s.rule, s.job_id LIMIT $3::int8
        """)
    static let pruneStates = Statement(
        """
        DELETE FROM notice_states WHERE (rule, job_id) IN (
            SELECT s.rule, s.job_id FROM notice_states s
            WHERE NOT EXISTS (SELECT 1 FROM job_progress p WHERE p.id = s.job_id) LIMIT $1::int8
        ) RETURNING 1::int8
        """)
    private static let pruneNotices = Statement(
        """
        DELETE FROM notices WHERE id IN (
            SELECT id FROM notices WHERE state <> 'waiting' AND at < $1 ORDER BY at LIMIT $2::int8
        ) RETURNING 1::int8
        """)
}
