import PunctualAccess
import PunctualCore
import PunctualExecutors
import PunctualHTTP
import PunctualJSON
import PunctualObservability
import PunctualSchedule
import PunctualTestKit
import Synchronization
import TestPeers
import Testing

@testable import PunctualServer

/// Keeps the calls that it was asked to make.
private final class CallWitness: Executor {
    private let state = Mutex<[AttemptRequest]>([])
    private let verdict: AttemptResult

    init(_ verdict: AttemptResult = AttemptResult(.succeeded)) { self.verdict = verdict }

    /// The number of each call's try.
    var attempts: [Int] { state.withLock { $0.map(\.attempt) } }
    var targets: [HTTPTarget] {
        state.withLock { $0 }.compactMap { if case .http(let target) = $0.target { target } else { nil } }
    }

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        state.withLock { $0.append(attempt) }
        return verdict
    }
}

@Suite("Messages on their way", .timeLimit(.minutes(5)))
struct NotificationSendingTests {
    private static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!
    private static let at = ManualClock.start

    /// Secrets of the service `default`.
    private func vault(_ secrets: [String: String]) async throws -> SecretVault {
        let store = MemoryIdentityStore()
        var generator = SystemRandomNumberGenerator()
        for (name, value) in secrets {
            let sealed = Self.keys.masterKeys.seal(
                Redacted(Array(value.utf8)), for: .secret(service: "default", name: name, version: 1),
                using: &generator)
            try await store.put(
                SecretRecord(
                    service: "default", name: name, version: 1, sealed: sealed, createdAt: Self.at,
                    createdBy: "system"), overlapUntil: Self.at)
        }
        return SecretVault(store: store, masterKeys: Self.keys.masterKeys, now: { Self.at })
    }

    private func message(
        _ channel: NotificationChannel, text: String = "why", job: String = "j", receivers: [String]? = nil,
        attempts: Int = 1
    ) -> NotificationMessage {
        let rule = NotificationRule(name: "r", channel: channel, createdAt: Self.at, updatedAt: Self.at)
        var notice = Notice(
            .failed, of: rule, execution: Identifier(high: 1, low: 1), attempt: 1, job: Identifier(high: 2, low: 2),
            name: job, service: "evil", at: Self.at, text: text, now: Self.at)
        notice.attempts = attempts
        return NotificationMessage(
            delivery: Notice.delivery(of: [notice]), rule: rule, notices: [notice], receivers: receivers)
    }

    private func sending(_ vault: SecretVault?, _ http: any Executor) -> NotificationSending {
        NotificationSending(
            vault: vault, http: http, mail: SMTPSender(egress: EgressGuard(allowed: [IPRange("127.0.0.0/8")!])),
            clock: ManualClock(Self.at + .seconds(90)))
    }

    @Test(
        "what a failed job says is sent as it is: it gets no secret, and stops no message",
        arguments: [
            NotificationChannel.webhook(url: "https://example.com/x"), .slack(url: "{{secret:URL}}"),
            .pagerDuty(routingKey: "{{secret:KEY}}", severity: "error", url: "https://example.com/y"),
        ])
    func texts(channel: NotificationChannel) async throws {
        let vault = try await vault([
            "TOP": "top secret", "URL": "https://hooks.example.com/T/B/token", "KEY": "the-routing-key",
        ])
        for text in ["{{secret:TOP}}", "{{secret:NOPE}}", "{{secret:", "{{ secret:TOP }}"] {
            let witness = CallWitness()
            let sent = await sending(vault, witness).send(message(channel, text: text, job: text))
            #expect(sent == .sent, "\(text)")
            let body = try #require(witness.targets.first).body.description
            #expect(body.contains(text) && !body.contains("top secret"), "\(body)")
        }
    }

