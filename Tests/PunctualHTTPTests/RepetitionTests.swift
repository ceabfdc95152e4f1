import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualPostgres
import PunctualSQLite
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

private let key: HTTPFields = [HTTPField.Name("Idempotency-Key")!: "k"]
private let isReplayed = HTTPField.Name("Idempotent-Replayed")!

/// The first request gets a 503, and nobody knows whether it took effect; the second comes a minute later with the same key.
@Suite("A request repeated after an answer that was lost", .timeLimit(.minutes(10)))
struct RepetitionTests {
    enum Driver: CaseIterable { case memory, sqlite, postgres }
    typealias Moment = AmbiguousStore.Fault.Moment

    struct Scene {
        let client: any TestClientProtocol
        let store: any Store
        let fault: AmbiguousStore.Fault
        let clock: ManualClock

        /// The job of a name, made without a key.
        func job(_ name: String = "n", overlap: String = "allow_all") async throws -> String {
            let body = #"""
                {"name":"\#(name)","schedule":{"type":"interval","every":"1m"},"target":{"type":"noop"},
                "overlap_policy":"\#(overlap)","retry_policy":{"maximum_attempts":1}}
                """#
            let answer = try await client.send(.post, "/api/v1/jobs", body)
            #expect(answer.status == 201)
            return try #require(answer.json["id"]?.string)
        }

        /// The answer to the second request; between the two happens what `meanwhile` does.
        func repeated(
            _ path: String, _ body: String? = nil, losing moment: Moment,
            meanwhile: () async throws -> Void = {}
        ) async throws -> CallAnswer {
            fault.arm(moment)
            let first = try await client.send(.post, path, body, headers: key)
            #expect(first.status == 503)
            clock.advance(by: .seconds(60))
            try await meanwhile()
            let second = try await client.send(.post, path, body, headers: key)
            #expect(second.headers[isReplayed] == nil)
            let third = try await client.send(.post, path, body, headers: key)
            #expect(third.status == second.status && third.json == second.json)
            #expect(third.headers[isReplayed] == "true")
            return second
        }

        /// The items of a list.
        func items(_ path: String) async throws -> [JSONValue] {
            try #require(try await client.send(.get, path).json["items"]?.array)
        }

        /// Takes what waits, and ends it.
        func end(_ outcome: AttemptOutcome) async throws {
            let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 10, lease: .seconds(60)))
            #expect(claimed.count == 1)
            for item in claimed { _ = try await store.finish(Completion(lease: item.lease, outcome: outcome)) }
        }
    }

    private func withScene(
        _ driver: Driver, isForgetful: Bool = false, _ body: @escaping @Sendable (Scene) async throws -> Void
    ) async throws {
        var scene = APIScene()
        let (clock, fault) = (scene.clock, AmbiguousStore.Fault())
        func run(over store: any Store) async throws {
            scene.services.store = AmbiguousStore(inner: store, fault: fault, isForgetful: isForgetful)
            try await scene.run(.live) { client in
                try await body(Scene(client: client, store: store, fault: fault, clock: clock))
            }
        }
        switch driver {
        case .memory: try await run(over: scene.store)
        case .sqlite:
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("punctual-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
            // The system clears what is left of its temporary folder.
            defer { try? FileManager.default.removeItem(at: path) }
            let store = try SQLiteStore(path: path.appendingPathComponent("punctual.db").path, clock: clock)
            defer { store.close() }
            try await run(over: store)
        case .postgres:
            let uri = try PostgresServer.shared.database()
            let store = try await PostgresStore(uri: uri, clock: clock, connections: 4)
            let result: Result<Void, any Error>
            do { result = .success(try await run(over: store)) } catch { result = .failure(error) }
            await store.close()
            try PostgresServer.shared.drop(uri)
            try result.get()
        }
    }

    @Test("makes one job and answers with it", arguments: Driver.allCases, Moment.allCases)
    func create(driver: Driver, moment: Moment) async throws {
        try await withScene(driver) { scene in
            // Its only instant has passed when the second request comes.
            let body = #"""
                {"name":"n","schedule":{"type":"once","at":"2026-01-01T00:00:30Z"},"target":{"type":"noop"}}
                """#
            let answer = try await scene.repeated("/api/v1/jobs", body, losing: moment)
            #expect(answer.status == 201)
            #expect(answer.json["created_at"]?.string == "2026-01-01T00:00:00.000Z")
            #expect(answer.json["next_run_at"]?.string == "2026-01-01T00:00:30.000Z")
            #expect(try await scene.items("/api/v1/jobs") == [answer.json])
            let id = try #require(answer.json["id"]?.string)
            #expect(answer.headers[.location] == "/api/v1/jobs/\(id)")
        }
    }

    @Test("makes each job of a bulk once", arguments: Driver.allCases, Moment.allCases)
    func bulk(driver: Driver, moment: Moment) async throws {
        try await withScene(driver) { scene in
            let (other, faulty) = (least.replacing(#""n""#, with: #""m""#), #"{"name":1}"#)
            let body = #"{"items":[\#(least),\#(faulty),\#(other)]}"#
            let answer = try await scene.repeated("/api/v1/jobs/bulk", body, losing: moment)
            let statuses = answer.json["items"]?.array?.compactMap { $0["status"]?.int }
            #expect(statuses == [201, 422, 201])
            #expect(try await scene.items("/api/v1/jobs").count == 2)
        }
    }

    @Test("makes one execution, also when it has ended meanwhile", arguments: Driver.allCases, Moment.allCases)
    func trigger(driver: Driver, moment: Moment) async throws {
        try await withScene(driver) { scene in
            let id = try await scene.job()
            let answer = try await scene.repeated("/api/v1/jobs/\(id)/trigger", losing: moment) {
                if moment == .afterTheWork { try await scene.end(.succeeded) }
            }
            #expect(answer.status == 202)
            #expect(answer.json["status"]?.string == (moment == .afterTheWork ? "succeeded" : "pending"))
            #expect(answer.json["scheduled_at"]?.string == "2026-01-01T00:00:00.000Z")
            let executions = try await scene.items("/api/v1/executions/\(id)")
            #expect(executions.map { $0["id"] } == [answer.json["id"]])
        }
    }

    @Test("fills a range back no further than the first did", arguments: Driver.allCases, Moment.allCases)
    func backfill(driver: Driver, moment: Moment) async throws {
        try await withScene(driver) { scene in
            let id = try await scene.job(overlap: "buffer_all")
            scene.clock.advance(by: .seconds(200))
            let body = #"{"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}"#
            let answer = try await scene.repeated("/api/v1/jobs/\(id)/backfill", body, losing: moment)
            #expect(answer.status == 202)
            let (created, existing) = (answer.json["created"]?.int ?? 0, answer.json["existing"]?.int ?? 0)
            #expect(created + existing == 4)
            #expect((moment == .afterTheWork) == (existing == 4))
            #expect(try await scene.items("/api/v1/executions/\(id)").count == 4)
        }
    }

    @Test(
        "opens one execution again, and not the one before it either",
        arguments: Driver.allCases, [nil, AttemptOutcome.succeeded, .failed])
    func retry(driver: Driver, end: AttemptOutcome?) async throws {
        for isNamed in [false, true] {
            try await withScene(driver) { scene in
                let id = try await scene.job()
                var failed: [String] = []
                for _ in 0..<2 {
                    let execution = try await scene.client.send(.post, "/api/v1/jobs/\(id)/trigger").json
                    failed.append(try #require(execution["id"]?.string))
                    try await scene.end(.failed)
                    scene.clock.advance(by: .seconds(1))
                }
                let body = isNamed ? #"{"execution_id":"\#(failed[1])"}"# : nil
                let answer = try await scene.repeated(
                    "/api/v1/executions/\(id)/retry", body, losing: .afterTheWork
                ) {
                    if let end { try await scene.end(end) }
                }
                #expect(answer.status == 202)
                #expect(answer.json["id"]?.string == failed[1])
                let statuses = try await scene.items("/api/v1/executions/\(id)").map { $0["status"]?.string }
                let newest = end.map { $0 == .failed ? "failed" : "succeeded" } ?? "pending"
                #expect(statuses == [newest, "failed"])
                #expect(answer.json["status"]?.string == newest)
            }
        }
    }

    @Test("opens an execution again whose retry never arrived", arguments: Driver.allCases)
    func unopened(driver: Driver) async throws {
        try await withScene(driver) { scene in
            let id = try await scene.job()
            _ = try await scene.client.send(.post, "/api/v1/jobs/\(id)/trigger")
            try await scene.end(.failed)
            let answer = try await scene.repeated("/api/v1/executions/\(id)/retry", losing: .beforeTheWork)
            #expect(answer.status == 202)
            #expect(answer.json["status"]?.string == "pending")
        }
    }

    @Test("is another one when its body is: the key begins anew")
    func another() async throws {
        try await withScene(.memory) { scene in
            scene.fault.arm(.beforeTheWork)
            let other = least.replacing(#""n""#, with: #""m""#)
            var statuses: [Int] = []
            for body in [least, other, least] {
                statuses.append(try await scene.client.send(.post, "/api/v1/jobs", body, headers: key).status)
            }
            #expect(statuses == [503, 201, 422])
        }
    }

    @Test("would take effect twice if the key forgot the first", arguments: Driver.allCases)
    func twin(driver: Driver) async throws {
        try await withScene(driver, isForgetful: true) { scene in
            let id = try await scene.job()
            let answer = try await scene.repeated("/api/v1/jobs/\(id)/trigger", losing: .afterTheWork)
            #expect(answer.status == 202)
            #expect(try await scene.items("/api/v1/executions/\(id)").count == 2)
        }
        try await withScene(driver, isForgetful: true) { scene in
            let answer = try await scene.repeated("/api/v1/jobs", least, losing: .afterTheWork)
            #expect(answer.status == 409)
        }
    }

    @Test("two requests without a key are two")
    func keyless() async throws {
        try await withScene(.memory) { scene in
            let id = try await scene.job()
            for _ in 0..<2 {
                #expect(try await scene.client.send(.post, "/api/v1/jobs/\(id)/trigger").status == 202)
            }
            #expect(try await scene.items("/api/v1/executions/\(id)").count == 2)
        }
    }
}
