internal import Glibc

/// What /proc tells of the processes of this machine.
enum ProcessTable {
    /// The children that a process has now; empty when it has ended.
    static func children(of process: pid_t) -> [pid_t] {
        let text = read("/proc/\(process)/task/\(process)/children") ?? []
        return text.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    /// The processes, other than this one, by the value of that entry of the environment that they were started with.
    ///
    /// Processes of other users show theirs to root alone, and one that wipes its own is not found.
    static func processes(byEnvironment name: String) -> [String: [pid_t]] {
        guard let folder = opendir("/proc") else { return [:] }
        defer { closedir(folder) }
        let wanted = Array("\(name)=".utf8)
        var found: [String: [pid_t]] = [:]
        while let item = readdir(folder) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), process != getpid(), let bytes = read("/proc/\(name)/environ") else {
                continue
            }
            for entry in bytes.split(separator: 0) where entry.starts(with: wanted) {
                found[String(decoding: entry.dropFirst(wanted.count), as: UTF8.self), default: []].append(process)
            }
        }
        return found
    }

    /// The bytes of a file of /proc, whose size is known only at its end; nil when it cannot be read.
    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        return withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { chunk in
            while true {
                let count = Glibc.read(file, chunk.baseAddress, chunk.count)
                if count < 0 { return nil }
                if count == 0 { return bytes }
                bytes.append(contentsOf: chunk[0..<count])
            }
        }
    }
}
