internal import Crypto
package import PunctualCore

/// A head of the log that was put by: signed by a key that the database does not have.
package struct AuditAnchor: Hashable, Sendable {
    package let head: AuditHead
    package let signature: KeyedHash

    package init(head: AuditHead, signature: KeyedHash) {
        self.head = head
        self.signature = signature
    }

    private static let use = "audit-anchor"

    private static func text(of head: AuditHead) -> String { "\(head.sequence) \(Base64URL.encode(head.hash))" }

    /// Signs the head; to be kept outside of the log: in another table, a file, another machine's log.
    package static func sign(_ head: AuditHead, with pepper: Pepper) -> AuditAnchor {
        AuditAnchor(head: head, signature: pepper.hash(text(of: head), use: use))
    }

    /// Whether the signature is the server's.
    package func isGenuine(_ pepper: Pepper) -> Bool {
        pepper.isHash(signature, of: AuditAnchor.text(of: head), use: AuditAnchor.use)
    }
}

/// Walks the log from its beginning and finds what does not fit.
///
/// Edits, insertions, removals and changes of order break the chain of hashes. Who can write the whole table can chain it anew, or cut
/// off its end: anchors find that, as far as the newest one.
package struct AuditVerifier: Sendable {
    /// The last entry that fits.
    package private(set) var head = AuditHead.empty
    private var anchors: [Int64: AuditHead]
    private let newestAnchor: Int64

    /// What does not fit.
    package enum Fault: Error, Hashable, Sendable {
        /// The entry that should come is not there, or comes at another place.
        case sequence(expected: Int64, found: Int64)
        /// The entry does not follow the one before it.
        case chain(at: Int64)
        /// The entry was changed.
        case content(at: Int64)
        /// The entry is not the one that was there when the anchor was signed.
        case anchor(at: Int64)
        /// The signature of the anchor is not the server's.
        case anchorForged(at: Int64)
        /// The log ends before the newest anchor.
        case truncated(at: Int64, expected: Int64)
    }

    /// - Throws: `.anchorForged`; two different anchors of one entry are `.anchor`.
    package init(anchors: [AuditAnchor], pepper: Pepper) throws(Fault) {
        self.anchors = [:]
        for anchor in anchors {
            guard anchor.isGenuine(pepper) else { throw .anchorForged(at: anchor.head.sequence) }
            if let other = self.anchors.updateValue(anchor.head, forKey: anchor.head.sequence), other != anchor.head {
                throw .anchor(at: anchor.head.sequence)
            }
        }
        newestAnchor = anchors.map(\.head.sequence).max() ?? 0
        if let empty = self.anchors[0], empty != .empty { throw .anchor(at: 0) }
    }

    /// For those who do not hold the server's key.
    /// - Parameter head: an end of the log that was noted elsewhere; the log must hold it.
    package init(holding head: AuditHead = .empty) {
        anchors = [head.sequence: head]
        newestAnchor = head.sequence
    }

    /// Checks the entries that follow those that were checked before.
    package mutating func check(_ entries: some Sequence<AuditEntry>) throws(Fault) {
        for entry in entries {
            guard entry.sequence == head.sequence + 1 else {
                throw .sequence(expected: head.sequence + 1, found: entry.sequence)
            }
            guard entry.previous == head.hash else { throw .chain(at: entry.sequence) }
            guard entry.hash == entry.computedHash else { throw .content(at: entry.sequence) }
            if let anchor = anchors[entry.sequence], anchor != entry.head { throw .anchor(at: entry.sequence) }
            head = entry.head
        }
    }

    /// Checks that the log reaches as far as it must.
    /// - Parameter stored: the end that the store says the log has.
    package func finish(stored: AuditHead) throws(Fault) {
        guard head.sequence >= newestAnchor else { throw .truncated(at: head.sequence, expected: newestAnchor) }
        guard head.sequence >= stored.sequence else { throw .truncated(at: head.sequence, expected: stored.sequence) }
        guard head == stored else { throw .chain(at: head.sequence) }
    }
}
