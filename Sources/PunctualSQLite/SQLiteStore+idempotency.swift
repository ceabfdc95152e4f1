package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension SQLiteStore {
    package func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        try await lane.write { transaction in
            let (now, database) = (transaction.now, transaction.database)
            let entry = try database.first(
                """
                SELECT fingerprint, coalesce(since, taken_at), taken_at, given_up, status, headers, body
                FROM idempotency_keys WHERE key = ?
                """, key
            ) {
                (
                    fingerprint: $0.text(), since: $0.instant(), takenAt: $0.instant(), isGivenUp: $0.bool(),
                    status: $0.optionalInt(), headers: $0.optionalText(), body: $0.blob()
                )
            }
            var since = now
            if let entry, entry.takenAt > now - .seconds(86_400) {
                if entry.fingerprint == fingerprint {
                    if let status = entry.status {
                        return .replay(
                            StoredAnswer(
                                status: status, headers: try Self.headers(entry.headers ?? "{}"), body: entry.body))
                    }
                    guard entry.isGivenUp || entry.takenAt <= now - staleAfter else { return .inProgress }
                    since = entry.since
                } else if !entry.isGivenUp {
                    return .mismatch
                }
            }
            try database.run(
                "INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, since, taken_at) VALUES (?, ?, ?, ?)", key,
                fingerprint, since, now)
            return .fresh(since: since)
        }
    }

    private static func headers(_ text: String) throws(StoreError) -> [String: String] {
        do throws(JSONError) {
            let members = try JSONValue(parsing: text).object?.members ?? []
            return Dictionary(
                members.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw .corrupt("the stored answer cannot be read: \(error)")
        }
    }

    package func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await lane.write { transaction in
            guard let answer else {
                try transaction.database.run(
                    "UPDATE idempotency_keys SET given_up = 1 WHERE key = ? AND status IS NULL", key)
                return
            }
            var headers = JSONObject()
            for (name, value) in answer.headers { headers[name] = .string(value) }
            try transaction.database.run(
                """
                UPDATE idempotency_keys SET given_up = 0, status = ?, headers = ?, body = ?
                WHERE key = ? AND status IS NULL
                """, answer.status, JSONValue.object(headers).description, answer.body, key)
        }
    }

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run("DELETE FROM idempotency_keys WHERE taken_at < ?", instant)
        }
    }
}
