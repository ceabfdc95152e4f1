internal import GRDB
package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension SQLiteStore: AuditStore {
    package func append(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry] {
        if drafts.isEmpty { return [] }
        return try await lane.write { transaction in
            var head = try transaction.auditHead()
            let entries = drafts.map { draft in
                let entry = AuditEntry(draft, after: head)
                head = entry.head
                return entry
            }
            try transaction.extendLog(by: entries)
            return entries
        }
    }

    package func auditHead() async throws(StoreError) -> AuditHead {
        try await reads.read { try $0.auditHead() }
    }

    package func auditEntries(from sequence: Int64, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await reads.read { try $0.auditEntries(from: sequence, limit: limit) }
    }

    package func auditEntries(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        try await read { transaction in
            let (sql, values) = query.statement
            return try transaction.database.rows(composed: sql, values, read: AuditEntry.init)
        }
    }
}

extension AuditQuery {
    /// By the table's own order, from its end, or by that of an index.
    fileprivate var statement: (sql: String, values: [any Bindable]) {
        var values: [any Bindable] = []
        var conditions: [String] = []
        func add(_ condition: String, _ value: (any Bindable)?) {
            guard let value else { return }
            values.append(value)
            conditions.append("\(condition) ?")
        }
        add("resource =", resource)
        add("principal =", principal)
        add("operation =", operation)
        add("service =", service)
        add("at >=", from)
        add("at <", to)
        if isByTime, let before {
            conditions.append("(at, sequence) < ((SELECT at FROM audit_entries WHERE sequence = ?), ?)")
            values += [before, before]
        } else {
            add("sequence <", before)
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let order = isByTime ? "at DESC, sequence DESC" : "sequence DESC"
        let sql = "SELECT \(AuditEntry.columns) FROM audit_entries\(filter) ORDER BY \(order) LIMIT ?"
        return (sql, values + [limit])
    }
}

extension StoreError {
    fileprivate static let headless = StoreError.corrupt(
        "the table audit_head does not name the end of the audit log; run punctual audit verify")
}

extension Transaction {
    func auditHead() throws -> AuditHead {
        let head = try database.first("SELECT sequence, hash FROM audit_head WHERE id = 1") {
            AuditHead(sequence: $0.int64(), hash: $0.blob())
        }
        guard let head else { throw StoreError.headless }
        return head
    }

    func auditEntries(from sequence: Int64, limit: Int) throws -> [AuditEntry] {
        try database.rows(
            "SELECT \(AuditEntry.columns) FROM audit_entries WHERE sequence >= ? ORDER BY sequence LIMIT ?", sequence,
            limit, read: AuditEntry.init)
    }

    /// Adds entries behind the log's end.
    func extendLog(by entries: [AuditEntry]) throws {
        guard let first = entries.first, let last = entries.last else { return }
        // Before anything is written, so that the writes of others are not undone with it.
        if try !auditEntries(from: first.sequence, limit: 1).isEmpty { throw StoreError.headless }
        for entry in entries { try insert(entry) }
        try database.run("UPDATE audit_head SET sequence = ?, hash = ? WHERE id = 1", last.sequence, last.hash)
    }

    fileprivate func insert(_ entry: AuditEntry) throws {
        let draft = entry.draft
        try database.run(
            "INSERT INTO audit_entries (\(AuditEntry.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            entry.sequence, draft.at, draft.principal, draft.credential, draft.address?.description, draft.operation,
            draft.resource, draft.service, draft.isAllowed, draft.before.keptText, draft.after.keptText,
            draft.requestID, entry.previous, entry.hash)
    }
}

extension AuditEntry {
    /// In the order in which `init(_:)` reads them.
    fileprivate static let columns = """
        sequence, at, principal, credential, address, operation, resource, service, is_allowed, before, after, request_id,
        previous, hash
        """

    fileprivate init(_ columns: inout Columns) {
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
