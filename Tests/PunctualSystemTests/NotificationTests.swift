import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Notifications of a live server", .timeLimit(.minutes(10)))
struct NotificationTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// Keeps each call as a line of JSON, with what the library of Standard Webhooks says of its signature. The job's own
    /// calls fail until the file `well` is there, and `/broken` takes none for good.
    private static let receiver = """
        import http.server, json, os, sys
        from standardwebhooks import Webhook

        webhook = Webhook(sys.argv[1])


        class Endpoint(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status = 204
                if self.path == "/job":
                    status = 204 if os.path.exists("well") else 500
                elif self.path == "/broken":
                    status = 404
                else:
                    try:
                        webhook.verify(body, dict(self.headers), json_parse=False)
                        signed = True
                    except Exception:
                        signed = False
                    with open("calls", "a") as calls:
                        calls.write(json.dumps({
                            "path": self.path, "signed": signed, "id": self.headers["webhook-id"],
                            "body": json.loads(body)}) + "\\n")
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass


        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        print(f"listening on {server.server_port}", flush=True)
        server.serve_forever()
        """

    @Test("of sixteen that set one name at one moment one has made it, whatever the store", arguments: [false, true])
    func together(overPostgres: Bool) async throws {
        let url = try overPostgres ? PostgresServer.shared.database() : "sqlite:jobs.sqlite"
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--database-url", url]
            try await withServer(arguments, in: folder) { server in
                for round in 0..<5 {
                    let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                        for _ in 0..<16 {
                            group.addTask {
                                try await server.call(
                                    "/api/v1/notifications/n\(round)", "--request", "PUT", "--header",
                                    "content-type: application/json", "--data",
                                    #"{"channel":{"type":"webhook","url":"https://example.com"}}"#
                                ).status
                            }
                        }
                        return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                    }
                    #expect(answers == [201: 1, 200: 15])
                }
            }
        }
    }

    @Test("failure and recovery reach a signed webhook and a chat once each, and the commands set and show it all")
    func life() async throws {
        try await withFolder { folder in
            let script = try folder.write(Self.receiver, to: "receiver.py")
            _ = try await withProgram(
                Checkout.python, ["-B", script, Self.secret], in: folder, named: "receiver"
            ) { receiver in
                let port = try await receiver.line(with: "listening on").split(separator: " ").last ?? ""
                try await withServer(
                    ["dev", "--port", "0"], in: folder, environment: ["PUNCTUAL_WEBHOOK_SECRET": Self.secret]
                ) { server in try await follow(server, "http://127.0.0.1:\(port)") }
            }
        }
    }

    private func follow(_ server: RunningServer, _ receiver: String) async throws {
        for (name, type) in [("hook", "webhook"), ("chat", "slack")] {
            let file = """
                service: default
                on: [failed, recovered]
                group_wait: 1s
                channel: {type: \(type), url: "\(receiver)/\(name)"}
                """
            let said = try await server.punctual("notification", "set", name, "-f", "-", input: file)
            #expect(said.status == 0 && said.out.contains(type), "\(said)")
        }
        let job = """
            {"name": "report", "schedule": {"type": "manual"}, "retry_policy": {"maximum_attempts": 1},
             "target": {"type": "http", "url": "\(receiver)/job"}}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: job).status == 0)
        #expect(try await server.punctual("job", "trigger", "report").status == 0)
        let failed = try await calls(server, 2)
        _ = try server.folder.write("", to: "well")
        #expect(try await server.punctual("job", "trigger", "report", "--wait").status == 0)
        let all = try await calls(server, 4)
        for (told, kind, words) in [(failed, "failed", "failed"), (Array(all.dropFirst(2)), "recovered", "runs well")] {
            let hook = try #require(told.first { $0["path"] == "/hook" })
            #expect(hook["signed"] == true && hook["id"] == hook["body"]?["id"], "\(hook)")
            #expect(hook["body"]?["rule"] == "hook" && hook["body"]?["count"] == 1)
            let notice = hook["body"]?["notices"]?[0]
            #expect(notice?["kind"]?.string == kind && notice?["job_name"] == "report", "\(hook)")
            let chat = try #require(told.first { $0["path"] == "/chat" })
            // Slack takes a text, and refuses what it does not know.
            #expect(chat["body"]?.object?.names == ["text"])
            #expect(chat["body"]?["text"]?.string?.contains("default/report \(words)") == true, "\(chat)")
        }
        let notices = try await server.json("notification", "get", "hook", "--notices").array ?? []
        #expect(Set(notices.compactMap { $0["kind"]?.string }) == ["failed", "recovered"])
        let shown = try await server.call("/metrics").body
        #expect(shown.contains(#"punctual_notifications_total{result="sent"} 4"#))
        #expect(shown.contains(#"punctual_notifications_total{result="failed"} 0"#))
        for name in ["punctual_notifications_waiting ", "punctual_notifications_oldest_age_seconds "] {
            #expect(shown.split(separator: "\n").contains { $0.hasPrefix(name) }, "\(name)")
        }
        for loop in ["notifications", "notifications_sending"] {
            #expect(shown.contains(#"punctual_loop_heartbeat_timestamp_seconds{loop="\#(loop)"}"#), "\(loop)")
        }
        try await command(server, receiver)
        // Nothing has come twice meanwhile but the test.
        #expect(try lines(server).count == 5)
    }

    /// The other commands.
    private func command(_ server: RunningServer, _ receiver: String) async throws {
        #expect(try await server.punctual("notification", "test", "hook").status == 0)
        let tested = try lines(server).last
        #expect(tested?["body"]?["notices"]?[0]?["text"]?.string?.contains("This is a test") == true)
        let set = try await server.punctual(
            "notification", "set", "broken", "--webhook", "\(receiver)/broken", "--on", "failed,late", "--late-after",
            "5m")
        #expect(set.status == 0, "\(set)")
        let broken = try await server.json("notification", "get", "broken")
        #expect(broken["on"] == ["failed", "late"] && broken["late_after"] == "5m" && broken["notices"] == nil)
        let refused = try await server.punctual("notification", "test", "broken")
        #expect(refused.status == 1 && refused.err.contains("404"), "\(refused)")
        let names = try await server.json("notification", "list").array?.compactMap { $0["name"]?.string }
        #expect(names == ["broken", "chat", "hook"])
        #expect(try await server.punctual("notification", "delete", "broken").status == 0)
        #expect(try await server.punctual("notification", "get", "broken").status == 3)
        for wrong in [
            ["notification", "set", "x"], ["notification", "set", "x", "--slack", "https://e", "-f", "-"],
            ["notification", "set", "x", "--slack", "https://e", "--late-after", "soon"],
        ] { #expect(try await server.punctual(wrong).status == 2, "\(wrong)") }
    }

    private func lines(_ server: RunningServer) throws -> [JSONValue] {
        // A line that is being written has no end yet.
        let text = server.folder.exists("calls") ? server.folder.read("calls") : ""
        return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { try JSONValue(parsing: String($0)) }
    }

    private func calls(_ server: RunningServer, _ count: Int) async throws -> [JSONValue] {
        try await eventually("\(count) calls") {
            let lines = try lines(server)
            return lines.count >= count ? lines : nil
        }
    }
}
