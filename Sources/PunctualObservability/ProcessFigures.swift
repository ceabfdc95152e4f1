internal import Foundation

/// What the kernel says about this process and its machine; on Linux, and elsewhere nothing.
///
/// Figures of the process have the names that Prometheus' own clients use.
package enum ProcessFigures {
    /// The figures of now; those that /proc does not give are left out.
    package static func read() -> [MetricFigure] {
        var figures: [MetricFigure] = []
        let usage = ProcessUsage.now()
        if let usage {
            figures.append(MetricFigure("process_cpu_seconds_total", usage.cpuSeconds))
            figures.append(MetricFigure("process_virtual_memory_bytes", usage.virtualBytes))
            figures.append(MetricFigure("process_resident_memory_bytes", usage.residentBytes))
            figures.append(MetricFigure("process_threads", usage.threads))
            if let startedAt = usage.startedAt {
                figures.append(MetricFigure("process_start_time_seconds", startedAt))
            }
        }
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count  // None without /proc.
        if let open { figures.append(MetricFigure("process_open_fds", open)) }
        for line in text("/proc/self/limits").split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("Max open files"), words.count > 3, let most = Double(words[3]) {
                figures.append(MetricFigure("process_max_fds", most))
            } else if line.hasPrefix("Max address space"), words.count > 3 {
                // Prometheus' clients say so of no limit.
                figures.append(MetricFigure("process_virtual_memory_max_bytes", Double(words[3]) ?? -1))
            }
        }
        if let most = memoryLimit() { figures.append(MetricFigure("punctual_memory_limit_bytes", most)) }
        if usage != nil { figures.append(MetricFigure("punctual_cpu_limit_cores", cpuLimit())) }
        return figures
    }

    /// The bytes of memory that this process may have: its container's limit, or what the machine has.
    package static func memoryLimit() -> Double? {
        let machine = text("/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
            .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) }.map { $0 * 1024 }
        let container = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .compactMap { Double(text($0).trimmingCharacters(in: .whitespacesAndNewlines)) }.min()
        return [machine, container].compactMap { $0 }.min()
    }

    /// The processors that this process may use: its container's quota, or what the machine has.
    private static func cpuLimit() -> Double {
        let machine = Double(ProcessInfo.processInfo.activeProcessorCount)
        let quota = text("/sys/fs/cgroup/cpu.max").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        return quota.count == 2 && quota[1] > 0 ? min(machine, quota[0] / quota[1]) : machine
    }

    static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""  // As above.
    }
}

/// What this process has used so far.
package struct ProcessUsage: Sendable {
    package var cpuSeconds: Double
    package var residentBytes: Double
    package var virtualBytes: Double
    package var threads: Double
    /// In Unix seconds.
    package var startedAt: Double?

    /// nil without /proc.
    package static func now() -> ProcessUsage? {
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let stat =
            ProcessFigures.text("/proc/self/stat").split(separator: ")").last?.split(separator: " ").map(String.init)
            ?? []
        guard stat.count > 21, let user = Double(stat[11]), let system = Double(stat[12]),
            let threads = Double(stat[17]), let start = Double(stat[19]), let virtual = Double(stat[20]),
            let resident = Double(stat[21])
        else { return nil }
        let boot = ProcessFigures.text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst(6)) }
        return ProcessUsage(
            cpuSeconds: (user + system) / ticks, residentBytes: resident * page, virtualBytes: virtual,
            threads: threads, startedAt: boot.map { $0 + start / ticks })
    }
}

/// How full the disk is on which a file or folder lies.
package enum DiskFigures {
    /// - Parameter volumes: paths by what they are for, such as `database`.
    package static func read(_ volumes: [(volume: String, path: String)]) -> [MetricFigure] {
        volumes.flatMap { volume, path -> [MetricFigure] in
            var state = statvfs()
            guard statvfs(path, &state) == 0 else { return [] }
            let labels = [("volume", volume)]
            return [
                MetricFigure("punctual_disk_size_bytes", Double(state.f_blocks) * Double(state.f_frsize), labels),
                // What this process may still write; root's reserve is not for it.
                MetricFigure("punctual_disk_free_bytes", Double(state.f_bavail) * Double(state.f_frsize), labels),
            ]
        }
    }

    /// The bytes of the files that are there.
    package static func size(of paths: [String]) -> Double? {
        let sizes = paths.compactMap { path -> Double? in
            var state = stat()
            return stat(path, &state) == 0 ? Double(state.st_size) : nil
        }
        return sizes.isEmpty ? nil : sizes.reduce(0, +)
    }
}
