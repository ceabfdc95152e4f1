internal import Foundation

/// Debian's PgBouncer in transaction mode before a PostgreSQL server of the tests; it ends with the process.
package final class PgBouncer: Sendable {
    package let port: Int
    private let watchdog: Watchdog
    private let child: pid_t

    /// Starts it and waits until it takes connections.
    package init(before server: PostgresServer, poolSize: Int = 4) throws {
        port = try freePort()
        let folder = server.folder.appendingPathComponent("pgbouncer-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            [databases]
            * = host=127.0.0.1 port=\(server.port) user=punctual
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = \(poolSize)
            max_client_conn = 500
            logfile = /dev/null
            pidfile =

            """
        let file = folder.appendingPathComponent("pgbouncer.ini")
        try Data(text.utf8).write(to: file)
        let arguments = getuid() == 0 ? PostgresServer.asPostgres : []
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/pgbouncer") else {
            throw ToolFailure(text: "no /usr/sbin/pgbouncer (apt-get install pgbouncer)")
        }
        child = try spawnBeside("/usr/bin/env", arguments + ["/usr/sbin/pgbouncer", file.path])
        watchdog = try Watchdog(script: "kill -9 \(child)")
        let uri = "postgres://punctual@127.0.0.1:\(port)/postgres"
        var lastFailure: any Error = ToolFailure(text: "pgbouncer did not begin")
        for _ in 0..<600 {
            do {
                try runTool("\(server.bin)/psql", ["-X", "-d", uri, "-c", "SELECT 1"])
                return
            } catch { lastFailure = error }
            usleep(50_000)
        }
        throw lastFailure
    }

    /// The same database through the pooler.
    package func uri(through uri: String) -> String {
        let database = uri.split(separator: "/").last ?? ""
        return "postgres://punctual@127.0.0.1:\(port)/\(database)?pgbouncer=true"
    }

    package func stop() { kill(child, SIGTERM) }
}
