internal import Crypto
internal import Foundation
internal import PunctualCore

/// What becomes stale together.
///
/// Few and coarse, so that a change knows them before it is made, and telling of it is short.
package enum KeptGroups {
    /// Lists of jobs.
    static let jobs = "jobs"
    /// Executions, and lists of them.
    static let executions = "executions"
    /// Statistics and queues.
    static let figures = "figures"
    /// What is kept for more than a moment also where nodes have no Redis to tell each other, but the database alone.
    package static let lasting: Set<String> = [figures]

    /// One job.
    static func job(_ id: Identifier) -> String { "job:\(id)" }

    /// What a change of the jobs, or of their executions, makes stale.
    static func all(of jobs: some Sequence<Identifier>) -> [String] {
        Set(jobs).map(job) + [KeptGroups.jobs, executions, figures]
    }
}

extension CacheKey {
    static func job(_ id: Identifier) -> CacheKey { CacheKey(KeptGroups.job(id)) }

    static func execution(_ id: Identifier, of job: Identifier) -> CacheKey {
        CacheKey(KeptGroups.executions, "\(job)/\(id)")
    }

    static let statistics = CacheKey(KeptGroups.figures, "stats")
    static let queues = CacheKey(KeptGroups.figures, "queues")

    /// A page of a list, for those who may see the same.
    static func page(_ page: PageRequest, of list: String, _ group: String, visible: ServiceFilter) -> CacheKey {
        var words = KeyWords()
        words.add(list)
        words.add(page.words)
        words.add(visible.canonical)
        return CacheKey(group, words.short)
    }
}

/// Words as one text, which is never that of other words.
struct KeyWords {
    private(set) var text = ""

    mutating func add(_ word: String) { text += "\(word.utf8.count):\(word)" }

    /// The text, or its digest when it is long.
    var short: String {
        if text.utf8.count <= 200 { return text }
        return SHA256.hash(data: Data(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
    }
}

extension ServiceFilter {
    /// A text that two filters share only when they show the same.
    var canonical: String {
        if isEverything { return "*" }
        return clauses.map { clause in
            var words = KeyWords()
            words.add(clause.service.map { "=\($0)" } ?? "")
            for (key, value) in clause.labels.sorted(by: { $0.key < $1.key }) {
                words.add(key)
                words.add(value)
            }
            var whole = KeyWords()
            whole.add(words.text)
            return whole.text
        }.sorted().joined()
    }
}
