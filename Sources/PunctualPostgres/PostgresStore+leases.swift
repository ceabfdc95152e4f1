package import PunctualCore
package import PunctualSchedule

extension PostgresStore {
    package func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        // In order, so that two nodes never wait for each other.
        let rows = try await run([
            PostgresStore.acquire(Array(Set(shards)).sorted(), holder, duration.wholeMilliseconds, given),
            PostgresStore.held(holder, given),
        ])
        return rows[1].map { ShardLease(&$0) }
    }

    /// A lease of before a promotion counts as run out, for its holder too: the timeline is part of the term, so whatever
    /// term the lost primary gave out after the standby's last news, the next one is higher.
    private static let acquire = Statement(
        """
        WITH moment AS MATERIALIZED (
            SELECT coalesce($4::int8, punctual_now()) AS now, \(timeline) AS first_term
        )
        INSERT INTO shard_leases AS l (shard, holder, term, expires_at)
        SELECT g.shard, $2, moment.first_term + 1, moment.now + $3::int8
        FROM unnest($1::int8[]) AS g (shard), moment ORDER BY g.shard
        ON CONFLICT (shard) DO UPDATE SET
            term = CASE
                WHEN l.term < excluded.term - 1 THEN excluded.term
                ELSE l.term + (l.holder IS DISTINCT FROM excluded.holder)::int
            END, holder = excluded.holder, expires_at = excluded.expires_at
        WHERE l.holder IS NULL OR l.holder = excluded.holder OR l.expires_at <= excluded.expires_at - $3::int8
            OR l.term < excluded.term - 1
        """)
    private static let held = Statement(
        """
        SELECT \(ShardLease.columns) FROM shard_leases
        WHERE holder = $1 AND expires_at > coalesce($2::int8, punctual_now()) ORDER BY shard
        """)
    /// The server's timeline, 1 until a standby is promoted, in the upper half of a term. A standby gives none: the
    /// function fails there, as it should.
    private static let timeline =
        "((('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8 - 1) << 32)"

    package func release(_ leases: [ShardLease]) async throws(StoreError) {
        _ = try await run([
            PostgresStore.release(leases.map(\.shard), leases.map(\.holder), leases.map(\.term))
        ])
        bell.shardsFreed()
    }

    private static let release = Statement(
        """
        WITH given AS MATERIALIZED (
            SELECT l.shard FROM unnest($1::int8[], $2::text[], $3::int8[]) AS g (shard, holder, term)
            JOIN shard_leases l ON l.shard = g.shard AND l.holder = g.holder AND l.term = g.term
            ORDER BY l.shard FOR UPDATE OF l
        )
        UPDATE shard_leases l SET holder = NULL, expires_at = NULL FROM given WHERE l.shard = given.shard
        """)

    package func leave(_ node: String) async throws(StoreError) {
        _ = try await run([PostgresStore.leave(node), PostgresStore.giveUp(node)])
        bell.shardsFreed()
    }

    private static let leave = Statement("DELETE FROM nodes WHERE id = $1")
    private static let giveUp = Statement(
        """
        WITH given AS MATERIALIZED (
            SELECT shard FROM shard_leases WHERE holder = $1 ORDER BY shard FOR UPDATE
        )
        UPDATE shard_leases l SET holder = NULL, expires_at = NULL FROM given WHERE l.shard = given.shard
        """)

    package func leases() async throws(StoreError) -> [ShardLease] {
        try await run([PostgresStore.leases()])[0].map { ShardLease(&$0) }
    }

    private static let leases = Statement("SELECT \(ShardLease.columns) FROM shard_leases ORDER BY shard")

    /// Folds the tallies, too, since it comes every few seconds from every node.
    package func heartbeat(_ node: NodeRecord) async throws(StoreError) {
        _ = try await run([
            PostgresStore.heartbeat(
                node.id, node.roles.joined(separator: ","), node.version, node.address, node.startedAt, given,
                node.shards),
            PostgresStore.fold(),
        ])
    }

    private static let heartbeat = Statement(
        """
        INSERT INTO nodes (id, roles, version, address, started_at, last_seen_at, shards)
        VALUES ($1, $2, $3, $4, $5, coalesce($6::int8, punctual_now()), $7)
        ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, version = excluded.version, address = excluded.address,
            started_at = excluded.started_at, last_seen_at = excluded.last_seen_at, shards = excluded.shards
        """)
    private static let fold: Statement = {
        let words = Tally.columns.split(separator: ", ")
        return Statement(
            """
            WITH old AS (
                DELETE FROM tallies WHERE ctid = ANY (ARRAY(SELECT ctid FROM tallies LIMIT 20000 FOR UPDATE SKIP LOCKED))
                RETURNING *
            )
            INSERT INTO tallies (\(Tally.columns)) SELECT \(words.map { "sum(\($0))" }.joined(separator: ", ")) FROM old
            HAVING count(*) > 0
            """)
    }()

    package func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await run([PostgresStore.nodes(instant)])[0].map {
            NodeRecord(
                id: $0.text(), roles: $0.text().split(separator: ",").map(String.init), version: $0.text(),
                address: $0.optionalText(), startedAt: $0.instant(), lastSeenAt: $0.instant(), shards: $0.optionalInt())
        }
    }

    private static let nodes = Statement(
        "SELECT id, roles, version, address, started_at, last_seen_at, shards FROM nodes WHERE last_seen_at >= $1 ORDER BY id"
    )
}

extension ShardLease {
    fileprivate static let columns = "shard, holder, term, expires_at"

    fileprivate init(_ columns: inout Columns) {
        self.init(
            shard: columns.int(), holder: columns.optionalText(), term: columns.int(),
            expiresAt: columns.optionalInstant())
    }
}
