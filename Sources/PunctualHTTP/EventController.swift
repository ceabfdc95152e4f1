internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON

/// `GET /api/v1/events`: server-sent events (WHATWG HTML §9.2).
struct EventController {
    let services: APIServices

    func stream(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let filter = Filter(
            service: fields.word("service"), jobID: fields.identifier("job_id"), queue: fields.word("queue"),
            status: fields.choice("status"), kind: fields.choice("kind"), visible: services.visible(context))
        try fields.finish()
        if let accept = request.headers[.accept], !accept.isEmpty,
            !["text/event-stream", "text/*", "*/*"].contains(where: accept.lowercased().contains)
        {
            throw Problem(.notAcceptable, "This is a stream of text/event-stream.")
        }
        let id = request.headers[Self.lastEventID]
        let bound = services.bounds.streams
        // Entered where the body is written, which a HEAD request never comes to.
        try bound.requireRoom()
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache", Self.buffering: "no"],
            body: ResponseBody { writer in
                try bound.enter()
                defer { bound.leave() }
                try await self.write(to: &writer, after: id, filter, context)
                try await writer.finish(nil)
            })
    }

    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    /// Proxies that hold answers back are told not to.
    static let buffering = HTTPField.Name("X-Accel-Buffering")!

    private struct Filter {
        var service: String?
        var jobID: Identifier?
        /// Of executions; of jobs nothing is told then.
        var queue: String?
        var status: ExecutionStatus?
        var kind: EventKind?
        let visible: ServiceFilter

        /// - Parameter labels: of an execution's job, asked for only where they decide.
        func takes(
            _ event: EventLog.Event, _ facts: EventFacts, labels: (Identifier) async throws -> [String: String]
        ) async throws -> Bool {
            guard kind.map({ $0 == event.kind }) ?? true, service.map({ $0 == facts.service }) ?? true,
                jobID.map({ $0 == facts.jobID }) ?? true
            else { return false }
            guard let execution = facts.execution else {
                return queue == nil && status == nil && visible.shows(service: facts.service, labels: facts.labels)
            }
            guard queue.map({ $0 == execution.queue }) ?? true, status.map({ $0 == execution.status }) ?? true else {
                return false
            }
            if visible.shows(service: facts.service, labels: [:]) { return true }
            guard visible.mayShow(service: facts.service) else { return false }
            return visible.shows(service: facts.service, labels: try await labels(facts.jobID))
        }
    }

    private func write(
        to writer: inout any ResponseBodyWriter, after id: String?, _ filter: Filter, _ context: APIContext
    ) async throws {
        let log = services.events
        let (ticks, ticking) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let news = log.news()
        // Behind the gap that the first reader finds.
        let place = id.flatMap { $0.isEmpty ? nil : $0 }.map { log.number(after: $0) } ?? log.next
        var next = place ?? log.next
        var newest: EventPlace?
        // Sent at once, so that the other side sees the stream open, and knows where it began.
        try await writer.write(ByteBuffer(string: place == nil ? reset(next) : ": open\nid: \(log.id(next, nil))\n\n"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Both only turn the loop, which alone writes.
            group.addTask { for await _ in news { ticking.yield() } }
            group.addTask {
                while true {
                    ticking.yield()
                    try await Task.sleep(for: .seconds(1))
                }
            }
            var lastWrite = ContinuousClock.now
            for await _ in ticks {
                var (sent, isOpen, isAll) = (0, true, false)
                let (share, begin) = (self.share, next)
                while !isAll, sent < share.bytes, next - begin < share.events {
                    // Whose rights have changed meanwhile has to come again; a reader may take his time over a piece.
                    isOpen = services.isAccepting()
                    if isOpen { isOpen = try await services.doorkeeper.admitsStill(context, at: services.store.now) }
                    guard isOpen else { break }
                    var text = ByteBuffer()
                    isAll = try await read(share.events, from: &next, into: &text, &newest, filter)
                    if text.readableBytes > 0 { try await writer.write(text) }
                    sent += text.readableBytes
                }
                guard isOpen else { break }
                if !isAll {
                    // There is more, and nothing may happen that tells so.
                    ticking.yield()
                    try await Task.sleep(for: EventLog.pause)
                }
                if sent > 0 {
                    lastWrite = .now
                } else if lastWrite.duration(to: .now) >= services.bounds.silence {
                    try await writer.write(ByteBuffer(string: ": still here\nid: \(log.id(next, newest))\n\n"))
                    lastWrite = .now
                }
            }
            group.cancelAll()
        }
    }

    /// Bytes of one write, or one event: what a reader that takes nothing holds of the node's memory, but for what the
    /// channel holds itself.
    private static let piece = 64 << 10

    /// How many bytes a reader is sent, and how many events are looked at for him, before he pauses: many readers must leave
    /// the node time for its work.
    private var share: (bytes: Int, events: Int) {
        let readers = max(1, services.bounds.streams.taken)
        return (max(Self.piece, (2 << 20) / readers), max(256, (64 << 10) / readers))
    }

    /// Adds what there is, up to a piece, and moves the place on behind it.
    /// - Parameter most: events to look at, about.
    /// - Returns: whether that was all.
    private func read(
        _ most: Int, from next: inout Int, into text: inout ByteBuffer, _ newest: inout EventPlace?, _ filter: Filter
    ) async throws -> Bool {
        let end = next + most
        while next < end {
            guard case .events(let events) = services.events.read(from: next, limit: 256) else {
                next = services.events.next
                text.writeString(reset(next))
                return true
            }
            if events.isEmpty { return true }
            for event in events {
                // Events may be large: each may be the last of a piece.
                if text.readableBytes >= Self.piece { return false }
                next += 1
                guard let facts = event.facts else {
                    text.writeString(reset(next))
                    continue
                }
                newest = event.origin ?? newest
                let isTaken = try await filter.takes(event, facts) { job in
                    try await services.store.job(job)?.draft.labels ?? [:]
                }
                if isTaken { text.writeBytes(services.events.text(of: event)) }
            }
        }
        return false
    }

    /// Tells the reader that events were lost: it should read its lists again.
    private func reset(_ next: Int) -> String {
        "id: \(services.events.id(next, nil))\nevent: \(EventKind.reset.rawValue)\ndata: {}\n\n"
    }
}
