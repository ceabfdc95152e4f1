package import PunctualCore
package import PunctualSchedule
internal import Synchronization

/// Jobs and executions in a PostgreSQL database, for any number of nodes.
///
/// Each call is one transaction, most of them one round trip. A call whose connection was lost is made again as a whole:
/// ids come from the caller, and a repetition knows its own earlier work. Concurrent single calls share statements
/// (`SharedLane`).
///
/// Locks are taken in one order everywhere, jobs by id before executions by id, and who takes them in another order skips
/// what is locked; so no two calls wait for each other.
package final class PostgresStore: Store {
    let pool: Pool
    /// nil means that the database's clock judges; tests bring their own.
    let clock: (any WallClock)?
    /// As whom filtered lists are read; nil means as whoever is connected.
    let reader: ReaderRole?
    let definitions = DefinitionCache()
    private let serverTime = ServerTime()
    let knownIdentity = Mutex<Identity?>(nil)
    let dueHead = DueHead()
    /// One a lane.
    let heads = Lane.allCases.map { _ in LaneHeads() }
    let limitCopy = LimitCopy()
    /// For a test: whether what runs is counted before the limits are locked, which lets several nodes pass at once.
    let countsFirst: Bool
    let lanes: Lanes
    let bell: Announcer
    private let staleNews: StaleNews

    /// Connects, and brings the tables up to date unless told not to.
    /// - Parameters:
    ///   - uri: as libpq reads it; see `ConnectionSettings`.
    ///   - clock: nil means the database's, which all nodes share.
    ///   - connections: the most that are open at once.
    ///   - readerRole: the role as which filtered lists are read, so that policies of the tables hide what a mistake in
    ///     a query would show (`ReaderRole`); nil means that there is no such second wall.
    /// - Throws: `.unavailable` with what to do when the database cannot be used, `.corrupt` when its tables are newer
    ///   than this binary.
    package convenience init(
        uri: String, clock: (any WallClock)? = nil, connections: Int = 8, migrate: Bool = true,
        readerRole: String? = nil
    ) async throws(StoreError) {
        try await self.init(
            settings: ConnectionSettings(uri), clock: clock, connections: connections, schema: migrate ? .current : nil,
            reader: readerRole.map(ReaderRole.init))
    }

    init(
        settings: ConnectionSettings, clock: (any WallClock)? = nil, connections: Int = 8, schema: Schema? = .current,
        reader: ReaderRole? = nil, limits: PoolState.Limits = PoolState.Limits(), countsFirst: Bool = false
    ) async throws(StoreError) {
        self.countsFirst = countsFirst
        var limits = limits
        limits.maximum = connections
        limits.minimum = min(2, connections)
        let pool = Pool(settings, limits: limits)
        self.pool = pool
        self.clock = clock
        self.reader = reader
        bell = Announcer(pool: pool)
        staleNews = StaleNews(pool: pool)
        lanes = Lanes()
        do throws(PostgresFault) {
            // The first connection tells what is wrong at once; the pool would try again and again.
            let connection = try await PostgresStore.firstConnection(settings)
            if let schema {
                try await PostgresStore.migrate(connection, schema)
                try await PostgresStore.requireRights(connection)
            }
            try await reader?.prepare(connection)
            await connection.close()
        } catch {
            if error.kind == .unreadable { throw .corrupt(error.message) }
            throw .unavailable("PostgreSQL at \(settings.place): \(error.message)")
        }
        pool.start()
        if schema != nil { try await makeMonths(ahead: PostgresStore.monthsAhead) }
    }

    /// A standby, which only reads; it is connected to when it is asked.
    init(replica settings: ConnectionSettings, connections: Int, reader: ReaderRole?) {
        var limits = PoolState.Limits()
        (limits.minimum, limits.maximum) = (0, connections)
        countsFirst = false
        // Its readers have the primary to turn to.
        limits.waitMilliseconds = 500
        pool = Pool(settings, limits: limits)
        clock = nil
        self.reader = reader
        bell = Announcer(pool: pool)
        staleNews = StaleNews(pool: pool)
        lanes = Lanes()
        pool.start()
    }

    /// Brings the tables up to date, and lets the role read them that filtered lists are read as, if there is to be one.
    /// - Returns: the numbers of the steps that this call took.
    package static func migrate(uri: String, readerRole: String? = nil) async throws(StoreError) -> [Int] {
        let settings = try ConnectionSettings(uri)
        do throws(PostgresFault) {
            let connection = try await firstConnection(settings)
            let steps = try await migrate(connection, .current)
            try await readerRole.map(ReaderRole.init)?.prepare(connection)
            await connection.close()
            return steps
        } catch {
            if error.kind == .unreadable { throw .corrupt(error.message) }
            throw .unavailable("PostgreSQL at \(settings.place): \(error.message)")
        }
    }

    /// How long a server that starts or recovers is waited for.
    private static let patience = Duration.seconds(60)

    /// Connects; waits while the server says that it takes no connections yet, and throws at once for every other reason.
    private static func firstConnection(_ settings: ConnectionSettings) async throws(PostgresFault) -> Connection {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(PostgresFault) {
                return try await Connection.open(settings)
            } catch {
                guard error.state == PostgresFault.notYet, ContinuousClock.now < deadline else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(200))  // Cancelled, the next attempt tells so.
        }
    }

    @discardableResult
    private static func migrate(_ connection: Connection, _ schema: Schema) async throws(PostgresFault) -> [Int] {
        do {
            return try await schema.migrate(connection)
        } catch {
            await connection.close()
            switch error {
            case let fault as PostgresFault:
                if fault.state == "42501" {
                    let advice =
                        fault.message.contains("schema")
                        ? "let this role create tables (GRANT CREATE ON SCHEMA public TO …), or migrate with the owner"
                        : "migrate with the owner of the tables, and grant this role SELECT, INSERT, UPDATE and DELETE on them"
                    throw PostgresFault(.noConnection, "\(fault.message); \(advice)")
                }
                throw PostgresFault(
                    .noConnection, "the tables cannot be brought up to date: \(fault.message)", state: fault.state)
            case StoreError.corrupt(let text): throw PostgresFault(.unreadable, text)
            default: throw PostgresFault(.noConnection, "\(error)")
            }
        }
    }

    /// - Throws: what to grant, when the role may not write what a node writes.
    private static func requireRights(_ connection: Connection) async throws(PostgresFault) {
        let lacking = try await connection.run([
            Call(
                composed: """
                    SELECT t.name, current_user::text FROM unnest(ARRAY[
                        'jobs', 'job_progress', 'open_executions', 'ended_executions', 'queues', 'tallies', 'shard_leases',
                        'nodes', 'idempotency_keys', 'output_pieces', 'work_limits'
                    ]) AS t (name), unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r (name)
                    WHERE NOT has_table_privilege(t.name, r.name) LIMIT 1
                    """)
        ])[0].first { ($0.text(), $0.text()) }
        guard let (table, role) = lacking else { return }
        await connection.close()
        throw PostgresFault(
            .noConnection,
            "the role \(role) may not read and write the table \(table); use the role that owns the tables, since nodes add "
                + "one for each month, or let it GRANT \(role) its own membership")
    }

    /// Waits for the calls on their way and closes the connections; no call may follow.
    package func close() async { await pool.close() }

    package func now() async throws(StoreError) -> Timestamp {
        if let known = given ?? serverTime.now { return known }
        return try await lanes.time.submit((), to: self)
    }

    /// Asks the server.
    func readTime() async throws(StoreError) -> Timestamp {
        let rows = try await run([PostgresStore.time()])
        let now = rows[0].first { $0.instant() } ?? Timestamp(milliseconds: 0)
        serverTime.answered(now)
        return now
    }

    private static let time = Statement("SELECT punctual_now()")

    /// The database's time of day; nil when it would have to be asked.
    var knownTime: Timestamp? { given ?? serverTime.now }

    /// What the statements take for the time of day; NULL means the database's own.
    var given: Timestamp? { clock?.now() }

    /// Runs the statements as one transaction, again when a fault passes.
    func run(_ calls: [Call]) async throws(StoreError) -> [Rows] {
        do throws(PostgresFault) {
            return try await pool.run(calls)
        } catch { throw StoreError(error) }
    }

    /// Runs the body in a transaction that holds the locks of the jobs, and of the executions named and theirs.
    ///
    /// A body that throws has changed nothing. It may run more than once, each time from a fresh reading.
    /// - Parameter body: told whether an earlier run may have taken effect after all.
    func transact<Value: Sendable>(
        _ scope: Transaction.Scope,
        _ body: @escaping @Sendable (Transaction, _ isRepetition: Bool) async throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError>
        do throws(PostgresFault) {
            result = try await pool.lend { connection, isRepetition throws(PostgresFault) in
                do {
                    let transaction = try await Transaction(connection, scope, now: self.given, self.definitions)
                    let value = try await body(transaction, isRepetition)
                    try await transaction.commit()
                    self.noteWaiting(transaction.written)
                    self.dueHead.added(transaction.nextRuns, at: transaction.now)
                    return .success(value)
                } catch {
                    await connection.rollBack()
                    switch error {
                    case let fault as PostgresFault: throw fault
                    case let refusal as StoreError: return .failure(refusal)
                    default: throw PostgresFault(.cancelled, "\(error)")
                    }
                }
            }
        } catch { throw StoreError(error) }
        return try result.get()
    }
}

