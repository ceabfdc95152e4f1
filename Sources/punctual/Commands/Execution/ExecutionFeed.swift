internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

/// Follows executions by the server's events, across lost connections and restarts of the server.
struct ExecutionFeed {
    enum News {
        /// What the server lists: at the start, and whenever events may have been missed.
        case all([JSONValue])
        case one(JSONValue)
        /// The connection is gone, and why; it will be tried again.
        case lost(String)
    }

    let server: Server
    /// Of `GET /executions`.
    let query: [(String, String)]
    let limit: Int

    /// Hands over all news until the task is cancelled.
    /// - Throws: what the first connection throws, and later what asking again cannot mend.
    func follow(_ take: (News) async -> Void) async throws {
        let own = query.filter { ["service", "job_id"].contains($0.0) }
        var place: String?
        var hasBegun = false
        var pause = Duration.seconds(1)
        while true {
            do {
                let events = try await server.client.events("\(APIPath.prefix)/events", query: own, after: place)
                // Listed only now that the stream is open: nothing can happen unseen between the two.
                if place == nil { await take(.all(try await list())) }
                (hasBegun, pause) = (true, .seconds(1))
                for try await event in events {
                    place = event.id ?? place
                    switch EventKind(rawValue: event.name) {
                    case .reset: await take(.all(try await list()))
                    case .executionUpdated:
                        await take(.one(try JSONValue(parsing: event.data)))
                    default: break
                    }
                }
                await take(.lost("\(server.client.address) has ended the stream"))
            } catch let error as ClientError where hasBegun && ExecutionFeed.passes(error) {
                await take(.lost("\(error)"))
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(8))
        }
    }

    private func list() async throws -> [JSONValue] { try await server.items("/executions", query, limit: limit) }

    /// Whether the fault may be gone when asked again.
    static func passes(_ error: ClientError) -> Bool {
        switch error {
        case .unreachable, .timedOut: true
        case .refused(let answer): answer.status == 429 || answer.status >= 500
        case .signedOut, .insecure: false
        }
    }
}
