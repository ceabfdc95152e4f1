import FaultProxy
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

/// The server has done what it was asked, and the connection ends before the answer.
@Suite("An answer that is lost behind its commit", .timeLimit(.minutes(10)))
struct AmbiguousCommitTests {
    private static let count = 40

    /// Runs the body with a store behind a proxy; it arms the proxy before each call.
    private func withProxy(_ body: (PostgresStore, FaultProxy) async throws -> Void) async throws {
        try await withDatabase { uri in
            let proxy = try await FaultProxy(to: PostgresServer.shared.port)
            let through = uri.replacing(":\(PostgresServer.shared.port)/", with: ":\(proxy.port)/")
            var settings = try ConnectionSettings(through)
            // A call that is late is not made again; this machine may be busy.
            settings.statementLimit = .seconds(120)
            let store = try await PostgresStore(settings: settings, connections: 2, schema: nil, limits: .patient)
            let result: Result<Void, any Error>
            do { result = .success(try await body(store, proxy)) } catch { result = .failure(error) }
            await store.close()
            try await proxy.stop()
            try result.get()
            #expect(proxy.counts.answersCut == Self.count, "each call's answer was cut, once")
        }
    }

    private func job(_ name: String, _ schedule: JobSchedule = .manual) -> Job {
        Job(
            id: .random(at: ManualClock.start), draft: JobDraft(name: name, schedule: schedule, target: .noop),
            nextRunAt: nil, createdAt: ManualClock.start)
    }

    private func made(_ job: Job, in store: PostgresStore) async throws -> Job {
        try await store.create([job])[0].get()
    }

    @Test("makes no job twice: as many as distinct requests")
    func creations() async throws {
        try await withProxy { store, proxy in
            for number in 0..<Self.count {
                let new = job("create-\(number)-end")
                proxy.cutAnswer(toRequestWith: new.draft.name)
                let kept = try await made(new, in: store)
                #expect(kept.id == new.id)
            }
            let kept = try await store.exportJobs(after: nil, limit: 1000).count
            let counted = try await store.counts().jobs[.active]
            #expect(kept == Self.count && counted == Self.count)
        }
    }

    @Test("changes no job twice")
    func changes() async throws {
        try await withProxy { store, proxy in
            for number in 0..<Self.count {
                let old = try await made(job("change-\(number)"), in: store)
                var draft = old.draft
                draft.description = "described-\(number)-end"
                proxy.cutAnswer(toRequestWith: draft.description)
                let change = JobChange(
                    draft: draft, status: .active, pauseReason: nil, nextRunAt: nil, updatedAt: ManualClock.start)
                let changed = try await store.update(old.id, change, ifVersion: 1)
                let kept = try await store.job(old.id)
                #expect(changed.version == 2 && kept?.version == 2)
            }
        }
    }

    @Test("adds no execution twice, by hand or by the schedule")
    func executions() async throws {
        try await withProxy { store, proxy in
            for number in 0..<Self.count {
                let isPlanned = number.isMultiple(of: 2)
                var new = job("run-\(number)-end", .once(at: ManualClock.start))
                new.nextRunAt = isPlanned ? ManualClock.start : nil
                new = try await made(new, in: store)
                let run = new.execution(at: ManualClock.start, trigger: .schedule, now: ManualClock.start)
                proxy.cutAnswer(toRequestWith: new.draft.name)
                if isPlanned {
                    let plan = TickPlan(
                        jobID: new.id, expected: ManualClock.start, version: 1, next: nil, status: .completed,
                        executions: [run], overlap: .allowAll)
                    _ = try await store.apply([plan])
                } else {
                    _ = try await store.enqueue([run], of: new.id, overlap: .allowAll)
                }
                let kept = try await store.job(new.id)
                #expect(kept?.runCount == 1)
            }
            #expect(try await store.exportExecutions(after: nil, limit: 1000).count == Self.count)
            #expect(try await store.counts().executions[.pending] == Self.count)
        }
    }

