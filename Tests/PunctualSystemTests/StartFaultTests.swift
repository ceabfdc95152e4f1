import Foundation
import PunctualJSON
import Testing

/// A way of starting a server that can't work, and what the one line about it must name.
private struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let arguments: [String]
    let words: [String]
    /// What `config.yaml` holds.
    var config = ""
    var environment: [String: String] = [:]

    init(
        _ what: String, _ arguments: [String], _ words: [String], config: String = "",
        environment: [String: String] = [:]
    ) {
        testDescription = what
        self.arguments = arguments
        self.words = words
        self.config = config
        self.environment = environment
    }
}

private let faults: [Fault] = [
    .init("a config file that is not there", ["serve", "--config", "none.yaml"], ["none.yaml", "cannot read"]),
    .init("a config file that is a folder", ["serve", "--config", "folder"], ["folder", "unreadable"]),
    .init("a config file that may not be read", ["serve", "--config", "/proc/self/mem"], ["/proc/self/mem"]),
    .init(
        "malformed YAML", ["serve", "--config", "config.yaml"], ["config.yaml", "line 2"], config: "http: [port: 1\n"),
    .init("bytes that are no text", ["serve", "--config", "/bin/true"], ["/bin/true"]),
    .init("YAML that is a list", ["serve", "--config", "config.yaml"], ["config.yaml", "mapping"], config: "- a\n"),
    .init(
        "an unknown key", ["serve", "--config", "config.yaml"], ["config.yaml", "http.prot", "line 2", "http.port"],
        config: "roles: api\nhttp: {prot: 1}\n"),
    .init(
        "a bad value in YAML", ["serve", "--config", "config.yaml"], ["worker.concurrency", "\"many\"", "1 to 10000"],
        config: "worker: {concurrency: many}\n"),
    .init(
        "a list for one value", ["serve", "--config", "config.yaml"], ["config.yaml", "http.host", "one value"],
        config: "http: {host: [a, b]}\n"),
    .init(
        "a key that stands there twice", ["serve", "--config", "config.yaml"], ["config.yaml", "twice"],
        config: "roles: api\nroles: worker\n"),
    .init("an unknown role", ["serve", "--roles", "api,king"], ["roles", "\"king\"", "api, scheduler and worker"]),
    .init("every address", ["serve", "--host", "0.0.0.0"], ["\"0.0.0.0\"", "loopback", "127.0.0.1"]),
    .init("every IPv6 address", ["serve", "--host", "::"], ["\"::\"", "loopback"]),
    .init("a name that is not loopback", ["serve", "--host", "example.com"], ["\"example.com\"", "loopback"]),
    .init("an address that is none", ["serve", "--host", "127.0.0.999"], ["\"127.0.0.999\"", "loopback"]),
    .init("a port past the last", ["serve", "--port", "70000"], ["http.port", "\"70000\"", "0 to 65535"]),
    .init("an unknown level", ["serve", "--log-level", "loud"], ["log.level", "\"loud\"", "trace"]),
    .init("an unknown form of logs", ["serve", "--log-format", "xml"], ["log.format", "\"xml\"", "text or json"]),
    .init("a name that is none", ["serve", "--node-id", "a b"], ["node.id", "\"a b\""]),
    .init(
        "another database", ["serve", "--database-url", "mysql://u:secret@h/d"], ["database.url", "sqlite:PATH"]),
    .init(
        "a PostgreSQL that is not there", ["serve", "--database-url", "postgres://u:secret@127.0.0.1:1/d"],
        ["PostgreSQL at 127.0.0.1:1/d", "refused", "check host and port"]),
    .init(
        "a folder that is not there", ["serve", "--database-url", "sqlite:no/x.sqlite"], ["no/x.sqlite", "No such"]),
    .init("a folder for a database", ["serve", "--database-url", "sqlite:folder"], ["folder"]),
    .init(
        "a range that is none", ["serve"], ["egress.allow", "\"10.0.0.0/40\""],
        environment: ["PUNCTUAL_EGRESS_ALLOW": "10.0.0.0/40"]),
    .init(
        "authorities that are none", ["serve"], ["egress.certificate", "/etc/hostname"],
        environment: ["PUNCTUAL_EGRESS_CERTIFICATE": "/etc/hostname"]),
    .init(
        "a certificate that is none", ["serve"], ["/bin/true", "no PEM certificate"],
        environment: ["PUNCTUAL_HTTP_TLS_CERTIFICATE": "/bin/true", "PUNCTUAL_HTTP_TLS_KEY": "/bin/true"]),
    .init(
        "a key that is not there", ["serve"], ["http.tls.key", "cannot read none.key"],
        environment: ["PUNCTUAL_HTTP_TLS_CERTIFICATE": "/bin/true", "PUNCTUAL_HTTP_TLS_KEY": "none.key"]),
    .init(
        "every origin", ["serve"], ["http.cors.origins", "\"*\""],
        environment: ["PUNCTUAL_HTTP_CORS_ORIGINS": "*"]),
    .init(
        "a variable and its file", ["serve"], ["PUNCTUAL_NODE_ID_FILE", "keep one"],
        environment: ["PUNCTUAL_NODE_ID": "a", "PUNCTUAL_NODE_ID_FILE": "x"]),
]

