import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("The audit log")
struct AuditTests {
    private static func draft(_ number: Int) -> AuditDraft {
        AuditDraft(
            at: Timestamp(seconds: 1_800_000_000 + Int64(number)), principal: "user:\(number % 3)",
            credential: number.isMultiple(of: 2) ? "key:\(number)" : nil, address: IPAddress("192.0.2.\(number % 200)"),
            operation: "patchJob", resource: "job:\(number % 5)", service: "billing", isAllowed: number % 7 != 0,
            before: ["version": .int(Int64(number)), "name": "a"],
            after: ["version": .int(Int64(number + 1)), "name": "b"],
            requestID: "r\(number)")
    }

    private static func log(_ count: Int, after head: AuditHead = .empty) -> [AuditEntry] {
        (0..<count).reduce(into: []) { entries, number in
            entries.append(AuditEntry(draft(number), after: entries.last?.head ?? head))
        }
    }

    /// nil when all is well.
    private static func fault(
        _ entries: [AuditEntry], head: AuditHead? = nil, anchors: [AuditHead] = []
    ) -> AuditVerifier.Fault? {
        do throws(AuditVerifier.Fault) {
            var verifier = try AuditVerifier(anchors: anchors)
            // In pages, as they come from a store.
            for start in stride(from: 0, to: entries.count, by: 7) {
                try verifier.check(entries[start..<min(start + 7, entries.count)])
            }
            try verifier.finish(stored: head ?? entries.last?.head ?? .empty)
            return nil
        } catch { return error }
    }

    @Test("an untouched log is whole, also with anchors and when it is empty")
    func whole() {
        let entries = Self.log(40)
        let anchors = [entries[9].head, entries[39].head]
        #expect(Self.fault(entries) == nil)
        #expect(Self.fault(entries, anchors: anchors) == nil)
        #expect(Self.fault([]) == nil)
        #expect(Self.fault([], anchors: [.empty]) == nil)
        #expect(entries[0].previous == [UInt8](repeating: 0, count: 32) && entries[0].sequence == 1)
    }

    /// Somebody who can write the table, and chains it anew behind his change if he is clever.
    private static func tamper(
        _ entries: [AuditEntry], using random: inout SeededGenerator
    ) -> (name: String, entries: [AuditEntry], isRechained: Bool) {
        var changed = entries
        let at = Int.random(in: 0..<entries.count, using: &random)
        let name: String
        switch Int.random(in: 0..<11, using: &random) {
        case 0:
            name = "principal"
            changed[at].draft.principal += "x"
        case 1:
            name = "address"
            changed[at].draft.address = IPAddress("198.51.100.1")
        case 2:
            name = "time"
            changed[at].draft.at = changed[at].draft.at + .milliseconds(1)
        case 3:
            name = "outcome"
            changed[at].draft.isAllowed.toggle()
        case 4:
            name = "before"
            changed[at].draft.before = changed[at].draft.before.merging(["name": "c"])
        case 5:
            name = "after"
            changed[at].draft.after = .null
        case 6:
            name = "removal"
            changed.remove(at: at)
        case 7:
            name = "insertion"
            changed.insert(entries[Int.random(in: 0..<entries.count, using: &random)], at: at)
        case 8:
            name = "order"
            let other = (at + 1 + Int.random(in: 0..<(entries.count - 1), using: &random)) % entries.count
            changed.swapAt(at, other)
        case 9:
            name = "truncation"
            changed.removeLast(Int.random(in: 1...entries.count, using: &random))
        default:
            name = "hash"
            let byte = Int.random(in: 0..<32, using: &random)
            if Bool.random(using: &random) { changed[at].hash[byte] ^= 1 } else { changed[at].previous[byte] ^= 1 }
        }
        guard name != "hash", Bool.random(using: &random) else { return (name, changed, false) }
        var head = AuditHead.empty
        for index in changed.indices {
            changed[index] = AuditEntry(changed[index].draft, after: head)
            head = changed[index].head
        }
        return (name, changed, true)
    }

