package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension SQLiteStore: NotificationStore {
    package func notificationRules() async throws(StoreError) -> [NotificationRule] {
        try await read { try $0.notificationRules() }
    }

    package func setNotificationRule(_ rule: NotificationRule) async throws(StoreError) {
        try await lane.write { transaction in
            var rule = rule
            if let known = try transaction.notificationRules().first(where: { $0.name == rule.name }) {
                rule.createdAt = known.createdAt
            }
            try transaction.set(rule)
        }
    }

    package func setNotificationRule(
        _ rule: NotificationRule, replacing known: NotificationRule?
    ) async throws(StoreError) -> Bool {
        try await lane.write { transaction in
            let there = try transaction.notificationRules().first { $0.name == rule.name }
            guard (there == nil) == (known == nil), there?.service == known?.service else { return false }
            try transaction.set(rule)
            return true
        }
    }

    package func removeNotificationRule(_ name: String) async throws(StoreError) -> Bool {
        try await lane.write { transaction in
            try transaction.database.run("DELETE FROM notices WHERE rule = ?", name)
            try transaction.database.run("DELETE FROM notice_states WHERE rule = ?", name)
            return try transaction.database.run("DELETE FROM notification_rules WHERE name = ?", name) > 0
        }
    }

    package func troubles(
        of statuses: Set<ExecutionStatus>, since instant: Timestamp, behind id: Identifier?, limit: Int
    ) async throws(StoreError) -> [Execution] {
        let wanted: [ExecutionStatus?] = [.failed, .skipped, .missed].map { statuses.contains($0) ? $0 : nil }
        return try await read { transaction in
            try transaction.database.rows(
                """
                SELECT \(Execution.columns) FROM executions INDEXED BY executions_with_trouble
                WHERE \(Migrations.isTrouble) AND status IN (?, ?, ?)
                    AND finished_at >= ? AND (finished_at, id) > (?, ?)
                ORDER BY finished_at, id LIMIT ?
                """, wanted[0]?.rawValue, wanted[1]?.rawValue, wanted[2]?.rawValue, instant, instant,
                id ?? Identifier(high: 0, low: 0), max(0, limit)
            ) { try Execution(&$0) }
        }
    }

    package func noticeCursor() async throws(StoreError) -> Timestamp? {
        try await read { try $0.database.first("SELECT at FROM notice_cursor WHERE id = 1") { $0.instant() } }
    }

    package func add(_ notices: [Notice], cursor: Timestamp?) async throws(StoreError) {
        try await lane.write { transaction in
            for notice in notices {
                try transaction.database.run(
                    """
                    INSERT OR IGNORE INTO notices (id, rule, at, state, due_at, since, revision, body)
                    SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM notification_rules WHERE name = ?)
                    """, notice.id, notice.rule, notice.at, notice.state.rawValue, notice.dueAt, notice.dueAt,
                    notice.revision, notice.json.description, notice.rule)
            }
            if let cursor {
                try transaction.database.run(
                    """
                    INSERT INTO notice_cursor (id, at) VALUES (1, ?)
                    ON CONFLICT (id) DO UPDATE SET at = max(notice_cursor.at, excluded.at)
                    """, cursor)
            }
        }
    }

    package func waitingRules() async throws(StoreError) -> [String: Timestamp] {
        try await read { transaction in
            let rows = try transaction.database.rows(
                """
                SELECT name, (
                    SELECT due_at FROM notices WHERE state = 'waiting' AND rule = name ORDER BY due_at, id LIMIT 1
                ) FROM notification_rules
                """
            ) { (name: $0.text(), dueAt: $0.optionalInstant()) }
            return Dictionary(
                rows.compactMap { row in row.dueAt.map { (row.name, $0) } }, uniquingKeysWith: { first, _ in first })
        }
    }

    package func waitingNotices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        try await read { transaction in
            try transaction.database.rows(
                "SELECT body FROM notices WHERE state = 'waiting' AND rule = ? ORDER BY due_at, id LIMIT ?", rule,
                max(0, limit)
            ) { Notice(stored: $0.text()) }.compactMap { $0 }
        }
    }

    package func noticeBacklog() async throws(StoreError) -> NoticeBacklog {
        try await read { transaction in
            try transaction.database.first(
                """
                SELECT (SELECT count(*) FROM (SELECT 1 FROM notices WHERE state = 'waiting' LIMIT 100000)),
                    (SELECT since FROM notices WHERE state = 'waiting' AND since IS NOT NULL ORDER BY since LIMIT 1)
                """
            ) { NoticeBacklog(count: $0.int(), since: $0.optionalInstant()) } ?? NoticeBacklog(count: 0, since: nil)
        }
    }

    package func notices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        try await read { transaction in
            try transaction.database.rows(
                "SELECT body FROM notices WHERE rule = ? ORDER BY at DESC, id DESC LIMIT ?", rule, max(0, limit)
            ) { Notice(stored: $0.text()) }.compactMap { $0 }
        }
    }

    package func newestNotices(of rules: [String]) async throws(StoreError) -> [String: Notice] {
        try await read { transaction in
            var newest: [String: Notice] = [:]
            for rule in rules {
                newest[rule] = try transaction.database.first(
                    "SELECT body FROM notices WHERE rule = ? ORDER BY at DESC, id DESC LIMIT 1", rule
                ) { Notice(stored: $0.text()) }.flatMap { $0 }
            }
            return newest
        }
    }

    package func save(_ notices: [Notice], _ states: [NoticeState]) async throws(StoreError) -> Bool {
        try await lane.write { transaction in
            let database = transaction.database
            for notice in notices {
                let revision = try database.first("SELECT revision FROM notices WHERE id = ?", notice.id) { $0.int() }
                guard revision == notice.revision - 1 else { return false }
            }
            for state in states {
                let known = try database.first(
                    "SELECT body FROM notice_states WHERE rule = ? AND job_id = ?", state.rule, state.jobID
                ) { NoticeState(stored: $0.text())?.revision ?? 0 }
                guard known ?? 0 == state.revision - 1 else { return false }
            }
            for notice in notices {
                try database.run(
                    "UPDATE notices SET revision = ?, state = ?, due_at = ?, body = ? WHERE id = ?", notice.revision,
                    notice.state.rawValue, notice.dueAt, notice.json.description, notice.id)
            }
            for state in states {
                try database.run(
                    """
                    INSERT INTO notice_states (rule, job_id, failing, body)
                    SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM notification_rules WHERE name = ?)
                    ON CONFLICT (rule, job_id) DO UPDATE SET failing = excluded.failing, body = excluded.body
                    """, state.rule, state.jobID, state.isFailing, state.json.description, state.rule)
            }
            return true
        }
    }

    package func noticeStates(of rule: String, jobs: [Identifier]) async throws(StoreError) -> [NoticeState] {
        try await read { transaction in
            try jobs.compactMap { job in
                try transaction.database.first(
                    "SELECT body FROM notice_states WHERE rule = ? AND job_id = ?", rule, job
                ) { NoticeState(stored: $0.text()) } ?? nil
            }
        }
    }

    package func recoveredStates(
        after place: NoticePlace?, limit: Int
    ) async throws(StoreError) -> [NoticeState] {
        try await read { transaction in
            try transaction.database.rows(
                """
                SELECT body FROM notice_states s
                WHERE failing = 1 AND (rule, job_id) > (?, ?)
                    AND EXISTS (SELECT 1 FROM jobs WHERE id = s.job_id AND last_status = 'succeeded')
                ORDER BY rule, job_id LIMIT ?
                """, place?.rule ?? "", place?.job ?? Identifier(high: 0, low: 0), max(0, limit)
            ) { NoticeState(stored: $0.text()) }.compactMap { $0 }
        }
    }

    package func pruneNotices(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                DELETE FROM notices WHERE id IN (
                    SELECT id FROM notices WHERE state <> 'waiting' AND at < ? ORDER BY at LIMIT ?
                )
                """, instant, max(0, limit))
        }
    }

    package func pruneNoticeStates(limit: Int) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                DELETE FROM notice_states WHERE (rule, job_id) IN (
                    SELECT rule, job_id FROM notice_states
                    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = notice_states.job_id) LIMIT ?
                )
                """, max(0, limit))
        }
    }
}

extension Transaction {
    fileprivate func set(_ rule: NotificationRule) throws {
        try database.run(
            """
            INSERT INTO notification_rules (name, body) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET body = excluded.body
            """, rule.name, rule.json.description)
    }

    fileprivate func notificationRules() throws -> [NotificationRule] {
        try database.rows("SELECT body FROM notification_rules ORDER BY name") { NotificationRule(stored: $0.text()) }
            .compactMap { $0 }
    }
}
