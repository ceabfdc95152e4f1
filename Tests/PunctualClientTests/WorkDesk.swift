import PunctualClient
import PunctualJSON
import Synchronization
import Testing

/// A server that gives out work, and keeps what it hears of it.
final class WorkDesk: Sendable {
    struct Heard: Sendable {
        /// The items of each heartbeat that was taken, call by call.
        var beats: [[JSONValue]] = []
        var ends: [JSONValue] = []
        /// How many lines of each attempt have come.
        var lines: [String: Int] = [:]
        var refusedBodies = 0
    }

    private struct State {
        var heard = Heard()
        var work: [[JSONValue]]
    }

    private let state: Mutex<State>
    /// A larger body is answered with 413.
    private let mostBytes: Int
    /// The status of an item of a heartbeat or an end; nil for the whole call closes the connection.
    private let verdict: @Sendable (JSONValue) -> Int?

    /// - Parameter work: what each claim gets; those behind are sent away.
    init(
        _ work: [[JSONValue]], mostBytes: Int = 1 << 20,
        verdict: @escaping @Sendable (JSONValue) -> Int? = { _ in 200 }
    ) {
        self.state = Mutex(State(work: work))
        self.mostBytes = mostBytes
        self.verdict = verdict
    }

    var heard: Heard { state.withLock { $0.heard } }

    /// Names one attempt.
    static func name(_ item: JSONValue) -> String { "\(item["id"]?.string ?? "?")/\(item["attempt"]?.int ?? 0)" }

    static func work(_ id: String, attempt: Int = 1, task: String = "task", payload: JSONValue = .null) -> JSONValue {
        ["id": .string(id), "attempt": .int(Int64(attempt)), "task": .string(task), "payload": payload]
    }

    /// Runs a worker for this server's work while the body runs.
    func run(
        lease: Duration = .seconds(60), concurrency: Int, _ handler: @escaping Worker.Handler,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        let server = try await ScriptedServer { [self] asked, _ in answer(asked) }
        let client = PunctualClient(address: server.address)
        var options = Worker.Options(name: "w")
        (options.lease, options.concurrency, options.grace) = (lease, concurrency, .zero)
        let worker = Worker(client, options: options, handlers: ["task": handler])
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await worker.run() }  // It throws nothing but its cancellation.
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            group.cancelAll()
            return result
        }
        try await client.shutdown()
        try await server.close()
        try result.get()
    }

    /// Waits until what was heard is as wished.
    func hears(_ what: String, within limit: Duration = .seconds(60), _ isSo: (Heard) -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while !isSo(heard) {
            try #require(ContinuousClock.now < deadline, "\(what): not within \(limit)")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func answer(_ asked: Asked) -> String? {
        guard asked.body.utf8.count <= mostBytes else {
            state.withLock { $0.heard.refusedBodies += 1 }
            return ScriptedServer.answer("413 Content Too Large")
        }
        if asked.call.hasSuffix("/claim") {
            let work = state.withLock { $0.work.isEmpty ? nil : $0.work.removeFirst() }
            guard let work else { return ScriptedServer.answer("503 Service Unavailable") }
            return ScriptedServer.answer("200 OK", (["items": .array(work)] as JSONValue).description)
        }
        guard let items = (try? JSONValue(parsing: asked.body))?["items"]?.array else {  // What is none is refused.
            return ScriptedServer.answer("400 Bad Request")
        }
        var answers: [JSONValue] = []
        for item in items {
            guard let status = verdict(item) else { return nil }
            answers.append([
                "status": .int(Int64(status)), "cancel_requested": false, "problem": ["detail": "it was refused"],
            ])
        }
        state.withLock { state in
            for (item, answer) in zip(items, answers) where answer["status"] == 200 {
                state.heard.lines[WorkDesk.name(item), default: 0] += item["lines"]?.array?.count ?? 0
                if asked.call.hasSuffix("/complete/bulk") { state.heard.ends.append(item) }
            }
            if asked.call.hasSuffix("/heartbeat/bulk") { state.heard.beats.append(items) }
        }
        return ScriptedServer.answer("200 OK", (["items": .array(answers)] as JSONValue).description)
    }
}

/// Something that many wait for.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Returns once it is open, also to who was cancelled.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for one in waiting { one.resume() }
    }
}
