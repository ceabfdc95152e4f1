internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

/// Runs executions again, some at a time, and tells how far it is and what was left alone.
struct Redrive {
    let server: Server
    let output: OutputOptions

    /// How many calls are under way at one time.
    private static let width = 8

    /// - Parameter found: with `id` and `job_id`.
    /// - Throws: `Failure` when some could not be run again, after all have been tried.
    func run(_ found: [JSONValue]) async throws {
        let server = server
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
