import Foundation
import PunctualCore
import PunctualExecutors
import PunctualJSON
import PunctualSchedule
import TestPeers
import Testing

extension MailPeer {
    /// - Parameter trusts: whether it knows the authority of the peer's certificate.
    func send(
        _ mail: Mail, _ security: MailServer.Security, user: String? = nil, password: String? = nil,
        host: String = "localhost", trusts: Bool = true
    ) async -> Result<[SMTPRefusal], SMTPFault> {
        var egress = EgressGuard(allowed: ["127.0.0.0/8", "::1/128"].compactMap { IPRange($0) }) { _ in
            [IPAddress("127.0.0.1")!]
        }
        // Else nothing is trusted, and the test says so.
        if trusts, let trusting = try? egress.trusting(authoritiesOf: authority.path) { egress = trusting }
        let sender = SMTPSender(egress: egress)
        return await sender.send(
            mail,
            by: MailServer(
                host: host, port: port, security: security, user: user, password: password, from: mail.from,
                to: mail.to))
    }
}

extension MailPeer {
    /// Every mail that it has taken.
    func mails() throws -> [JSONValue] {
        try file("mails").split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}

private func mail(
    _ subject: String = "s", _ lines: [String] = ["one"], from: String = "punctual@example.com",
    to: [String] = ["ops@example.com"]
) -> Mail {
    Mail(
        id: "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11", from: from, to: to, subject: subject, lines: lines,
        at: Timestamp(milliseconds: 1_767_225_600_000))
}

@Suite("Mails to a real server", .timeLimit(.minutes(5)))
struct SMTPTests {
    @Test(
        "go plain, over STARTTLS, over TLS, and with a password",
        arguments: [("plain", MailServer.Security.none), ("starttls", .starttls), ("tls", .tls), ("auth", .starttls)])
    func goes(mode: String, security: MailServer.Security) async throws {
        let peer = try await blocking { try MailPeer(mode) }
        let hasUser = mode == "auth"
        let sent = await peer.send(
            mail("Jöb a failed 🚨", ["First", ".hidden", "..", "ü"], to: ["ops@example.com", "b@example.com"]), security,
            user: hasUser ? "u" : nil, password: hasUser ? "päss" : nil)
        #expect(throws: Never.self) { try sent.get() }
        let taken = try #require(try peer.mails().first)
        #expect(taken["subject"] == "Jöb a failed 🚨" && taken["from"] == "punctual@example.com")
        #expect(taken["to"] == ["ops@example.com", "b@example.com"])
        let body = taken["body"]?.string?.replacing("\r\n", with: "\n").trimmingCharacters(in: .newlines)
        #expect(body == "First\n.hidden\n..\nü")
        #expect(taken["tls"] == .bool(security != .none) && taken["user"] == (hasUser ? "u" : .null))
        #expect(taken["date"] == "2026-01-01T00:00:00+00:00")
        #expect((taken["longest"]?.int ?? 999) <= 78)
    }

    @Test("a plain body keeps its lines that begin with dots")
    func dots() async throws {
        let peer = try await blocking { try MailPeer("plain") }
        let sent = await peer.send(mail("s", [".", "..", ".x", "", "."]), .none)
        #expect(throws: Never.self) { try sent.get() }
        let body = try peer.mails().first?["body"]?.string?.replacing("\r\n", with: "\n")
        #expect(body == ".\n..\n.x\n\n.\n")
    }

    @Test("no text adds a field, a line of the protocol or a receiver")
    func injection() async throws {
        let peer = try await blocking { try MailPeer("plain") }
        let evil = "x\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<e@e>\n\u{0}"
        let sent = await peer.send(mail(evil, [evil, "\r\n.\r\nQUIT"]), .none)
        #expect(throws: Never.self) { try sent.get() }
        let taken = try #require(try peer.mails().first)
        #expect(try peer.mails().count == 1)
        #expect(
            taken["fields"]?.array?.compactMap { $0.string?.lowercased() } == [
                "date", "from", "to", "message-id", "subject", "mime-version", "content-type",
                "content-transfer-encoding", "auto-submitted",
            ])
        for (from, to) in [
            ("a@b>\r\nRCPT TO:<e@e", "a@b"), ("a@b", "a@b> NOTIFY=NEVER"), ("a@b", ""), ("a", "a@b"), ("a@b", "a b@c"),
        ] {
            guard case .failure(let fault) = await peer.send(mail(from: from, to: [to]), .none) else {
                Issue.record("\(from) \(to) went")
                continue
            }
            #expect(!fault.isRetryable)
        }
        #expect(try peer.mails().count == 1)
    }

