package import PunctualCore
package import PunctualSchedule

extension SQLiteStore {
    package func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        try await lane.write { transaction in
            let now = transaction.now
            for shard in shards {
                try transaction.database.run(
                    """
                    INSERT INTO shard_leases (shard, holder, term, expires_at) VALUES (?1, ?2, 1, ?3)
                    ON CONFLICT (shard) DO UPDATE SET
                        term = term + (holder IS NOT ?2), holder = ?2, expires_at = ?3
                    WHERE holder IS ?2 OR holder IS NULL OR expires_at <= ?4
                    """, shard, holder, now + duration, now)
            }
            return try transaction.database.rows(
                "SELECT \(ShardLease.columns) FROM shard_leases WHERE holder = ? AND expires_at > ? ORDER BY shard",
                holder, now, read: ShardLease.init)
        }
    }

    package func release(_ leases: [ShardLease]) async throws(StoreError) {
        try await lane.write { transaction in
            for lease in leases {
                try transaction.database.run(
                    "UPDATE shard_leases SET holder = NULL, expires_at = NULL WHERE shard = ? AND holder IS ? AND term = ?",
                    lease.shard, lease.holder, lease.term)
            }
        }
    }

    package func leave(_ node: String) async throws(StoreError) {
        try await lane.write { transaction in
            try transaction.database.run("DELETE FROM nodes WHERE id = ?", node)
            try transaction.database.run(
                "UPDATE shard_leases SET holder = NULL, expires_at = NULL WHERE holder = ?", node)
        }
    }

    package func leases() async throws(StoreError) -> [ShardLease] {
        try await read {
            try $0.database.rows(
                "SELECT \(ShardLease.columns) FROM shard_leases ORDER BY shard", read: ShardLease.init)
        }
    }

    package func heartbeat(_ node: NodeRecord) async throws(StoreError) {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                INSERT OR REPLACE INTO nodes (id, roles, version, address, started_at, last_seen_at, shards)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, node.id, node.roles.joined(separator: ","), node.version, node.address, node.startedAt,
                transaction.now, node.shards)
        }
    }

    package func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await read { transaction in
            try transaction.database.rows(
                """
                SELECT id, roles, version, address, started_at, last_seen_at, shards FROM nodes WHERE last_seen_at >= ?
                ORDER BY id
                """, instant
            ) {
                NodeRecord(
                    id: $0.text(), roles: $0.text().split(separator: ",").map(String.init), version: $0.text(),
                    address: $0.optionalText(), startedAt: $0.instant(), lastSeenAt: $0.instant(),
                    shards: $0.optionalInt())
            }
        }
    }
}

extension ShardLease {
    fileprivate static let columns = "shard, holder, term, expires_at"

    fileprivate init(_ columns: inout Columns) {
        self.init(
            shard: columns.int(), holder: columns.optionalText(), term: columns.int(),
            expiresAt: columns.optionalInstant())
    }
}