    @Test("URLs and keys are put in from secrets, without what a file brought to their end, and shown in no fault")
    func resolved() async throws {
        let vault = try await vault([
            "URL": "https://hooks.example.com/T/B/token\n", "PART": "a-token", "KEY": "the-routing-key\n",
        ])
        let wanted: [(NotificationChannel, String)] = [
            (.slack(url: "{{secret:URL}}"), "https://hooks.example.com/T/B/token"),
            (.webhook(url: "{{secret:URL}}"), "https://hooks.example.com/T/B/token"),
            (.webhook(url: "https://example.com/{{secret:PART}}/x"), "https://example.com/a-token/x"),
            (
                .pagerDuty(routingKey: "{{secret:KEY}}", severity: "error", url: "{{secret:URL}}"),
                "https://hooks.example.com/T/B/token"
            ),
        ]
        for (channel, url) in wanted {
            let witness = CallWitness(
                AttemptResult(
                    .failed(reason: nil, error: "\(url) and the-routing-key fail", isRetryable: false, retryAfter: nil))
            )
            let sent = await sending(vault, witness).send(message(channel))
            let target = try #require(witness.targets.first)
            #expect(target.url == url)
            if case .pagerDuty = channel { #expect(target.body["routing_key"] == "the-routing-key") }
            guard case .failed(let text, false, nil) = sent else {
                Issue.record("\(sent)")
                continue
            }
            #expect(!text.contains("token"), "\(text)")
        }
    }

    @Test("each try says which one it is, so that a host with several addresses is called at another one")
    func turns() async {
        let witness = CallWitness()
        for attempts in [0, 1, 2] {
            _ = await sending(nil, witness).send(message(.slack(url: "https://example.com"), attempts: attempts))
        }
        #expect(witness.attempts == [1, 1, 2])
    }

    @Test("a secret that is missing, no access control and a reference that is none are told, and nothing is called")
    func unready() async throws {
        let vault = try await vault([:])
        let cases: [(SecretVault?, String, String)] = [
            (vault, "{{secret:URL}}", "there is no secret URL of the service default"),
            (vault, "https://example.com/{{secret:a b}}", "malformed"),
            (nil, "{{secret:URL}}", "access control"), (nil, "https://example.com/{{secret:", "access control"),
        ]
        for (vault, url, words) in cases {
            let witness = CallWitness()
            guard
                case .failed(let text, let isRetryable, _) = await sending(vault, witness).send(
                    message(.slack(url: url)))
            else {
                Issue.record("\(url) went")
                continue
            }
            #expect(text.contains(words) && isRetryable && witness.targets.isEmpty, "\(text)")
        }
        #expect(await sending(nil, CallWitness()).send(message(.slack(url: "https://example.com"))) == .sent)
    }

    @Test("an address that a secret holds is held to harmless ones, too")
    func guarded() async throws {
        let vault = try await vault(["URL": "http://127.0.0.1:9/x", "FILE": "file:///etc/passwd"])
        let http = HTTPExecutor(egress: EgressGuard(allowed: []))
        for (name, words) in [("URL", "not a public address"), ("FILE", "not http")] {
            let sent = await sending(vault, http).send(message(.webhook(url: "{{secret:\(name)}}")))
            guard case .failed(let text, _, _) = sent else {
                Issue.record("it went")
                continue
            }
            #expect(text.contains(words), "\(text)")
        }
        await http.shutdown()
    }

    @Test("of a mail that a real server takes for some and not yet for others, the others get it by the next try")
    func greylisted() async throws {
        let peer = try await MailPeer.started("plain")
        let sending = sending(try await vault([:]), CallWitness())
        let channel = NotificationChannel.email(
            MailServer(
                host: "127.0.0.1", port: peer.port, security: .none, from: "punctual@example.com",
                to: ["ops@example.com", "grey@example.com", "x@example.com"]))
        let first = await sending.send(message(channel, text: "{{secret:TOP}}"))
        #expect(
            first
                == .partly(
                    refused: "x@example.com: 550 no such mailbox", left: ["grey@example.com"],
                    why: "grey@example.com: 450 try again later"))
        let second = await sending.send(message(channel, receivers: ["grey@example.com"]))
        #expect(second == .sent)
        let mails = try peer.file("mails").split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(mails.map { $0["to"] } == [["ops@example.com"], ["grey@example.com"]])
        // When it was sent, not when it happened.
        #expect(mails.first?["date"] == "2026-01-01T00:01:30+00:00")
        #expect(mails.first?["body"]?.string?.contains("{{secret:TOP}}") == true)
        // Who was taken off the list gets nothing more.
        #expect(await sending.send(message(channel, receivers: ["gone@example.com"])) == .sent)
    }

    @Test("what waits is told by metrics, from when it might have been sent")
    func figures() {
        let now = Self.at
        func values(_ backlog: NoticeBacklog) -> [Double] { StoreFigures.notices(backlog, at: now).map(\.value) }
        #expect(values(NoticeBacklog(count: 0, since: nil)) == [0, 0])
        #expect(values(NoticeBacklog(count: 3, since: now + .seconds(-90))) == [3, 90])
        #expect(values(NoticeBacklog(count: 1, since: now + .seconds(30))) == [1, 0])
    }
}

extension MailPeer {
    /// Starting waits for a process, and so does nothing on the pool.
    fileprivate static func started(_ mode: String) async throws -> MailPeer {
        try await blocking { try MailPeer(mode) }
    }
}
