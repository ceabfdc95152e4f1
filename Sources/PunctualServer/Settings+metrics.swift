internal import PunctualEngine

extension Settings {
    static let metricKeys: Set = ["metrics.jobs"]

    /// The patterns of jobs that have figures of their own.
    /// - Throws: `SettingsError` for one that names no job that there can be.
    static func watchedJobs(_ patterns: [String]) throws(SettingsError) -> [String] {
        if patterns.count > WatchedJobs.limit {
            throw SettingsError("metrics.jobs: name at most \(WatchedJobs.limit) jobs or patterns")
        }
        for pattern in patterns {
            let parts = pattern.split(separator: ":", omittingEmptySubsequences: false)
            let isGood =
                parts.count <= 2
                && parts.allSatisfy { part in
                    (1...128).contains(part.utf8.count)
                        && part.utf8.allSatisfy { byte in
                            (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                                || "._-/*".utf8.contains(byte)
                        }
                }
            if !isGood {
                throw SettingsError(
                    "metrics.jobs \"\(pattern)\": write NAME or SERVICE:NAME, where * stands for any characters")
            }
        }
        return patterns
    }
}
