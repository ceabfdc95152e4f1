import PunctualJSON
import Testing

@Suite("Merge patch and pointers")
struct MergePatchTests {
    /// The table of RFC 7396, appendix A.
    @Test(
        "the examples of RFC 7396 hold",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func examples(target: String, patch: String, result: String) throws {
        let merged = try JSONValue(parsing: target).merging(JSONValue(parsing: patch))
        #expect(try merged == JSONValue(parsing: result))
    }

    @Test("a pointer escapes what RFC 6901 says")
    func pointer() {
        #expect(JSONPointer.root.appending("a/b").appending("m~n").appending(3).description == "/a~1b/m~0n/3")
    }

    @Test("indented text reads back as the same value")
    func indented() throws {
        let value = try JSONValue(parsing: #"{"a":[1,{"b":[]}],"c":{},"d":"x"}"#)
        #expect(try JSONValue(parsing: value.indented) == value)
        #expect(value.indented.hasPrefix("{\n  \"a\": [\n    1,"))
    }
}
