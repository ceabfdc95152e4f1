internal import ArgumentParser
internal import Foundation
internal import PunctualClient

/// Which server to talk to, and as whom.
struct ClientOptions: ParsableArguments {
    @Option(name: .long, help: "The server. (PUNCTUAL_URL, default http://127.0.0.1:8640)")
    var url: String?

    @Option(
        name: .long,
        help: "The key or token to show. (PUNCTUAL_TOKEN, or a file named by PUNCTUAL_TOKEN_FILE)")
    var token: String?

    @Option(
        name: .long, help: "The profile of `punctual login` to use. (PUNCTUAL_PROFILE, default the current one)")
    var profile: String?

    @Flag(
        name: .long,
        help: "Send tokens over plain http to another machine, where others can read them. (PUNCTUAL_ALLOW_HTTP=1)")
    var allowHTTP = false

    /// Runs the body with a connection to the server that flags, variables and the profile name.
    func connected<Value>(_ body: (Server) async throws -> Value) async throws -> Value {
        try await connection().open(body)
    }

    /// The server that flags, variables and the profile name, and as whom to talk to it.
    func connection() throws -> Connection {
        let environment = ProcessInfo.processInfo.environment
        return try Connection(
            url: url, token: token, profile: profile, allowsPlainHTTP: allowHTTP, environment: environment,
            file: ProfileFile(environment: environment))
    }

    /// As `connection`, for something secret: where others could read it, that is told before anybody types it, also to who shows no
    /// credential.
    func safeConnection() throws -> Connection {
        let connection = try connection()
        try connection.requireSafe()
        return connection
    }

    /// As `safeConnection`, of somebody: nobody types a password in vain, and none is sent along without a credential.
    func ownConnection() throws -> Connection {
        let connection = try safeConnection()
        guard connection.credential != nil else {
            throw Failure(.notAllowed, "nobody is signed in to \(connection.address): `punctual login` does it")
        }
        return connection
    }
}

extension Connection {
    /// Runs the body with a client, which is closed afterwards.
    func open<Value>(_ body: (Server) async throws -> Value) async throws -> Value {
        let client = PunctualClient(
            address: address, credential: credential, allowsPlainHTTP: allowsPlainHTTP,
            authorities: try Connection.authorities(ProcessInfo.processInfo.environment), takesCopies: false)
        do {
            let value = try await body(Server(client: client))
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()  // The first error says what went wrong; this one would only hide it.
            throw error
        }
    }
}

/// The server's calls that several commands share.
struct Server {
    let client: PunctualClient
}
