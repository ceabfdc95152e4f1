import Foundation
import PunctualCore
import PunctualRedis

/// How many calls a Redis answers through our client: `RedisCalls URL SECONDS CALLERS DEPTH CONNECTIONS`.
///
/// Each caller sends `DEPTH` commands and waits for their answers, as each client of redis-benchmark does. Prints
/// `set_per_second`, `get_per_second` and, for depth 1, `limit_per_second`: decisions of the limiter about two
/// policies.
@main
enum RedisCalls {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 5, let url = words.first, case let numbers = words.dropFirst().compactMap({ Int($0) }),
            numbers.count == 4
        else {
            FileHandle.standardError.write(Data("usage: RedisCalls URL SECONDS CALLERS DEPTH CONNECTIONS\n".utf8))
            exit(2)
        }
        let (seconds, callers, depth) = (numbers[0], numbers[1], numbers[2])
        var settings = try RedisSettings(url)
        settings.connections = numbers[3]
        let redis = try Redis(settings)
        let set = RedisCommand("SET", .key("key:__rand_int__"), "VXK")
        let get = RedisCommand("GET", .key("key:__rand_int__"), isRead: true)
        for (name, command) in [("set", set), ("get", get)] {
            let commands = [RedisCommand](repeating: command, count: depth)
            let rate = try await RedisCalls.rate(seconds, callers) {
                if depth == 1 {
                    _ = try await redis.send(command)
                } else {
                    _ = try await redis.send(all: commands)
                }
            }
            say("\(name)_per_second", rate * Double(depth))
        }
        if depth == 1 {
            let limiter = RedisLimiter(redis, fallback: NoLimiter(), patience: .seconds(1))
            let policies = [
                LimitPolicy(name: "user", .rate(1_000_000, burst: 2, seconds: 10)),
                LimitPolicy(name: "premium", .window(quota: 1_000_000_000, seconds: 3600)),
            ]
            let rate = try await RedisCalls.rate(seconds, callers) {
                _ = await limiter.take(policies.map { LimitKey($0, holder: "user:1") }, cost: 1)
            }
            precondition(limiter.counts.alone == 0, "the node decided for itself, which is another measurement")
            say("limit_per_second", rate)
        }
        await redis.close()
    }

    /// Runs the body over and over in each of the callers.
    /// - Returns: how often a second, all together.
    private static func rate(
        _ seconds: Int, _ callers: Int, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Double {
        // Connections are open before the clock starts.
        for _ in 0..<64 { try await body() }
        let began = ContinuousClock.now
        let end = began + .seconds(seconds)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        try await body()
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / (began.duration(to: .now) / .seconds(1))
    }

    private static func say(_ name: String, _ value: Double) {
        FileHandle.standardOutput.write(Data("\(name) \(Int(value))\n".utf8))
    }
}

/// For when Redis does not decide, which ends the measurement.
private struct NoLimiter: Limiter {
    func take(_ keys: [LimitKey], cost: Int) async -> LimitDecision { LimitDecision(allowances: []) }
}
