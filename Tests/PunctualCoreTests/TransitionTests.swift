import Foundation
import PunctualCore
import PunctualSchedule
import Testing

private let start = Timestamp(milliseconds: 1_000_000)

private func execution(_ status: ExecutionStatus = .pending, maxAttempts: Int = 3) -> Execution {
    Execution(
        id: Identifier(high: 1, low: 1), jobID: Identifier(high: 2, low: 2), jobName: "j", service: "default",
        queue: "default", priority: 5, scheduledAt: start, availableAt: start, trigger: .schedule, status: status,
        maxAttempts: maxAttempts, createdAt: start)
}

@Suite("An execution's life")
struct TransitionTests {
    private let running = execution().claimed(by: "w", at: start, lease: .seconds(60))
    private var lease: Lease { Lease(executionID: running.id, attempt: 1, worker: "w") }

    @Test("a claim takes the next attempt number and a lease")
    func claim() {
        #expect(running.status == .running)
        #expect(running.attempt == 1)
        #expect(running.leaseExpiresAt == start + .seconds(60))
        #expect(running.attempts.map(\.number) == [1])
    }

    @Test("success ends it and clears what went wrong before")
    func success() {
        let ended = running.finishing(Completion(lease: lease, outcome: .succeeded), at: start + .seconds(2))
        #expect(ended.status == .succeeded)
        #expect(ended.duration == .seconds(2))
        #expect(ended.leaseExpiresAt == nil)
        #expect(ended.attempts.first?.status == .succeeded)
    }

    @Test("a retry keeps the failed attempt and waits")
    func retry() {
        let waiting = running.finishing(
            Completion(lease: lease, outcome: .retry(after: .seconds(5)), reason: .timeout, error: "late"),
            at: start + .seconds(1))
        #expect(waiting.status == .pending)
        #expect(waiting.availableAt == start + .seconds(6))
        #expect(waiting.attempts.count == 1)
        #expect(waiting.attempts[0].reason == .timeout)
        let second = waiting.claimed(by: "x", at: start + .seconds(6), lease: .seconds(60))
        #expect(second.attempt == 2)
        #expect(second.attempts.map(\.number) == [1, 2])
    }

    @Test("a hand-back spends no attempt, and its number is never used again")
    func handBack() {
        let waiting = running.finishing(Completion(lease: lease, outcome: .handedBack), at: start)
        #expect(waiting.status == .pending)
        #expect(waiting.maxAttempts == 4)
        #expect(waiting.attempts[0].reason == .shutdown)
        #expect(waiting.claimed(by: "x", at: start, lease: .seconds(1)).attempt == 2)
        let unlimited = execution(maxAttempts: 0).claimed(by: "w", at: start, lease: .seconds(1))
        #expect(unlimited.finishing(Completion(lease: lease, outcome: .handedBack), at: start).maxAttempts == 0)
    }

    @Test("an attempt that was asked to stop ends as cancelled, unless it succeeded")
    func cancelRequested() throws {
        let asked = try #require(running.cancelling(at: start))
        #expect(asked.status == .running)
        #expect(asked.cancelRequested)
        let stopped = asked.finishing(Completion(lease: lease, outcome: .retry(after: .zero)), at: start)
        #expect(stopped.status == .cancelled)
        #expect(asked.finishing(Completion(lease: lease, outcome: .succeeded), at: start).status == .succeeded)
    }

    @Test("retrying by hand opens an ended execution with a fresh allowance")
    func reopened() throws {
        let failed = running.finishing(Completion(lease: lease, outcome: .failed, error: "no"), at: start)
        let open = try #require(failed.reopened(at: start, policy: RetryPolicy(maximumAttempts: 2)))
        #expect(open.status == .pending)
        #expect(open.trigger == .retry)
        #expect(open.maxAttempts == 3)
        #expect(open.attempts.count == 1)
        #expect(open.claimed(by: "x", at: start, lease: .seconds(1)).attempt == 2)
        let done = running.finishing(Completion(lease: lease, outcome: .succeeded), at: start)
        #expect(done.reopened(at: start, policy: RetryPolicy()) == nil)
        #expect(running.reopened(at: start, policy: RetryPolicy()) == nil)
    }

    @Test("pauses grow by the coefficient up to the longest, and jitter stays in its share")
    func backoff() {
        let policy = RetryPolicy(
            maximumAttempts: 10, initialInterval: .seconds(1), backoffCoefficient: 2, maximumInterval: .seconds(10),
            jitter: 0.1)
        let middle = (1...6).map { policy.pause(afterAttempt: $0, random: 0.5) }
        #expect(middle == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(10), .seconds(10)])
        #expect(policy.pause(afterAttempt: 1, random: 0) == .milliseconds(900))
        #expect(policy.pause(afterAttempt: 1, random: 1) == .milliseconds(1100))
        #expect(policy.pause(afterAttempt: 1_000_000, random: 0.5) == .seconds(10))
    }

