package import PunctualCore

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
        /// The entry is not the one that was there when the anchor was put by, or two anchors of it differ.
        case anchor(at: Int64)
        /// The log ends before the newest anchor.
        case truncated(at: Int64, expected: Int64)
    }

    /// - Parameter anchors: ends of the log that were put by elsewhere; the log must hold them.
    /// - Throws: `.anchor` when two of one entry differ.
    package init(anchors: [AuditHead] = []) throws(Fault) {
        self.anchors = [:]
        for anchor in anchors {
            if let other = self.anchors.updateValue(anchor, forKey: anchor.sequence), other != anchor {
                throw .anchor(at: anchor.sequence)
            }
        }
        newestAnchor = anchors.map(\.sequence).max() ?? 0
        if let empty = self.anchors[0], empty != .empty { throw .anchor(at: 0) }
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
