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

    /// The bytes of memory that this process may have: the least limit of its control group and of those above it, or what
    /// the machine has.
    /// - Parameter root: where /proc and /sys are.
    package static func memoryLimit(root: String = "") -> Double? {
        let machine = text("\(root)/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
            .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) }.map { $0 * 1024 }
        let files =
            controlGroups(root: root).map { "\($0)/memory.max" }
            + controlGroups("memory", root: root).map { "\($0)/memory.limit_in_bytes" }
        // Without a limit they say `max`, or a number that no machine has.
        let limits = files.compactMap { Double(text($0).trimmingCharacters(in: .whitespacesAndNewlines)) }
        return ([machine].compactMap { $0 } + limits).min()
    }

    /// The processors that this process may use: the least quota of those groups, or what the machine has.
    static func cpuLimit(root: String = "") -> Double {
        let quotas = controlGroups(root: root).compactMap { group -> Double? in
            let quota = text("\(group)/cpu.max").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            return quota.count == 2 && quota[1] > 0 ? quota[0] / quota[1] : nil
        }
        return ([Double(ProcessInfo.processInfo.activeProcessorCount)] + quotas).min() ?? 1
    }

    /// The folders of the process's control group and of all above it, as /proc/self/cgroup names it: systemd sets limits
    /// of units and slices there. In a container the topmost alone may be there, and is its own.
    /// - Parameter controller: of the first version, which has a tree for each; nil means the second.
    private static func controlGroups(_ controller: String? = nil, root: String) -> [String] {
        let top = "\(root)/sys/fs/cgroup" + (controller.map { "/\($0)" } ?? "")
        // Lines are `NUMBER:CONTROLLERS:PATH`; the second version has no controllers there.
        let path = text("\(root)/proc/self/cgroup").split(separator: "\n").lazy
            .map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
            .first { line in
                guard line.count == 3 else { return false }
                return controller.map { line[1].split(separator: ",").contains(Substring($0)) } ?? line[1].isEmpty
            }?[2]
        var folders = [top]
        for name in path?.split(separator: "/") ?? [] {
            // Outside of what the process may see.
            if name == ".." { return [top] }
            folders.append("\(folders[folders.count - 1])/\(name)")
        }
        return folders
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
