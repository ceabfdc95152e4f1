package import PunctualAPI
package import PunctualClient
package import PunctualCore
package import PunctualJSON
package import PunctualSchedule
internal import Synchronization

/// Asks whichever node answers, and asks again until one does.
package struct ClusterAPI: Sendable {
    private let clients: [PunctualClient]
    private let turn = Counter()
    private let zones: ZoneCatalog

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    /// - Parameter addresses: of the nodes that play the role `api`.
    package init(addresses: [String]) {
        self.init(
            clients: addresses.map {
                PunctualClient(address: $0, retries: .none, timeoutSeconds: 10, takesCopies: false)
            })
    }

    private init(clients: [PunctualClient]) {
        self.clients = clients
        // The jobs of drills are in UTC, which needs no file.
        zones = ZoneCatalog { _ in nil }
    }

    /// The same connections, to some of the nodes alone.
    func narrowed(to addresses: Set<String>) -> ClusterAPI {
        ClusterAPI(clients: clients.filter { addresses.contains($0.address) })
    }

    package func shutdown() async throws {
        for client in clients { try await client.shutdown() }
    }

    /// The first answer that any node gives; a call that changes something needs an idempotency key, since it may be
    /// made more than once.
    /// - Throws: the refusal of the call itself; `ChaosFailure` with what each node said last when the time is up.
    package func call(
        _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil, key: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> JSONValue {
        let began = ContinuousClock.now
        var said: [String: String] = [:]
        while true {
            let client = next()
            do throws(ClientError) {
                let headers = key.map { [("Idempotency-Key", $0)] } ?? []
                return try await client.send(method, path, query: query, body: body, headers: headers).json ?? .null
            } catch {
                let isOpen = error.problem == .idempotencyInProgress || error.status == 429
                if !isOpen, error.status.map({ (400..<500).contains($0) }) ?? false { throw error }
                let took = began.duration(to: .now)
                said[client.address] = "after \(took): \(error)"
                if took > limit {
                    let all = said.map { "\($0) \($1)" }.sorted().joined(separator: "\n")
                    throw ChaosFailure("no node has answered \(method) \(path):\n\(all)")
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func next() -> PunctualClient {
        let number = turn.value.withLock { value in
            value += 1
            return value
        }
        return clients[number % clients.count]
    }

    /// Makes a job; the same job when it was made by an earlier try whose answer was lost.
    package func create(_ draft: JobDraft) async throws -> Job {
        var json: JSONValue
        do {
            json = try await call("POST", "/api/v1/jobs", body: draft.json, key: "create-\(draft.name)")
        } catch let error as ClientError where error.problem == .nameTaken {
            // An earlier try took effect, and its node died before it could keep the answer.
            json = try await call("GET", "/api/v1/jobs", query: [("name", draft.name)])["items"]?[0] ?? .null
        }
        guard let id = json["id"]?.string.flatMap({ Identifier($0) }),
            let createdAt = json["created_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { throw ChaosFailure("no job in the answer: \(json)") }
        var job = Job(id: id, draft: draft, nextRunAt: nil, createdAt: createdAt)
        job.nextRunAt = job.firstRun(from: createdAt, schedule: try schedule(of: job))
        return job
    }

    /// The job's schedule, ready to be asked for its instants.
    package func schedule(of job: Job) throws(ScheduleFault) -> Schedule {
        try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones)
    }

    /// Every execution of a job, newest first.
    package func executions(of job: Identifier) async throws -> [Execution] {
        var found: [Execution] = []
        var cursor: String?
        repeat {
            let page = try await call(
                "GET", "/api/v1/executions/\(job)",
                query: [("limit", "200")] + (cursor.map { [("cursor", $0)] } ?? []))
            for item in page["items"]?.array ?? [] {
                guard let execution = Execution(answer: item) else { throw ChaosFailure("no execution: \(item)") }
                found.append(execution)
            }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return found
    }

    /// What became of a call that was made once.
    package enum Made: Sendable, Hashable {
        case made(Identifier)
        /// It certainly changed nothing.
        case refused
        /// No answer came: it may have taken effect or not.
        case unknown
    }

    /// Triggers a job at one node, once, without an idempotency key.
    package func triggerOnce(_ job: Identifier) async -> Made {
        do throws(ClientError) {
            let answer = try await next().send("POST", "/api/v1/jobs/\(job)/trigger", timeoutSeconds: 10)
            return answer.json?["id"]?.string.flatMap { Identifier($0) }.map(Made.made) ?? .unknown
        } catch {
            return error.status.map { (400..<500).contains($0) } ?? false ? .refused : .unknown
        }
    }

    /// The term of each shard that was ever held.
    package func terms() async throws -> [Int: Int] {
        var terms: [Int: Int] = [:]
        for row in try await call("GET", "/api/v1/schedule/status")["shards"]?.array ?? [] {
            guard let shard = row["shard"]?.int, let term = row["term"]?.int else { continue }
            terms[Int(shard)] = Int(term)
        }
        return terms
    }

    /// Which node holds which shards; a shard that nobody holds is left out.
    package func holders() async throws -> [Int: String] {
        var holders: [Int: String] = [:]
        for row in try await call("GET", "/api/v1/schedule/status")["shards"]?.array ?? [] {
            guard let shard = row["shard"]?.int, let holder = row["holder"]?.string else { continue }
            holders[Int(shard)] = holder
        }
        return holders
    }
}

/// What keeps a drill from being made.
package struct ChaosFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension ClientError {
    /// Why the server refused; nil when it did not, or not by a kind that is known here.
    package var problem: ProblemKind? { if case .refused(let answer) = self { answer.problem } else { nil } }
}
