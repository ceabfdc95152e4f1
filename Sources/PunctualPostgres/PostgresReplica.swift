package import PunctualCore
internal import PunctualSchedule

/// A standby: the store that it answers for, and how far it is.
package struct PostgresReplica: Sendable {
    package let name: String
    package let store: PostgresStore

    /// The standby need not be there yet: it is asked again and again.
    /// - Parameter readerRole: as for the store.
    package init(uri: String, connections: Int, readerRole: String? = nil) throws(StoreError) {
        let settings = try ConnectionSettings(uri, isReplica: true)
        name = settings.place
        store = PostgresStore(replica: settings, connections: connections, reader: readerRole.map(ReaderRole.init))
    }

    /// How far it has replayed the primary's log, and how old its newest transaction may be.
    package func state() async throws(StoreError) -> (position: UInt64, age: Duration) {
        let state = try await store.run([PostgresReplica.state()])[0].first { ($0.int64(), $0.int64()) }
        guard let (position, age) = state else { throw .unavailable("\(name) tells nothing of its state") }
        return (UInt64(clamping: position), .milliseconds(max(0, age)))
    }

    /// A standby that has replayed all it was sent is as old as the last word of its primary, which only a role that may see
    /// `pg_stat_wal_receiver` knows; else as its last transaction. The nodes' heartbeats are some every few seconds. A server
    /// that is no standby is not behind itself.
    private static let state = Statement(
        """
        SELECT CASE WHEN pg_is_in_recovery() THEN (coalesce(pg_last_wal_replay_lsn(), '0/0') - '0/0'::pg_lsn)::int8
                ELSE (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8 END,
            CASE WHEN pg_is_in_recovery() THEN coalesce((extract(epoch FROM clock_timestamp() - coalesce(
                (SELECT last_msg_receipt_time FROM pg_stat_wal_receiver
                    WHERE status = 'streaming' AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()),
                pg_last_xact_replay_timestamp())) * 1000)::int8, 3600000)
                ELSE 0 END
        """)
}

extension PostgresStore {
    /// How far the primary's log is, for replicas to have reached.
    package func position() async throws(StoreError) -> UInt64 {
        let position = try await run([PostgresStore.positionStatement()])[0].first { $0.int64() }
        return UInt64(clamping: position ?? .max)
    }

    private static let positionStatement = Statement("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8")
}
