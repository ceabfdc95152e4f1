internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import PunctualCore
internal import PunctualSchedule
package import PunctualTestKit
internal import Synchronization

/// The endpoint that the jobs of a drill call: it answers as its path says, and keeps every call that it saw.
package final class EffectLog: Sendable {
    private let log = Calls()
    private let listener: any Channel
    private let port: Int

    /// How the endpoint answers.
    package enum Answer: Hashable, Sendable {
        case ok
        /// 200 after that many milliseconds.
        case slow(Int)
        /// 503 until the attempt of that number, then 200.
        case flaky(Int)
        /// 500, always.
        case broken

        var path: String {
            switch self {
            case .ok: "/ok"
            case .slow(let milliseconds): "/slow/\(milliseconds)"
            case .flaky(let attempt): "/flaky/\(attempt)"
            case .broken: "/broken"
            }
        }

        init?(path: String) {
            let parts = path.split(separator: "/")
            switch (parts.first, parts.dropFirst().first.flatMap { Int($0) }) {
            case ("ok", nil): self = .ok
            case ("slow", let number?): self = .slow(number)
            case ("flaky", let number?): self = .flaky(number)
            case ("broken", nil): self = .broken
            default: return nil
            }
        }
    }

    package init() async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .childChannelInitializer { [log] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(EffectHandler(log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    /// Where a job's target finds that answer.
    package func url(_ answer: Answer) -> String { "http://127.0.0.1:\(port)\(answer.path)" }

    /// Every call that has ended, in the order of its end.
    package func seen() -> [AttemptCall] { log.all.withLock { $0 } }

    package func stop() async throws { try await listener.close().get() }
}

/// The calls that have ended.
final class Calls: Sendable {
    let all = Mutex<[AttemptCall]>([])
}

/// One connection of the endpoint.
private final class EffectHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let calls: Calls
    /// The call that waits for its answer.
    private var open: (execution: Identifier, attempt: Int, startedAt: Timestamp)?
    private var head: HTTPRequestHead?

    init(_ calls: Calls) { self.calls = calls }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: respond(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(success: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func respond(_ context: ChannelHandlerContext) {
        guard let head, let answer = EffectLog.Answer(path: head.uri),
            let execution = head.headers.first(name: "Idempotency-Key").flatMap({ Identifier($0) }),
            let attempt = head.headers.first(name: "Punctual-Attempt").flatMap({ Int($0) })
        else { return write(.badRequest, nil, context) }
        open = (execution, attempt, .hostNow)
        switch answer {
        case .ok: write(.ok, true, context)
        case .broken: write(.internalServerError, false, context)
        case .flaky(let number):
            write(attempt < number ? .serviceUnavailable : .ok, attempt >= number, context)
        case .slow(let milliseconds):
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                self.write(.ok, true, context)
            }
        }
    }

    private func write(_ status: HTTPResponseStatus, _ success: Bool?, _ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { self.end(success: success) } else { self.end(success: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func end(success: Bool?) {
        guard let open else { return }
        self.open = nil
        calls.all.withLock {
            $0.append(
                AttemptCall(
                    execution: open.execution, attempt: open.attempt, startedAt: open.startedAt, endedAt: .hostNow,
                    success: success))
        }
    }
}
