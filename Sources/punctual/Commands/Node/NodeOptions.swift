internal import ArgumentParser
internal import Foundation
internal import PunctualServer

/// The flags of commands that run a node; each also has a variable and a key in the config file.
struct NodeOptions: ParsableArguments {
    @Option(name: .long, help: "A YAML file with settings; flags and PUNCTUAL_* variables win over it.")
    var config: String?

    @Option(
        name: .long,
        help:
            "Where jobs and executions are kept: sqlite:PATH or postgres://USER@HOST/DATABASE. (PUNCTUAL_DATABASE_URL)")
    var databaseURL: String?

    @Option(name: .long, help: "The address to listen on. (PUNCTUAL_HTTP_HOST, default 127.0.0.1)")
    var host: String?

    @Option(name: .long, help: "The port to listen on; 0 takes a free one. (PUNCTUAL_HTTP_PORT, default 8640)")
    var port: String?

    @Option(name: .long, help: "This node's name. (PUNCTUAL_NODE_ID)")
    var nodeID: String?

    @Option(name: .long, help: "trace, debug, info, notice, warning, error or critical. (PUNCTUAL_LOG_LEVEL)")
    var logLevel: String?

    @Option(name: .long, help: "text or json. (PUNCTUAL_LOG_FORMAT)")
    var logFormat: String?

    /// The settings that these flags, the process's variables and the config file make.
    /// - Parameters:
    ///   - base: the defaults of the command.
    ///   - more: the flags that the command alone has, by key.
    func settings(base: Settings = Settings(), more: [String: String?] = [:]) async throws(SettingsError) -> Settings {
        var flags = more.compactMapValues { $0 }
        flags["database.url"] = databaseURL
        flags["http.host"] = host
        flags["http.port"] = port
        flags["node.id"] = nodeID
        flags["log.level"] = logLevel
        flags["log.format"] = logFormat
        let environment = ProcessInfo.processInfo.environment
        return try await Settings.load(
            flags: flags, environment: environment, configFile: config ?? environment["PUNCTUAL_CONFIG"], base: base)
    }
}
