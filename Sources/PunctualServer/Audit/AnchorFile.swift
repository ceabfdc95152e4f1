internal import Foundation
internal import PunctualAccess
internal import PunctualCore

/// Where heads of the audit log are put by.
protocol AnchorPlace: Sendable {
    /// For logs.
    var name: String { get }
    /// The newest anchor that is there; nil when there is none, or the place does not tell.
    func newest() throws(AnchorFault) -> AuditAnchor?
    /// Returns once the anchor is there for good.
    func keep(_ anchor: AuditAnchor) async throws(AnchorFault)
}

/// Why an anchor could not be put by.
struct AnchorFault: Error, CustomStringConvertible {
    let description: String
}

/// A file to which a line is added for each anchor; nothing in it is ever changed, so that it may lie where nothing can be.
struct AnchorFile: AnchorPlace {
    let path: String

    var name: String { path }

    /// The longest line, and more.
    private static let tail = 4096

    /// - Throws: when the last line is no anchor: nobody knows then what was put by.
    func newest() throws(AnchorFault) -> AuditAnchor? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw fault("cannot be read") }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0, lseek(file, max(0, end - off_t(Self.tail)), SEEK_SET) >= 0 else {
            throw fault("cannot be read")
        }
        var bytes = [UInt8](repeating: 0, count: Self.tail)
        let count = read(file, &bytes, Self.tail)
        guard count >= 0 else { throw fault("cannot be read") }
        if count == 0 { return nil }
        let text = bytes[..<count]
        let last = text.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { text[($0 + 1)...] } ?? text
        do throws(AuditAnchor.Misfit) {
            return try AuditAnchor.list(Array(last)).last
        } catch {
            throw AnchorFault(description: "its last line is no anchor; take it out, or name another file")
        }
    }

    func keep(_ anchor: AuditAnchor) async throws(AnchorFault) {
        // Opened anew each time: a file that was moved away is made again. A few bytes an hour need no thread of their own.
        let file = try opened()
        defer { close(file) }
        let line = Array("\(anchor.json)\n".utf8)
        guard write(file, line, line.count) == line.count, fsync(file) == 0 else { throw fault("cannot be written") }
    }

    /// - Throws: when no anchor could be written here.
    func check() throws(AnchorFault) { close(try opened()) }

    private func opened() throws(AnchorFault) -> Int32 {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw fault("cannot be written") }
        return file
    }

    private func fault(_ what: String) -> AnchorFault {
        AnchorFault(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
