public import PunctualCore

/// What the tests of a driver know of the chain; the verifier of the program also knows anchors.
public enum AuditChain {
    /// The place of the first entry that does not follow the one before it or was changed; nil when all fit, up to the head.
    /// - Parameter head: the log's end as it is stored.
    public static func firstMisfit(in entries: [AuditEntry], head: AuditHead) -> Int64? {
        var last = AuditHead.empty
        for entry in entries {
            guard entry == AuditEntry(entry.draft, after: last) else { return last.sequence + 1 }
            last = entry.head
        }
        return last == head ? nil : last.sequence + 1
    }

    /// A draft with every field set, of its own for each number.
    public static func draft(_ number: Int) -> AuditDraft { IdentityCheck.draft(number) }
}