@Suite("A server that can't start", .timeLimit(.minutes(10)))
struct StartFaultTests {
    /// One line on standard error that holds the words, exit code 1, and nothing on standard output.
    private func expectOneLine(_ said: Said, _ words: [String], _ what: Comment) {
        #expect(said.status == 1, "\(what): \(said)")
        #expect(said.out.isEmpty && said.faults.count == 1, "\(what): \(said)")
        #expect(said.err.hasPrefix("punctual: "), "\(what): \(said)")
        for word in words { #expect(said.err.contains(word), "\(what): no \(word) in \(said)") }
        #expect(!said.err.contains("secret"), "\(what): \(said)")
    }

    @Test("says why in one line and ends with 1", arguments: faults)
    private func fault(_ fault: Fault) async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder.path)/folder", withIntermediateDirectories: true)
            try folder.write(fault.config, to: "config.yaml")
            var arguments = fault.arguments
            if !arguments.contains("--port") { arguments += ["--port", "0"] }
            let said = try await Program.punctual(arguments, in: folder, environment: fault.environment)
            expectOneLine(said, fault.words, "\(fault.testDescription)")
        }
    }

    @Test("a port in use is named, and the one who has it goes on")
    func port() async throws {
        try await withServer { server in
            let said = try await Program.punctual(
                ["dev", "--port", server.port, "--database-url", "sqlite:other.sqlite"], in: server.folder)
            expectOneLine(said, ["port \(server.port)", "in use", "--port"], "port in use")
            #expect(!server.folder.exists("other.sqlite") && !server.folder.exists("master.key"))
            #expect(try await server.punctual("health").status == 0)
        }
    }

    @Test("a database in use is refused with its owner's process, and loses nothing")
    func locked() async throws {
        try await withServer { server in
            #expect(try await server.punctual("job", "create", "kept", "--manual", "--noop").status == 0)
            for command in [["dev", "--port", "0"], ["migrate", "--database-url", "sqlite:punctual-dev.sqlite"]] {
                let said = try await Program.punctual(command, in: server.folder)
                expectOneLine(said, ["in use", "process \(server.background.process)"], "\(command)")
            }
            #expect(try await server.json("job", "get", "kept")["name"] == "kept")
            #expect(try await server.punctual("job", "create", "more", "--manual", "--noop").status == 0)
        }
    }

    @Test(
        "a database file that is none is named, and left as it is",
        arguments: [
            "no database at all, but a text that is long enough to be read as a page", "SQLite format 3\0nonsense",
        ])
    func corrupt(_ text: String) async throws {
        try await withFolder { folder in
            let whole = text + String(repeating: "x", count: 8192)
            try folder.write(whole, to: "jobs.sqlite")
            let said = try await Program.punctual(
                ["dev", "--port", "0", "--database-url", "sqlite:jobs.sqlite"], in: folder)
            expectOneLine(said, ["jobs.sqlite"], "corrupt")
            #expect(folder.read("jobs.sqlite") == whole)
        }
    }

    @Test("a database whose pages are damaged ends the server with one line that names it")
    func damaged() async throws {
        try await withFolder { folder in
            try await withServer(in: folder) { server in
                for number in 0..<20 {
                    let said = try await server.punctual("job", "create", "job-\(number)", "--every", "1s", "--noop")
                    #expect(said.status == 0, "\(said)")
                }
            }
            let file = try #require(
                FileHandle(forUpdatingAtPath: "\(folder.path)/punctual-dev.sqlite"), "the database of punctual dev")
            // The first page stays, so that it looks like a database and opens.
            let length = try file.seekToEnd()
            try file.seek(toOffset: 4096)
            try file.write(contentsOf: Data(repeating: 0x5A, count: Int(length) - 4096))
            try file.close()
            let said = try await Program.punctual(["dev", "--port", "0", "--log-level", "critical"], in: folder)
            #expect(said.status == 1, "\(said)")
            #expect(said.err.hasPrefix("punctual: ") && said.err.contains("punctual-dev.sqlite"), "\(said)")
            #expect(said.err.contains("restore it from a backup") && said.faults.count == 1, "\(said)")
        }
    }
}
