internal import Foundation
internal import PunctualJSON

/// Where profiles are kept: `punctual/profiles.yaml` below `$XDG_CONFIG_HOME` or `~/.config`, for its owner's eyes alone.
struct ProfileFile: Sendable {
    let path: String

    /// - Returns: nil when the environment names no home.
    init?(environment: [String: String]) {
        // Relative paths are to be ignored (XDG Base Directory Specification).
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            path = "\(folder)/punctual/profiles.yaml"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = "\(home)/.config/punctual/profiles.yaml"
        } else {
            return nil
        }
    }

    /// What is kept; nothing when there is no file.
    /// - Throws: `Failure` when it cannot be read, or others can read it, too.
    func read() throws(Failure) -> Profiles {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return Profiles() }
            throw failure("cannot be read")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(.failed, "\(path) holds tokens and others can read it: run `chmod 600 \(path)`")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw failure("cannot be read") }
        do throws(DocumentError) {
            return try Profiles(try YAMLReader.documents(String(decoding: data, as: UTF8.self)).first ?? .null)
        } catch {
            throw Failure(.failed, "\(path) \(error)")
        }
    }

    /// Changes what is kept, while no other process does.
    /// - Throws: `Failure`, or what the body throws; then nothing has changed.
    func change<Value>(_ body: (inout Profiles) async throws -> Value) async throws -> Value {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw failure("cannot be made: \(error.localizedDescription)") }
        let lock = try await lock()
        defer { close(lock) }
        let before = try read()
        var after = before
        let value = try await body(&after)
        if after != before { try write(after) }
        return value
    }

    /// Waits its turn without holding up a thread; the lock ends with the file's closing, also of a process that was killed.
    private func lock() async throws -> Int32 {
        // The file of profiles itself is replaced by each change, so the lock is on one beside it.
        let file = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot be locked") }
        let deadline = ContinuousClock.now + .seconds(60)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            do {
                guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                    throw failure("cannot be locked")
                }
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                close(file)
                throw error
            }
        }
        return file
    }

    private func write(_ profiles: Profiles) throws {
        let next = "\(path).\(getpid()).new"
        let bytes = Array((YAMLText.text(of: profiles.json) + "\n").utf8)
        // Left behind by a process of the same number that was killed; there may be none.
        unlink(next)
        let file = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot be written") }
        let isWritten = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) } == bytes.count
        // The refresh token before this one is void already: what was written must be there after a loss of power.
        let isKept = isWritten && fsync(file) == 0
        guard close(file) == 0, isKept, rename(next, path) == 0 else {
            let problem = failure("cannot be written")
            unlink(next)
            throw problem
        }
    }

    private func failure(_ text: String) -> Failure {
        Failure(.failed, "\(path) \(text): \(String(cString: strerror(errno)).lowercased())")
    }
}
