import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualRedis
import PunctualSchedule
import PunctualTestKit
import Testing

/// Keeps everything for so long that only what is told makes it stale.
struct LongCache: Cache {
    let inner = SharedCache(nil, node: "test")
    /// False makes the broken twin: nobody tells it of changes.
    var isTold = true

    func value(
        of key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async throws(StoreError) -> CacheAnswer {
        try await inner.value(of: key, CachePolicy(timeToLive: .seconds(600), eagerness: 0)) {
            () async throws(StoreError) in
            try await load().map { CacheLoad($0.bytes) }
        }
    }

    func keep(
        _ key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async {
        _ = try? await value(of: key, policy, load: load)  // Then there is none.
    }

    func change<Value: Sendable>(
        _ groups: [String], _ body: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        isTold ? try await inner.change(groups, body) : try await body()
    }

    func drop(_ groups: [String]) { if isTold { inner.drop(groups) } }

    var isLasting: Bool { inner.isLasting }
}

/// What a read says: the body, and what the cache did.
struct KeptReading {
    let answer: CallAnswer
    let status: ReadCacheStatus
}

private let cacheStatus = HTTPField.Name("Cache-Status")!
let uncached: HTTPFields = [.cacheControl: "no-cache"]

extension TestClientProtocol {
    /// Reads; a `Cache-Status` that is none fails the test.
    func read(_ path: String, headers: HTTPFields = [:]) async throws -> KeptReading {
        let answer = try await send(.get, path, headers: headers)
        let field = answer.headers[cacheStatus]
        let status = try #require(ReadCacheStatus(field), "\(path): \(answer.status) \(field ?? "no field")")
        return KeptReading(answer: answer, status: status)
    }

    /// Reads until the answer is a copy.
    func readKept(_ path: String, headers: HTTPFields = [:]) async throws -> KeptReading {
        while true {
            let reading = try await read(path, headers: headers)
            if reading.status.isHit { return reading }
            await Task.yield()
        }
    }

    func made(_ path: String, _ body: String? = nil, headers: HTTPFields = [:]) async throws -> JSONValue {
        let answer = try await send(.post, path, body, headers: headers)
        try #require((200...202).contains(answer.status), "\(path): \(answer.status) \(answer.json)")
        return answer.json
    }
}

/// A job for outside workers with an execution that failed, one that runs and one that waits.
struct BusyJob: Sendable {
    let id: String
    let failed: String
    let running: String
    let waiting: String

    static let body = """
        {"name":"busy","schedule":{"type":"cron","expression":"0 9 * * *"},"overlap_policy":"allow_all",
        "retry_policy":{"maximum_attempts":1},"queue":"q","target":{"type":"worker","task":"t"}}
        """

    init(_ client: any TestClientProtocol, headers: HTTPFields = [:]) async throws {
        id = try #require(try await client.made("/api/v1/jobs", Self.body, headers: headers)["id"]?.string)
        var ids: [String] = []
        for number in 0..<3 {
            let made = try await client.made("/api/v1/jobs/\(id)/trigger", headers: headers)
            ids.append(try #require(made["id"]?.string))
            if number == 2 { break }
            let claimed = try await client.made(
                "/api/v1/work/claim", #"{"worker":"w","queues":["q"],"wait":"0s"}"#, headers: headers)
            try #require(claimed["items"]?[0]?["id"]?.string == ids[number])
            if number == 0 {
                _ = try await client.made("/api/v1/work/complete", Self.ending(ids[0], "failed"), headers: headers)
            }
        }
        (failed, running, waiting) = (ids[0], ids[1], ids[2])
    }

    static func ending(_ id: String, _ status: String) -> String {
        #"{"id":"\#(id)","attempt":1,"worker":"w","status":"\#(status)"}"#
    }

    /// Every read that is kept.
    var views: [String] {
        [
            "jobs", "jobs?sort=-created_at", "jobs?status=active", "jobs?queue=q&sort=next_run_at", "jobs/\(id)",
            "executions", "executions?status=running", "executions/\(id)", "executions/\(id)/\(failed)",
            "executions/\(id)/\(running)", "executions/\(id)/\(waiting)", "queues", "stats",
        ].map { "/api/v1/\($0)" }
    }
}
