internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// One connection to a server, a command at a time.
struct SMTPTalk: Sendable {
    private let channel: any Channel
    private let end: SMTPEnd

    /// - Parameter end: the one of the channel's `SMTPReplies`.
    init(_ channel: any Channel, end: SMTPEnd) {
        self.channel = channel
        self.end = end
    }

    /// The next reply, which must have that code, or another one of its class for 250.
    @discardableResult
    func reply(_ wanted: Int) async throws -> [String] {
        let reply = try await channel.eventLoop.flatSubmit { [channel, end] in
            do {
                return try channel.pipeline.syncOperations.handler(type: SMTPReplies.self).next()
            } catch {
                // A channel that has closed has no handlers any more.
                return channel.eventLoop.makeFailedFuture(end.fault ?? SMTPFault("the connection has ended"))
            }
        }.get()
        guard reply.code == wanted || (wanted == 250 && reply.code == 251) else {
            throw reply.fault
        }
        return reply.lines
    }

    @discardableResult
    func say(_ command: String, _ wanted: Int) async throws -> [String] {
        // No text may end a command and begin another one.
        guard !command.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
            throw SMTPFault("a text holds a line end", isRetryable: false)
        }
        return try await send(command + "\r\n", wanted)
    }

    @discardableResult
    func send(_ text: String, _ wanted: Int) async throws -> [String] {
        do { try await channel.writeAndFlush(ByteBuffer(string: text)) } catch {
            // Asked for on the loop: what fails a write may come before its reason does.
            let fault = try await channel.eventLoop.submit { [end] in end.fault }.get()
            throw fault ?? SMTPFault("the connection has ended: \(error)")
        }
        return try await reply(wanted)
    }

    /// Says who calls.
    /// - Returns: what the server offers, in capitals; each way to sign in as `AUTH WAY`.
    func hello() async throws -> Set<String> {
        let address = channel.localAddress?.ipAddress ?? "127.0.0.1"
        let name = address.contains(":") ? "[IPv6:\(address)]" : "[\(address)]"
        var offers: Set<String> = []
        for line in try await say("EHLO \(name)", 250).dropFirst() {
            let words = line.uppercased().split(separator: " ").map(String.init)
            if words.first == "AUTH" { for way in words.dropFirst() { offers.insert("AUTH \(way)") } }
            if let first = words.first { offers.insert(first) }
        }
        return offers
    }

    /// Goes on in TLS. What was said before is forgotten, and must have been read to its end: an answer behind it could be
    /// anybody's.
    func upgrade(_ tls: TLSHandler) async throws {
        try await channel.eventLoop.submit { [channel, end] in
            guard let replies = try? channel.pipeline.syncOperations.handler(type: SMTPReplies.self)  // Closed: none.
            else { throw end.fault ?? SMTPFault("the connection has ended") }
            guard replies.isEmpty else { throw SMTPFault("the server talks behind STARTTLS", isRetryable: false) }
            try channel.pipeline.syncOperations.addHandler(tls.value, position: .first)
        }.get()
    }
}

/// A handler on its way to its channel's loop.
struct TLSHandler: @unchecked Sendable {
    /// Made for one channel, and touched on its loop alone.
    let value: NIOSSLClientHandler
}

/// Why a connection has ended, for whoever asks when its handlers are gone.
final class SMTPEnd: Sendable {
    private let first = Mutex<SMTPFault?>(nil)

    /// Nil while nothing is wrong.
    var fault: SMTPFault? { first.withLock { $0 } }

    /// What comes first is the reason, and what follows from it is not.
    func came(by fault: SMTPFault) { first.withLock { $0 = $0 ?? fault } }
}

/// Reads replies: lines of three digits, the last of a reply with a space behind them.
final class SMTPReplies: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    struct Reply: Sendable {
        let code: Int
        let lines: [String]

        /// What it says of a mail that was not taken.
        var fault: SMTPFault {
            SMTPFault("\(code) \(lines.joined(separator: " ").prefix(300))", isRetryable: code / 100 != 5)
        }
    }

    private var bytes: [UInt8] = []
    private var lines: [String] = []
    /// Bytes of `lines`.
    private var taken = 0
    private var ready: [Reply] = []
    private var waiting: EventLoopPromise<Reply>?
    /// It has failed: what else comes is not read.
    private var isOver = false
    private let end: SMTPEnd
    private var context: ChannelHandlerContext?
    /// The most that a server may say in one reply.
    private static let most = 64 << 10
    private static let mostLines = 1000

    init(end: SMTPEnd) { self.end = end }

    var isEmpty: Bool { bytes.isEmpty && lines.isEmpty && ready.isEmpty }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// On the loop.
    func next() -> EventLoopFuture<Reply> {
        guard let context else { preconditionFailure("asked before it was added") }
        let promise = context.eventLoop.makePromise(of: Reply.self)
        if !ready.isEmpty {
            promise.succeed(ready.removeFirst())
        } else if let fault = end.fault {
            promise.fail(fault)
        } else {
            waiting = promise
        }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        bytes += unwrapInboundIn(data).readableBytesView
        var rest = bytes[...]
        while !isOver, let end = rest.firstIndex(of: 10) {
            var line = rest[..<end]
            if line.last == 13 { line = line.dropLast() }
            take(String(decoding: line, as: UTF8.self))
            rest = rest[(end + 1)...]
            if taken > Self.most || lines.count > Self.mostLines || ready.count > 100 { tooMuch(context) }
        }
        bytes = isOver ? [] : Array(rest)
        if bytes.count + taken > Self.most { tooMuch(context) }
    }

    private func tooMuch(_ context: ChannelHandlerContext) { fail(SMTPFault("the server says too much"), context) }

    private func take(_ line: String) {
        let digits = line.utf8.prefix(3)
        guard digits.count == 3, let code = Int(line.prefix(3)), (200...599).contains(code) else {
            if let context { fail(SMTPFault("\"\(line.prefix(100))\" is no reply of a mail server"), context) }
            return
        }
        lines.append(String(line.dropFirst(4)))
        taken += line.utf8.count
        if line.utf8.dropFirst(3).first == UInt8(ascii: "-") { return }
        let reply = Reply(code: code, lines: lines)
        (lines, taken) = ([], 0)
        // The server is about to close, and may have done so before anybody asks (RFC 5321 §3.8).
        if code == 421 { end.came(by: reply.fault) }
        if let waiting {
            self.waiting = nil
            waiting.succeed(reply)
        } else {
            ready.append(reply)
        }
    }

    private func fail(_ fault: SMTPFault, _ context: ChannelHandlerContext) {
        (isOver, lines, taken) = (true, [], 0)
        end.came(by: fault)
        waiting?.fail(end.fault ?? fault)
        waiting = nil
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Who shows a certificate that is not to be trusted will show it again.
        let isStranger = error is NIOSSLExtraError || "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
        fail(SMTPFault(ConnectionWords.words(for: error), isRetryable: !isStranger), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(SMTPFault("the server has ended the connection"), context)
    }
}
