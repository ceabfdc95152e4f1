internal import CLibpq
internal import Glibc
internal import PunctualSchedule

/// One connection to a server, on a thread of its own.
///
/// Calls of many tasks may be on their way at once: each goes out when it comes, and the answers come back in order
/// (libpq's pipeline mode). The statements of one `run` end with one sync, so they are one transaction unless they say
/// BEGIN, and a fault of one `run` touches no other.
actor Connection {
    private nonisolated let thread = EventThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    nonisolated let settings: ConnectionSettings
    private var link: OpaquePointer?
    private var cancellation: Cancellation?
    private var prepared = PreparedStatements()
    private var inFlight: [Request] = []
    /// Whether the server may hold statements that `prepared` has forgotten.
    private var hasLeftovers = false
    private var requests = 0
    private var hasUnsent = false
    /// Until when a statement may have been hit by a cancellation that was meant for an earlier one.
    private var disturbedUntil: UInt64 = 0
    private var endFault: PostgresFault?
    private let ended: @Sendable (PostgresFault) -> Void
    private let notified: @Sendable (String, String) -> Void

    /// - Parameters:
    ///   - ended: called once, when the connection ends in any way.
    ///   - notified: called with the channel and the payload of each notification.
    private init(
        _ settings: ConnectionSettings, ended: @escaping @Sendable (PostgresFault) -> Void,
        notified: @escaping @Sendable (String, String) -> Void
    ) {
        self.settings = settings
        self.ended = ended
        self.notified = notified
    }

    /// Connects with these key words and logs in.
    static func open(
        _ settings: ConnectionSettings, _ keywords: [String: String],
        ended: @escaping @Sendable (PostgresFault) -> Void, notified: @escaping @Sendable (String, String) -> Void
    ) async throws(PostgresFault) -> Connection {
        let connection = Connection(settings, ended: ended, notified: notified)
        // The thread holds the connection until `end`, which is sure to come.
        connection.thread.start(
            interest: { connection.assumeIsolated { $0.interest } },
            look: { isReadable in connection.assumeIsolated { $0.look(isReadable: isReadable) } })
        do throws(PostgresFault) {
            try await connection.connect(keywords)
            if !settings.isPooled { _ = try await connection.run([connection.sessionSettings(isLocal: false)]) }
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private func connect(_ keywords: [String: String]) throws(PostgresFault) {
        let words = Array(keywords)
        let link = withCStrings(words.map(\.key)) { keywords in
            withCStrings(words.map(\.value)) { values in PQconnectdbParams(keywords, values, 0) }
        }
        self.link = link
        guard let link, PQstatus(link) == CONNECTION_OK else {
            let complaint = link.flatMap(PQerrorMessage).map { String(cString: $0) } ?? "out of memory"
            throw PostgresFault(
                .noConnection, settings.advice(on: complaint),
                state: Connection.isStarting(keywords) ? PostgresFault.notYet : "")
        }
        let version = PQserverVersion(link)
        guard version >= 150_000 else {
            throw PostgresFault(
                .noConnection,
                "the server is PostgreSQL \(version / 10_000); punctual needs 15 or newer, upgrade it or name another")
        }
        // Notices would go to stderr; what matters comes as a fault.
        PQsetNoticeReceiver(link, { _, _ in }, nil)
        guard PQsetnonblocking(link, 1) == 0, PQenterPipelineMode(link) == 1 else {
            throw PostgresFault(.noConnection, "the connection cannot be switched to pipeline mode")
        }
        cancellation = PQgetCancel(link).map(Cancellation.init)
    }

    /// Whether a server is there that takes no connections yet: it starts, stops or recovers.
    private nonisolated static func isStarting(_ keywords: [String: String]) -> Bool {
        let words = Array(keywords)
        return withCStrings(words.map(\.key)) { keywords in
            withCStrings(words.map(\.value)) { values in PQpingParams(keywords, values, 0) == PQPING_REJECT }
        }
    }

    /// What every statement here counts on: each goes by its index and meets few rows a key, whatever the statistics of
    /// a table that has just been filled say; and none runs or waits for ever.
    nonisolated func sessionSettings(isLocal: Bool) -> Call {
        let limit = String(settings.statementLimit.wholeMilliseconds)
        return isLocal ? Connection.localSettings(limit) : Connection.lastingSettings(limit)
    }

    private static let lastingSettings = settingsStatement(isLocal: false)
    private static let localSettings = settingsStatement(isLocal: true)

    private static func settingsStatement(isLocal: Bool) -> Statement {
        let fixed = [
            ("idle_in_transaction_session_timeout", "10000"), ("plan_cache_mode", "force_generic_plan"), ("jit", "off"),
            ("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"),
            ("enable_bitmapscan", "off"), ("enable_material", "off"), ("max_parallel_workers_per_gather", "0"),
        ].map { "set_config('\($0)', '\($1)', \(isLocal))" }
        return Statement("SELECT set_config('statement_timeout', $1, \(isLocal)), \(fixed.joined(separator: ", "))")
    }

    /// Sends the statements and waits for their rows, one `Rows` a statement.
    ///
    /// When the calling task is cancelled, the server is asked to stop, and the call ends at once.
    /// - Parameter limit: how long to wait for the answers before the connection is given up; nil means a little longer
    ///   than the server's own limit of a statement.
    func run(_ calls: [Call], limit: Duration? = nil) async throws(PostgresFault) -> [Rows] {
        if let endFault { throw endFault }
        guard let link else { throw PostgresFault(.lost, "the connection is closed") }
        if Task.isCancelled { throw PostgresFault(.cancelled, "the task was cancelled") }
        requests += 1
        let limit = limit ?? settings.statementLimit + .seconds(2)
        let request = Request(id: requests, deadline: MonotonicTime.now + UInt64(limit.wholeMilliseconds) * 1_000_000)
        let id = request.id
        inFlight.append(request)
        if let fault = send(calls, as: request, to: link) {
            end(fault)
            throw fault
        }
        let result = await withTaskCancellationHandler {
            await answer(to: request)
        } onCancel: {
            // Nobody awaits it: it finds the request gone or asks the server to stop.
            Task { await self.cancel(id) }
        }
        return try result.get()
    }

    private func answer(to request: Request) async -> Result<[Rows], PostgresFault> {
        await withCheckedContinuation { continuation in
            if let result = request.result {
                continuation.resume(returning: result)
            } else {
                request.continuation = continuation
            }
        }
    }

    /// Undoes the open transaction, also when the calling task was cancelled; gives the connection up if that fails.
    func rollBack() {
        guard let link else { return }
        requests += 1
        let request = Request(id: requests, deadline: MonotonicTime.now + Connection.cancelLimit)
        inFlight.append(request)
        request.steps = [.upkeep]
        guard PQsendQueryParams(link, "ROLLBACK", 0, nil, nil, nil, nil, 1) == 1, PQpipelineSync(link) == 1 else {
            return end(PostgresFault(.lost, complaint))
        }
        if let fault = flush(link) { end(fault) }
    }

    /// Ends the connection; calls on their way end as lost.
    func close() {
        end(PostgresFault(.lost, "the connection was closed"))
    }

    /// How many calls are on their way.
    var load: Int { inFlight.count }
    /// How many statements the server has prepared for it.
    var preparedCount: Int { prepared.count }

    // MARK: Out

    /// - Returns: nil when all is in libpq's hands.
    private func send(_ calls: [Call], as request: Request, to link: OpaquePointer) -> PostgresFault? {
        var isSent = true
        if hasLeftovers, inFlight.count == 1, PQtransactionStatus(link) == PQTRANS_IDLE {
            hasLeftovers = false
            request.steps.append(.upkeep)
            isSent = PQsendQueryParams(link, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1) == 1
        }
        for call in settings.isPooled ? [sessionSettings(isLocal: true)] + calls : calls {
            let parameters = call.parameters
            if settings.isPooled || !call.statement.isKept {
                request.steps.append(.rows)
                isSent =
                    isSent
                    && parameters.withPointers { count, types, values, lengths, formats in
                        PQsendQueryParams(link, call.statement.sql, count, types, values, lengths, formats, 1) == 1
                    }
                continue
            }
            let (name, isNew, evicted) = prepared.name(for: call.statement)
            if let evicted {
                request.steps.append(.upkeep)
                isSent = isSent && PQsendQueryParams(link, "DEALLOCATE \(evicted)", 0, nil, nil, nil, nil, 1) == 1
            }
            isSent =
                isSent
                && parameters.withPointers { count, types, values, lengths, formats in
                    if isNew {
                        request.steps.append(.upkeep)
                        guard PQsendPrepare(link, name, call.statement.sql, count, types) == 1 else { return false }
                    }
                    request.steps.append(.rows)
                    return PQsendQueryPrepared(link, name, count, values, lengths, formats, 1) == 1
                }
        }
        if settings.isPooled { request.skipsFirst = true }
        guard isSent, PQpipelineSync(link) == 1 else { return PostgresFault(.lost, complaint) }
        return flush(link)
    }

    private func flush(_ link: OpaquePointer) -> PostgresFault? {
        let left = PQflush(link)
        hasUnsent = left == 1
        return left < 0 ? PostgresFault(.lost, complaint) : nil
    }

    // MARK: In

    private var interest: EventThread.Interest {
        EventThread.Interest(
            socket: link.map(PQsocket).flatMap { $0 >= 0 ? $0 : nil }, wantsToWrite: hasUnsent,
            deadline: inFlight.lazy.map(\.deadline).min())
    }

    private func look(isReadable: Bool) {
        guard let link else { return }
        if isReadable {
            let isAlive = PQconsumeInput(link) == 1
            // What came before the end counts.
            read(link)
            guard isAlive, PQstatus(link) == CONNECTION_OK else {
                return end(PostgresFault(.lost, complaint))
            }
            while let notice = PQnotifies(link) {
                notified(String(cString: notice.pointee.relname), String(cString: notice.pointee.extra))
                PQfreemem(notice)
            }
        }
        if hasUnsent, let fault = flush(link) { return end(fault) }
        if !inFlight.isEmpty, inFlight.contains(where: { $0.deadline <= MonotonicTime.now }) {
            end(PostgresFault(.late, "the server did not answer in time"))
        }
    }

    private func read(_ link: OpaquePointer) {
        while let request = inFlight.first, PQisBusy(link) == 0 {
            guard let result = PQgetResult(link) else {
                // The end of one step's results.
                if PQstatus(link) != CONNECTION_OK { return }
                request.step += 1
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                inFlight.removeFirst()
                finish(request)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                if request.step < request.steps.count, request.steps[request.step] == .rows {
                    request.rows.append(Rows(result))
                } else {
                    PQclear(result)
                }
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
            default:
                if request.fault == nil { request.fault = PostgresFault(result: result) }
                PQclear(result)
            }
        }
    }

    private func finish(_ request: Request) {
        guard let fault = request.fault else {
            if request.skipsFirst { request.rows.removeFirst() }
            return request.answer(.success(request.rows))
        }
        // A plan that a migration has made stale, or names that were never prepared because an earlier step failed.
        if ["26000", "0A000"].contains(fault.state) || request.steps.contains(.upkeep) {
            prepared.forget()
            hasLeftovers = true
        }
        if fault.state == "57014", MonotonicTime.now < disturbedUntil {
            return request.answer(.failure(PostgresFault(.disturbed, fault.message, state: fault.state)))
        }
        request.answer(.failure(fault))
    }

    // MARK: Ends

    private func cancel(_ id: Int) {
        guard let request = inFlight.first(where: { $0.id == id }), request.result == nil else { return }
        request.answer(.failure(PostgresFault(.cancelled, "the task was cancelled")))
        // Long enough for the server to stop; a connection that is still busy then is given up.
        let soon = MonotonicTime.now + Connection.cancelLimit
        request.deadline = min(request.deadline, soon)
        disturbedUntil = soon
        cancellation?.send()
    }

    private static let cancelLimit: UInt64 = 2_000_000_000

    private func end(_ fault: PostgresFault) {
        guard endFault == nil else { return }
        endFault = fault
        if let link { PQfinish(link) }
        link = nil
        cancellation = nil
        for request in inFlight { request.answer(.failure(request.fault ?? fault)) }
        inFlight = []
        thread.stop()
        ended(fault)
    }

    private var complaint: String {
        let said = link.flatMap(PQerrorMessage).map { oneLine(String(cString: $0)) } ?? ""
        return said.isEmpty ? "the server closed the connection" : said
    }
}
