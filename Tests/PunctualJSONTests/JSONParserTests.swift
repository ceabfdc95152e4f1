import PunctualJSON
import Testing

@Suite("JSON is read strictly by RFC 8259")
struct JSONParserTests {
    @Test(
        "what is written comes back byte by byte",
        arguments: [
            "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
            "1.50", "1e400", "-0", "\"\"", "\"a\\\"b\\\\c\\n\\u0001\"", "[]", "{}", "[1,[2,[3]]]",
            "{\"b\":1,\"a\":{\"x\":null}}", "\"\u{1F600} ÄÖ\u{65E5}\"",
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test(
        "what is no JSON is refused at the byte where it goes wrong",
        arguments: [
            ("", 0), (" ", 1), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\"}", 4), ("{\"a\":1,}", 7), ("01", 1),
            ("1.", 2), ("1e", 2), ("-", 1), ("+1", 0), ("nul", 0), ("truex", 4), ("\"\u{01}\"", 1), ("\"\\x\"", 3),
            ("\"\\u12\"", 3), ("\"\\ud800\"", 7), ("\"\\udc00\"", 7), ("\"a", 2), ("{a:1}", 1), ("'a'", 0),
            ("[1]]", 3), ("NaN", 0), ("{\"a\":1,\"a\":2}", 7), ("/*x*/1", 0), ("\u{FEFF}1", 0),
        ])
    func refusal(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.offset == offset)
    }

    @Test("invalid UTF-8 is refused")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("ten thousand levels are refused without descending them", arguments: ["[", "{\"a\":"])
    func depth(opening: String) {
        let text = String(repeating: opening, count: 10_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        let held = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONValue(parsing: held) }
    }

    @Test("no truncation or flipped byte of a text crashes the reader")
    func mutations() throws {
        let text = Array("{\"name\":\"n\\u00e4me\",\"n\":[1.5e3,-2,true,null],\"o\":{\"\":\"\\ud83d\\ude00\"}}".utf8)
        var random = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            var mutated = text
            for _ in 0...Int(random.next() % 3) {
                mutated[Int(random.next() % UInt64(text.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            mutated.removeLast(Int(random.next() % 4))
            if let value = try? JSONValue(parsing: mutated) {
                // What was taken must be written as what it is.
                #expect(try JSONValue(parsing: value.description) == value)
            }
        }
    }

    @Test("a large object finds its members by name")
    func largeObject() throws {
        let text = "{" + (0..<1000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let value = try JSONValue(parsing: text)
        #expect(value["k999"] == 999)
        #expect(value["k1000"] == nil)
        #expect(value.object?.names.first == "k0")
    }

    @Test("numbers answer as what they are worth")
    func numbers() throws {
        #expect(try JSONValue(parsing: "2.0").int == 2)
        #expect(try JSONValue(parsing: "2.5").int == nil)
        #expect(try JSONValue(parsing: "1e400").double == nil)
        #expect(JSONValue.double(0.1).description == "0.1")
        #expect(JSONValue.double(.infinity) == .null)
    }
}

/// A small seeded generator (SplitMix64), so that a failure can be replayed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
