package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

extension PostgresStore: AuditStore {
    package func append(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry] {
        drafts.isEmpty ? [] : try await lanes.audits.submit(drafts.map(\.storable), to: self)
    }

    /// Chains the drafts to the log's end.
    func chain(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry] {
        let token = PostgresStore.token()
        // Where the log ended when this call came first.
        let start = Mutex<Int64?>(nil)
        return try await extendLog(by: token) { connection, head throws(PostgresFault) in
            let from = start.withLock { start in
                start = start ?? head.sequence
                return start ?? head.sequence
            }
            if from < head.sequence {
                // This call comes again: it may have appended before its connection ended.
                let kept = try await connection.run([PostgresStore.written(from, token)])[0]
                if kept.count > 0 { return .success((kept.map { AuditEntry(&$0) }, new: [])) }
            }
            var last = head
            let entries = drafts.map { draft in
                let entry = AuditEntry(draft, after: last)
                last = entry.head
                return entry
            }
            return .success((entries, new: entries))
        }
    }

    /// Adds entries under the lock of the log's end: whoever else does, on whatever node, waits for it.
    /// - Parameter next: what to answer, and what to add behind the head.
    func extendLog(
        by token: Identifier,
        _ next:
            @Sendable (Connection, AuditHead) async throws(PostgresFault) -> Result<
                (answer: [AuditEntry], new: [AuditEntry]), StoreError
            >
    ) async throws(StoreError) -> [AuditEntry] {
        let result: Result<[AuditEntry], StoreError>
        do throws(PostgresFault) {
            result = try await pool.lend { connection, _ throws(PostgresFault) in
                do throws(PostgresFault) {
                    let rows = try await connection.run([PostgresStore.begin(), PostgresStore.lockHead()])
                    guard let head = rows[1].first({ AuditHead(&$0) }) else {
                        await connection.rollBack()
                        return .failure(PostgresStore.headless)
                    }
                    let step = try await next(connection, head)
                    guard case .success(let (answer, new)) = step, let last = new.last else {
                        await connection.rollBack()
                        return step.map(\.answer)
                    }
                    _ = try await connection.run([
                        PostgresStore.insertion(of: new, token),
                        PostgresStore.moveHead(last.sequence, Blob(bytes: last.hash)), PostgresStore.commit(),
                    ])
                    return .success(answer)
                } catch {
                    await connection.rollBack()
                    throw error
                }
            }
        } catch {
            throw error.state == PostgresStore.uniqueViolation ? PostgresStore.headless : StoreError(error)
        }
        return try result.get()
    }

    private static let headless = StoreError.corrupt(
        "the table audit_head does not name the end of the audit log; run punctual audit verify")

    private static func insertion(of entries: [AuditEntry], _ token: Identifier) -> Call {
        let drafts = entries.map(\.draft)
        return insertEntries(
            entries.map(\.sequence), drafts.map(\.at), drafts.map(\.principal), drafts.map(\.credential),
            drafts.map { $0.address?.description }, drafts.map(\.operation), drafts.map(\.resource),
            drafts.map(\.service), drafts.map(\.isAllowed), drafts.map(\.before.keptText), drafts.map(\.after.keptText),
            drafts.map(\.requestID), entries.map { Blob(bytes: $0.previous) }, entries.map { Blob(bytes: $0.hash) },
            token)
    }

    private static let begin = Statement("BEGIN")
    private static let commit = Statement("COMMIT")
    private static let head = Statement("SELECT sequence, hash FROM audit_head WHERE is_only")
    private static let lockHead = Statement("SELECT sequence, hash FROM audit_head WHERE is_only FOR UPDATE")
    private static let moveHead = Statement("UPDATE audit_head SET sequence = $1, hash = $2 WHERE is_only")
    private static let insertEntries = Statement(
        """
        INSERT INTO audit_entries (\(AuditEntry.columns), written_by)
        SELECT *, $15 FROM unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::bytea[])
        """)
    private static let read = "SELECT \(AuditEntry.columns) FROM audit_entries"
    private static let written = Statement("\(read) WHERE sequence > $1 AND written_by = $2 ORDER BY sequence")
    static let entriesFrom = Statement("\(read) WHERE sequence >= $1 ORDER BY sequence LIMIT $2::int8")

    package func auditHead() async throws(StoreError) -> AuditHead {
        guard let head = try await run([PostgresStore.head()])[0].first({ AuditHead(&$0) }) else {
            throw PostgresStore.headless
        }
        return head
    }

    package func auditEntries(from sequence: Int64, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await run([PostgresStore.entriesFrom(sequence, limit)])[0].map { AuditEntry(&$0) }
    }

    package func auditEntries(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        var parameters = Parameters()
        var conditions: [String] = []
        func add(_ condition: String, _ value: (some Bindable)?) {
            guard let value else { return }
            parameters.append(value)
            conditions.append("\(condition) $\(parameters.types.count)")
        }
        add("principal =", query.principal)
        add("operation =", query.operation)
        add("resource =", query.resource)
        add("service =", query.service)
        add("at >=", query.from)
        add("at <", query.to)
        if query.isByTime, let before = query.before {
            parameters.append(before)
            let number = "$\(parameters.types.count)"
            conditions.append(
                "(at, sequence) < ((SELECT at FROM audit_entries WHERE sequence = \(number)), \(number))")
        } else {
            add("sequence <", query.before)
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let order = query.isByTime ? "at DESC, sequence DESC" : "sequence DESC"
        let sql = "\(PostgresStore.read)\(filter) ORDER BY \(order) LIMIT \(query.limit)"
        return try await run([Call(composed: sql, parameters: parameters)])[0].map { AuditEntry(&$0) }
    }
}

extension AuditDraft {
    /// As PostgreSQL can keep it: the chain is over what is stored, and its texts hold no zero byte.
    fileprivate var storable: AuditDraft {
        func kept(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
        var draft = self
        (draft.principal, draft.operation) = (kept(principal), kept(operation))
        (draft.credential, draft.resource) = (credential.map(kept), resource.map(kept))
        (draft.service, draft.requestID) = (service.map(kept), requestID.map(kept))
        return draft
    }
}

extension AuditHead {
    fileprivate init(_ columns: inout Columns) { self.init(sequence: columns.int64(), hash: columns.blob()) }
}

extension AuditEntry {
    /// In the order in which `init(_:)` reads them.
    fileprivate static let columns = """
        sequence, at, principal, credential, address, operation, resource, service, is_allowed, before, after, request_id,
        previous, hash
        """

    init(_ columns: inout Columns) {
        let sequence = columns.int64()
        let draft = AuditDraft(
            at: columns.instant(), principal: columns.text(), credential: columns.optionalText(),
            address: columns.optionalText().flatMap { IPAddress($0) }, operation: columns.text(),
            resource: columns.optionalText(), service: columns.optionalText(), isAllowed: columns.bool(),
            before: JSONValue(kept: columns.optionalText()), after: JSONValue(kept: columns.optionalText()),
            requestID: columns.optionalText())
        self.init(sequence: sequence, draft: draft, previous: columns.blob(), hash: columns.blob())
    }
}
