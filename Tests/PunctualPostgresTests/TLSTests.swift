import Foundation
import PunctualCore
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("TLS with sslmode=verify-full")
struct TLSTests {
    @Test("the right name and authority are let in, others are not, and the line says why")
    func verification() async throws {
        let server = try await blocking { try PostgresServer() }
        let certificates = try Certificates(in: server.folder)
        try server.append(
            "ssl = on\nssl_cert_file = '\(certificates.certificate.path)'\nssl_key_file = '\(certificates.key.path)'\n",
            to: "postgresql.conf")
        try server.stop()
        try server.start()
        func uri(_ host: String, _ authority: String) -> String {
            "postgres://punctual@\(host):\(server.port)/postgres?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=\(authority)"
        }
        let connection = try await Connection.open(
            ConnectionSettings(uri("localhost", certificates.authority.path)))
        let rows = try await connection.run([
            Call(composed: "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        ])
        #expect(rows[0].first { $0.bool() } == true)
        await connection.close()
        await #expect {
            _ = try await Connection.open(ConnectionSettings(uri("example.org", certificates.authority.path)))
        } throws: { "\($0)".contains("certificate") && "\($0)".contains("sslrootcert") }
        let strangers = server.folder.appendingPathComponent("strangers")
        try runTool("/usr/bin/env", ["mkdir", strangers.path])
        let other = try Certificates(in: strangers)
        await #expect {
            _ = try await Connection.open(ConnectionSettings(uri("localhost", other.authority.path)))
        } throws: { "\($0)".contains("certificate verify failed") }
        try server.stop()
    }
}
