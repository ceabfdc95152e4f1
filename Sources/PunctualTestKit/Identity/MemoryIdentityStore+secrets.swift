public import PunctualCore
public import PunctualSchedule

extension MemoryIdentityStore: SecretStore {
    public func put(_ record: SecretRecord, overlapUntil: Timestamp) async throws(StoreError) {
        let newest = current(record.name, record.service)
        guard record.version == (newest?.version ?? 0) + 1 else {
            throw .versionConflict(current: newest?.version ?? 0)
        }
        for index in secretRecords.indices where secretRecords[index] == newest {
            secretRecords[index].expiresAt = min(newest?.expiresAt ?? overlapUntil, overlapUntil)
        }
        secretRecords.append(record)
    }

    public func secret(_ name: String, service: String) async throws(StoreError) -> [SecretRecord] {
        secretRecords.filter { $0.name == name && $0.service == service }.sorted { $0.version > $1.version }
    }

    public func secrets(service: String, after: String?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        let names = Set(secretRecords.filter { $0.service == service }.map(\.name))
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let later = sorted.filter { name in after.map { $0.utf8.lexicographicallyPrecedes(name.utf8) } ?? true }
        return later.prefix(limit).compactMap { current($0, service) }
    }

    public func removeSecret(_ name: String, service: String) async throws(StoreError) {
        secretRecords.removeAll { $0.name == name && $0.service == service }
    }

    public func secrets(notWrappedBy masterKeyID: String, limit: Int) async throws(StoreError) -> [SecretRecord] {
        Array(secretRecords.filter { $0.sealed.masterKeyID != masterKeyID }.prefix(limit))
    }

    public func rewrap(_ records: [SecretRecord]) async throws(StoreError) {
        for record in records {
            for index in secretRecords.indices
            where secretRecords[index].name == record.name && secretRecords[index].service == record.service
                && secretRecords[index].version == record.version
                && secretRecords[index].sealed.box == record.sealed.box
            {
                secretRecords[index].sealed = record.sealed
            }
        }
    }

    public func pruneSecrets(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        let ended = secretRecords.filter { record in record.expiresAt.map { $0 < instant } ?? false }.prefix(limit)
        secretRecords.removeAll { ended.contains($0) }
        return ended.count
    }

    private func current(_ name: String, _ service: String) -> SecretRecord? {
        secretRecords.filter { $0.name == name && $0.service == service }.max { $0.version < $1.version }
    }
}

extension MemoryIdentityStore: AuditStore {
    public func append(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry] {
        let start = entries.count
        for draft in drafts { entries.append(AuditEntry(draft, after: entries.last?.head ?? .empty)) }
        return Array(entries[start...])
    }

    public func auditHead() async throws(StoreError) -> AuditHead {
        if hasLostAuditHead { throw .corrupt("the table audit_head does not name the end of the audit log") }
        return entries.last?.head ?? .empty
    }

    /// As if somebody had deleted the note of the log's end.
    public func loseAuditHead() { hasLostAuditHead = true }

    public func auditEntries(from sequence: Int64, limit: Int) async throws(StoreError) -> [AuditEntry] {
        Array(entries.filter { $0.sequence >= sequence }.prefix(limit))
    }

    public func auditEntries(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        let latest = entries.sorted { ($1.draft.at, $1.sequence) < ($0.draft.at, $0.sequence) }
        let all = query.isByTime ? latest : entries.reversed()
        // What stands before the page in that order is passed over.
        let place = query.before.flatMap { before in all.firstIndex { $0.sequence == before } }.map { $0 + 1 }
        let rest = query.isByTime && query.before != nil ? all[(place ?? all.count)...] : all[...]
        let matching = rest.filter { entry in
            let draft = entry.draft
            return (query.principal == nil || draft.principal == query.principal)
                && (query.operation == nil || draft.operation == query.operation)
                && (query.resource == nil || draft.resource == query.resource)
                && (query.service == nil || draft.service == query.service)
                && (query.from.map { draft.at >= $0 } ?? true) && (query.to.map { draft.at < $0 } ?? true)
                && (query.isByTime || query.before.map { entry.sequence < $0 } ?? true)
        }
        return Array(matching.prefix(query.limit))
    }
}