extension PostgresStore {
    /// Rings the bell at what any node announces, this one included; run it as long as the node lives.
    /// - Parameters:
    ///   - stale: told the groups of which another process says that they are stale (`tellStale`), and whether everything
    ///     is heard.
    ///   - events: told what any process says of events (`say`), in order; nil whenever something may have been missed
    ///     before.
    package func listener(
        ringing bell: any Bell, stale: @escaping @Sendable (StaleNotice) -> Void = { _ in },
        events: @escaping @Sendable (String?) -> Void = { _ in }
    ) -> Listener {
        Listener(pool.settings) { [heads] announcement in
            switch announcement {
            case .jobsChanged: bell.jobsChanged()
            case .workWaiting:
                for lane in heads { lane.told() }
                bell.workWaiting()
            case .workCancelled: bell.workCancelled()
            case .shardsFreed: bell.shardsFreed()
            }
        } stale: { [staleNews] heard in
            switch heard {
            case .listening: stale(.listening)
            case .deaf: stale(.deaf)
            case .payload(let text): if let notice = staleNews.notice(in: text) { stale(notice) }
            }
        } events: {
            events($0)
        }
    }

    /// Tells every process that listens of events: messages of less than 8,000 bytes, in this order.
    /// - Returns: whether they went; a hint, which may be lost all the same.
    package func say(events messages: [String]) async -> Bool { await bell.say(events: messages) }

    /// Tells every other process that listens that what it keeps of the groups is stale; a hint, which may be lost.
    /// - Parameter isShared: whether copies that nodes share are gone already.
    package func tellStale(_ groups: [String], isShared: Bool = false) { staleNews.tell(groups, isShared: isShared) }
}
