internal import Crypto
public import PunctualJSON
internal import PunctualSchedule

extension AuditDraft {
    /// What is hashed and exported; every field, so that none can be changed unseen.
    public var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        return [
            "at": .string(at.description), "principal": .string(principal), "credential": text(credential),
            "address": text(address?.description), "operation": .string(operation), "resource": text(resource),
            "service": text(service), "allowed": .bool(isAllowed), "before": before, "after": after,
            "request_id": text(requestID),
        ]
    }
}

extension AuditEntry {
    /// The draft as the entry that follows `head`; a store calls it under the lock of its head.
    public init(_ draft: AuditDraft, after head: AuditHead) {
        self.init(sequence: head.sequence + 1, draft: draft, previous: head.hash, hash: [])
        hash = computedHash
    }

    /// SHA-256 over the sequence (8 bytes, big-endian), the previous hash and the canonical JSON of the draft.
    public var computedHash: [UInt8] {
        var digest = SHA256()
        withUnsafeBytes(of: sequence.bigEndian) { digest.update(bufferPointer: $0) }
        digest.update(data: previous)
        digest.update(data: draft.json.canonicalBytes)
        return Array(digest.finalize())
    }

    /// The log's end when this is its last entry.
    public var head: AuditHead { AuditHead(sequence: sequence, hash: hash) }
}

extension AuditHead {
    /// Those of the entries that a log which ends here still lacks.
    /// - Parameter kept: what the log holds from the first entry's sequence number on.
    /// - Throws: `.conflict` unless the entries are the log's own and what follows it.
    public func continuation(_ entries: [AuditEntry], kept: [AuditEntry]) throws(StoreError) -> [AuditEntry] {
        var last = self
        let new = entries.dropFirst(min(kept.count, entries.count))
        guard zip(entries, kept).allSatisfy({ $0 == $1 }) else {
            throw .conflict("the audit log holds other entries; it can only be carried into an empty log")
        }
        for entry in new {
            guard entry == AuditEntry(entry.draft, after: last) else {
                throw .conflict("the audit entry \(entry.sequence) does not follow entry \(last.sequence)")
            }
            last = entry.head
        }
        return Array(new)
    }
}