    @Test("the verdict and the policy decide whether there is another attempt")
    func completion() {
        let failed = AttemptResult(.failed(reason: .timeout, error: "e", isRetryable: true, retryAfter: .seconds(90)))
        let policy = RetryPolicy(maximumAttempts: 3, jitter: 0)
        #expect(
            failed.completion(of: lease, maxAttempts: 3, policy: policy, random: 0).outcome
                == .retry(after: .seconds(90)))
        var last = lease
        last.attempt = 3
        #expect(failed.completion(of: last, maxAttempts: 3, policy: policy, random: 0).outcome == .failed)
        last.attempt = 999
        #expect(
            failed.completion(of: last, maxAttempts: 0, policy: policy, random: 0).outcome
                == .retry(after: .seconds(100)))
        let hopeless = AttemptResult(
            .failed(reason: .httpStatus, error: "404", isRetryable: false, retryAfter: nil))
        #expect(hopeless.completion(of: lease, maxAttempts: 3, policy: policy, random: 0).outcome == .failed)
    }

    @Test(
        "overlap is decided by what runs and waits",
        arguments: [
            (OverlapPolicy.skip, 0, 0, 0, OverlapDecision.run), (.skip, 1, 0, 0, .skip(.overlap)),
            (.skip, 0, 1, 0, .skip(.overlap)), (.bufferOne, 0, 1, 0, .buffer),
            (.bufferOne, 0, 1, 1, .skip(.bufferFull)), (.bufferAll, 0, 1, 999, .buffer),
            (.bufferAll, 0, 1, 1000, .skip(.bufferFull)), (.cancelOther, 1, 0, 0, .replace(waits: false)),
            (.cancelOther, 0, 1, 0, .replace(waits: true)), (.allowAll, 5, 5, 0, .run), (.cancelOther, 0, 0, 0, .run),
        ])
    func overlap(policy: OverlapPolicy, waiting: Int, running: Int, buffered: Int, decision: OverlapDecision) {
        #expect(policy.decide(waiting: waiting, running: running, buffered: buffered) == decision)
    }

    @Test(
        "alone every policy lets an execution run; one that does not look at others always does",
        arguments: OverlapPolicy.allCases)
    func overlapAlone(policy: OverlapPolicy) {
        #expect(policy.decide(waiting: 0, running: 0, buffered: 0) == .run)
        let meetsOthers = [(1, 0, 0), (0, 1, 0), (0, 0, 1)].contains { waiting, running, buffered in
            policy.decide(waiting: waiting, running: running, buffered: buffered) != .run
        }
        #expect(policy.looksAtOthers == meetsOthers)
    }

    @Test("the page of states says what the code does")
    func statesPage() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/reference/states.md"), encoding: .utf8)
        var drawn: [ExecutionStatus: Set<ExecutionStatus>] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let words = line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            let from = try #require(ExecutionStatus(rawValue: words[0]))
            drawn[from, default: []].insert(try #require(ExecutionStatus(rawValue: words[1])))
        }
        for status in ExecutionStatus.allCases {
            #expect(drawn[status, default: []] == status.successors, "\(status)")
        }
    }
}

@Suite("Identities")
struct IdentifierTests {
    @Test("an execution's id is the same for the same occurrence and carries its instant")
    func derived() {
        let job = Identifier(high: 0x0197_0000_0000_7000, low: 0x8000_0000_0000_0001)
        let id = Identifier.execution(of: job, at: start)
        #expect(id == Identifier.execution(of: job, at: start))
        #expect(id != Identifier.execution(of: job, at: start + .milliseconds(1)))
        #expect(id != Identifier.execution(of: job, at: start, nonce: 1))
        #expect(Int64(id.high >> 16) == start.milliseconds)
        #expect(id.description.dropFirst(14).first == "8")
    }

    @Test("the text form reads back, in either case")
    func text() throws {
        let id = Identifier(high: 0x0197_C2C5_6F1E_7D4C, low: 0x8A51_0F6A_8D5E_2B11)
        #expect(id.description == "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11")
        #expect(Identifier(id.description) == id)
        #expect(Identifier(id.description.uppercased()) == id)
    }

    @Test(
        "what is no UUID is refused",
        arguments: [
            "", "0197c2c5", "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b1", "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b111",
            "0197c2c56f1e-7d4c-8a51-0f6a8d5e2b11a", "g197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11",
            "{0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b1}", "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b1\u{0}",
            "\u{FF10}197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11",
        ])
    func refused(text: String) {
        #expect(Identifier(text) == nil)
    }
}