    @Test("those who are there get the mail; when nobody is, it fails for good")
    func receivers() async throws {
        let peer = try await blocking { try MailPeer("plain") }
        let some = await peer.send(mail(to: ["x@example.com", "ops@example.com", "grey@example.com"]), .none)
        let refused = try some.get()
        #expect(refused.map(\.address) == ["x@example.com", "grey@example.com"])
        #expect(refused.map(\.fault.isRetryable) == [false, true])
        #expect(try peer.mails().first?["to"] == ["ops@example.com"])
        // Another try helps one of them.
        let both = await peer.send(mail(to: ["grey@a.example.com", "x@example.com"]), .none)
        guard case .failure(let later) = both else {
            Issue.record("it went")
            return
        }
        #expect(later.text == "450 try again later" && later.isRetryable)
        guard case .failure(let fault) = await peer.send(mail(to: ["x@example.com"]), .none) else {
            Issue.record("it went")
            return
        }
        #expect(fault.text == "550 no such mailbox" && !fault.isRetryable)
    }

    @Test("a wrong password, a certificate of a stranger or for another name, and a password without TLS end it")
    func refused() async throws {
        let peer = try await blocking { try MailPeer("auth") }
        let tls = try await blocking { try MailPeer("tls") }
        let attempts: [(Result<[SMTPRefusal], SMTPFault>, String)] = [
            (await peer.send(mail(), .starttls, user: "u", password: "wrong"), "neither user nor password"),
            (
                await peer.send(mail(), .starttls, user: "u", password: "päss", trusts: false),
                "not from an authority that is trusted here"
            ),
            (await tls.send(mail(), .tls, trusts: false), "not from an authority that is trusted here"),
            (await tls.send(mail(), .tls, host: "other.example.com"), "not for this name"),
            (await peer.send(mail(), .none, user: "u", password: "päss"), "without TLS"),
        ]
        for (sent, words) in attempts {
            guard case .failure(let fault) = sent else {
                Issue.record("\(words): it went")
                continue
            }
            #expect(fault.text.contains(words) && !fault.isRetryable, "\(fault)")
            #expect(!fault.text.contains("päss") && !fault.text.contains("wrong"))
        }
        #expect(try peer.mails().isEmpty && tls.mails().isEmpty)
    }

    @Test(
        "a server that does not behave is given nothing",
        arguments: [
            ("strip", "offers no STARTTLS", false), ("inject", "talks behind STARTTLS", false), ("busy", "421", true),
            ("flood", "too much", true), ("lines", "too much", true),
            ("garbage", "no reply", true),
        ])
    func hostile(mode: String, words: String, isRetryable: Bool) async throws {
        let peer = try await blocking { try MailPeer(mode) }
        guard case .failure(let fault) = await peer.send(mail(), .starttls, user: "u", password: "päss") else {
            Issue.record("it went")
            return
        }
        #expect(fault.text.contains(words) && fault.isRetryable == isRetryable, "\(fault)")
        #expect(!peer.file("heard").contains("AUTH"))
    }

    @Test("a host with several addresses is called at another one each turn")
    func turns() async throws {
        let peer = try await blocking { try MailPeer("plain") }
        // Nobody listens at the second one.
        let egress = EgressGuard(allowed: [IPRange("127.0.0.0/8")!]) { _ in
            [IPAddress("127.0.0.1")!, IPAddress("127.0.0.2")!]
        }
        let server = MailServer(
            host: "localhost", port: peer.port, security: .none, from: "a@b.example", to: ["c@d.example"])
        for (turn, goes) in [(1, true), (2, false), (3, true)] {
            let sent = await SMTPSender(egress: egress).send(mail(to: server.to), by: server, turn: turn)
            #expect(((try? sent.get()) != nil) == goes, "\(turn)")
        }
    }

    @Test("an address that is not public is refused before any connection")
    func egress() async throws {
        let server = MailServer(
            host: "127.0.0.1", port: 25, security: .none, from: "a@b.example", to: ["c@d.example"])
        let sender = SMTPSender(egress: EgressGuard(allowed: []))
        guard case .failure(let fault) = await sender.send(mail(), by: server) else {
            Issue.record("it went")
            return
        }
        #expect(!fault.isRetryable && fault.text.contains("not a public address"))
    }
}
