internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Put a small load on a server and print figures.",
        discussion: """
            EXAMPLES
              punctual bench
              punctual bench --jobs 100 --runs 2000 --connections 16

            Creates noop jobs in the service `bench`, triggers them, waits until all have
            ended, and deletes them again. Not for a server that others use.
            """)

    @Option(name: .long, help: "How many jobs.")
    var jobs = 20
    @Option(name: .long, help: "How many executions in all.")
    var runs = 500
    @Option(name: .long, help: "How many requests at once.")
    var connections = 8
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if !(1...1000).contains(jobs) { throw ValidationError("--jobs: from 1 to 1000") }
        if !(1...1_000_000).contains(runs) { throw ValidationError("--runs: from 1 to 1000000") }
        if !(1...256).contains(connections) { throw ValidationError("--connections: from 1 to 256") }
    }

    func run() async throws {
        try await client.connected { server in
            let clock = ContinuousClock()
            let mark = String(RelativeTime.now.milliseconds)
            var ids: [String] = []
            let created = try await clock.measure {
                ids = try await spread(jobs) { index in
                    let body: JSONValue = [
                        "name": .string("bench-\(mark)-\(index)"), "service": "bench", "overlap_policy": "allow_all",
                        "schedule": ["type": "manual"], "target": ["type": "noop"],
                    ]
                    return Cell.text(try await server.send("POST", "/jobs", body)["id"])
                }
            }
            Console.out(BenchCommand.line("jobs created", jobs, created))
            let known = ids
            do {
                let begin = clock.now
                let triggered = try await clock.measure {
                    _ = try await spread(runs) { index in
                        _ = try await server.send("POST", "/jobs/\(known[index % known.count])/trigger")
                        return ""
                    }
                }
                Console.out(BenchCommand.line("executions triggered", runs, triggered))
                try await waitForEnd(server, ids: known)
                Console.out(BenchCommand.line("executions ended", runs, clock.now - begin))
            } catch {
                try await remove(known, server)
                throw error
            }
            try await remove(known, server)
        }
    }

    private func remove(_ ids: [String], _ server: Server) async throws {
        _ = try await spread(ids.count) { index in
            _ = try await server.send("DELETE", "/jobs/\(ids[index])")
            return ""
        }
    }

    private func waitForEnd(_ server: Server, ids: [String]) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(120)
        for id in ids {
            for status in ["pending", "buffered", "running"] {
                while try await !server.items("/executions", [("job_id", id), ("status", status)], limit: 1).isEmpty {
                    guard clock.now < deadline else { throw Failure(.timedOut, "executions still wait after 2m") }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
        }
    }

    /// Does the work of each index, so many at once; the results in the order of the indices.
    private func spread(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> String) async throws -> [String]
    {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var results = [String](repeating: "", count: count)
            var next = 0
            while next < min(connections, count) {
                let index = next
                group.addTask { (index, try await work(index)) }
                next += 1
            }
            while let (index, result) = try await group.next() {
                results[index] = result
                if next < count {
                    let index = next
                    group.addTask { (index, try await work(index)) }
                    next += 1
                }
            }
            return results
        }
    }

    static func line(_ what: String, _ count: Int, _ time: Duration) -> String {
        let milliseconds = max(1, time.wholeMilliseconds)
        return "\(what): \(count) in \(RelativeTime.span(milliseconds: milliseconds)), "
            + "\(Int64(count) * 1000 / milliseconds) a second"
    }
}
