internal import Foundation
internal import Logging
internal import PunctualAccess
internal import PunctualCore
internal import PunctualSchedule

/// The master key of an installation that no setting gives one: a file that only the node's user may read.
enum MasterKeyFile {
    static let name = "master.key"

    /// Where it is: beside an SQLite database, else in the user's state folder (XDG Base Directory Specification).
    static func path(_ settings: Settings, environment: [String: String]) throws(SettingsError) -> String {
        if !Settings.isPostgres(settings.databaseURL) {
            let database = String(settings.databaseURL.dropFirst("sqlite:".count))
            let folder = database.lastIndex(of: "/").map { String(database[...$0]) } ?? ""
            return folder + name
        }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/punctual/\(name)" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw SettingsError(
                "access.master_key: is not set, and without HOME there is no place for a file with one; set "
                    + "PUNCTUAL_MASTER_KEY, or PUNCTUAL_MASTER_KEY_FILE")
        }
        return "\(home)/.local/state/punctual/\(name)"
    }

    /// Reads the keys of the file.
    /// - Returns: nil when there is no file.
    static func read(_ path: String) throws(SettingsError) -> InstallationKeys? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let bytes = readFile(path, limit: 65_536),
            let keys = InstallationKeys(text: String(decoding: bytes, as: UTF8.self))
        else {
            throw SettingsError("\(path): cannot be read, or holds no master key; restore it, or set access.master_key")
        }
        return keys
    }

    /// Makes the file with a new key; when another process was faster, its file is read.
    static func make(_ path: String) throws(SettingsError) -> InstallationKeys {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw SettingsError("\(folder): cannot be made: \(error.localizedDescription)")
        }
        var generator = SystemRandomNumberGenerator()
        let text = InstallationKeys.newText(using: &generator).reveal() + "\n"
        // Written whole under a name of its own first: a file with that name is always a whole one. Not by the process's
        // number, which is the same at each start of a container.
        let draft = "\(path).\(UUID().uuidString)"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SettingsError("\(draft): cannot be made: \(String(cString: strerror(errno)))") }
        let isWritten = text.utf8.count == text.withCString { write(file, $0, text.utf8.count) } && fsync(file) == 0
        let reason = errno
        close(file)
        defer { unlink(draft) }
        guard isWritten else {
            throw SettingsError("\(draft): cannot be written: \(String(cString: strerror(reason)))")
        }
        if link(draft, path) != 0, errno != EEXIST {
            throw SettingsError("\(path): cannot be made: \(String(cString: strerror(errno)))")
        }
        guard let keys = try read(path) else { throw SettingsError("\(path): is gone") }
        return keys
    }
}