    @Test("a thousand tamperings are found, also by those who chain the log anew")
    func tamperings() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var kinds: [String: Int] = [:]
        for round in 0..<1000 {
            let entries = Self.log(Int.random(in: 2...30, using: &random))
            let anchor = entries.last!.head
            let (name, changed, isRechained) = Self.tamper(entries, using: &random)
            // Adding behind the newest anchor, well chained, is what the server does too; it is no tampering with what was there.
            if changed == entries || isRechained && changed.starts(with: entries) { continue }
            // He may change the stored head too.
            let head = Bool.random(using: &random) ? entries.last!.head : changed.last?.head ?? .empty
            let fault = Self.fault(changed, head: head, anchors: [anchor])
            #expect(fault != nil, "seed \(seed) round \(round): \(name)\(isRechained ? ", chained anew" : "")")
            kinds["\(name) \(isRechained)", default: 0] += 1
        }
        #expect(kinds.count == 21, "\(kinds.keys.sorted())")
    }

    @Test("each kind of change is told for what it is")
    func kinds() {
        let entries = Self.log(20)
        var edited = entries
        edited[4].draft.principal = "user:evil"
        #expect(Self.fault(edited) == .content(at: 5))
        #expect(Self.fault(Array(entries[..<4] + entries[5...])) == .sequence(expected: 5, found: 6))
        #expect(Self.fault(Array(entries[..<15]), head: entries[19].head) == .truncated(at: 15, expected: 20))
        let anchor = entries[19].head
        #expect(Self.fault(Array(entries[..<15]), anchors: [anchor]) == .truncated(at: 15, expected: 20))
        #expect(
            Self.fault(Self.log(20, after: .init(sequence: 0, hash: [UInt8](repeating: 1, count: 32)))) == .chain(at: 1)
        )
        var renumbered = entries
        renumbered[3].sequence = 9
        #expect(Self.fault(renumbered) == .sequence(expected: 4, found: 9))
        #expect(Self.fault(entries, head: AuditHead(sequence: 20, hash: entries[18].hash)) == .chain(at: 20))
    }

    @Test("anchors that no log can hold together are told, and so is one of a log that was chained anew")
    func anchors() {
        let entries = Self.log(5)
        let other = Self.log(5, after: .init(sequence: 0, hash: [UInt8](repeating: 1, count: 32)))
        #expect(Self.fault(entries, anchors: [entries[4].head, other[4].head]) == .anchor(at: 5))
        #expect(Self.fault(entries, anchors: [.init(sequence: 0, hash: other[0].hash)]) == .anchor(at: 0))
        var anew = entries
        anew[1] = AuditEntry(Self.draft(99), after: entries[0].head)
        for index in 2..<5 { anew[index] = AuditEntry(entries[index].draft, after: anew[index - 1].head) }
        #expect(Self.fault(anew) == nil)
        #expect(Self.fault(anew, anchors: [entries[0].head, entries[2].head]) == .anchor(at: 3))
        #expect(Self.fault(anew, anchors: [entries[0].head]) == nil)
    }

    @Test("anchors are lines of JSON, each with its end")
    func anchorLines() throws {
        let anchors = Self.log(3).map { AuditAnchor(at: $0.draft.at, head: $0.head) }
        let text = Array(anchors.map { "\($0.json)\n" }.joined().utf8)
        #expect(try AuditAnchor.list(text) == anchors)
        #expect(try AuditAnchor.list([]).isEmpty)
    }

    @Test(
        "a line that is no anchor is told by its number",
        arguments: [
            ("x\n", 1), ("{}\n", 1), ("\n", 1), ("GOOD\n\nGOOD\n", 2), ("GOOD\nGOOD", 2), ("GOOD\n{\"at\"", 2),
            ("GOOD\n[GOOD]\n", 2), ("LOW\n", 1), ("SHORT\n", 1), ("MORE\n", 1), ("DAY\n", 1),
        ])
    func hostileLines(_ text: String, _ line: Int) {
        let hash = String(repeating: "0a", count: 32)
        let good = #"{"at":"2026-03-29T01:30:00.000Z","sequence":7,"hash":"\#(hash)"}"#
        let text = text.replacing("GOOD", with: good).replacing("LOW", with: good.replacing(":7,", with: ":0,"))
            .replacing("SHORT", with: good.replacing("0a0a", with: "0a"))
            .replacing("MORE", with: good.replacing("}", with: #","x":1}"#))
            .replacing("DAY", with: good.replacing("T01:30:00.000Z", with: ""))
        #expect(throws: AuditAnchor.Misfit(line: line)) { try AuditAnchor.list(Array(text.utf8)) }
    }

    @Test("every field is under the hash")
    func everyField() {
        let draft = Self.draft(2)
        let changes: [(inout AuditDraft) -> Void] = [
            { $0.at = $0.at + .milliseconds(1) }, { $0.principal = "p" }, { $0.credential = nil }, { $0.address = nil },
            { $0.operation = "o" }, { $0.resource = nil }, { $0.service = nil }, { $0.isAllowed.toggle() },
            { $0.before = .null }, { $0.after = .null }, { $0.requestID = nil },
        ]
        #expect(changes.count == Mirror(reflecting: draft).children.count)
        var hashes = [AuditEntry(draft, after: .empty).hash]
        for change in changes {
            var changed = draft
            change(&changed)
            hashes.append(AuditEntry(changed, after: .empty).hash)
        }
        #expect(Set(hashes).count == changes.count + 1)
    }

    @Test("the order of members does not count, and neither field can pose as another")
    func canonical() throws {
        let one = try JSONValue(parsing: #"{"b":1,"a":{"y":[1,2],"x":null}}"#)
        let other = try JSONValue(parsing: #"{"a":{"x":null,"y":[1,2]},"b":1}"#)
        #expect(one.canonicalBytes == other.canonicalBytes)
        #expect(String(decoding: one.canonicalBytes, as: UTF8.self) == #"{"a":{"x":null,"y":[1,2]},"b":1}"#)
        var (first, second) = (Self.draft(1), Self.draft(1))
        (first.operation, first.resource) = ("a\",\"resource\":\"b", "c")
        (second.operation, second.resource) = ("a", "b\",\"resource\":\"c")
        #expect(AuditEntry(first, after: .empty).hash != AuditEntry(second, after: .empty).hash)
    }

    @Test(
        "a token within a URL is no more in the log than one in a header, and the rest of the URL is",
        arguments: [
            ("https://example.com/a/b?x=1&y=z#top", "https://example.com/a/b?x=1&y=z#top"),
            ("https://ada:hunter2@example.com/", "https://(secret)@example.com/"),
            ("https://h/x?token=hunter2&n=1", "https://h/x?token=(secret)&n=1"),
            (
                "https://h/x?n=1&api_key=hunter2#access_token=hunter2",
                "https://h/x?n=1&api_key=(secret)#access_token=(secret)"
            ),
            ("https://h?sig=a%2Fb&key=", "https://h?sig=(secret)&key="),
            (
                "https://hooks.example.com/services/T0001/B0002/Xq3v9Lk2Pz7Rt5Yw8Nb4Mc6D",
                "https://hooks.example.com/services/T0001/B0002/(secret)"
            ),
            (
                "https://h/jobs/0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11/a-very-long-name-of-nothing",
                "https://h/jobs/0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11/a-very-long-name-of-nothing"
            ),
            ("postgres://u:p@db/x", "postgres://(secret)@db/x"), ("no url ?token=x", "no url ?token=x"), ("://", "://"),
        ])
    func urls(url: String, wanted: String) {
        let value: JSONValue = ["target": ["url": .string(url), "argv": ["curl", .string(url)]]]
        #expect(value.redacted == ["target": ["url": .string(wanted), "argv": ["curl", .string(wanted)]]])
    }

    @Test("whether somebody has a password is no secret")
    func truths() {
        let user: JSONValue = [
            "has_password": true, "second_factor": false, "password": 7, "reset_password": ["x": true],
        ]
        #expect(
            user.redacted
                == [
                    "has_password": true, "second_factor": false, "password": "(secret)", "reset_password": ["x": true],
                ])
    }

    @Test("nothing secret gets into the log")
    func redaction() throws {
        let job = try JSONValue(
            parsing: """
                {"name":"n","target":{"headers":{"Authorization":"Bearer hunter2","X-Api-Key":"hunter2","Accept":"json"},
                "env":{"DB_PASSWORD":"hunter2","PATH":"/bin"},"body":{"user":{"passwd":"hunter2"},"tokens":["hunter2",{"x":"hunter2"},7]},
                "cookies":null,"secret_ref":"{{secret:api}}","otpCode":1234}}
                """)
        let redacted = job.redacted
        #expect(!redacted.description.contains("hunter2") && !redacted.description.contains("1234"))
        #expect(redacted["target"]?["headers"]?["Accept"] == "json" && redacted["target"]?["env"]?["PATH"] == "/bin")
        #expect(redacted["target"]?["secret_ref"] == "{{secret:api}}" && redacted["name"] == "n")
        #expect(redacted["target"]?["cookies"]?.isNull == true)
    }
}
