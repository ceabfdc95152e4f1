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
            service: fields.word("service"), jobID: fields.identifier("job_id"), visible: services.visible(context))
        try fields.finish()
        if let accept = request.headers[.accept], !accept.isEmpty,
            !["text/event-stream", "text/*", "*/*"].contains(where: accept.lowercased().contains)
        {
            throw Problem(.notAcceptable, "This is a stream of text/event-stream.")
        }
        let place = place(after: request.headers[Self.lastEventID])
        let bound = services.bounds.streams
        // Entered where the body is written, which a HEAD request never comes to.
        try bound.requireRoom()
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache", Self.buffering: "no"],
            body: ResponseBody { writer in
                try bound.enter()
                defer { bound.leave() }
                try await self.write(to: &writer, from: place, filter, context)
                try await writer.finish(nil)
            })
    }

    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    /// Proxies that hold answers back are told not to.
    static let buffering = HTTPField.Name("X-Accel-Buffering")!

    private struct Filter {
        var service: String?
        var jobID: Identifier?
        let visible: ServiceFilter

        /// - Parameter labels: of an execution's job, asked for only where they decide.
        func takes(
            _ subject: EventLog.Subject, labels: (Identifier) async throws -> [String: String]
        ) async throws -> Bool {
            switch subject {
            case .job(let job):
                return (service.map { $0 == job.draft.service } ?? true) && (jobID.map { $0 == job.id } ?? true)
                    && visible.shows(service: job.draft.service, labels: job.draft.labels)
            case .execution(let execution):
                guard service.map({ $0 == execution.service }) ?? true, jobID.map({ $0 == execution.jobID }) ?? true
                else { return false }
                if visible.shows(service: execution.service, labels: [:]) { return true }
                guard visible.clauses.contains(where: { !$0.labels.isEmpty }) else { return false }
                return visible.shows(service: execution.service, labels: try await labels(execution.jobID))
            }
        }
    }

    /// Where to go on: an id names the place behind its event; nil when the place is of another process or no place at all.
    private func place(after id: String?) -> Int? {
        guard let id, !id.isEmpty else { return services.events.next }
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == services.events.epoch, let number = Int(parts[1]), number >= 0 else {
            return nil
        }
        return number
    }

    private func write(
        to writer: inout any ResponseBodyWriter, from place: Int?, _ filter: Filter, _ context: APIContext
    ) async throws {
        let log = services.events
        let (ticks, ticking) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let news = log.news()
        var next = place ?? log.next
        // Sent at once, so that the other side sees the stream open.
        try await writer.write(ByteBuffer(string: place == nil ? reset(next) : ": open\n\n"))
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
                guard services.isAccepting() else { break }
                // Whose rights have changed meanwhile has to come again.
                guard try await services.doorkeeper.admitsStill(context, at: services.store.now) else { break }
                let text = try await read(from: &next, filter)
                if text.readableBytes > 0 {
                    try await writer.write(text)
                } else if lastWrite.duration(to: .now) >= services.bounds.silence {
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                } else {
                    continue
                }
                lastWrite = .now
            }
            group.cancelAll()
        }
    }

    /// What there is to send, and moves the place on.
    private func read(from next: inout Int, _ filter: Filter) async throws -> ByteBuffer {
        var text = ByteBuffer()
        // A batch at a time, so that one that falls behind holds no more than this.
        while text.readableBytes < 1 << 18 {
            guard case .events(let events) = services.events.read(from: next, limit: 256) else {
                next = services.events.next
                text.writeString(reset(next))
                return text
            }
            if events.isEmpty { return text }
            next += events.count
            for event in events {
                let isTaken = try await filter.takes(event.subject) { job in
                    try await services.store.job(job)?.draft.labels ?? [:]
                }
                if isTaken { event.write(to: &text, epoch: services.events.epoch) }
            }
        }
        return text
    }

    /// Tells the reader that events were lost: it should read its lists again.
    private func reset(_ next: Int) -> String {
        "id: \(services.events.epoch)-\(next)\nevent: \(EventKind.reset.rawValue)\ndata: {}\n\n"
    }
}

extension EventLog.Event {
    fileprivate func write(to buffer: inout ByteBuffer, epoch: String) {
        var json = JSONWriter()
        switch subject {
        case .job(let job): job.write(to: &json)
        case .execution(let execution): execution.write(to: &json)
        }
        buffer.writeString("id: \(epoch)-\(number + 1)\nevent: \(kind.rawValue)\ndata: ")
        buffer.writeBytes(json.bytes)
        buffer.writeString("\n\n")
    }
}
