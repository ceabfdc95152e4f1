package import Foundation
internal import Glibc
internal import Synchronization

/// A RabbitMQ server of the tests' own, on loopback, in a temporary folder; it ends with the process, even a killed one.
///
/// It has a node name, a cookie, an epmd and ports of its own, so that any number may run side by side.
package final class RabbitMQServer: Sendable {
    package let port: Int
    /// Where it takes TLS; nil when it was given no certificates.
    package let tlsPort: Int?
    package let folder: URL
    private let environment: [String]
    private let programs: String
    private let watchdog: Watchdog
    private let epmd: pid_t
    private let child = Mutex<pid_t>(0)
    private let names = Mutex(0)

    /// The one that tests without special needs share; started at first use.
    package static let shared: RabbitMQServer = {
        do {
            return try RabbitMQServer(hasTLS: true)
        } catch {
            preconditionFailure("RabbitMQ is needed for these tests (apt-get install rabbitmq-server): \(error)")
        }
    }()

    /// Starts a server and waits until it takes connections.
    /// - Parameters:
    ///   - settings: lines of `rabbitmq.conf`.
    ///   - hasTLS: whether it takes TLS, too, with the certificates in `certificates`.
    package init(settings: [String: String] = [:], hasTLS: Bool = false) throws {
        programs = try RabbitMQServer.findPrograms()
        port = try lastingPort()
        let (epmdPort, distributionPort) = (try lastingPort(), try lastingPort())
        let name = "punctual-rabbit-\(UUID().uuidString.prefix(8).lowercased())"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var lines = [
            "listeners.tcp.1": "127.0.0.1:\(port)", "disk_free_limit.absolute": "1MB", "log.file.level": "warning",
            "vm_memory_high_watermark.absolute": "1GB",
        ]
        if hasTLS {
            let certificates = try Certificates(in: folder)
            let port = try lastingPort()
            tlsPort = port
            lines["listeners.ssl.1"] = "127.0.0.1:\(port)"
            lines["ssl_options.cacertfile"] = certificates.authority.path
            lines["ssl_options.certfile"] = certificates.certificate.path
            lines["ssl_options.keyfile"] = certificates.key.path
        } else {
            tlsPort = nil
        }
        lines.merge(settings) { $1 }
        let text = lines.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
        try Data(text.utf8).write(to: folder.appendingPathComponent("rabbitmq.conf"))
        try Data("[].\n".utf8).write(to: folder.appendingPathComponent("enabled_plugins"))
        let path = folder.path
        environment = [
            "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=\(path)", "ERL_EPMD_PORT=\(epmdPort)",
            "ERL_EPMD_ADDRESS=127.0.0.1", "RABBITMQ_NODENAME=\(name)@localhost", "RABBITMQ_MNESIA_BASE=\(path)/mnesia",
            "RABBITMQ_LOG_BASE=\(path)/log", "RABBITMQ_DIST_PORT=\(distributionPort)",
            "RABBITMQ_CONFIG_FILE=\(path)/rabbitmq.conf", "RABBITMQ_ENABLED_PLUGINS_FILE=\(path)/enabled_plugins",
            "RABBITMQ_CONF_ENV_FILE=\(path)/none", "RABBITMQ_PID_FILE=\(path)/pid",
            // The script becomes the server, so that it is a child of ours.
            "RUNNING_UNDER_SYSTEMD=1",
            // It does not spin while it waits, and other nodes reach it over loopback alone.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none "
                + "-kernel inet_dist_use_interface {127,0,0,1}",
        ]
        epmd = try spawnBeside("/usr/bin/epmd", ["-port", "\(epmdPort)", "-address", "127.0.0.1"])
        watchdog = try Watchdog(
            script: "kill -9 $(cat \(path)/child) \(epmd) 2>/dev/null; sleep 0.2; rm -rf \(path)")
        try start()
    }

    deinit { kill(epmd, SIGKILL) }

    /// Starts it after a `stop` or `crash`.
    package func start() throws {
        let started = try spawnBeside("/usr/bin/env", ["-i"] + environment + ["\(programs)/rabbitmq-server"])
        child.withLock { $0 = started }
        try Data("\(started)".utf8).write(to: folder.appendingPathComponent("child"))
        let deadline = Date().addingTimeInterval(180)
        while !isOpen(port) {
            guard Date() < deadline, kill(started, 0) == 0 else {
                throw ToolFailure(text: "rabbitmq-server takes no connections; see \(folder.path)/log")
            }
            usleep(50_000)
        }
    }

    /// Ends it at once, as a crash does (signal 9), and waits until it has ended.
    package func crash() {
        let victim = child.withLock { $0 }
        kill(victim, SIGKILL)
        while kill(victim, 0) == 0 { usleep(5_000) }
    }

    /// Freezes it, or lets it go on: its connections stay, and nothing is answered.
    package func freeze(_ isFrozen: Bool) { kill(child.withLock { $0 }, isFrozen ? SIGSTOP : SIGCONT) }

    /// Stops it for good.
    package func stop() {
        crash()
        kill(epmd, SIGKILL)
    }

    /// Runs `rabbitmqctl`; what it wrote.
    @discardableResult
    package func control(_ arguments: [String]) throws -> String {
        try runTool("/usr/bin/env", ["-i"] + environment + ["\(programs)/rabbitmqctl", "--quiet"] + arguments)
    }

    /// What the server wrote to its log.
    package func log() throws -> String {
        let name = "log/\(folder.lastPathComponent)@localhost.log"
        return try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// - Parameters:
    ///   - port: the server's own when nil; a proxy's otherwise.
    ///   - vhost: as it stands in a URL.
    package func url(port: Int? = nil, vhost: String = "") -> String {
        "amqp://guest:guest@127.0.0.1:\(port ?? self.port)/\(vhost)"
    }

    /// The authority of the server's certificate.
    package var authority: String { folder.appendingPathComponent("ca.crt").path }

    /// A name that nobody else has at this server.
    package func newName(_ kind: String = "test") -> String {
        names.withLock { number in
            number += 1
            return "\(kind)-\(number)"
        }
    }

    /// Debian's wrappers in /usr/sbin change the user, and the environment with it.
    private static func findPrograms() throws -> String {
        let root = "/usr/lib/rabbitmq/lib"
        // An absent folder has no versions.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for version in versions.sorted().reversed() {
            let path = "\(root)/\(version)/sbin"
            if FileManager.default.isExecutableFile(atPath: "\(path)/rabbitmq-server") { return path }
        }
        throw ToolFailure(text: "no rabbitmq-server in \(root) (apt-get install rabbitmq-server)")
    }
}
