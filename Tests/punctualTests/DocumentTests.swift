import PunctualJSON
import Testing

@testable import punctual

@Suite("Job files")
struct DocumentTests {
    private func read(_ text: String) throws(DocumentError) -> [JSONObject] { try JobDocuments.jobs(Array(text.utf8)) }

    @Test(
        "one or many documents, lists and JSON all name jobs",
        arguments: [
            "name: a\n---\nname: b", "- name: a\n- name: b", "items:\n- {name: a}\n- {name: b}",
            #"[{"name":"a"},{"name":"b"}]"#, #"{"items":[{"name":"a"},{"name":"b"}]}"#,
            "{\"name\":\"a\"}\n{\"name\":\"b\"}\n", "# comment\n---\nname: a\n---\n---\nname: 'b'",
        ])
    func forms(_ text: String) throws {
        #expect(try read(text).map { $0["name"] } == ["a", "b"])
    }

    @Test(
        "plain scalars follow YAML 1.2",
        arguments: [
            ("on", "on"), ("no", "no"), ("yes", "yes"), ("0755", "0755"), ("12", 12), ("-3", -3), ("true", true),
            ("~", .null), ("null", .null), ("'12'", "12"), ("\"true\"", "true"), ("2026-03-29", "2026-03-29"),
            ("1h30m", "1h30m"), ("0.5", .number("0.5")), ("1e400", .number("1e400")), ("12:30", "12:30"),
        ] as [(String, JSONValue)])
    func scalars(_ text: String, _ value: JSONValue) throws {
        #expect(try read("name: a\nx: \(text)").first?["x"] == value)
    }

    @Test("anchors and merge keys are followed")
    func anchors() throws {
        let jobs = try read("- &base {name: a, queue: q}\n- <<: *base\n  name: b")
        #expect(jobs.map { $0["name"] } == ["a", "b"])
        #expect(jobs[1]["queue"] == "q")
    }

    @Test("what a server adds is left out, so that its answer can be applied again")
    func serverFields() throws {
        #expect(try read("{name: a, id: x, version: 3, status: active}").first?.names == ["name"])
    }

    @Test(
        "hostile text is refused with a reason",
        arguments: [
            ("name: a\nname: b", ""), ("{\"name\":\"a\",\"name\":\"b\"}", "is no JSON"), ("1: a", "no string"),
            ("? [a]\n: b", "keys must be plain"), ("? {a: b}\n: c", "keys must be plain"), ("true: a", "no string"),
            ("name: [", "is no YAML"), ("\tname: a", "is no YAML"), ("name: *missing", "is no YAML"),
            ("just text", "not an object"), ("- 1", "not an object"), ("queue: x", "has no name"),
            ("name: ''", "has no name"),
            ("name: 3", "has no name"), ("- name: a\n- name: a", "twice"), ("[1,2", "is no JSON"),
            ("name: a\n*a : b", "keys must be plain"), ("name: a\nx: " + String(repeating: "[", count: 10_000), ""),
            (String(repeating: "[", count: 10_000), "is no JSON"),
            ("name: a\nx: " + String(repeating: "[", count: 80) + String(repeating: "]", count: 80), "nested deeper"),
        ])
    func refused(_ text: String, _ reason: String) {
        let error = #expect(throws: DocumentError.self) { try read(text) }
        #expect(reason.isEmpty || error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test("aliases that multiply are refused before they fill the memory")
    func bomb() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...20 {
            let aliases = (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: DocumentError.self) { try read("name: a\n" + text) }
        #expect(error?.description.contains("more than") == true)
    }

    @Test("bytes that are no UTF-8 are refused")
    func noText() {
        #expect(throws: DocumentError.self) { try JobDocuments.jobs([0x6E, 0xFF, 0xFE]) }
    }

    @Test("YAML output reads back as the same value")
    func roundTrip() throws {
        let value: JSONValue = [
            "name": "a", "empty": [], "none": .null, "text": "a: b", "yes": "yes", "n": 3, "line": "a\nb",
            "list": [["x": 1, "y": ["z": "é"]], "plain words", []], "labels": .object(JSONObject()), "dash": "- a",
            "space": " a ", "star": "* * * * *", "number": "12",
        ]
        #expect(try read(YAMLText.text(of: value)).first.map(JSONValue.object) == value)
    }
}
