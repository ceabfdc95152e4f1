import Foundation
import Testing

@testable import PunctualObservability

@Suite("What a process may have")
struct ControlGroupTests {
    /// A machine of 8 GiB with these files below /proc and /sys.
    private func limits(_ files: [String: String]) throws -> (memory: Double?, processors: Double) {
        let root = FileManager.default.temporaryDirectory.appending(path: "cgroup-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }  // Of no use to anybody.
        let all = files.merging(["proc/meminfo": "MemTotal:        8388608 kB\nMemFree: 1 kB\n"]) { one, _ in one }
        for (path, text) in all {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("\(text)\n".utf8).write(to: file)
        }
        let path = root.path(percentEncoded: false)
        return (ProcessFigures.memoryLimit(root: path), ProcessFigures.cpuLimit(root: path))
    }

    private static let machine = 8_589_934_592.0
    private static let unit = "0::/system.slice/punctual.service"

    @Test(
        "is the least of its control group, of those above it, and of the machine",
        arguments: [
            // What systemd writes for MemoryMax=512M, beside a tree without limits.
            (
                [
                    "proc/self/cgroup": unit, "sys/fs/cgroup/system.slice/memory.max": "max",
                    "sys/fs/cgroup/system.slice/punctual.service/memory.max": "536870912",
                ], 536_870_912.0
            ),
            // The slice allows less than the unit does.
            (
                [
                    "proc/self/cgroup": unit, "sys/fs/cgroup/system.slice/memory.max": "1000",
                    "sys/fs/cgroup/system.slice/punctual.service/memory.max": "2000",
                ], 1000
            ),
            // A container that sees its own group as the root.
            (["proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "4096"], 4096),
            (["proc/self/cgroup": "0::/../other", "sys/fs/cgroup/memory.max": "4096"], 4096),
            // One that is told of the path outside, where it has nothing.
            (["proc/self/cgroup": "0::/docker/abc", "sys/fs/cgroup/memory.max": "4096"], 4096),
            // The first version of control groups, with a tree for each controller.
            (
                [
                    "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/user.slice/punctual.service\n1:name=systemd:/y",
                    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
                    "sys/fs/cgroup/memory/user.slice/punctual.service/memory.limit_in_bytes": "8192",
                ], 8192
            ),
            ([:], machine), (["proc/self/cgroup": unit], machine),
        ] as [([String: String], Double)])
    func memory(files: [String: String], most: Double) throws {
        #expect(try limits(files).memory == most)
    }

    @Test("processors likewise: half a one is what CPUQuota=50% leaves")
    func processors() throws {
        let files = [
            "proc/self/cgroup": Self.unit, "sys/fs/cgroup/system.slice/cpu.max": "max 100000",
            "sys/fs/cgroup/system.slice/punctual.service/cpu.max": "50000 100000",
        ]
        #expect(try limits(files).processors == 0.5)
        #expect(try limits([:]).processors == Double(ProcessInfo.processInfo.activeProcessorCount))
    }
}
