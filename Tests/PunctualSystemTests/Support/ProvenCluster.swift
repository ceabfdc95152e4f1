import Foundation
import PunctualClient
import PunctualJSON

/// Two nodes of one installation, and the profiles of whoever signs in to them.
struct ProvenCluster: Sendable {
    let first, second: RunningServer
    private static let profiles = ".config/punctual/profiles.yaml"

    /// The tokens that a profile keeps.
    /// - Throws: `Missing` when there are none.
    func tokens(_ profile: String) throws -> (access: String, refresh: String) {
        let lines = try section(profile)
        func value(_ name: String) throws -> String {
            guard let line = lines.first(where: { $0.contains("\(name): ") }) else {
                throw Missing(description: "\(profile) has no \(name)")
            }
            return String(line.split(separator: " ").last ?? "").replacing("\"", with: "")
        }
        return (try value("access_token"), try value("refresh_token"))
    }

    /// Makes a profile's access token look as if its ten minutes were over.
    func endAccess(of profile: String) throws {
        guard let line = try section(profile).first(where: { $0.contains("expires_at: ") }) else {
            throw Missing(description: "\(profile) is not signed in")
        }
        let text = first.folder.read(Self.profiles)
        // The instants of two sign-ins differ by a second at least, as the test makes them.
        let ended = text.replacing(line, with: #"    expires_at: "2026-01-01T00:00:00.000Z""#)
        // Written in place: others must not be able to read it.
        try Data(ended.utf8).write(to: URL(filePath: "\(first.folder.path)/\(Self.profiles)"))
    }

    private func section(_ profile: String) throws -> [String] {
        let lines = first.folder.read(Self.profiles).components(separatedBy: "\n")
        guard let start = lines.firstIndex(of: "  \(profile):") else {
            throw Missing(description: "there is no profile \(profile)")
        }
        return Array(lines[(start + 1)...].prefix { $0.hasPrefix("    ") })
    }
}

/// A key, the job that it may operate on, and one of another service.
struct ServiceKey: Sendable {
    let key, job, other: String
}

/// Runs the body with a client that shows the key or token, and tries nothing twice.
func withClient<Value: Sendable>(
    _ server: RunningServer, _ token: String, _ body: @Sendable (PunctualClient) async throws -> Value
) async throws -> Value {
    let client = PunctualClient(
        address: server.address, credential: .token(token), retries: .none, timeoutSeconds: 60)
    do {
        let value = try await body(client)
        try await client.shutdown()
        return value
    } catch {
        // The first error says what went wrong.
        try? await client.shutdown()
        throw error
    }
}

extension PunctualClient {
    /// The status that a call below `/api/v1` is answered with.
    func status(
        _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [(String, String)] = []
    ) async throws -> Int {
        do throws(ClientError) {
            return try await send(method, "/api/v1\(path)", body: body, headers: headers).status
        } catch {
            guard let status = error.status else { throw error }
            return status
        }
    }
}

/// Callers that go on until they are stopped; half of them take a rotated key at once.
actor Load {
    private(set) var succeeded = 0
    private(set) var succeededByNext = 0
    private(set) var failures: [String] = []
    private var isRunning = true
    private let key: String
    private var next: String?

    init(key: String) { self.key = key }

    func rotate(to next: String) { self.next = next }
    func stop() { isRunning = false }

    /// Calls one after the other, each from an address of its own, since the limit of one is no matter here.
    func call(_ path: String, of server: RunningServer, caller: Int) async throws {
        while isRunning {
            let shown = caller % 4 < 2 ? next ?? key : key
            try await withClient(server, shown) { client in
                // A caller that has the newest key for him goes on with its connections.
                while await self.isCurrent(shown, caller) {
                    let number = await self.succeeded
                    let headers = [("x-forwarded-for", "10.\(caller).\(number / 250 % 250).\(number % 250)")]
                    await self.note(try await client.status("GET", path, headers: headers), shown)
                }
            }
        }
    }

    private func isCurrent(_ shown: String, _ caller: Int) -> Bool {
        isRunning && shown == (caller % 4 < 2 ? next ?? key : key)
    }

    private func note(_ status: Int, _ shown: String) {
        guard status == 200 else { return failures.append("\(status)") }
        succeeded += 1
        if shown == next { succeededByNext += 1 }
    }
}
