internal import PunctualJSON
internal import Synchronization

/// Definitions as they were read last, by job, so that a job that runs often is parsed once.
///
/// An entry counts only while the stored text is the same, so nothing has to be told of changes.
package final class DefinitionCache: Sendable {
    private struct Entry {
        let text: String
        let draft: JobDraft
    }

    private let entries = Mutex<[Identifier: Entry]>([:])
    /// The most entries; about ten megabytes. When it is full it begins anew.
    private static let limit = 4096

    package init() {}

    /// - Throws: `.corrupt` when the text is no definition.
    package func draft(of id: Identifier, _ text: String) throws(StoreError) -> JobDraft {
        if let entry = entries.withLock({ $0[id] }), entry.text == text { return entry.draft }
        let draft: JobDraft
        do {
            draft = try JobDraft(stored: JSONValue(parsing: text))
        } catch {
            throw .corrupt("the stored definition cannot be read: \(error)")
        }
        entries.withLock { entries in
            if entries.count >= DefinitionCache.limit { entries.removeAll(keepingCapacity: true) }
            entries[id] = Entry(text: text, draft: draft)
        }
        return draft
    }
}
