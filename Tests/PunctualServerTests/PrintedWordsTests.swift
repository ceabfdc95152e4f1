import Testing

@testable import PunctualServer

@Suite("What a node prints")
struct PrintedWordsTests {
    @Test(
        "colour is left out when NO_COLOR or the terminal ask for it",
        arguments: [
            ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
        ] as [([String: String], Bool)])
    func colour(_ environment: [String: String], _ wants: Bool) {
        #expect(ExecutionPrinter.wantsColour(environment) == wants)
    }

    @Test(
        "the word that was probably meant",
        arguments: [
            ("http.prot", "http.port"), ("lst", "list"), ("xyz", nil), ("jobs", "job"), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(_ word: String, _ meant: String?) {
        #expect(Nearest.word(to: word, among: ["http.port", "http.host", "list", "job"]) == meant)
    }
}
