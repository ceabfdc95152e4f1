package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension PostgresStore {
    package func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        // Of this call, so that its repetition knows its own earlier work.
        let token = Identifier.random(at: Timestamp(milliseconds: 0))
        let rows = try await run([
            PostgresStore.take(key, fingerprint, token, staleAfter.wholeMilliseconds, given), PostgresStore.entry(key),
        ])
        let entry = rows[1].first {
            (
                fingerprint: $0.text(), takenBy: $0.identifier(), since: $0.instant(), status: $0.optionalInt(),
                headers: $0.optionalText(), body: $0.blob()
            )
        }
        guard let entry else { return .inProgress }
        if entry.takenBy == token { return .fresh(since: entry.since) }
        guard entry.fingerprint == fingerprint else { return .mismatch }
        guard let status = entry.status else { return .inProgress }
        return .replay(
            StoredAnswer(status: status, headers: try PostgresStore.headers(entry.headers ?? "{}"), body: entry.body))
    }

    /// Over an entry that is a day old, or has no answer and was given up, or is of the same request and stale.
    private static let take = Statement(
        """
        WITH moment AS MATERIALIZED (SELECT coalesce($5::int8, punctual_now()) AS now)
        INSERT INTO idempotency_keys AS k (key, fingerprint, taken_by, since, taken_at)
        SELECT $1, $2, $3, now, now FROM moment
        ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, taken_by = excluded.taken_by,
            since = CASE WHEN k.fingerprint = excluded.fingerprint AND k.taken_at > excluded.taken_at - 86400000
                THEN coalesce(k.since, k.taken_at) ELSE excluded.since END,
            taken_at = excluded.taken_at, status = NULL, headers = NULL, body = NULL
        WHERE k.taken_at <= excluded.taken_at - 86400000
            OR k.status IS NULL AND (k.given_up = k.taken_by
                OR k.fingerprint = excluded.fingerprint AND k.taken_at <= excluded.taken_at - $4::int8)
        """)
    private static let entry = Statement(
        """
        SELECT fingerprint, taken_by, coalesce(since, taken_at), status, headers, body FROM idempotency_keys WHERE key = $1
        """)

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
        guard let answer else {
            _ = try await run([PostgresStore.giveUp(key)])
            return
        }
        var headers = JSONObject()
        for (name, value) in answer.headers { headers[name] = .string(value) }
        _ = try await run([
            PostgresStore.keep(key, answer.status, JSONValue.object(headers).description, Blob(bytes: answer.body))
        ])
    }

    private static let giveUp = Statement(
        "UPDATE idempotency_keys SET given_up = taken_by WHERE key = $1 AND status IS NULL")
    private static let keep = Statement(
        "UPDATE idempotency_keys SET status = $2, headers = $3, body = $4 WHERE key = $1 AND status IS NULL")

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await run([PostgresStore.pruneKeys(instant)])[0].changed
    }

    private static let pruneKeys = Statement("DELETE FROM idempotency_keys WHERE taken_at < $1")
}
