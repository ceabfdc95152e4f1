import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import PunctualHTTP
import PunctualJSON
import Synchronization
import Testing

/// Levels that nobody logs by.
final class HeldLevels: LogLevelControl {
    private let changes = Mutex<[String: Logger.Level]>([:])

    func levels() -> [LogLevelState] {
        changes.withLock { changes in
            ["punctual", "punctual.http"].map { label in
                LogLevelState(
                    label: label, level: changes[label] ?? .info, isChanged: changes[label] != nil,
                    left: changes[label] == .trace ? .seconds(60) : nil)
            }
        }
    }

    func set(_ label: String, to level: Logger.Level, for duration: Duration?) {
        changes.withLock { $0[label] = level }
    }

    func reset(_ label: String) -> Bool { changes.withLock { $0.removeValue(forKey: label) != nil } }
}

@Suite("Levels over the API")
struct LogLevelTests {
    @Test("a level is changed, shown with its end, and taken back")
    func story() async throws {
        try await withAPI { client, _ in
            let path = "/api/v1/log-levels"
            func json(_ answer: TestResponse) throws -> JSONValue {
                try JSONValue(parsing: String(buffer: answer.body))
            }
            let put = try await client.execute(
                uri: "\(path)/punctual.http", method: .put, headers: [.contentType: "application/json"],
                body: .init(string: #"{"level":"trace","for":"1m"}"#))
            #expect(put.status == .ok)
            let changed = try json(put)
            #expect(changed["level"] == "trace" && changed["changed"] == true)
            #expect(changed["reverts_at"]?.string?.hasSuffix("Z") == true)
            let list = try await json(client.execute(uri: path, method: .get))
            #expect(list["node_id"] == "test")
            #expect(list["items"]?.array?.map { $0["level"] } == ["info", "trace"])
            #expect(try await client.execute(uri: "\(path)/punctual.http", method: .delete).status == .noContent)
            #expect(try await client.execute(uri: "\(path)/punctual.http", method: .delete).status == .notFound)
        }
    }

    @Test(
        "what cannot be is refused with what can be",
        arguments: [
            ("punctual.https", #"{"level":"debug"}"#, HTTPResponse.Status.notFound),
            ("punctual", #"{"level":"verbose"}"#, .unprocessableContent), ("punctual", "{}", .unprocessableContent),
            ("punctual", #"{"level":"debug","for":"0s"}"#, .unprocessableContent),
            ("punctual", #"{"level":"debug","for":"8d"}"#, .unprocessableContent),
            ("punctual", #"{"level":"debug","node":"x"}"#, .unprocessableContent),
        ])
    func refused(_ label: String, _ body: String, _ status: HTTPResponse.Status) async throws {
        try await withAPI { client, _ in
            let answer = try await client.execute(
                uri: "/api/v1/log-levels/\(label)", method: .put, headers: [.contentType: "application/json"],
                body: .init(string: body))
            #expect(answer.status == status)
        }
    }
}
