import PunctualCore
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("A database URI")
struct ConnectionSettingsTests {
    private static let port = PostgresServer.shared.port

    @Test(
        "that cannot be used is refused in one line that says what to do, without the password",
        arguments: [
            ("postgres://punctual:hunter2@127.0.0.1:\(port)/nowhere", "createdb"),
            ("postgres://nobody:hunter2@127.0.0.1:\(port)/postgres", "createuser"),
            ("postgres://punctual:hunter2@127.0.0.1:1/postgres", "Connection refused"),
            ("postgres://punctual:hunter2@host.invalid/postgres", "check the host"),
            ("postgres://punctual:hunter2@127.0.0.1:\(port)/postgres?sslmode=verify-full", "ssl"),
            ("postgres://punctual:hunter2@127.0.0.1:\(port)/postgres?sslmode=often", "sslmode"),
            ("postgres://punctual:hunter2@127.0.0.1:\(port)/postgres?colour=red", "colour"),
            ("postgres://punctual:hunter2@127.0.0.1:high/postgres", "port"),
            ("postgres//punctual:hunter2@127.0.0.1", "URI cannot be read"),
            ("host=127.0.0.1 password=hunter2 port", "URI cannot be read"),
            ("postgres://punctual:hunter2@[127.0.0.1/postgres", "URI cannot be read"),
        ])
    func refusals(uri: String, sign: String) async throws {
        let text = try #require(await complaint(about: uri), "\(uri) was accepted")
        #expect(text.contains(sign), "\(text)")
        #expect(!text.contains("hunter2") && !text.contains("\n"), "\(text)")
    }

    /// What a store says that cannot be opened; nil when it can.
    private func complaint(about uri: String) async -> String? {
        do throws(StoreError) {
            let store = try await PostgresStore(uri: uri)
            await store.close()
            return nil
        } catch {
            if case .unavailable(let text) = error { return text }
            return "\(error)"
        }
    }

    @Test(
        "is read as libpq reads it",
        arguments: [
            "postgres://punctual@127.0.0.1:\(port)/postgres",
            "postgresql://punctual@127.0.0.1:\(port)/postgres?sslmode=prefer",
            "host=127.0.0.1 port=\(port) user=punctual dbname=postgres",
            "postgres://punctual@127.0.0.1:1,127.0.0.1:\(port)/postgres?target_session_attrs=read-write",
            "postgres://punctual@127.0.0.1:\(port)/postgres?options=-c%20work_mem%3D8MB&pgbouncer=false",
        ])
    func accepted(uri: String) async throws {
        let connection = try await Connection.open(ConnectionSettings(uri))
        let rows = try await connection.run([Call(composed: "SELECT current_user::text")])
        #expect(rows[0].first { $0.text() } == "punctual")
        await connection.close()
    }
}
