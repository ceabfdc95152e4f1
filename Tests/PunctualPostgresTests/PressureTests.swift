import Foundation
import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("PostgreSQL is hard pressed")
struct PressureTests {
    private func job(_ name: String, _ now: Timestamp) -> Job {
        Job(
            id: .random(at: now), draft: JobDraft(name: name, schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: now)
    }

    /// A server whose log tells the plan of every statement, and what it read.
    private static func explainingServer() async throws -> PostgresServer {
        try await blocking {
            try PostgresServer(settings: [
                "session_preload_libraries": "auto_explain", "auto_explain.log_analyze": "on",
                "auto_explain.log_buffers": "on", "auto_explain.log_timing": "off",
                "auto_explain.log_min_duration": "0",
            ])
        }
    }

    @Test("a claim reads no more because thousands before it cannot be cleared away yet")
    func pinnedSnapshot() async throws {
        let server = try await Self.explainingServer()
        let store = try await PostgresStore(uri: server.database())
        let now = try await store.now()
        let job = job("a", now)
        _ = try await store.create([job])
        let holder = try await Connection.open(store.pool.settings)
        _ = try await holder.run([
            Call(composed: "SET idle_in_transaction_session_timeout = 0"), Call(composed: "BEGIN"),
            Call(composed: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"), Call(composed: "SELECT 1 FROM jobs"),
        ])
        var nonce: UInt64 = 0
        func pass(_ count: Int) async throws {
            let new = (0..<count).map { _ in
                nonce += 1
                let instant = now + .seconds(-3600 + Int64(nonce) / 10)
                return job.execution(at: instant, trigger: .manual, now: instant, nonce: nonce)
            }
            _ = try await store.enqueue(new, of: job.id, overlap: .allowAll)
            let claimed = try await store.claim(ClaimRequest(worker: "w", limit: count, lease: .seconds(60)))
            #expect(claimed.count == count)
            _ = try await store.finish(claimed.map { Completion(lease: $0.lease, outcome: .succeeded) })
        }
        for _ in 0..<40 { try await pass(200) }
        for _ in 0..<10 { try await pass(1) }
        _ = try await holder.run([Call(composed: "COMMIT")])
        await holder.close()
        await store.close()
        let log = try String(contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8)
        /// What each of the statements read, in pages.
        func reads(_ words: String) -> [Int] {
            log.components(separatedBy: "plan:").filter { $0.contains(words) }.compactMap { plan in
                plan.firstMatch(of: #/Buffers: shared hit=(\d+)/#).flatMap { Int($0.1) }
            }
        }
        let claims = reads("SET status = 'running'")
        #expect(claims.count >= 50 && claims.suffix(10).allSatisfy { $0 < 100 }, "\(claims)")
        // From the beginning it is as bad as it can be.
        let looks = reads("SELECT queue, priority, service, available_at, id,")
        #expect((looks.max() ?? 0) > 200, "\(looks)")
        try server.stop()
    }

    @Test("of a thousand services with a backlog a claim seeks in few lines, and all have their turns")
    func thousandServices() async throws {
        let server = try await Self.explainingServer()
        let store = try await PostgresStore(uri: server.database())
        let now = try await store.now()
        let jobs = (0..<1000).map { index in
            var draft = JobDraft(name: "job", schedule: .manual, target: .noop)
            draft.service = "s\(index)"
            return Job(id: .random(at: now), draft: draft, nextRunAt: now, createdAt: now)
        }
        for job in try await store.create(jobs) { _ = try job.get() }
        let plans = jobs.map { job in
            TickPlan(
                jobID: job.id, expected: now, version: job.version, next: nil, status: .active,
                executions: (0..<12).map {
                    job.execution(at: now + .seconds(-60 + $0), trigger: .schedule, now: now)
                }, overlap: .allowAll)
        }
        for outcome in try await store.apply(plans) { #expect(outcome != .lostRace) }
        var given: [String: Int] = [:]
        for _ in 0..<40 {
            let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 50, lease: .seconds(60)))
            #expect(claimed.count == 50)
            for one in claimed { given[one.service, default: 0] += 1 }
        }
        #expect(given.count == 1000 && given.values.allSatisfy { $0 == 2 }, "\(Set(given.values))")
        await store.close()
        let log = try String(contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8)
        let claims = log.components(separatedBy: "plan:").filter { $0.contains("SET status = 'running'") }
        #expect(claims.count == 40)
        for plan in claims {
            let sought = plan.matches(of: #/on open_executions o.*actual rows=\d+(?:\.\d+)? loops=(\d+)/#)
            let loops = sought.compactMap { Int($0.1) }.max() ?? .max
            #expect(loops <= 64, "\(plan.prefix(3000))")
        }
        try server.stop()
    }

    @Test("a server that gives no more connections is waited for, and used again when it does")
    func exhausted() async throws {
        let server = try await blocking {
            try PostgresServer(settings: ["max_connections": "12", "superuser_reserved_connections": "0"])
        }
        let uri = try server.database()
        let store = try await PostgresStore(uri: uri)
        await store.close()
        var idle: [Connection] = []
        for _ in 0..<11 { idle.append(try await Connection.open(ConnectionSettings(uri))) }
        let pressed = try await PostgresStore(
            settings: ConnectionSettings(uri), connections: 8, schema: nil, limits: .patient)
        let now = try await pressed.now()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask { _ = try await pressed.create([job("j\(number)", now)])[0].get() }
            }
            try await group.waitForAll()
        }
        for connection in idle { await connection.close() }
        #expect(try await pressed.counts().jobs[.active] == 50)
        await pressed.close()
        try server.stop()
    }

    @Test("300 idle connections of others change nothing")
    func idleConnections() async throws {
        let server = try await blocking { try PostgresServer(settings: ["max_connections": "400"]) }
        let uri = try server.database()
        let store = try await PostgresStore(uri: uri)
        let idle = try await withThrowingTaskGroup(of: Connection.self) { group in
            for _ in 0..<300 { group.addTask { try await Connection.open(ConnectionSettings(uri)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let now = try await store.now()
        for number in 0..<20 { _ = try await store.create([job("j\(number)", now)])[0].get() }
        for connection in idle { await connection.close() }
        await store.close()
        try server.stop()
    }

    @Test("a connection whose server is silent is given up, and the call is answered")
    func blackHole() async throws {
        // Frozen, the server's processes hold their sockets and say nothing.
        let server = try await blocking { try PostgresServer() }
        var settings = try ConnectionSettings(server.database())
        settings.statementLimit = .milliseconds(500)
        let connection = try await Connection.open(settings)
        let pid = try #require(
            try await connection.run([Call(composed: "SELECT pg_backend_pid()::int8")])[0].first { $0.int() })
        kill(pid_t(pid), SIGSTOP)
        await #expect {
            _ = try await connection.run([Call(composed: "SELECT 1")])
        } throws: { ($0 as? PostgresFault)?.kind == .late }
        kill(pid_t(pid), SIGCONT)
        try server.stop()
    }
}
