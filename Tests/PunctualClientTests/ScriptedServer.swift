import NIOCore
import NIOPosix
import Synchronization

/// What a server was asked.
struct Asked: Sendable {
    /// Such as `GET /health`.
    let call: String
    /// Names in lower case.
    let fields: [String: String]
    let body: String

    /// The token that was shown; nil without one.
    var token: String? { fields["authorization"].map { String($0.dropFirst("Bearer ".count)) } }
    var key: String? { fields["idempotency-key"] }
}

/// A server on loopback that answers whole requests as the test says, and remembers them.
final class ScriptedServer: Sendable {
    /// Gets what is asked and how many requests came before; nil closes the connection instead of an answer.
    typealias Script = @Sendable (Asked, Int) -> String?

    private let channel: any Channel
    private let kept: Kept

    private final class Kept: Sendable { let asked = Mutex<[Asked]>([]) }

    init(_ script: @escaping Script) async throws {
        let kept = Kept()
        self.kept = kept
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(kept: kept, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        // A channel that is closed has no address any more.
        address = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    let address: String
    /// All requests, in the order of their coming.
    var asked: [Asked] { kept.asked.withLock { $0 } }

    func close() async throws { try await channel.close() }

    static func answer(_ status: String, _ body: String = "{}", _ fields: String...) -> String {
        (["HTTP/1.1 \(status)", "content-type: application/json", "content-length: \(body.utf8.count)"] + fields)
            .joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let kept: Kept
        private let script: Script
        private var bytes: [UInt8] = []

        init(kept: Kept, script: @escaping Script) {
            self.kept = kept
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            while let asked = next() {
                let number = kept.asked.withLock { all in
                    all.append(asked)
                    return all.count - 1
                }
                guard let answer = script(asked, number) else { return context.close(promise: nil) }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            }
        }

        /// The first whole request of what has come, which is taken out.
        private func next() -> Asked? {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let field = line.split(separator: ":", maxSplits: 1)
                fields[field[0].lowercased()] = String(field[1].drop { $0 == " " })
            }
            let length = Int(fields["content-length"] ?? "0") ?? 0
            guard bytes.count - end.upperBound >= length else { return nil }
            let body = String(decoding: bytes[end.upperBound...].prefix(length), as: UTF8.self)
            bytes.removeFirst(end.upperBound + length)
            let call = lines[0].split(separator: " ").prefix(2).joined(separator: " ")
            return Asked(call: call, fields: fields, body: body)
        }
    }
}
