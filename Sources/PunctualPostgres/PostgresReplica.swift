package import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// A standby: the store that it answers for, and how far it is.
package struct PostgresReplica: Sendable {
    package let name: String
    package let store: PostgresStore
    private let primary: PostgresStore

    /// The standby need not be there yet: it is asked again and again.
    /// - Parameters:
    ///   - primary: whose data it must have.
    ///   - readerRole: as for the store.
    package init(
        uri: String, of primary: PostgresStore, connections: Int, readerRole: String? = nil
    ) throws(StoreError) {
        self.primary = primary
        let settings = try ConnectionSettings(uri, isReplica: true)
        name = settings.place
        store = PostgresStore(replica: settings, connections: connections, reader: readerRole.map(ReaderRole.init))
    }

    /// How far it has replayed the primary's log, and how old its newest transaction may be.
    /// - Throws: `.unavailable` also for a server that has other data than the primary: another database, or a primary of
    ///   before the last promotion.
    package func state() async throws(StoreError) -> (position: UInt64, age: Duration) {
        let state = try await store.run([PostgresReplica.state()])[0].first {
            (position: $0.int64(), age: $0.int64(), database: $0.text(), timeline: $0.optionalText())
        }
        guard let state else { throw .unavailable("\(name) tells nothing of its state") }
        guard let known = primary.identity else { throw .unavailable("the primary has not said yet who it is") }
        guard state.database == known.database else {
            throw .unavailable("\(name) is no copy of the primary's database")
        }
        if let timeline = state.timeline, timeline != known.timeline {
            throw .unavailable("\(name) takes writes of its own, on another timeline than the primary")
        }
        return (UInt64(clamping: state.position), .milliseconds(max(0, state.age)))
    }

    /// A standby that has replayed all it was sent is as old as the last word of its primary, which only a role that may see
    /// `pg_stat_wal_receiver` knows; else as its last transaction. The nodes' heartbeats are some every few seconds: where
    /// the newest is long past, whatever it follows is not the primary. A server that is no standby is not behind itself.
    private static let state = Statement(
        """
        SELECT CASE WHEN pg_is_in_recovery() THEN (coalesce(pg_last_wal_replay_lsn(), '0/0') - '0/0'::pg_lsn)::int8
                ELSE (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8 END,
            CASE WHEN pg_is_in_recovery() THEN greatest(coalesce((extract(epoch FROM clock_timestamp() - coalesce(
                (SELECT last_msg_receipt_time FROM pg_stat_wal_receiver
                    WHERE status = 'streaming' AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()),
                pg_last_xact_replay_timestamp())) * 1000)::int8, 3600000),
                    punctual_now() - coalesce((SELECT max(last_seen_at) FROM nodes), 0) - 60000)
                ELSE 0 END,
            \(PostgresStore.ownDatabase), \(PostgresStore.ownTimeline)
        """)
}

extension PostgresStore {
    /// Which data a server has.
    struct Identity: Hashable, Sendable {
        /// Of the cluster that `initdb` made, and the database in it: the same on every standby.
        var database: String
        /// Another one after each promotion.
        var timeline: String
    }

    /// Who the primary was when it was last asked; nil before that.
    var identity: Identity? { knownIdentity.withLock { $0 } }

    /// Asks the primary who it is: after a promotion it is another one.
    package func learnIdentity() async throws(StoreError) {
        let identity = try await run([PostgresStore.ownIdentity()])[0].first {
            Identity(database: $0.text(), timeline: $0.text())
        }
        knownIdentity.withLock { $0 = identity }
    }

    /// What tells this database's tables from all others': the same for every node that uses them, also after a promotion.
    package func mark() async throws(StoreError) -> String {
        try await run([PostgresStore.ownMark()])[0].first { $0.text() } ?? ""
    }

    private static let ownMark = Statement("SELECT \(ownDatabase) || ' ' || current_schema()")
    private static let ownIdentity = Statement("SELECT \(ownDatabase), \(ownTimeline)")
    fileprivate static let ownDatabase = """
        (SELECT system_identifier FROM pg_control_system()) || ' ' ||
            (SELECT oid FROM pg_database WHERE datname = current_database())
        """
    /// NULL on a standby.
    fileprivate static let ownTimeline =
        "CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END"

    /// How far the primary's log is, for replicas to have reached.
    package func position() async throws(StoreError) -> UInt64 {
        let position = try await run([PostgresStore.positionStatement()])[0].first { $0.int64() }
        return UInt64(clamping: position ?? .max)
    }

    private static let positionStatement = Statement("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8")
}
