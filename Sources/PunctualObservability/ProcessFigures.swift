internal import Foundation

/// What the kernel says about this process, under the names that Prometheus' own clients use.
package enum ProcessFigures {
    package typealias Figure = (name: String, help: String, labels: [(String, String)], value: Double)

    /// The figures of now; those that /proc does not give are left out.
    package static func read() -> [Figure] {
        var figures: [Figure] = []
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let stat = text("/proc/self/stat").split(separator: ")").last?.split(separator: " ").map(String.init) ?? []
        if stat.count > 21, let user = Double(stat[11]), let system = Double(stat[12]), let threads = Double(stat[17]),
            let start = Double(stat[19]), let virtual = Double(stat[20]), let resident = Double(stat[21])
        {
            figures.append(
                ("process_cpu_seconds_total", "Processor time spent, in seconds.", [], (user + system) / ticks))
            figures.append(("process_virtual_memory_bytes", "Virtual memory, in bytes.", [], virtual))
            figures.append(("process_resident_memory_bytes", "Resident memory, in bytes.", [], resident * page))
            figures.append(("process_threads", "Threads.", [], threads))
            let boot = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
            if let boot = boot.flatMap({ Double($0.dropFirst(6)) }) {
                figures.append(
                    ("process_start_time_seconds", "When the process began, in Unix seconds.", [], boot + start / ticks)
                )
            }
        }
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count  // None without /proc.
        if let open {
            figures.append(("process_open_fds", "Open file descriptors.", [], Double(open)))
        }
        return figures
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""  // As above.
    }
}
