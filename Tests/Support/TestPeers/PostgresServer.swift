package import Foundation
internal import Synchronization

/// A PostgreSQL server of the tests' own, on loopback, in a temporary folder; it ends with the process, even a killed one.
package final class PostgresServer: Sendable {
    package let port: Int
    package let folder: URL
    let bin: String
    private let watchdog: Watchdog
    private let names = Mutex(0)
    private let templates = Mutex<[String: Task<String, any Error>]>([:])

    /// The one that tests without special needs share; initialised at first use.
    package static let shared: PostgresServer = {
        do {
            return try PostgresServer()
        } catch {
            preconditionFailure(
                "PostgreSQL 15 or newer is needed for these tests (apt-get install postgresql): \(error)")
        }
    }()

    /// Initialises and starts a server.
    /// - Parameter settings: lines of `postgresql.conf`.
    package convenience init(settings: [String: String] = [:]) throws {
        try self.init(settings) { bin, data in
            try PostgresServer.asOwner(
                "\(bin)/initdb",
                [
                    "-D", data, "-U", "punctual", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                    "--no-instructions",
                ])
        }
    }

    /// Starts a hot standby that streams from another server.
    package convenience init(standbyOf primary: PostgresServer, settings: [String: String] = [:]) throws {
        try self.init(settings) { bin, data in
            try PostgresServer.asOwner(
                "\(bin)/pg_basebackup",
                ["-d", primary.uri("postgres"), "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        }
    }

    /// - Parameter make: makes the data directory.
    private init(_ settings: [String: String], make: (_ bin: String, _ data: String) throws -> Void) throws {
        bin = try PostgresServer.findBinaries()
        port = try freePort()
        let name = "punctual-pg-\(UUID().uuidString.prefix(8).lowercased())"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try runTool("/usr/bin/env", ["chown", "postgres", folder.path]) }
        let data = folder.appendingPathComponent("data").path
        watchdog = try Watchdog(
            script: "\(getuid() == 0 ? "env \(PostgresServer.asPostgres.joined(separator: " "))" : "") "
                + "\(bin)/pg_ctl -D \(data) -m immediate stop; rm -rf \(folder.path)")
        try make(bin, data)
        var lines = [
            "listen_addresses": "'127.0.0.1'", "port": "\(port)", "unix_socket_directories": "'\(folder.path)'",
            "max_connections": "300", "shared_buffers": "256MB", "log_min_messages": "warning",
            "max_wal_size": "2GB", "checkpoint_timeout": "30min",
        ]
        lines.merge(settings) { $1 }
        let text = lines.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
        try append(text, to: "postgresql.conf")
        try start()
    }

    /// Adds lines to a file of the server's folder; `reload` or a restart makes them count.
    package func append(_ text: String, to file: String) throws {
        let handle = try FileHandle(forWritingTo: folder.appendingPathComponent("data/\(file)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Makes an empty file in the server's folder, such as `standby.signal`.
    package func touch(_ file: String) throws {
        try PostgresServer.asOwner("/usr/bin/env", ["touch", folder.appendingPathComponent("data/\(file)").path])
    }

    /// - Parameter isWaiting: until the server takes connections.
    package func start(isWaiting: Bool = true) throws {
        try control(["-l", logFile.path, isWaiting ? "-w" : "-W", "start"])
    }

    /// What the server wrote to its log.
    package func log() throws -> String { try String(contentsOf: logFile, encoding: .utf8) }

    private var logFile: URL { folder.appendingPathComponent("log") }

    /// Ends the server.
    /// - Parameter mode: `smart`, `fast`, or `immediate`, which is a crash.
    package func stop(_ mode: String = "fast") throws { try control(["-m", mode, "-w", "stop"]) }

    package func reload() throws { try control(["reload"]) }

    /// Makes a standby into a primary.
    package func promote() throws { try control(["-w", "promote"]) }

    private func control(_ arguments: [String]) throws {
        try PostgresServer.asOwner(
            "\(bin)/pg_ctl", ["-D", folder.appendingPathComponent("data").path, "-s"] + arguments)
    }

    /// Runs one of PostgreSQL's programs as the server's owner, such as `pgbench`; what it wrote.
    @discardableResult
    package func run(_ program: String, _ arguments: [String]) throws -> String {
        try PostgresServer.asOwner("\(bin)/\(program)", arguments)
    }

    /// Runs SQL in a database; the rows as text.
    @discardableResult
    package func psql(_ sql: String, in database: String = "postgres") throws -> String {
        try runTool("\(bin)/psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", uri(database), "-c", sql])
    }

    package func uri(_ database: String) -> String {
        "postgres://punctual@127.0.0.1:\(port)/\(database)"
    }

    /// A new database; its URI.
    /// - Parameter template: the database to copy.
    package func database(from template: String = "template0") throws -> String {
        let name = names.withLock { number in
            number += 1
            return "test_\(number)"
        }
        try psql("CREATE DATABASE \(name) TEMPLATE \(template)")
        return uri(name)
    }

    /// A new database with what `fill` put into its template, which is made once; its URI.
    package func database(
        like template: String, fill: @escaping @Sendable (_ uri: String) async throws -> Void
    ) async throws -> String {
        let made = templates.withLock { templates in
            if let made = templates[template] { return made }
            // Awaited by everybody who needs the template.
            let made = Task {
                _ = try await blocking { try self.psql("CREATE DATABASE \(template) TEMPLATE template0") }
                try await fill(uri(template))
                return template
            }
            templates[template] = made
            return made
        }
        let source = try await made.value
        return try await blocking { try self.database(from: source) }
    }

    package func drop(_ uri: String) throws {
        try psql("DROP DATABASE IF EXISTS \(uri.split(separator: "/").last ?? "") WITH (FORCE)")
    }

    private static func findBinaries() throws -> String {
        for version in (15...30).reversed() {
            let path = "/usr/lib/postgresql/\(version)/bin"
            if FileManager.default.isExecutableFile(atPath: "\(path)/initdb") { return path }
        }
        for path in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        where FileManager.default.isExecutableFile(atPath: "\(path)/initdb") {
            return String(path)
        }
        throw ToolFailure(text: "no initdb in /usr/lib/postgresql/*/bin or on the PATH")
    }

    /// The server refuses to run as root.
    @discardableResult
    fileprivate static func asOwner(_ path: String, _ arguments: [String]) throws -> String {
        guard getuid() == 0 else { return try runTool(path, arguments) }
        return try runTool("/usr/bin/env", asPostgres + [path] + arguments)
    }

    static let asPostgres = [
        "-C", "/", "setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups",
    ]
}
