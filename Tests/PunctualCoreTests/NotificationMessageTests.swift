import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("What notifications say")
struct NotificationMessageTests {
    private static let at = Timestamp(milliseconds: 1_767_225_600_000)

    private func message(
        _ channel: NotificationChannel, _ notices: [(String, NotificationRule.Trigger)]
    ) -> NotificationMessage {
        let rule = NotificationRule(name: "r", channel: channel, createdAt: Self.at, updatedAt: Self.at)
        let made = notices.enumerated().map { index, notice in
            Notice(
                notice.1, of: rule, execution: Identifier(high: 1, low: UInt64(index)), attempt: 1,
                job: Identifier(high: 2, low: notice.0.hashKey), name: notice.0, service: "s", at: Self.at,
                text: "<b>&\r\nX: y\u{1b}", now: Self.at)
        }
        return NotificationMessage(delivery: Notice.delivery(of: made), rule: rule, notices: made)
    }

    @Test("a title is one line without control characters, whatever the texts hold")
    func title() {
        let one = message(.webhook(url: "https://e"), [("a\r\nBcc: x", .failed)])
        #expect(one.title == "s/a  Bcc: x failed")
        for text in [one.title] + one.lines { #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 }) }
        let many = message(.webhook(url: "https://e"), (0..<30).map { ("j\($0)", $0 < 2 ? .missed : .failed) })
        #expect(many.title == "28 failed, 2 missed: s/j0 and others")
        #expect(many.lines.count == 21 && many.lines.last == "and 10 more")
    }

    @Test("Slack's own signs are written as text")
    func slack() {
        let call = message(.slack(url: "https://e"), [("a", .failed)]).call
        #expect(call?.body["text"]?.string?.contains("&lt;b&gt;&amp;") == true)
    }

    @Test("PagerDuty gets the newest of an incident: a recovery resolves what its failure triggered")
    func pagerDuty() throws {
        let channel = NotificationChannel.pagerDuty(routingKey: "k", severity: "error", url: "https://e")
        func event(_ notices: (String, NotificationRule.Trigger)...) throws -> JSONValue {
            try #require(message(channel, notices).call).body
        }
        let down = try event(("a", .failed), ("a", .failed))
        let up = try event(("a", .failed), ("a", .recovered))
        #expect(up["event_action"] == "resolve" && up["payload"] == nil)
        #expect(down["event_action"] == "trigger" && down["dedup_key"] == up["dedup_key"])
        #expect(down["payload"]?["summary"]?.string?.isEmpty == false)
        let keys = [down, try event(("b", .failed)), try event(("a", .late))].compactMap { $0["dedup_key"]?.string }
        #expect(Set(keys).count == 3)
    }

    @Test("what a try made of a notice")
    func ended() {
        let rule = NotificationRule(
            name: "r", channel: .webhook(url: "https://e"), createdAt: Self.at, updatedAt: Self.at)
        var notice = Notice(
            .failed, of: rule, execution: Identifier(high: 1, low: 1), attempt: 1, job: Identifier(high: 1, low: 2),
            name: "j", service: "s", at: Self.at, text: "", now: Self.at)
        notice.attempts = 1
        let refused = NotificationOutcome.failed("550", isRetryable: false, retryAfter: nil)
        let later = NotificationOutcome.failed("450", isRetryable: true, retryAfter: .seconds(60))
        let partly = NotificationOutcome.partly(refused: "x: 550", left: ["y"], why: "y: 450")
        #expect(notice.ended(.sent, at: Self.at).state == .sent && notice.ended(refused, at: Self.at).state == .failed)
        let waits = notice.ended(later, at: Self.at)
        #expect(waits.state == .waiting && waits.dueAt == Self.at + .seconds(60) && waits.error == "450")
        let some = notice.ended(partly, at: Self.at)
        #expect(some.state == .waiting && some.receivers == ["y"] && some.error == "x: 550; y: 450")
        #expect(Notice(stored: some.json.description) == some)
        #expect(some.ended(.sent, at: Self.at).error == "x: 550" && some.ended(.sent, at: Self.at).state == .sent)
        // Others have it, whatever becomes of the last ones.
        let over = some.ended(refused, at: Self.at)
        #expect(over.state == .sent && over.error == "x: 550; 550" && over.revision == 2)
        notice.attempts = Notice.mostAttempts
        #expect(notice.ended(later, at: Self.at).state == .failed && notice.ended(partly, at: Self.at).state == .sent)
    }

    @Test(
        "what is no rule is refused, each fault at its place",
        arguments: [
            (#"{}"#, "/channel"), (#"{"channel":{}}"#, "/channel/type"),
            (#"{"channel":{"type":"carrier"}}"#, "/channel/type"), (#"{"channel":{"type":"webhook"}}"#, "/channel/url"),
            (#"{"channel":{"type":"webhook","url":"file:///etc/passwd"}}"#, "/channel/url"),
            (#"{"channel":{"type":"webhook","url":"https://u:p@e/"}}"#, "/channel/url"),
            (#"{"channel":{"type":"slack","url":"https://e/\r\nX: y"}}"#, "/channel/url"),
            (#"{"channel":{"type":"webhook","url":"https://e","x":1}}"#, "/channel/x"),
            (#"{"channel":{"type":"pagerduty"}}"#, "/channel/routing_key"),
            (#"{"channel":{"type":"pagerduty","routing_key":"k","severity":"bad"}}"#, "/channel/severity"),
            (#"{"channel":{"type":"email","host":"h","from":"a@b","to":[]}}"#, "/channel/to"),
            (#"{"channel":{"type":"email","host":"h","from":"a@b","to":["x"]}}"#, "/channel/to/0"),
            (#"{"channel":{"type":"email","host":"h","from":"a@b\r\nRCPT TO:<c@d>","to":["a@b"]}}"#, "/channel/from"),
            (#"{"channel":{"type":"email","host":"h","from":"a@b","to":["a@b>\nDATA"]}}"#, "/channel/to/0"),
            (#"{"channel":{"type":"email","host":"h\r\nQUIT","from":"a@b","to":["a@b"]}}"#, "/channel/host"),
            (#"{"channel":{"type":"email","host":"h","port":0,"from":"a@b","to":["a@b"]}}"#, "/channel/port"),
            (#"{"channel":{"type":"email","host":"h","user":"u","from":"a@b","to":["a@b"]}}"#, "/channel/password"),
            (
                #"{"channel":{"type":"email","host":"h","security":"none","user":"u","password":"p","from":"a@b","to":["a@b"]}}"#,
                "/channel/security"
            ),
            (#"{"on":["failed","x"],"channel":{"type":"webhook","url":"https://e"}}"#, "/on/1"),
            (#"{"on":[],"channel":{"type":"webhook","url":"https://e"}}"#, "/on"),
            (#"{"service":"a b","channel":{"type":"webhook","url":"https://e"}}"#, "/service"),
            (#"{"job_id":"x","channel":{"type":"webhook","url":"https://e"}}"#, "/job_id"),
            (#"{"labels":{"a b":"c"},"channel":{"type":"webhook","url":"https://e"}}"#, "/labels/a b"),
            (#"{"repeat_interval":"1s","channel":{"type":"webhook","url":"https://e"}}"#, "/repeat_interval"),
            (#"{"group_wait":"2h","channel":{"type":"webhook","url":"https://e"}}"#, "/group_wait"),
            (#"{"late_after":"0s","channel":{"type":"webhook","url":"https://e"}}"#, "/late_after"),
            (#"{"group_by":"x","channel":{"type":"webhook","url":"https://e"}}"#, "/group_by"),
            (#"{"name":"other","channel":{"type":"webhook","url":"https://e"}}"#, "/name"),
        ])
    func hostile(text: String, pointer: String) throws {
        let faults = FaultList()
        var fields = Fields(try JSONValue(parsing: text), into: faults)
        _ = NotificationRule(&fields, name: "r", now: Self.at)
        fields.finish()
        #expect(faults.faults.map(\.pointer) == [pointer])
    }

    @Test(
        "a rule is read again as it was written",
        arguments: [
            #"{"type":"webhook","url":"{{secret:HOOK}}"}"#, #"{"type":"slack","url":"https://hooks.slack.com/x"}"#,
            #"{"type":"pagerduty","routing_key":"{{secret:PD}}","severity":"critical"}"#,
            #"{"type":"email","host":"mail","security":"tls","user":"u","password":"p","from":"a@b","to":["c@d","e@f"]}"#,
        ])
    func again(channel: String) throws {
        let text =
            #"{"service":"s","labels":{"a":"ü"},"on":["late","failed"],"late_after":"2m","group_by":"job","channel":\#(channel)}"#
        var fields = Fields(try JSONValue(parsing: text), into: FaultList())
        let rule = try #require(NotificationRule(&fields, name: "r", now: Self.at))
        #expect(NotificationRule(stored: rule.json.description) == rule)
        #expect(rule.on == [.late, .failed] && rule.lateAfter == .seconds(120) && rule.channel.type.isEmpty == false)
    }
}

extension String {
    fileprivate var hashKey: UInt64 { utf8.reduce(0) { $0 &* 31 &+ UInt64($1) } }
}