    @Test("keeps no line twice, also when nobody says where they begin")
    func lines() async throws {
        try await withProxy { store, proxy in
            let one = try await made(job("lines"), in: store)
            let now = try await store.now()
            _ = try await store.enqueue(
                [one.execution(at: now, trigger: .manual, now: now, nonce: 1)], of: one.id, overlap: .allowAll)
            let held = try #require(
                try await store.claim(ClaimRequest(worker: "w", limit: 1, lease: .seconds(600))).first)
            for number in 0..<Self.count {
                // Goes with the COMMIT.
                proxy.cutAnswer(toRequestWith: "line-\(number)-end")
                let report = AttemptReport(held.lease, lines: [SaidLine("line-\(number)-end")])
                #expect(try await store.keep([report]) == [.kept(progress: nil)])
            }
            let kept = try await store.lines(of: held.execution.id, after: 0, limit: 1000)
            #expect(kept.map(\.text) == (0..<Self.count).map { "line-\($0)-end" })
        }
    }

    @Test("takes nothing that nobody knows of: the repeated claim answers with what the first one took")
    func claims() async throws {
        try await withProxy { store, proxy in
            let one = try await made(job("claims"), in: store)
            let now = try await store.now()
            let runs = (0..<Self.count * 2).map {
                one.execution(at: now, trigger: .manual, now: now, nonce: UInt64($0) + 1)
            }
            _ = try await store.enqueue(runs, of: one.id, overlap: .allowAll)
            var taken: [Identifier] = []
            for number in 0..<Self.count {
                let worker = "worker-\(number)-end"
                proxy.cutAnswer(toRequestWith: worker)
                let claimed = try await store.claim(ClaimRequest(worker: worker, limit: 2, lease: .seconds(600)))
                #expect(claimed.count == 2 && claimed.allSatisfy { $0.execution.worker == worker })
                #expect(claimed.allSatisfy { $0.execution.attempt == 1 })
                taken += claimed.map(\.execution.id)
            }
            #expect(Set(taken) == Set(runs.map(\.id)) && taken.count == runs.count)
            let counted = try await store.counts().executions[.running]
            #expect(counted == runs.count)
        }
    }

    @Test("ends no attempt twice, and tells of the end")
    func ends() async throws {
        try await withProxy { store, proxy in
            let one = try await made(job("ends"), in: store)
            for number in 0..<Self.count {
                let now = try await store.now()
                let run = one.execution(at: now, trigger: .manual, now: now, nonce: UInt64(number) + 1)
                _ = try await store.enqueue([run], of: one.id, overlap: .allowAll)
                let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 1, lease: .seconds(600)))
                let error = "failed-\(number)-end"
                let completion = Completion(
                    lease: try #require(claimed.first?.lease), outcome: .failed, reason: .exitCode, error: error)
                proxy.cutAnswer(toRequestWith: error)
                guard case .finished(let row) = try await store.finish(completion) else {
                    Issue.record("attempt \(number) is told as lost")
                    continue
                }
                #expect(row.status == .failed && row.error == error)
            }
            #expect(try await store.counts().executions[.failed] == Self.count)
            let kept = try await store.job(one.id)
            #expect(kept?.failureCount == Self.count)
        }
    }

    @Test("chains no audit entry twice")
    func audit() async throws {
        try await withProxy { store, proxy in
            for number in 0..<Self.count {
                let mark = "audit-\(number)-end"
                var draft = AuditChain.draft(number)
                draft.requestID = mark
                proxy.cutAnswer(toRequestWith: mark)
                let entries = try await store.append([draft])
                #expect(entries.map(\.draft) == [draft])
            }
            let all = try await store.auditEntries(from: 1, limit: 1000)
            let head = try await store.auditHead()
            #expect(all.count == Self.count && AuditChain.firstMisfit(in: all, head: head) == nil)
        }
    }

    @Test("makes, changes and revokes nobody's credentials twice, and takes none of it for another's doing")
    func identities() async throws {
        try await withProxy { store, proxy in
            for number in 0..<Self.count {
                let mark = "credential-\(number)-end"
                let id = Identifier(high: 1, low: UInt64(number) + 1)
                var user = User(id: id, name: "u\(number)", createdAt: ManualClock.start)
                switch number % 4 {
                case 0:
                    user.name = mark
                    proxy.cutAnswer(toRequestWith: mark)
                    #expect(try await store.create(user) == user)
                case 1:
                    _ = try await store.create(user)
                    user.name = mark
                    proxy.cutAnswer(toRequestWith: mark)
                    #expect(try await store.update(user, ifVersion: 1).version == 2)
                case 2:
                    let sealed = SealedBytes(masterKeyID: "k", wrappedKey: [1], box: [2])
                    var record = SecretRecord(
                        service: "s", name: mark, version: 1, sealed: sealed, createdAt: ManualClock.start,
                        createdBy: "a")
                    try await store.put(record, overlapUntil: ManualClock.start)
                    record.version = 2
                    proxy.cutAnswer(toRequestWith: mark)
                    try await store.put(record, overlapUntil: ManualClock.start)
                    #expect(try await store.secret(mark, service: "s").map(\.version) == [2, 1])
                default:
                    let family = RefreshFamily(
                        id: id, subject: .group(mark), client: "cli", current: KeyedHash(keyID: "p", bytes: []),
                        rotatedAt: ManualClock.start, createdAt: ManualClock.start, expiresAt: ManualClock.start)
                    _ = try await store.create(family)
                    proxy.cutAnswer(toRequestWith: mark)
                    #expect(try await store.revokeFamilies(of: .group(mark), at: ManualClock.start) == 1)
                }
            }
        }
    }
}
