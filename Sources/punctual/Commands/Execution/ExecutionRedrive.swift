internal import ArgumentParser
internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

/// Runs again what has failed for good, once its cause is gone.
struct ExecutionRedrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Run all executions again that ended without success.",
        discussion: """
            Each is opened again under its id, with the next attempt: no occurrence gets a second execution. What is running
            again by the time its turn comes is left alone.

            EXAMPLES
              punctual execution redrive charge-cards --dry-run
              punctual execution redrive charge-cards --reason timeout --from 2026-03-01T08:00:00Z
              punctual execution redrive --queue mail --yes
            """)

    @OptionGroup var filter: ExecutionFilter
    @Option(name: .long, help: "At most so many, the newest first.")
    var limit = 10_000
    @Flag(name: .long, help: "Only list them.")
    var dryRun = false
    @Flag(name: [.short, .long], help: "Do not ask.")
    var yes = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// How many calls are under way at one time.
    private static let width = 8
    private static let statuses = ["failed", "missed", "cancelled"]

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
        if let status = filter.status, !Self.statuses.contains(status) {
            throw ValidationError("--status: \(Self.statuses.joined(separator: ", ")); failed unless given")
        }
        // Everything of everybody is seldom meant.
        if filter.job == nil, filter.service == nil, filter.queue == nil, filter.reason == nil, filter.from == nil {
            throw ValidationError("say which: a job, --service, --queue, --reason or --from")
        }
    }

    func run() async throws {
        try await client.connected { server in
            var query = try await filter.query(server) + [("brief", "true")]
            if filter.status == nil { query.append(("status", "failed")) }
            let found = try await server.items("/executions", query, limit: limit)
            if dryRun || found.isEmpty { return output.show(found, as: .executions) }
            if !yes, Console.canAsk, !Console.agrees(to: "Run \(Self.words(for: found)) again?") {
                throw Failure(.failed, "nothing was run again")
            }
            try await redrive(found, on: server)
        }
    }

    private func redrive(_ found: [JSONValue], on server: Server) async throws {
        var bar = ProgressBar()
        var outcomes: [(execution: JSONValue, fault: ClientError?)] = []
        await withTaskGroup(of: (JSONValue, ClientError?).self) { group in
            var rest = found[...]
            for execution in rest.prefix(Self.width) { group.addTask { await Self.retry(execution, on: server) } }
            rest = rest.dropFirst(Self.width)
            for await outcome in group {
                outcomes.append(outcome)
                bar.show("redrive", outcomes.count, of: found.count)
                if let next = rest.popFirst() { group.addTask { await Self.retry(next, on: server) } }
            }
        }
        let opened = outcomes.filter { $0.fault == nil }.map(\.execution)
        let faults = outcomes.compactMap(\.fault)
        let busy = faults.count { Ending.status(of: $0) == .conflict }
        output.show(opened, as: .executions)
        if busy > 0 { Console.talk("\(busy) left alone: they run again already, or have not failed any more") }
        if let fault = faults.first(where: { Ending.status(of: $0) != .conflict }) {
            throw Failure(
                .failed, "\(faults.count - busy) of \(found.count) could not be run again; the first: \(fault)")
        }
    }

    private static func retry(_ execution: JSONValue, on server: Server) async -> (JSONValue, ClientError?) {
        let (job, id) = (execution["job_id"]?.string ?? "", execution["id"]?.string ?? "")
        do throws(ClientError) {
            let path = "\(APIPath.prefix)/executions/\(job)/retry"
            let answer = try await server.client.send("POST", path, body: ["execution_id": .string(id)])
            return (answer.json ?? execution, nil)
        } catch {
            return (execution, error)
        }
    }

    /// How many, and of which jobs.
    static func words(for executions: [JSONValue]) -> String {
        let counts = Dictionary(grouping: executions) { DisplayWidth.tame($0["job_name"]?.string ?? "") }
            .mapValues(\.count).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = counts.prefix(3).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let more = counts.count > 3 ? " and \(counts.count - 3) jobs more" : ""
        return "\(executions.count) execution\(executions.count == 1 ? "" : "s") (\(shown)\(more))"
    }
}
