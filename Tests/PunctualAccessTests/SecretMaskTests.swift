import PunctualAccess
import PunctualCore
import Testing

@Suite("Secrets in what attempts say")
struct SecretMaskTests {
    private static let secret = "hunter2-of-billing"

    private func masked(_ output: String, _ secrets: [String] = [secret], isTruncated: Bool = false) -> String {
        SecretMask(secrets.map { Redacted($0) }).masked(
            AttemptResult(.succeeded, result: ExecutionResult(output: output, outputTruncated: isTruncated))
        ).result.output
    }

    @Test(
        "are masked wherever they stand, once or often, and nothing else is",
        arguments: [
            ("", ""), ("nothing", "nothing"), ("hunter2-of-billing", "***"), ("a hunter2-of-billing b", "a *** b"),
            ("hunter2-of-billinghunter2-of-billing", "***"), ("xhunter2-of-billing\nhunter2-of-billing", "x***\n***"),
            ("hunter2-of-billin", "hunter2-of-billin"), ("hunterhunter2-of-billing", "hunter***"),
            ("é\u{1F5DD}hunter2-of-billingé", "é\u{1F5DD}***é"), ("hunter2-of-billing\r\n", "***\r\n"),
        ])
    func plain(output: String, wanted: String) { #expect(masked(output) == wanted) }

    @Test(
        "are found without white space around them, as JSON writes them, and overlapping; those of few bytes are left",
        arguments: [
            ("the key is s3cret!.", ["s3cret!\n"], "the key is ***."),
            ("{\"k\":\"a\\\"b\\ncd\"}", ["a\"b\ncd"], "{\"k\":\"***\"}"),
            ("abcdefghij", ["abcdefg", "efghij"], "***"), ("abcdefgh", ["abcdef", "abcdefgh"], "***"),
            ("12345 123456", ["12345"], "12345 123456"), ("123456", ["12345", "123456"], "***"),
            ("a\u{FFFD}bcdef", ["a\0bcdef"], "***"), ("äöüß!", ["äöüß"], "***!"),
        ])
    func forms(output: String, secrets: [String], wanted: String) { #expect(masked(output, secrets) == wanted) }

    @Test("are masked in the error, which stays what it was otherwise")
    func error() {
        let result = SecretMask([Redacted(Self.secret)]).masked(
            AttemptResult(
                .failed(reason: .connection, error: "no \(Self.secret)!", isRetryable: true, retryAfter: .seconds(3))))
        #expect(
            result.verdict == .failed(reason: .connection, error: "no ***!", isRetryable: true, retryAfter: .seconds(3))
        )
    }

    @Test("that were cut in two leave neither part, wherever the cut is", arguments: 1..<secret.utf8.count)
    func cuts(count: Int) {
        let (head, tail) = (Self.secret.prefix(count), Self.secret.dropFirst(count))
        #expect(masked("x \(head)", isTruncated: true) == "x ***")
        let line = OutputCut.line(missing: 77)
        #expect(masked("x \(head)\(line)\(tail) y", isTruncated: true) == "x ***\(line)*** y")
        // More than the missing bytes of it may be missing, and what stands elsewhere is no part of it.
        #expect(masked("\(tail) \(head)\r\(line)\(head) z", isTruncated: true) == "\(tail) \(head)\r\(line)\(head) z")
        // What is whole was cut nowhere.
        #expect(masked("x \(head)") == "x \(head)")
    }

    @Test("a line of which nothing is missing is no cut, and many are many")
    func lines() {
        let line = OutputCut.line(missing: 5)
        #expect(OutputCut.places(in: Array("a\(line)b\r\(line)\(line)".utf8)).count == 3)
        for text in [
            "", "\n[… 5 bytes", "\n[…  bytes left out …]\n", "\n[… x bytes left out …]\n", "[… 5 bytes left out …]\n",
        ] {
            #expect(OutputCut.places(in: Array(text.utf8)).isEmpty, "\(text)")
        }
    }
}
