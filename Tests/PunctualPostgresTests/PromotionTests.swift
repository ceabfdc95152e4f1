import Foundation
import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("A standby becomes the primary", .timeLimit(.minutes(10)))
struct PromotionTests {
    // MARK: The choice

    private static let hosts = [["host": "a"], ["host": "b"]]

    private func chosen(_ hosts: PrimaryHosts, _ timelines: [String: Int64]) async throws -> String? {
        try await hosts.primary { host throws(PostgresFault) in
            guard let timeline = timelines[host["host"] ?? ""] else {
                throw PostgresFault(.noConnection, "\(host["host"] ?? "") is away")
            }
            return timeline
        }["host"]
    }

    @Test("of two hosts that take writes the one with the newer timeline is the primary, wherever it stands in the URI")
    func newest() async throws {
        #expect(try await chosen(PrimaryHosts(Self.hosts), ["a": 1, "b": 2]) == "b")
        #expect(try await chosen(PrimaryHosts(Self.hosts), ["a": 3, "b": 2]) == "a")
        #expect(try await chosen(PrimaryHosts(Self.hosts), ["b": 1]) == "b")
    }

    @Test("the choice stands until it is in doubt, and never falls on an older timeline than was seen")
    func older() async throws {
        let hosts = PrimaryHosts(Self.hosts)
        #expect(try await chosen(hosts, ["b": 2]) == "b")
        #expect(try await chosen(hosts, [:]) == "b", "nobody is asked")
        hosts.doubt()
        await #expect {
            _ = try await chosen(hosts, ["a": 1])
        } throws: { error in
            let text = (error as? PostgresFault)?.message ?? ""
            return text.contains("timeline 1 is left alone") && text.contains("b is away")
        }
        #expect(try await chosen(hosts, ["a": 1, "b": 2]) == "b")
        hosts.doubt()
        #expect(try await chosen(hosts, ["a": 3, "b": 2]) == "a")
    }

    // MARK: Servers

    @Test("terms go on in the new history, and a holder of the old one changes nothing in it")
    func terms() async throws {
        let old = try await blocking { try PostgresServer() }
        let new = try await blocking {
            try PostgresServer(standbyOf: old, settings: ["synchronous_standby_names": "''"])
        }
        // What is acknowledged is on both.
        try old.append("synchronous_standby_names = '*'\n", to: "postgresql.conf")
        try old.reload()
        let name = try #require(try old.database().split(separator: "/").last.map(String.init))
        let both = "postgres://punctual@127.0.0.1:\(old.port),127.0.0.1:\(new.port)/\(name)"
        let store = try await PostgresStore(uri: both)
        let job = Job(
            id: .random(at: Timestamp(milliseconds: 1)), draft: JobDraft(name: "j", schedule: .manual, target: .noop),
            nextRunAt: nil, createdAt: Timestamp(milliseconds: 1))
        _ = try await store.create([job])[0].get()
        let waiting = job.execution(at: try await store.now(), trigger: .manual, now: try await store.now(), nonce: 7)
        _ = try await store.enqueue([waiting], of: job.id, overlap: .allowAll)
        let first = try await store.acquire([0], holder: "n1", duration: .seconds(600))
        #expect(first.map(\.term) == [1])

        try old.stop("immediate")
        try new.promote()
        #expect(try await store.job(job.id) != nil, "what was acknowledged is there, and the new primary is found")
        let taken = try await store.acquire([0], holder: "n2", duration: .seconds(600))
        #expect(taken.map(\.term) == [1 << 32 + 1], "a lease of before the promotion counts as run out")
        // The old primary comes back, alone, and somebody still works with it.
        try old.append("synchronous_standby_names = ''\n", to: "postgresql.conf")
        try old.start()
        let isolated = try await PostgresStore(uri: old.uri(name))
        var stale: [ShardLease] = []
        for holder in ["n3", "n4", "n3", "n4"] {
            try await isolated.release(isolated.leases())
            stale = try await isolated.acquire([0], holder: holder, duration: .seconds(600))
        }
        let (past, present) = (try #require(stale.first), try #require(taken.first))
        #expect(past.term < present.term)
        // The twin without a timeline would put them in the wrong order.
        #expect(past.term & 0xFFFF_FFFF > present.term & 0xFFFF_FFFF)
        let held = try await isolated.claim(ClaimRequest(worker: "w", limit: 1, lease: .seconds(600)))
        let lease = try #require(held.first?.lease)

        try await store.release(stale + first)
        #expect(try await store.leases() == taken)
        #expect(try await store.finish(Completion(lease: lease, outcome: .succeeded)) == .leaseLost)
        #expect(try await store.execution(waiting.id, of: nil)?.status == .pending)
        // Connections that are lost come back to the new one, and so do nodes that have just been started.
        try new.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'", in: "postgres")
        for _ in 0..<4 { #expect(try await store.leases() == taken) }
        let started = try await PostgresStore(uri: both)
        #expect(try await started.leases() == taken)
        // Without the new one there is none.
        try new.stop("immediate")
        let refused = await #expect(throws: StoreError.self) { _ = try await started.leases() }
        #expect("\(String(describing: refused))".contains("timeline 1 is left alone"), "\(String(describing: refused))")
        for open in [store, isolated, started] { await open.close() }
        try old.stop()
    }
}
