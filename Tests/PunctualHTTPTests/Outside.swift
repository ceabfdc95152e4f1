import Foundation
import PunctualHTTP
import TestPeers

/// Runs a program to its end on a thread of its own; what it wrote.
@discardableResult
func outside(_ path: String, _ arguments: String...) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try runTool(path, arguments) })
        }
    }
}

/// A certificate of an authority of its own, for `localhost`, in a folder that is removed afterwards.
func withCertificate(_ body: (Certificates) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // A folder that stays behind harms nobody.
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(try Certificates(in: folder))
}

extension Certificates {
    func pair() throws -> (certificate: [UInt8], key: [UInt8]) {
        (Array(try Data(contentsOf: certificate)), Array(try Data(contentsOf: key)))
    }

    func server() throws -> ServerCertificate {
        let (certificate, key) = try pair()
        return try ServerCertificate(certificate: certificate, key: key)
    }
}
