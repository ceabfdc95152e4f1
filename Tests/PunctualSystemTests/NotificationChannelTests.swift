import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Mail, PagerDuty and Slack, told by a live server", .timeLimit(.minutes(10)))
struct NotificationChannelTests {
    private static let routingKey = "R012345678901234567890123456789"
    private static let password = "päss"
    /// Where Slack is to be told; it is a secret whole.
    private static let path = "/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX"

    @Test(
        "what fails, recovers, is late, skipped and missed is told, with secrets that are kept nowhere in the open"
    )
    func told() async throws {
        let mail = try await blocking { try MailPeer("auth", address: "127.0.0.1") }
        try await withFolder { folder in
            let script = Checkout.path("Tests/PunctualSystemTests/Fixtures/post_listener.py")
            _ = try await withProgram(Checkout.python, [script], in: folder, named: "listener") { listener in
                let port = try await listener.line(with: "listening on ").split(separator: " ").last ?? ""
                let place = "http://127.0.0.1:\(port)/v2/enqueue"
                let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
                let variables = [
                    "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8",
                    "PUNCTUAL_COMMAND_ALLOW": "*", "PUNCTUAL_EGRESS_CERTIFICATE": mail.authority.path,
                ]
                try await withServer(arguments, in: folder, environment: variables) { server in
                    try await signIn(server, chat: "http://127.0.0.1:\(port)\(Self.path)\n")
                    try await setRules(server, place, mail.port)
                    try await makeJobs(server)
                    try await checkIncident(server, listener)
                    try await checkChat(server, listener)
                    try await checkMails(mail, ["is late": "slow", "was skipped": "busy"])
                }
                // Nobody plans while it is away for longer than the job allows.
                try await Task.sleep(for: .seconds(4))
                try await withServer(arguments, in: folder, named: "again", environment: variables) { _ in
                    try await checkMails(mail, ["was missed": "busy"])
                }
            }
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where !file.hasPrefix("listener") {
                let kept = FileManager.default.contents(atPath: "\(folder.path)/\(file)") ?? Data()
                for secret in [Self.routingKey, Self.password, Self.path] {
                    #expect(kept.range(of: Data(secret.utf8)) == nil, "\(file)")
                }
            }
        }
    }

    private func signIn(_ server: RunningServer, chat: String) async throws {
        let line = try await server.background.line(with: "The one-time token is ")
        let token = line.split(separator: " ").last.map(String.init) ?? ""
        for (command, input) in [
            (
                ["setup", "--token", token, "--name", "grace", "--password-stdin", "--login"],
                "a long walk by the river"
            ),
            (["secret", "set", "PAGER"], Self.routingKey), (["secret", "set", "MAIL"], Self.password),
            (["secret", "set", "SLACK_URL"], chat),
        ] {
            let said = try await server.punctual(command, input: input)
            #expect(said.status == 0, "\(said)")
        }
    }

    private func setRules(_ server: RunningServer, _ pager: String, _ mail: Int) async throws {
        let rules = [
            "pager": """
            service: default
            on: [failed, recovered]
            group_wait: 0s
            channel: {type: pagerduty, routing_key: "{{secret:PAGER}}", severity: critical, url: "\(pager)"}
            """,
            "mail": """
            service: default
            on: [late, skipped, missed]
            late_after: 1s
            group_wait: 0s
            channel:
              {type: email, host: 127.0.0.1, port: \(mail), user: u, password: "{{secret:MAIL}}",
               from: punctual@example.com, to: [ops@example.com]}
            """,
        ]
        for (name, rule) in rules {
            let said = try await server.punctual("notification", "set", name, "-f", "-", input: rule)
            #expect(said.status == 0 && !said.out.contains(Self.routingKey), "\(said)")
        }
    }

