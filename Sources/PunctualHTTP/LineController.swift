internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `GET /api/v1/executions/{job_id}/{id}/lines`: what an execution says, as a page that may be waited for or as a stream of
/// server-sent events (WHATWG HTML §9.2).
struct LineController {
    let services: APIServices

    func read(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let after = fields.int("after", 0...Int(Int32.max), default: 0)
        let limit = fields.int("limit", 1...Self.most, default: Self.most)
        let wait = fields.duration("wait", .zero ... .seconds(60)) ?? .zero
        try fields.finish()
        let named = try context.namedExecution()
        let execution = try await services.execution(named.execution, of: named.job, context)
        if request.headers[.accept]?.lowercased().contains("text/event-stream") ?? false {
            let place = request.headers[EventController.lastEventID].flatMap { Int($0) }.map { max(0, $0) }
            return try stream(of: execution, after: place ?? after, context)
        }
        let bound = wait == .zero ? services.bounds.requests : services.bounds.streams
        return try await bound.hold { try await page(of: execution, after: after, limit: limit, wait: wait, context) }
    }

    /// The most lines that are in hand at once.
    private static let most = OutputBounds.reportLines
    /// How often it is looked whether lines have come through another node.
    private static let look = Duration.seconds(1)

    // MARK: Pages

    private func page(
        of execution: Execution, after: Int, limit: Int, wait: Duration, _ context: APIContext
    ) async throws -> Response {
        let deadline = ContinuousClock.now + wait
        var execution = execution
        while true {
            // Before the lines are read, so that none comes unheard.
            let rings = services.lineBell.rings(for: execution.id)
            let lines = try await services.store.lines(of: execution.id, after: after, limit: limit)
            let left = ContinuousClock.now.duration(to: deadline)
            if !lines.isEmpty || execution.status.isFinal || left <= .zero || !services.isAccepting() {
                return answer(lines, after: after, hasEnded: execution.status.isFinal && lines.count < limit)
            }
            await Self.wait(for: rings, atMost: min(left, Self.look))
            // Read before the lines: of what has ended by then all lines are there.
            execution = try await again(execution, context)
        }
    }

    private func answer(_ lines: [OutputLine], after: Int, hasEnded: Bool) -> Response {
        Answer.json { writer in
            writer.beginObject()
            writer.name("items")
            writer.beginArray()
            for line in lines { line.write(to: &writer) }
            writer.endArray()
            writer.name("next_after")
            writer.int(lines.last?.number ?? after)
            writer.name("ended")
            writer.bool(hasEnded)
            writer.endObject()
        }
    }

    private static func wait(for rings: AsyncStream<Void>, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in rings { return } }
            group.addTask { try? await Task.sleep(for: limit) }  // Cancelled, it ends the wait, too.
            await group.next()
            group.cancelAll()
        }
    }

    /// The execution as it is now, for somebody who may still read it.
    private func again(_ execution: Execution, _ context: APIContext) async throws -> Execution {
        guard try await services.doorkeeper.admitsStill(context, at: services.store.now) else {
            throw Problem.signInFirst
        }
        guard let now = try await services.store.execution(execution.id, of: execution.jobID) else {
            throw Problem.noExecution
        }
        try await services.require(now, context, counts: false)
        return now
    }

    // MARK: Streams

    private func stream(of execution: Execution, after place: Int, _ context: APIContext) throws -> Response {
        let bound = services.bounds.streams
        // Entered where the body is written, which a HEAD request never comes to.
        try bound.requireRoom()
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-cache", EventController.buffering: "no",
            ],
            body: ResponseBody { writer in
                try bound.enter()
                defer { bound.leave() }
                try await self.write(to: &writer, execution, after: place, context)
                try await writer.finish(nil)
            })
    }

    private func write(
        to writer: inout any ResponseBodyWriter, _ execution: Execution, after place: Int, _ context: APIContext
    ) async throws {
        let (ticks, ticking) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let rings = services.lineBell.rings(for: execution.id)
        var place = place
        // Sent at once, so that the other side sees the stream open.
        try await writer.write(ByteBuffer(string: ": open\n\n"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Both only turn the loop, which alone writes.
            group.addTask { for await _ in rings { ticking.yield() } }
            group.addTask {
                while true {
                    ticking.yield()
                    try await Task.sleep(for: Self.look)
                }
            }
            var lastWrite = ContinuousClock.now
            for await _ in ticks {
                let (isOver, hasWritten) = try await send(to: &writer, execution, after: &place, context)
                if isOver { break }
                if hasWritten {
                    lastWrite = .now
                } else if lastWrite.duration(to: .now) >= services.bounds.silence {
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                    lastWrite = .now
                }
            }
            group.cancelAll()
        }
    }

    /// Sends what there is, a page at a time, so that one that falls behind holds no more than this.
    private func send(
        to writer: inout any ResponseBodyWriter, _ execution: Execution, after place: inout Int, _ context: APIContext
    ) async throws -> (isOver: Bool, hasWritten: Bool) {
        var hasWritten = false
        while true {
            guard services.isAccepting() else { return (true, hasWritten) }
            let now: Execution
            do {
                now = try await again(execution, context)
            } catch is Problem {
                // Whose rights have changed meanwhile has to come again; so has he whose execution has gone.
                return (true, hasWritten)
            }
            let lines = try await services.store.lines(of: execution.id, after: place, limit: Self.most)
            if let last = lines.last {
                try await writer.write(Self.events(lines))
                (place, hasWritten) = (last.number, true)
            }
            if lines.count == Self.most { continue }
            if now.status.isFinal {
                try await writer.write(
                    ByteBuffer(
                        string:
                            "event: \(LineEventKind.end.rawValue)\ndata: {\"status\":\"\(now.status.rawValue)\"}\n\n"))
            }
            return (now.status.isFinal, hasWritten)
        }
    }

    private static func events(_ lines: [OutputLine]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for line in lines {
            var json = JSONWriter()
            line.write(to: &json)
            buffer.writeString("id: \(line.number)\nevent: \(LineEventKind.line.rawValue)\ndata: ")
            buffer.writeBytes(json.bytes)
            buffer.writeString("\n\n")
        }
        return buffer
    }
}

extension OutputLine {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("number")
        writer.int(number)
        writer.name("at")
        writer.instant(at)
        writer.name("attempt")
        writer.int(attempt)
        writer.name("level")
        writer.string(level.rawValue)
        writer.name("text")
        writer.string(text)
        writer.endObject()
    }
}
