import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PunctualHTTP
import ServiceLifecycle
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
            guard isWhole else { return Response(status: .badRequest) }
            var answer = "path=\(request.uri.string);"
            // As much as a client asks for, to see how it takes it.
            if let wanted = request.uri.queryParameters["bytes"].flatMap({ Int($0) }) {
                answer += String(repeating: "x", count: wanted)
            }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: answer)))
        }
        let (ports, running) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            responder: responder, server: .punctual(certificate: certificate, limits: limits),
            configuration: .punctual(host: "127.0.0.1", port: 0, connections: connections, logger: logger),
            onServerRunning: { channel in
                running.yield(channel.localAddress?.port ?? 0)
            }, logger: logger)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { running.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next()
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(port ?? 0)) } catch { outcome = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
    }
}
