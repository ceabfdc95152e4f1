internal import Foundation
internal import Logging

/// What this process may open; each connection is an open file.
enum OpenFiles {
    /// Raises the process's limit of open files as far as it may, and says how many connections of the API that allows.
    /// - Returns: `wanted`, or what is left when a quarter of the files is kept for the database, calls and work.
    static func connections(wanted: Int, logger: Logger) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return wanted }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        let most = max(1, Int(clamping: limit.rlim_cur / 4 * 3))
        guard most < wanted else { return wanted }
        logger.notice(
            "the limit of open files allows fewer connections than http.max_connections",
            metadata: ["connections": "\(most)", "open_files": "\(limit.rlim_cur)"])
        return most
    }
}
