import Foundation
import PunctualHTTP
import TestPeers

/// Runs the body, which waits for something outside, on a thread of its own: those of the tests are few.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// Runs a program to its end; what it wrote.
@discardableResult
func outside(_ path: String, _ arguments: String...) async throws -> String {
    try await onThread { try runTool(path, arguments) }
}

/// Runs the body with a proxy that is configured as deploy/ shows.
/// - Parameters:
///   - node: the server's port.
///   - isHasty: clients are given a second instead of a minute.
func withProxy(
    _ kind: ReverseProxy.Kind, node: Int, isHasty: Bool = false, _ body: (_ port: Int) async throws -> Void
) async throws {
    let proxy = try await onThread {
        try ReverseProxy(kind) { try Example.configuration(kind, listening: $0, node: node, isHasty: isHasty) }
    }
    defer { proxy.stop() }
    try await body(proxy.port)
}

/// A certificate of an authority of its own, for `localhost`, in a folder that is removed afterwards.
func withCertificate(_ body: (Certificates) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // A folder that stays behind harms nobody.
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(try await onThread { try Certificates(in: folder) })
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
