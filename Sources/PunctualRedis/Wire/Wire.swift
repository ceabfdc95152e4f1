internal import NIOCore

/// One open connection: answers go to the calls in the order in which these were sent, or everything to a listener.
///
/// Unchecked, since everything in it is touched on its channel's event loop alone, but for `closed` and `loop`.
final class Wire: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    let loop: any EventLoop
    /// Fulfilled when the connection has ended, with the reason.
    let closed: EventLoopFuture<RedisError>
    private let closing: EventLoopPromise<RedisError>
    private let host: RedisHost

    private var channel: (any Channel)?
    /// What is between two reads: a value that is not whole yet, and the answers so far of the first call that waits.
    private struct Reading {
        var parser: RESPParser
        var call: Call?
        var collected: [RedisValue] = []

        init(limits: RESPParser.Limits) { parser = RESPParser(limits: limits) }
    }

    private let limits: RESPParser.Limits
    private var reading: Reading
    private var input = ByteBuffer()
    /// How many answers the first call that waits has got.
    private var begun = 0
    private(set) var waiting = CircularBuffer<Call>(initialCapacity: 64)
    private var fault: RedisError?
    private var isClosed = false
    /// When something came last.
    private(set) var heardAt = NIODeadline.now()

    /// Whether it has answered anything since it was opened.
    private(set) var wasOfUse = false

    /// Told how many answers came, once for all that came together.
    var answered: ((Int) -> Void)?
    /// Gets everything that comes; nil while there are calls.
    var listener: ((RedisValue) -> Void)?

    init(to host: RedisHost, on loop: any EventLoop, _ limits: RESPParser.Limits) {
        self.host = host
        self.loop = loop
        self.limits = limits
        reading = Reading(limits: limits)
        closing = loop.makePromise(of: RedisError.self)
        closed = closing.futureResult
    }

    func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    func send(_ bytes: ByteBuffer, _ calls: [Call]) {
        guard let channel, !isClosed else {
            for call in calls { call.fail(lost) }
            answered?(calls.reduce(0) { $0 + $1.count })
            return
        }
        if waiting.isEmpty { heardAt = .now() }
        waiting.append(contentsOf: calls)
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// Sends what a listener hears the answer to.
    func ping(_ bytes: ByteBuffer) { if !isClosed { channel?.writeAndFlush(bytes, promise: nil) } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        heardAt = .now()
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        // Taken out while it is used: each touch of a class's member is checked at run time.
        var (reading, rest) = (Reading(limits: limits), ByteBuffer())
        swap(&reading, &self.reading)
        swap(&rest, &input)
        let fault = listener == nil ? answer(&reading, &rest) : tell(&reading, &rest)
        if let fault { return close(fault) }
        // What was told may have ended the connection.
        if isClosed { return }
        swap(&reading, &self.reading)
        if rest.readerIndex > 1 << 16 { rest.discardReadBytes() }
        if rest.readableBytes > 0 { input = rest }
    }

    private func tell(_ reading: inout Reading, _ bytes: inout ByteBuffer) -> RedisError? {
        do throws(RedisError) {
            while let value = try reading.parser.next(&bytes) { listener?(value) }
            return nil
        } catch { return error }
    }

    /// Gives the calls what has come.
    private func answer(_ reading: inout Reading, _ bytes: inout ByteBuffer) -> RedisError? {
        var (answers, fault): (Int, RedisError?) = (0, nil)
        do throws(RedisError) {
            while let value = try reading.parser.next(&bytes) {
                // Said unasked; nobody here has asked for any.
                if case .push = value { continue }
                guard let call = reading.call ?? waiting.first else {
                    if case .refusal(let error) = value {
                        throw RedisError(.lost, "\(host) ended the connection: \(error.message)")
                    }
                    throw RedisError(.unreadable, "\(host) answered what it was not asked")
                }
                answers += 1
                if call.count == 1 {
                    waiting.removeFirst()
                    call.answer(value)
                    continue
                }
                if reading.call == nil {
                    reading.call = call
                    reading.collected.reserveCapacity(call.count)
                }
                reading.collected.append(value)
                guard reading.collected.count == call.count else { continue }
                waiting.removeFirst()
                call.answer(all: reading.collected)
                (reading.call, reading.collected) = (nil, [])
            }
        } catch { fault = error }
        if answers > 0, let answered {
            wasOfUse = true
            answered(answers)
        }
        begun = reading.collected.count
        return fault
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(RedisError(.lost, "\(host): \(Opening.words(error))"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    /// Ends the connection; whoever waits is told why.
    func close(_ reason: RedisError) {
        if fault == nil { fault = reason }
        channel?.close(promise: nil)
        end()
    }

    private var lost: RedisError {
        RedisError(.lost, fault?.message ?? "\(host) ended the connection; see its log")
    }

    private func end() {
        guard !isClosed else { return }
        isClosed = true
        let (reason, calls) = (lost, waiting)
        waiting.removeAll()
        listener = nil
        let count = calls.reduce(0) { $0 + $1.count } - begun
        begun = 0
        for call in calls { call.fail(reason) }
        if count > 0 { answered?(count) }
        answered = nil
        closing.succeed(fault ?? reason)
    }

    /// Runs commands outside of any lane, such as those that open a connection.
    func run(_ commands: [RedisCommand], by deadline: NIODeadline) async throws(RedisError) -> [RedisValue] {
        let call = Call(commands.first?.name ?? "", count: commands.count, deadline: deadline)
        var bytes = ByteBuffer()
        for command in commands { command.write(into: &bytes) }
        let sent = bytes
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.begin(all: continuation) else { return }
                loop.execute {
                    self.send(sent, [call])
                    let limit = self.loop.scheduleTask(deadline: deadline) {
                        call.fail(RedisError(.late, "\(self.host) did not answer in time"))
                    }
                    self.closed.whenComplete { _ in limit.cancel() }
                }
            }
        } onCancel: {
            call.fail(.cancelled)
        }
        return try result.get()
    }
}
