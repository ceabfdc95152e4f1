import Foundation
import TestPeers
import Testing

@Suite("A node with TLS", .timeLimit(.minutes(10)))
struct TLSTests {
    private func certificates(_ name: String, in folder: Folder) throws -> Certificates {
        let url = URL(filePath: folder.path).appending(path: name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return try Certificates(in: url)
    }

    @Test("the command line trusts the authority that it is told, and no other; a renewed certificate needs no restart")
    func story() async throws {
        try await withFolder { folder in
            let (first, second) = (try certificates("first", in: folder), try certificates("second", in: folder))
            let environment = [
                "PUNCTUAL_HTTP_TLS_CERTIFICATE": first.certificate.path, "PUNCTUAL_HTTP_TLS_KEY": first.key.path,
            ]
            try await withServer(in: folder, environment: environment) { server in
                #expect(server.address.hasPrefix("https://"))
                let url = "https://localhost:\(server.port)"
                func status(_ authority: String?) async throws -> Said {
                    var environment = ["PUNCTUAL_URL": url]
                    environment["PUNCTUAL_CA_FILE"] = authority
                    return try await Program.punctual(["status"], in: folder, environment: environment)
                }
                #expect(try await status(first.authority.path).status == 0)
                let refused = try await status(nil)
                #expect(refused.status == 1 && refused.err.contains("PUNCTUAL_CA_FILE"), "\(refused)")
                #expect(try await status("none.pem").err.contains("PUNCTUAL_CA_FILE: cannot read none.pem"))

                // As a renewal does it: one file after the other.
                try Data(contentsOf: second.certificate).write(to: first.certificate)
                try Data(contentsOf: second.key).write(to: first.key)
                // The files are looked at once a second; the suite's limit ends what never comes.
                while try await status(second.authority.path).status != 0 {
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(try await status(first.authority.path).status == 1)
            }
        }
    }
}
