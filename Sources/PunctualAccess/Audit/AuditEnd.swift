package import PunctualCore

/// Where the log ends: by the table of its entries, and by what the store notes apart from them. Both must say the same.
package struct AuditEnd: Hashable, Sendable {
    /// What the store notes; nil when that cannot be read.
    package let stored: AuditHead?
    /// The newest entry's.
    package let last: AuditHead
    /// In which way they differ, in words; nil when they do not.
    package let fault: String?

    /// Reads both. Others may append meanwhile.
    package static func read(_ store: any AuditStore) async throws(StoreError) -> AuditEnd {
        let stored = try await head(of: store)
        var named: AuditHead? = .empty
        if let stored, stored.sequence != 0 {
            named = try await store.auditEntries(from: stored.sequence, limit: 1).first?.head
        }
        var query = AuditQuery()
        query.limit = 1
        let last = try await store.auditEntries(query).first?.head ?? .empty
        // Read once more: what was appended in between has moved it.
        guard let stored, let moved = try await head(of: store) else {
            return AuditEnd(stored: nil, last: last, fault: "the table audit_head cannot be read")
        }
        var fault: String?
        if named?.sequence != stored.sequence {
            fault = "it ends at entry \(last.sequence), but the table audit_head says entry \(stored.sequence)"
        } else if named != stored {
            fault = "the table audit_head has another hash of entry \(stored.sequence)"
        } else if moved.sequence < last.sequence {
            fault = "entry \(last.sequence) is there, but the table audit_head says that it ends at \(moved.sequence)"
        }
        return AuditEnd(stored: stored, last: last, fault: fault)
    }

    private static func head(of store: any AuditStore) async throws(StoreError) -> AuditHead? {
        do throws(StoreError) {
            return try await store.auditHead()
        } catch {
            if case .corrupt = error { return nil }
            throw error
        }
    }
}
