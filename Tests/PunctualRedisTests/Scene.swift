import Foundation
import PunctualRedis
import TestPeers
import Testing

/// Asks until it is so; gives up after a long while.
func until(
    _ what: String, limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation,
    _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < deadline else {
            Issue.record("it never was so: \(what)", sourceLocation: sourceLocation)
            throw ToolFailureText(text: what)
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

struct ToolFailureText: Error { let text: String }

/// A name that no other test has.
func fresh(_ name: String = "k") -> String { "\(name)-\(UUID().uuidString.prefix(8))" }

/// Runs the body with a client, and closes it also when the body fails.
func withRedis<Value>(_ settings: RedisSettings, _ body: (Redis) async throws -> Value) async throws -> Value {
    let redis = try Redis(settings)
    do {
        let value = try await body(redis)
        await redis.close()
        return value
    } catch {
        await redis.close()
        throw error
    }
}

func withRedis<Value>(_ url: String, _ body: (Redis) async throws -> Value) async throws -> Value {
    var settings = try RedisSettings(url)
    // Machines that run tests are busy.
    (settings.callLimit, settings.openLimit) = (.seconds(60), .seconds(60))
    return try await withRedis(settings, body)
}

/// Runs the body with a client of the shared server.
func withRedis<Value>(_ body: (Redis) async throws -> Value) async throws -> Value {
    let peer = try await blocking { RedisPeer.shared }
    return try await withRedis(peer.url, body)
}

extension RedisPeer {
    var url: String { "redis://127.0.0.1:\(port)" }
}

/// The error that the body throws; a body that throws none is a fault.
func fault(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async throws -> RedisError {
    do {
        _ = try await body()
    } catch let error as RedisError {
        return error
    }
    Issue.record("it was not refused", sourceLocation: sourceLocation)
    throw ToolFailureText(text: "no error")
}

extension Redis {
    func text(_ name: StaticString, _ words: RedisCommand.Argument...) async throws -> String? {
        try await send(RedisCommand(name, words)).string
    }
}
