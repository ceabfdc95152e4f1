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
                "SELECT fingerprint, taken_at, status, headers, body FROM idempotency_keys WHERE key = ?", key
            ) {
                (
                    fingerprint: $0.text(), takenAt: $0.instant(), status: $0.optionalInt(),
                    headers: $0.optionalText(), body: $0.blob()
                )
            }
            if let entry, entry.takenAt > now - .seconds(86_400) {
                guard entry.fingerprint == fingerprint else { return .mismatch }
                if let status = entry.status {
                    return .replay(
                        StoredAnswer(
                            status: status, headers: try Self.headers(entry.headers ?? "{}"), body: entry.body))
                }
                if entry.takenAt > now - staleAfter { return .inProgress }
            }
            try database.run(
                "INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, taken_at) VALUES (?, ?, ?)", key,
                fingerprint, now)
            return .fresh
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
                try transaction.database.run("DELETE FROM idempotency_keys WHERE key = ?", key)
                return
            }
            var headers = JSONObject()
            for (name, value) in answer.headers { headers[name] = .string(value) }
            try transaction.database.run(
                "UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE key = ?", answer.status,
                JSONValue.object(headers).description, answer.body, key)
        }
    }

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run("DELETE FROM idempotency_keys WHERE taken_at < ?", instant)
        }
    }
}
