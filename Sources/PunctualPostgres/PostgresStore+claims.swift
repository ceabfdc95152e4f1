package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        guard request.limit > 0, !request.visible.isNothing else { return [] }
        try await refreshLimits()
        if let executions = request.executions { return try await claim(executions, request) }
        let heads = heads[request.lane.rawValue]
        // Awaited where nothing is known without it; otherwise it is for the claims to come.
        let looking = heads.beginLook().map { token in Task { await self.look(request.lane, token) } }
        if !heads.hasLooked { try await looking?.value.get() }
        var taken = try await claimAny(request)
        if taken.isEmpty, let looking {
            try await looking.value.get()
            taken = try await claimAny(request)
        }
        return try await hand(over: taken)
    }

    /// Lets the claims of this node know of executions that it has written.
    func noteWaiting(_ rows: [StoredExecution]) {
        for (lane, rows) in Dictionary(grouping: rows.filter { $0.row.status == .pending }, by: \.lane) {
            heads[lane].added(rows.map(\.row))
            if let lane = Lane(rawValue: lane) { limitCopy.added(rows.map(\.row), in: lane) }
        }
    }

    /// Looks for what waits from the beginning of each line.
    func look(_ lane: Lane, _ token: LaneHeads.Token) async -> Result<Void, StoreError> {
        let heads = heads[lane.rawValue]
        do throws(StoreError) {
            let rows = try await run([PostgresStore.look(lane.rawValue)])[0]
            heads.endLook(
                token,
                found: rows.map { columns in
                    LaneHeads.Found(
                        line: LaneHeads.Line(
                            queue: columns.text(), priority: columns.int16(), service: columns.text()),
                        head: LaneHeads.Head(availableAt: columns.instant(), id: columns.identifier()),
                        isPaused: columns.bool())
                })
            return .success(())
        } catch {
            heads.endLook(token, found: nil)
            return .failure(error)
        }
    }

    private static let look = Statement(
        """
        WITH RECURSIVE \(lines(lane: "$1"))
        SELECT queue, priority, service, available_at, id,
            EXISTS (SELECT 1 FROM queues q WHERE q.name = lines.queue AND q.paused) FROM lines
        """)

    /// Claims from the lines that are known and not limited, each from its known head on.
    func claimUnlimited(_ request: ClaimRequest) async throws(StoreError) -> [Claimed] {
        let heads = heads[request.lane.rawValue]
        var left = request
        var taken: [Claimed] = []
        func sought() -> (lines: [LaneHeads.Sought], token: LaneHeads.Token) {
            heads.sought(left.choice, visible: request.visible, now: knownTime) { !limitCopy.isLimited($0) }
        }
        var (lines, token) = sought()
        while !lines.isEmpty, left.limit > 0 {
            let part = Array(lines.prefix(taken.isEmpty ? LaneHeads.soughtLines : 4 * LaneHeads.soughtLines))
            let found: (taken: [Claimed], isCut: Bool)
            do throws(StoreError) {
                found = try await claim(left, of: part)
            } catch {
                // What was taken is in hand.
                if taken.isEmpty { throw error }
                break
            }
            let rows = found.taken.map(\.stored.row)
            // Those of other tasks, and those that were not to be seen, were passed over, and still wait behind.
            if request.tasks == nil, request.visible.goesByService {
                heads.claimed(rows, emptied: rows.count < left.limit && !found.isCut ? part : [], token)
            }
            heads.gave(rows)
            taken += found.taken
            left.limit -= rows.count
            for row in rows { left.queues?[row.queue]? -= 1 }
            if found.isCut {
                (lines, token) = sought()
            } else {
                lines.removeFirst(part.count)
            }
        }
        return taken
    }

    typealias Claimed = (stored: StoredExecution, definition: String?)

    /// - Returns: what was taken, and whether something was left aside that is available and might be taken at once.
    private func claim(
        _ request: ClaimRequest, of lines: [LaneHeads.Sought]
    ) async throws(StoreError) -> (taken: [Claimed], isCut: Bool) {
        let number = Int64.random(in: .min ... .max)
        let rooms = lines.map { line in request.queues?[line.line.queue] ?? request.limit }
        let jobs = limitCopy.jobs
        let isVisible = request.visible.goesByService
        let statement = PostgresStore.claims[
            ClaimForm(hasTasks: request.tasks != nil, isFiltered: !isVisible, passesJobs: !jobs.isEmpty)]
        var parameters = Parameters(
            given, request.lane.rawValue, request.limit, request.worker, request.lease.wholeMilliseconds,
            request.tasks.map { $0.sorted() } ?? [], number, lines.map(\.line.queue), lines.map(\.line.priority),
            lines.map(\.line.service), lines.map(\.head.availableAt), lines.map(\.head.id), lines.map(\.turn), rooms)
        if !isVisible {
            parameters.append(request.visible.services)
            parameters.append(request.visible.labelled.text)
        }
        if !jobs.isEmpty { parameters.append(jobs) }
        let call = Call(statement: statement, parameters: parameters)
        var isCut = false
        let taken = try await claim(call, request.worker, number).map { columns in
            let one = (stored: StoredExecution(&columns), definition: columns.optionalText())
            isCut = columns.bool()
            return one
        }
        return (taken, isCut)
    }

    /// Reads what a claim has taken; what cannot run is ended.
    func hand(
        over taken: [Claimed]
    ) async throws(StoreError) -> [ClaimedExecution] {
        var claimed: [ClaimedExecution] = []
        claimed.reserveCapacity(taken.count)
        var unfit: [(id: Identifier, complaint: String?)] = []
        for (stored, definition) in taken {
            // Without its job nothing says any more what to run.
            guard let definition else {
                unfit.append((stored.row.id, nil))
                continue
            }
            let draft: JobDraft
            do throws(StoreError) {
                if let complaint = stored.complaint { throw .corrupt(complaint) }
                draft = try definitions.draft(of: stored.row.jobID, definition)
            } catch {
                if case .corrupt(let text) = error { unfit.append((stored.row.id, text)) }
                continue
            }
            claimed.append(
                ClaimedExecution(execution: stored.row, of: draft))
        }
        if !unfit.isEmpty { try await discard(unfit) }
        return claimed
    }

    /// Makes the claim. When its answer was lost and it is made again, what the first one took is the answer: else it would
    /// wait for its lease to run out, since nobody knows of it.
    func claim(_ call: Call, _ worker: String, _ number: Int64) async throws(StoreError) -> Rows {
        do throws(PostgresFault) {
            return try await pool.lend { connection, isRepetition throws(PostgresFault) in
                if isRepetition {
                    let taken = try await connection.run([PostgresStore.taken(worker, number)])[0]
                    if taken.count > 0 { return taken }
                }
                return try await connection.run([call])[0]
            }
        } catch { throw StoreError(error) }
    }

    static let taken = Statement(
        """
        SELECT \(StoredExecution.columns(of: "t")), j.definition, false
        FROM open_executions t LEFT JOIN jobs j ON j.id = t.job_id
        WHERE t.status = 'running' AND t.worker = $1 AND t.claim = $2 ORDER BY t.priority DESC, t.available_at, t.id
        """)

    /// Ends claimed executions that cannot run, so that they keep no others waiting: those that cannot be read as failed,
    /// those whose job is gone as cancelled.
    private func discard(_ unfit: [(id: Identifier, complaint: String?)]) async throws(StoreError) {
        try await transact(.init(executions: unfit.map(\.id))) { [definitions] transaction, _ in
            for (id, complaint) in unfit {
                guard let stored = transaction.executions[id], stored.row.status == .running else { continue }
                var row = stored.row
                row.status = complaint == nil ? .cancelled : .failed
                row.reason = complaint == nil ? .cancelled : nil
                row.error = complaint
                // It never began.
                row.attempt -= 1
                (row.worker, row.startedAt, row.leaseExpiresAt) = (nil, nil, nil)
                row.finishedAt = transaction.now
                transaction.change(row)
                transaction.follow(row)
                if let job = transaction.jobs[row.jobID], let text = job.job(definitions).complaint {
                    transaction.also(
                        PostgresStore.asideOfClaim(job.id, StoredJob.pauseReason(text)), from: job.status, to: .paused)
                }
            }
        }
    }

    private static let asideOfClaim = Statement(
        """
        UPDATE job_progress SET status = 'paused', pause_reason = $2, next_run_at = NULL, version = version + 1
        WHERE id = $1
        """)
}

extension ServiceFilter {
    /// Whether it is enough to know of which service an execution is.
    var goesByService: Bool { isEverything || wholeServices != nil }
}
