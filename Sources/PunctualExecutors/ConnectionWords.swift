internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// What went wrong with a connection, in the words of people.
enum ConnectionWords {
    static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { words(for: $0.error) } ?? "there is no host \(error.host)"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is NIOSSLExtraError: "its certificate is not for this name"
        case let error as NIOSSLError: words(for: error)
        case let error as HTTPClientError where error == .connectTimeout: "no connection within 10 s"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            "it closed the connection before it had answered"
        case let error as HTTPClientError where error == .tlsHandshakeTimeout: "no agreement on TLS within 10 s"
        default: "\(error)"
        }
    }

    private static func words(for error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not from an authority that is trusted here (egress.certificate names more)"
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") { return "it does not speak TLS" }
        return "TLS: \(text)"
    }
}
