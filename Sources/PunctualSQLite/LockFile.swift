internal import Foundation
internal import PunctualCore

/// Keeps a second process away from the database. The system frees it when the process ends, however it ends.
final class LockFile: Sendable {
    private let descriptor: Int32

    /// - Throws: `StoreError.unavailable` naming the process that holds it.
    init(path: String) throws(StoreError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unavailable("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = read(descriptor, &bytes, bytes.count)
            let holder = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            close(descriptor)
            throw .unavailable(
                "the database is in use by another punctual process\(holder.isEmpty ? "" : " (process \(holder))"); "
                    + "SQLite serves one process: stop the other or name another file")
        }
        let text = Array("\(getpid())\n".utf8)
        // The number is for people alone; a lock without it still locks.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    /// Lets go explicitly: a process that was just forked off may hold a copy of the descriptor for a moment.
    func release() {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
