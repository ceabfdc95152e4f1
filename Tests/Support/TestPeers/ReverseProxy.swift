internal import Foundation

/// Debian's nginx or HAProxy before a server of the tests, on loopback, in a temporary folder; it ends with the process.
package final class ReverseProxy: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case nginx = "/usr/sbin/nginx"
        case haproxy = "/usr/sbin/haproxy"

        /// The package that has it.
        var package: String { self == .nginx ? "nginx" : "haproxy" }
    }

    package let port: Int
    private let child: pid_t
    private let watchdog: Watchdog

    /// Starts it and waits until it takes connections.
    /// - Parameter configuration: of nginx what stands in the `http` block, of HAProxy all; by the port to listen on.
    package init(_ kind: Kind, configuration: (_ port: Int) throws -> String) throws {
        guard FileManager.default.isExecutableFile(atPath: kind.rawValue) else {
            throw ToolFailure(text: "no \(kind.rawValue) (apt-get install \(kind.package))")
        }
        port = try freePort()
        let name = "punctual-proxy-\(UUID().uuidString.prefix(8).lowercased())"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("proxy.conf")
        var text = try configuration(port)
        let arguments: [String]
        switch kind {
        case .nginx:
            let bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map { "\($0)_temp_path \(folder.path)/\($0);\n" }.joined()
            text = """
                daemon off;
                master_process off;
                pid \(folder.path)/pid;
                error_log \(folder.path)/error.log;
                events { worker_connections 1024; }
                http {
                access_log off;
                \(bodies)
                \(text)
                }

                """
            arguments = ["-p", folder.path, "-e", "\(folder.path)/error.log", "-c", file.path]
        case .haproxy: arguments = ["-db", "-f", file.path]
        }
        try Data(text.utf8).write(to: file)
        try runTool(kind.rawValue, kind == .nginx ? ["-t", "-q"] + arguments : ["-c", "-q"] + arguments)
        child = try spawnBeside(kind.rawValue, arguments)
        watchdog = try Watchdog(script: "kill -9 \(child); rm -rf \(folder.path)")
        for _ in 0..<1200 {
            if isOpen(port) { return }
            if kill(child, 0) != 0 { throw ToolFailure(text: "\(kind.rawValue) ended at once") }
            usleep(50_000)
        }
        throw ToolFailure(text: "\(kind.rawValue) did not begin")
    }

    package func stop() { kill(child, SIGKILL) }
}

/// Whether somebody on loopback listens on the port.
func isOpen(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
