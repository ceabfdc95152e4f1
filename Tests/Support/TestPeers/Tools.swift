internal import Foundation
internal import Glibc

/// A program that did not end well.
package struct ToolFailure: Error, CustomStringConvertible {
    let text: String
    package var description: String { text }
}

/// Runs a program to its end; what it wrote.
@discardableResult
package func runTool(_ path: String, _ arguments: [String]) throws -> String {
    // A file, not a pipe: a server that the program leaves behind would keep a pipe open.
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("punctual-tool-\(UUID().uuidString)")
    try Data().write(to: output)
    defer {
        // Nothing depends on its removal.
        try? FileManager.default.removeItem(at: output)
    }
    let descriptor = open(output.path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ToolFailure(text: "cannot write \(output.path): errno \(errno)") }
    defer { close(descriptor) }
    let child = try spawn(path, arguments, output: descriptor)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let text = try String(decoding: Data(contentsOf: output), as: UTF8.self)
    guard status == 0 else { throw ToolFailure(text: "\(path) \(arguments.joined(separator: " ")): \(text)") }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// Starts a program, without Foundation's `Process`: that waits for whoever holds the program's descriptors, too.
/// - Parameters:
///   - input: nil means nothing to read.
///   - output: for standard output and error; nil means nowhere.
func spawn(_ path: String, _ arguments: [String], input: Int32? = nil, output: Int32? = nil) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
        posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    for target: Int32 in [1, 2] {
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, target)
        } else {
            posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
        }
    }
    // A server that lives for all tests would hold others' connections open for as long.
    try closeFrom(3, &actions)
    // Threads of the pool block signals, and a child inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child = pid_t()
    let code = posix_spawn(&child, path, &actions, &attributes, words, environ)
    guard code == 0 else { throw ToolFailure(text: "cannot start \(path): \(String(cString: strerror(code)))") }
    return child
}

/// glibc's `posix_spawn_file_actions_addclosefrom_np`, which its module for Swift leaves out.
private func closeFrom(_ first: Int32, _ actions: inout posix_spawn_file_actions_t) throws {
    typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
        throw ToolFailure(text: "glibc 2.34 or newer is needed to start servers")
    }
    let code = unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, first)
    guard code == 0 else { throw ToolFailure(text: String(cString: strerror(code))) }
}

/// Runs what blocks its thread on a thread of its own, so that nobody else waits for it.
package func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// A port of loopback that nobody listens on at the moment, and that the system gives to no outgoing connection: a server
/// that is stopped finds it free when it is started again.
func lastingPort() throws -> Int {
    for _ in 0..<1000 {
        let port = Int.random(in: 10_000..<32_000)
        if let free = try? freePort(port) { return free }  // The next one may be free.
    }
    throw ToolFailure(text: "no free port on loopback from 10000 to 32000")
}

/// A port of loopback that nobody listens on at the moment.
package func freePort() throws -> Int { try freePort(0) }

/// - Parameter wanted: the port to try; 0 means any.
private func freePort(_ wanted: Int) throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(wanted)).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isBound else { throw ToolFailure(text: "no free port on loopback") }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Starts a program that runs beside the tests, and collects it when it ends: Swift Testing's exit tests wait for any
/// child, and never see past one that has ended and was not collected.
func spawnBeside(_ path: String, _ arguments: [String], input: Int32? = nil) throws -> pid_t {
    let child = try spawn(path, arguments, input: input)
    // Ends with the child; the last ones end with the process.
    Thread.detachNewThread {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
    return child
}

/// A shell that waits for the end of this process, however it comes, and runs a script then.
package final class Watchdog: Sendable {
    /// Open as long as this process lives; nobody inherits it.
    private let pipe: Int32

    package init(script: String) throws {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0, fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0
        else { throw ToolFailure(text: "no pipe: errno \(errno)") }
        pipe = ends[1]
        // It outlives an interrupt from the terminal.
        _ = try spawnBeside("/bin/sh", ["-c", "trap '' INT TERM HUP; cat; \(script)"], input: ends[0])
        close(ends[0])
    }

    deinit { close(pipe) }
}
