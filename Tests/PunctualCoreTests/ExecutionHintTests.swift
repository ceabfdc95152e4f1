import PunctualCore
import PunctualJSON
import Testing

@Suite("The message of a hint")
struct ExecutionHintTests {
    private static let id = Identifier(high: 0x0197_c2c5_6f1e_8d4c, low: 0x8a51_0f6a_8d5e_2b11)

    @Test("is read as it was written", arguments: Lane.allCases, [nil, "", "mail/send", "größe ✓ \" \\ \r\n"])
    func roundTrip(_ lane: Lane, _ task: String?) {
        let hint = ExecutionHint(executionID: Self.id, lane: lane, queue: "a._-B", priority: 9, task: task)
        #expect(ExecutionHint(message: hint.message) == hint)
    }

    @Test("is what other programs are promised")
    func form() {
        let hint = ExecutionHint(executionID: Self.id, lane: .builtIn, queue: "default", priority: 5)
        #expect(
            String(decoding: hint.message, as: UTF8.self)
                == #"{"id":"0197c2c5-6f1e-8d4c-8a51-0f6a8d5e2b11","lane":"built_in","queue":"default","priority":5,"task":null}"#
        )
    }

    @Test("may hold members of a later version")
    func newer() {
        let text = #"{"new":[1],"id":"\#(Self.id)","lane":"outside","queue":"q","priority":0}"#
        let hint = ExecutionHint(executionID: Self.id, lane: .outside, queue: "q", priority: 0)
        #expect(ExecutionHint(message: Array(text.utf8)) == hint)
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", " ", "null", "[]", "{}", "\u{0}", "not json", #"{"id":1}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q"}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":10}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":-1}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":"5"}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":5.5}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"","priority":5}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"\#(String(repeating: "q", count: 65))","priority":5}"#,
            #"{"id":"\#(id)","lane":"BUILT_IN","queue":"q","priority":5}"#,
            #"{"id":"\#(id)","lane":0,"queue":"q","priority":5}"#,
            #"{"id":"0197","lane":"built_in","queue":"q","priority":5}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":5,"task":7}"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":5} x"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":5"#,
            #"{"id":"\#(id)","lane":"built_in","queue":"q","priority":5,"x":"\#(String(repeating: "x", count: 5000))"}"#,
            String(repeating: "[", count: 4000),
        ])
    func hostile(_ text: String) {
        #expect(ExecutionHint(message: Array(text.utf8)) == nil)
    }

    @Test("never crashes its reader", arguments: 0..<64)
    func noise(_ seed: UInt64) {
        let bytes = ExecutionHint(executionID: Self.id, lane: .outside, queue: "q", priority: 3, task: "t").message
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<200 {
            var broken = bytes
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                broken[Int(state >> 33) % broken.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            if let hint = ExecutionHint(message: broken) { #expect((0...9).contains(hint.priority)) }
        }
    }
}
