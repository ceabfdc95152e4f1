import FaultProxy
import Foundation
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("PostgreSQL goes away")
struct PostgresFaultTests {
    private func job(_ name: String) -> Job {
        Job(
            id: .random(at: ManualClock.start), draft: JobDraft(name: name, schedule: .manual, target: .noop),
            nextRunAt: nil, createdAt: ManualClock.start)
    }

    @Test("a killed backend is noticed by nobody")
    func killedBackends() async throws {
        try await withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<4 {
                    group.addTask {
                        for number in 0..<50 {
                            let outcomes = try await store.create([job("\(caller)-\(number)")])
                            _ = try outcomes[0].get()
                        }
                    }
                }
                group.addTask {
                    let connection = try await Connection.open(store.pool.settings)
                    for _ in 0..<20 {
                        _ = try await connection.run([
                            Call(
                                composed: """
                                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                                    """)
                        ])
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    await connection.close()
                }
                try await group.waitForAll()
            }
            #expect(try await store.counts().jobs[.active] == 200)
        }
    }

    /// False when the store says to try later.
    private func isMade(_ job: Job, in store: PostgresStore) async throws -> Bool {
        do throws(StoreError) {
            _ = try await store.create([job])[0].get()
            return true
        } catch {
            if case .unavailable = error { return false }
            throw error
        }
    }

    @Test("a server that crashes and comes back is used again, with everything that was acknowledged")
    func restart() async throws {
        let server = try await blocking { try PostgresServer() }
        let store = try await PostgresStore(uri: try server.database())
        let made = Made()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    var number = 0
                    while !made.isOver.withLock({ $0 }) {
                        let new = job("\(caller)-\(number)")
                        number += 1
                        if try await isMade(new, in: store) { made.ids.withLock { $0.append(new.id) } }
                    }
                }
            }
            for mode in ["immediate", "fast"] {
                let before = made.ids.withLock { $0.count }
                while made.ids.withLock({ $0.count }) < before + 50 { try await Task.sleep(for: .milliseconds(5)) }
                try server.stop(mode)
                try server.start()
            }
            let before = made.ids.withLock { $0.count }
            while made.ids.withLock({ $0.count }) < before + 50 { try await Task.sleep(for: .milliseconds(5)) }
            made.isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        for id in made.ids.withLock({ $0 }) { #expect(try await store.job(id) != nil) }
        await store.close()
        try server.stop()
    }

    @Test("a cancelled task stops the statement at the server and leaves the connection usable")
    func cancellation() async throws {
        let connection = try await Connection.open(ConnectionSettings(PostgresServer.shared.uri("postgres")))
        let task = Task { () async throws in
            _ = try await connection.run([Call(composed: "SELECT pg_sleep(600) -- cancelled by a test")])
        }
        func isRunning() throws -> Bool {
            try PostgresServer.shared.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%-- cancelled by' || ' a test'"
            ) == "1"
        }
        while try !isRunning() { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        let result = await task.result
        #expect(throws: PostgresFault.self) { try result.get() }
        while try isRunning() { try await Task.sleep(for: .milliseconds(10)) }
        let echo = try await connection.run([Call(composed: "SELECT $1::int8", 7)])
        #expect(echo[0].first { $0.int() } == 7)
        await connection.close()
    }

    @Test(
        "a call that is cancelled in a black hole gives its connection up; whoever uses it next hears of that",
        .timeLimit(.minutes(3)))
    func cancellationInABlackHole() async throws {
        let proxy = try await FaultProxy(to: PostgresServer.shared.port)
        let connection = try await Connection.open(
            ConnectionSettings("postgres://punctual@127.0.0.1:\(proxy.port)/postgres"))
        proxy.set(.blackHole)
        let task = Task { () async throws in _ = try await connection.run([Call(composed: "SELECT 1")]) }
        while await connection.load == 0 { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        let result = await task.result
        #expect(throws: PostgresFault.self) { try result.get() }
        await #expect(throws: PostgresFault.self) { _ = try await connection.run([Call(composed: "SELECT 2")]) }
        try await proxy.stop()
        await connection.close()
    }

    @Test("a statement that takes too long is stopped by the server, and the connection goes on")
    func statementLimit() async throws {
        var settings = try ConnectionSettings(PostgresServer.shared.uri("postgres"))
        settings.statementLimit = .milliseconds(200)
        let connection = try await Connection.open(settings)
        await #expect {
            _ = try await connection.run([Call(composed: "SELECT pg_sleep(600)")])
        } throws: { ($0 as? PostgresFault)?.state == "57014" }
        _ = try await connection.run([Call(composed: "SELECT 1")])
        await connection.close()
    }

    @Test("what is stale is told to all others, however much it is, and not to who tells it")
    func stale() async throws {
        try await withDatabase { uri in
            let stores = [try await PostgresStore(uri: uri), try await PostgresStore(uri: uri)]
            let (heard, hear) = AsyncStream.makeStream(of: (store: Int, notice: StaleNotice).self)
            let bell = Announcer(pool: stores[0].pool)
            let listeners = stores.enumerated().map { index, store in
                store.listener(ringing: bell) { hear.yield((index, $0)) }
            }
            // Cancelled below.
            let tasks = listeners.map { listener in Task { await listener.run() } }
            var seen = heard.makeAsyncIterator()
            for _ in stores { #expect(await seen.next()?.notice == .listening) }
            let many = Set((0..<500).map { "job:\($0)-0197c0de-0000-7000-8000-000000000000" })
            stores[0].tellStale(Array(many))
            var found: Set<String> = []
            while !many.isSubset(of: found), let next = await seen.next() {
                guard case .groups(let groups, isShared: false) = next.notice else {
                    Issue.record("\(next)")
                    break
                }
                #expect(next.store == 1)
                found.formUnion(groups)
            }
            #expect(found == many)
            // Those of which nodes with Redis know are told apart, and too many are everything.
            stores[1].tellStale(["figures"], isShared: true)
            #expect(await seen.next()?.notice == .groups(["figures"], isShared: true))
            stores[1].tellStale((0..<5000).map { "job:\($0)" })
            #expect(await seen.next()?.notice == .groups([StaleNews.everything], isShared: false))
            // However much is written, it is told a few times.
            let begun = ContinuousClock.now
            var changes = 0
            while begun.duration(to: .now) < .milliseconds(500) {
                stores[0].tellStale(["jobs", "figures"])
                changes += 1
                await Task.yield()
            }
            stores[0].tellStale(["last"])
            var messages = 0
            while let next = await seen.next() {
                messages += 1
                if case .groups(let groups, _) = next.notice, groups.contains("last") { break }
            }
            #expect(messages <= Int(begun.duration(to: .now) / StaleNews.pause) + 2 && changes > 50, "\(changes)")
            for (index, task) in tasks.enumerated() {
                task.cancel()
                await task.value
                let end = await seen.next()
                #expect(end?.store == index && end?.notice == .deaf)
            }
            #expect(try await stores[0].mark() == stores[1].mark())
            for store in stores { await store.close() }
        }
    }

    @Test("announcements ring at every listener, also after its connection was lost")
    func listening() async throws {
        try await withStore { store in
            let (rings, ring) = AsyncStream.makeStream(of: Announcement.self)
            let listener = Listener(store.pool.settings) { ring.yield($0) }
            // Cancelled below.
            let task = Task { await listener.run() }
            var seen = rings.makeAsyncIterator()
            // One of each when it begins, since some may have been missed.
            for expected in Announcement.allCases { #expect(await seen.next() == expected) }
            store.bell.workCancelled()
            #expect(await seen.next() == .workCancelled)
            let connection = try await Connection.open(store.pool.settings)
            _ = try await connection.run([
                Call(
                    composed: """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE 'LISTEN%'
                        """)
            ])
            await connection.close()
            for expected in Announcement.allCases { #expect(await seen.next() == expected) }
            task.cancel()
            await task.value
        }
    }
}

/// What was acknowledged, and whether to stop.
private final class Made: Sendable {
    let ids = Mutex<[Identifier]>([])
    let isOver = Mutex(false)
}
