import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

private let zones = ZoneCatalog { name in
    FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { Array($0) }
}

private func draft(_ text: String) throws -> JobDraft {
    try JobDraft(json: JSONValue(parsing: text), zones: zones)
}

private func faults(_ json: JSONValue) -> [Fault] {
    do throws(Faults) {
        _ = try JobDraft(json: json, zones: zones)
        return []
    } catch {
        return error.faults
    }
}

private let least: JSONValue = [
    "name": "n", "schedule": ["type": "interval", "every": "60s"], "target": ["type": "noop"],
]

@Suite("A job as its owner writes it")
struct DraftTests {
    @Test("three fields are enough, the rest are the contract's defaults")
    func defaults() throws {
        let draft = try draft(#"{"name":"n","schedule":{"type":"manual"},"target":{"type":"noop"}}"#)
        #expect(
            draft.json.description
                == #"{"name":"n","description":"","service":"default","labels":{},"queue":"default","priority":5,"#
                + #""schedule":{"type":"manual"},"starts_at":null,"ends_at":null,"max_runs":null,"jitter":"0s","#
                + #""target":{"type":"noop"},"timeout":"5m","retry_policy":{"maximum_attempts":3,"#
                + #""initial_interval":"1s","backoff_coefficient":2,"maximum_interval":"1m40s","jitter":0.1},"#
                + #""misfire_policy":"fire_once","misfire_threshold":"1m","catchup_window":"1d","max_catchup":100,"#
                + #""overlap_policy":"skip","retention":null}"#)
    }

    @Test(
        "what is written reads back as the same draft",
        arguments: [
            #"{"type":"cron","expression":"0 9 * * MON-FRI","timezone":"Europe/Berlin"}"#,
            #"{"type":"cron","expression":"0 0 2 ? * MON","dialect":"quartz","dst":{"gap":"shift","overlap":"both"}}"#,
            #"{"type":"interval","every":"PT90S","anchor":"2026-01-01T00:00:00+02:00"}"#,
            #"{"type":"fixed_delay","every":"1h30m"}"#, #"{"type":"once","at":"2030-01-01T00:00:00Z"}"#,
            #"{"type":"once","local":"2030-01-01T00:00","timezone":"Asia/Amman"}"#,
            #"{"type":"rrule","rule":"FREQ=MONTHLY;BYDAY=-1FR","start":"2026-01-30T17:00"}"#,
            #"{"type":"rrule","rule":"RRULE:FREQ=DAILY\nEXDATE:20300102T000000","start":"2030-01-01","timezone":"Asia/Amman"}"#,
        ])
    func schedules(text: String) throws {
        let draft = try draft(#"{"name":"n","schedule":\#(text),"target":{"type":"noop"}}"#)
        #expect(try JobDraft(json: draft.json, zones: zones) == draft)
        #expect(try JobDraft(stored: draft.json) == draft)
    }

    @Test(
        "every kind of target reads back",
        arguments: [
            #"{"type":"http","url":"https://example.com/x?y=1","method":"PUT","headers":{"X-A":"b"},"body":{"n":1.50}}"#,
            #"{"type":"command","argv":["/bin/echo","a b"],"env":{"A":"1"},"directory":"/tmp"}"#,
            #"{"type":"worker","task":"mail","payload":[1,18446744073709551616]}"#,
            #"{"type":"publish","broker":"redis","destination":"s","message":"m"}"#, #"{"type":"noop"}"#,
        ])
    func targets(text: String) throws {
        let draft = try draft(#"{"name":"n","schedule":{"type":"manual"},"target":\#(text)}"#)
        #expect(try JobDraft(json: draft.json, zones: zones) == draft)
    }

    @Test("all faults are told at once, each with its pointer")
    func allAtOnce() throws {
        let json = try JSONValue(
            parsing: """
                {"name":"a b","priority":10,"labels":{"ok":"1","bad key":"2"},"timeout":"soon","colour":"red",
                 "schedule":{"type":"cron","expression":"* * *","timezone":"Mars/Base","odd":1},
                 "target":{"type":"http","url":"ftp://x","headers":{"Host":"h"}},"retry_policy":{"jitter":2},
                 "max_runs":0,"overlap_policy":"never","id":"x"}
                """)
        let pointers = Set(faults(json).map(\.pointer))
        #expect(
            pointers.isSuperset(of: [
                "/name", "/priority", "/labels/bad key", "/timeout", "/colour", "/schedule/odd", "/target/url",
                "/target/headers/Host", "/retry_policy/jitter", "/max_runs", "/overlap_policy", "/id",
            ]))
    }

    @Test(
        "hostile values are refused where they stand",
        arguments: [
            ("name", "\"\""), ("name", "null"), ("name", "5"), ("name", "\"é\""),
            ("name", "\"\(String(repeating: "x", count: 129))\""),
            ("name", "\"a\\u0000\""), ("description", "null"),
            ("description", "\"\(String(repeating: "x", count: 2001))\""),
            ("service", "\"a/b\""), ("queue", "\"\""), ("labels", "[]"), ("labels", "null"), ("labels", "{\"a\":1}"),
            ("priority", "-1"), ("priority", "5.5"), ("priority", "\"5\""), ("priority", "1e99"), ("priority", "null"),
            ("starts_at", "\"yesterday\""), ("starts_at", "0"), ("ends_at", "\"2026-02-30T00:00:00Z\""),
            ("max_runs", "0"), ("max_runs", "99999999999999999999"), ("jitter", "\"-5s\""), ("jitter", "5"),
            ("timeout", "\"0s\""), ("timeout", "\"99999999999999999999d\""), ("timeout", "null"),
            ("retry_policy", "null"), ("retry_policy", "[]"), ("misfire_policy", "\"FIRE\""), ("misfire_policy", "1"),
            ("misfire_threshold", "\"\""), ("catchup_window", "\"1y\""), ("max_catchup", "10001"),
            ("overlap_policy", "null"), ("retention", "\"59s\""), ("retention", "\"3651d\""), ("retention", "30"),
            ("status", "\"active\""), ("__proto__", "{}"), ("", "1"),
            ("schedule", "null"), ("schedule", "\"* * * * *\""), ("schedule", "{}"),
            ("schedule", "{\"type\":\"lunar\"}"),
            ("target", "[]"), ("target", "{\"type\":\"ftp\"}"),
        ])
    func hostile(field: String, value: String) throws {
        let json = least.merging(["x": 1])
        var object = try #require(json.object)
        object["x"] = nil
        object[field] = try JSONValue(parsing: value)
        let found = faults(.object(object))
        #expect(!found.isEmpty)
        #expect(found.contains { $0.pointer.hasPrefix(JSONPointer.root.appending(field).description) }, "\(found)")
    }

    @Test(
        "hostile schedules and targets are refused with a pointer below them",
        arguments: [
            ("schedule", #"{"type":"cron","expression":"61 * * * *"}"#, "/schedule/expression"),
            ("schedule", #"{"type":"cron","expression":"0 0 30 2 *"}"#, "/schedule/expression"),
            ("schedule", #"{"type":"cron","expression":"* * * * *","timezone":"Nowhere/Land"}"#, "/schedule/timezone"),
            (
                "schedule", #"{"type":"cron","expression":"* * * * *","timezone":"../../etc/passwd"}"#,
                "/schedule/timezone"
            ),
            ("schedule", #"{"type":"cron","expression":"* * * * *","dst":{"gap":"maybe"}}"#, "/schedule/dst/gap"),
            ("schedule", #"{"type":"interval","every":"0s"}"#, "/schedule/every"),
            ("schedule", #"{"type":"interval"}"#, "/schedule/every"),
            ("schedule", #"{"type":"once"}"#, "/schedule/at"),
            ("schedule", #"{"type":"once","at":"2030-01-01T00:00:00Z","local":"2030-01-01T00:00"}"#, "/schedule/at"),
            ("schedule", #"{"type":"rrule","rule":"FREQ=NEVER","start":"2030-01-01T00:00:00"}"#, "/schedule/rule"),
            (
                "schedule", #"{"type":"rrule","rule":"FREQ=MONTHLY;BYDAY=6MO","start":"2030-01-01T00:00:00"}"#,
                "/schedule/rule"
            ),
            (
                "schedule", #"{"type":"rrule","rule":"FREQ=DAILY\nEXRULE:FREQ=DAILY","start":"2030-01-01T00:00:00"}"#,
                "/schedule/rule"
            ),
            ("schedule", #"{"type":"rrule","rule":"","start":"2030-01-01T00:00:00"}"#, "/schedule/rule"),
            ("schedule", #"{"type":"rrule","start":"2030-01-01T00:00:00"}"#, "/schedule/rule"),
            ("schedule", #"{"type":"rrule","rule":"FREQ=DAILY","start":"2030-02-30T00:00:00"}"#, "/schedule/start"),
            ("schedule", #"{"type":"rrule","rule":"FREQ=DAILY","start":"2030-01-01T00:00:00Z"}"#, "/schedule/start"),
            (
                "schedule",
                #"{"type":"rrule","rule":"FREQ=DAILY","start":"2030-01-01T00:00:00","timezone":"Mars/Base"}"#,
                "/schedule/timezone"
            ),
            ("schedule", #"{"type":"rrule","rule":"FREQ=DAILY"}"#, "/schedule/start"),
            ("target", #"{"type":"http","url":"http://user:pw@x/"}"#, "/target/url"),
            ("target", #"{"type":"http","url":"http://x:99999/"}"#, "/target/url"),
            ("target", #"{"type":"http","url":"http://x/ y"}"#, "/target/url"),
            ("target", #"{"type":"http","url":"http://x","expect_status":"99"}"#, "/target/expect_status"),
            ("target", #"{"type":"http","url":"http://x","headers":{"A":"b\nc"}}"#, "/target/headers/A"),
            ("target", #"{"type":"http","url":"http://x","method":"TRACE"}"#, "/target/method"),
            ("target", #"{"type":"command","argv":[]}"#, "/target/argv"),
            ("target", #"{"type":"command","argv":[""]}"#, "/target/argv/0"),
            ("target", #"{"type":"command","argv":"ls"}"#, "/target/argv"),
            ("target", #"{"type":"command","argv":["x"],"directory":"rel"}"#, "/target/directory"),
            ("target", #"{"type":"command","argv":["x"],"env":{"1A":"x"}}"#, "/target/env/1A"),
            ("target", #"{"type":"worker"}"#, "/target/task"),
        ])
    func hostileParts(field: String, value: String, pointer: String) throws {
        let json = least.merging([:])
        var object = try #require(json.object)
        object[field] = try JSONValue(parsing: value)
        #expect(faults(.object(object)).map(\.pointer).contains(pointer), "\(faults(.object(object)))")
    }

    @Test("a body that is no object is one fault", arguments: ["[]", "null", "3", "\"x\""])
    func noObject(text: String) throws {
        #expect(faults(try JSONValue(parsing: text)).map(\.pointer) == [""])
    }
}