    private func makeJobs(_ server: RunningServer) async throws {
        let jobs = """
            - name: report
              schedule: {type: manual}
              target: {type: command, argv: [/usr/bin/test, -e, "\(server.folder.path)/well"]}
              retry_policy: {maximum_attempts: 1}
            - {name: slow, schedule: {type: manual}, target: {type: worker, task: nobody}}
            - name: busy
              schedule: {type: interval, every: 1s}
              target: {type: command, argv: [/bin/sleep, "60"]}
              overlap_policy: skip
              misfire_policy: skip
              misfire_threshold: 1s
            """
        // As the guide says.
        let chat = try await server.punctual(
            "notification", "set", "on-call", "--slack", "{{secret:SLACK_URL}}", "--service", "default", "--on",
            "failed")
        #expect(chat.status == 0 && chat.out.contains("{{secret:SLACK_URL}}"), "\(chat)")
        let made = try await server.punctual("job", "apply", "-f", "-", input: jobs)
        #expect(made.status == 0, "\(made)")
        #expect(try await server.punctual("job", "trigger", "slow").status == 0)
    }

    /// A failure opens an incident, and the recovery closes that one.
    private func checkIncident(_ server: RunningServer, _ listener: Background) async throws {
        #expect(try await server.punctual("job", "trigger", "report", "--wait").status == 7)
        let opened = try await event("trigger", listener)
        #expect(opened["routing_key"] == .string(Self.routingKey) && opened["payload"]?["severity"] == "critical")
        #expect(opened["payload"]?["summary"]?.string?.contains("default/report failed") == true, "\(opened)")
        try server.folder.write("", to: "well")
        #expect(try await server.punctual("job", "trigger", "report", "--wait").status == 0)
        let closed = try await event("resolve", listener)
        #expect(closed["dedup_key"] == opened["dedup_key"] && closed["routing_key"] == opened["routing_key"])
    }

    /// The URL of the chat is a secret, and what failed jobs say is told as they say it: no secret stands in the place of what
    /// looks like a reference, and none that is missing stops the message.
    private func checkChat(_ server: RunningServer, _ listener: Background) async throws {
        let tested = try await server.punctual("notification", "test", "on-call")
        #expect(tested.status == 0, "\(tested)")
        let evil = """
            name: evil
            schedule: {type: manual}
            target: {type: worker, task: evil}
            retry_policy: {maximum_attempts: 1}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: evil).status == 0)
        #expect(try await server.punctual("job", "trigger", "evil").status == 0)
        let key = try await server.punctual("key", "create", "worker", "--user", "grace").lines.first ?? ""
        let header = "Authorization: Bearer \(key)"
        let claim = #"{"worker": "w", "queues": ["default"], "tasks": ["evil"], "wait": "10s"}"#
        let claimed = try await server.call("/api/v1/work/claim", "--json", claim, "--header", header)
        let item = try JSONValue(parsing: claimed.body)["items"]?[0]
        let id = try #require(item?["id"]?.string, "\(claimed)")
        let words = "boom {{secret:PAGER}} {{secret:NOPE}} end"
        let completed = try await server.call(
            "/api/v1/work/complete", "--json",
            #"{"id": "\#(id)", "attempt": 1, "worker": "w", "status": "failed", "error": "\#(words)"}"#, "--header",
            header)
        #expect(completed.status == 200, "\(completed)")
        try await eventually("the chat is told what the worker said") {
            listener.out.split(separator: "\n").contains { $0.contains(Self.path) && $0.contains(words) } ? true : nil
        }
        #expect(!listener.out.contains("boom \(Self.routingKey)"))
    }

    private func event(_ action: String, _ listener: Background) async throws -> JSONValue {
        try await eventually("PagerDuty hears \(action)") {
            // A line that is half written yet is read the next time.
            listener.out.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
                .compactMap { $0["body"] }.first { $0["event_action"]?.string == action }
        }
    }

    private func checkMails(_ peer: MailPeer, _ wanted: [String: String]) async throws {
        for (words, job) in wanted {
            let mail = try await eventually("a mail that \(job) \(words)") {
                try peer.file("mails").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                    .map { try JSONValue(parsing: String($0)) }
                    .first { $0["body"]?.string?.contains("default/\(job) \(words)") == true }
            }
            #expect(mail["tls"] == true && mail["user"] == "u" && mail["to"] == ["ops@example.com"], "\(mail)")
        }
    }
}
