internal import ArgumentParser
internal import Foundation
internal import PunctualClient

/// Which server to talk to, and as whom.
struct ClientOptions: ParsableArguments {
    @Option(name: .long, help: "The server. (PUNCTUAL_URL, default http://127.0.0.1:8640)")
    var url: String?

    @Option(name: .long, help: "The token to show. (PUNCTUAL_TOKEN, or a file named by PUNCTUAL_TOKEN_FILE)")
    var token: String?

    /// Runs the body with a connection to the server that flags and variables name.
    func connected<Value>(_ body: (Server) async throws -> Value) async throws -> Value {
        let environment = ProcessInfo.processInfo.environment
        let client = PunctualClient(
            address: ClientOptions.address(flag: url, environment: environment),
            token: try ClientOptions.token(flag: token, environment: environment),
            authorities: try ClientOptions.authorities(environment: environment))
        do {
            let value = try await body(Server(client: client))
            try await client.shutdown()
            return value
        } catch {
            // The first error says what went wrong; one of the closing would only hide it.
            try? await client.shutdown()
            throw error
        }
    }

    static func address(flag: String?, environment: [String: String]) -> String {
        let given = flag ?? environment["PUNCTUAL_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:8640"
        return given.contains("://") ? given : "http://\(given)"
    }

    /// The file of the certificate authorities to trust instead of the system's; nil means those.
    static func authorities(environment: [String: String]) throws(Failure) -> String? {
        guard let path = environment["PUNCTUAL_CA_FILE"], !path.isEmpty else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw Failure(.failed, "PUNCTUAL_CA_FILE: cannot read \(path)")
        }
        return path
    }

    static func token(flag: String?, environment: [String: String]) throws(Failure) -> String? {
        if let flag { return flag }
        if let token = environment["PUNCTUAL_TOKEN"], !token.isEmpty { return token }
        guard let path = environment["PUNCTUAL_TOKEN_FILE"], !path.isEmpty else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.failed, "PUNCTUAL_TOKEN_FILE: cannot read \(path)")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The server's calls that several commands share.
struct Server {
    let client: PunctualClient
}
