import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PunctualHTTP
import Synchronization

/// A server with the transport of the API that remembers each request it sees, and answers with its path.
final class Recorder: Sendable {
    struct Seen: Sendable {
        let method: String
        let path: String
        let headers: HTTPFields
        let body: String
        /// The other end of the connection.
        let peer: String?
        let peerPort: Int
    }

    private struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: String?
        let peerPort: Int

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            peer = source.peerAddress
            peerPort = source.channel.remoteAddress?.port ?? 0
        }
    }

    private let requests = Mutex<[Seen]>([])

    var seen: [Seen] { requests.withLock { $0 } }

    /// Runs the body while the server listens.
    func run(
        certificate: ServerCertificate? = nil, limits: TransportLimits = TransportLimits(), connections: Int = 1000,
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let responder = CallbackResponder<Context> { [self] request, context in
            var text = ""
            // A body that breaks off leaves a request all the same, and is refused as the API refuses it.
            var isWhole = true
            do { text = String(buffer: try await request.body.collect(upTo: 1 << 20)) } catch { isWhole = false }
            let seen = Seen(
                method: request.method.rawValue, path: request.uri.string, headers: request.headers, body: text,
                peer: context.peer, peerPort: context.peerPort)
            requests.withLock { $0.append(seen) }
            guard isWhole else { throw HTTPError(.badRequest) }
            var answer = "path=\(request.uri.string);"
            // As much as a client asks for, to see how it takes it.
            if let wanted = request.uri.queryParameters["bytes"].flatMap({ Int($0) }) {
                answer += String(repeating: "x", count: wanted)
            }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: answer)))
        }
        let application = Application(
            responder: responder, server: .punctual(certificate: certificate, limits: limits),
            configuration: .punctual(
                host: "127.0.0.1", port: 0, connections: connections, logger: Logger(label: "test")))
        try await application.test(.ahc(certificate == nil ? .http : .https)) { client in
            try await body(client.port ?? 0)
        }
    }
}
