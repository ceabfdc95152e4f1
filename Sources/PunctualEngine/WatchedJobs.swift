internal import Metrics
internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// The jobs whose figures are counted one by one.
///
/// Jobs are as many as their owners like, and each would cost every reader of the metrics some twenty series; so only
/// those that an operator names have them, and only so many.
package struct WatchedJobs: Sendable {
    /// Jobs that have series of their own at most; further ones share those named `other`.
    package static let limit = 100

    private let patterns: [Pattern]
    private let known = Known()

    private struct Pattern: Sendable {
        /// nil means any.
        let service: String?
        let name: String
    }

    private final class Known: Sendable {
        /// By service and name; nil is a job that is not watched.
        let jobs = Mutex<[Key: Handles?]>([:])
    }

    private struct Key: Hashable {
        let service: String
        let name: String
    }

    private final class Handles: Sendable {
        let labels: [(String, String)]
        let duration: Metrics.Timer
        let lastSuccess: Gauge
        let ends = Mutex<[String: Counter]>([:])

        init(service: String, job: String) {
            labels = [("service", service), ("job_name", job)]
            duration = Metrics.Timer(label: "punctual_watched_job_duration_seconds", dimensions: labels)
            lastSuccess = Gauge(label: "punctual_watched_job_last_success_timestamp_seconds", dimensions: labels)
        }

        func count(_ status: String) {
            ends.withLock { ends in
                let all = labels + [("status", status)]
                let counter =
                    ends[status] ?? Counter(label: "punctual_watched_job_executions_total", dimensions: all)
                ends[status] = counter
                counter.increment()
            }
        }
    }

    /// - Parameter patterns: each `NAME` or `SERVICE:NAME`, where `*` stands for any characters.
    package init(_ patterns: [String] = []) {
        self.patterns = patterns.map { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? Pattern(service: parts[0], name: parts[1]) : Pattern(service: nil, name: text)
        }
    }

    package func watches(service: String, name: String) -> Bool {
        patterns.contains { pattern in
            Self.matches(name, pattern.name) && pattern.service.map { Self.matches(service, $0) } ?? true
        }
    }

    func ended(_ execution: Execution, status: String, took: Duration, at instant: Timestamp?) {
        if patterns.isEmpty { return }
        guard let handles = handles(Key(service: execution.service, name: execution.jobName)) else { return }
        handles.count(status)
        handles.duration.record(duration: took)
        if execution.status == .succeeded, let instant {
            handles.lastSuccess.record(Double(instant.milliseconds) / 1000)
        }
    }

    private func handles(_ key: Key) -> Handles? {
        known.jobs.withLock { jobs in
            if let handles = jobs[key] { return handles }
            // Who makes jobs without end must not make this grow without end.
            if jobs.count >= 10_000 { jobs = jobs.filter { $0.value != nil } }
            guard watches(service: key.service, name: key.name) else {
                jobs.updateValue(nil, forKey: key)
                return nil
            }
            let count = jobs.count { $0.value != nil }
            let shared = Key(service: "other", name: "other")
            if count >= Self.limit {
                let handles = (jobs[shared] ?? nil) ?? Handles(service: "other", job: "other")
                jobs[shared] = handles
                return handles
            }
            let handles = Handles(service: key.service, job: key.name)
            jobs[key] = handles
            return handles
        }
    }

    /// Whether the text is what the pattern says.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        var (place, at) = (0, 0)
        // Where to go on when the last star has to stand for more.
        var star: (at: Int, place: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == text[place] {
                (place, at) = (place + 1, at + 1)
            } else if let last = star {
                star = (last.at, last.place + 1)
                (place, at) = (last.place + 1, last.at + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
