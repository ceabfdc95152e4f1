import PunctualCore
import Testing

@Suite("The prefix of a broker's names")
struct BrokerPrefixTests {
    @Test("is a name", arguments: ["", "a b", "ä", "a/b", "a:b", "{a}", "a\n", String(repeating: "p", count: 65)])
    func refused(_ text: String) {
        #expect(throws: BrokerError.self) { try BrokerPrefix(text) }
    }

    @Test("may be any name", arguments: ["a", "A.b-c_9", String(repeating: "p", count: 64), "punctual"])
    func taken(_ text: String) throws {
        #expect(try BrokerPrefix(text).text == text)
    }
}
