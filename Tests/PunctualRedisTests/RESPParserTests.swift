import NIOCore
import PunctualRedis
import Testing

@Suite("RESP")
struct RESPParserTests {
    private static func bulk(_ text: String) -> RedisValue { .bulk(ByteBuffer(string: text)) }

    private static let values: [(String, RedisValue)] = [
        ("+OK\r\n", .text("OK")), ("+\r\n", .text("")), (":0\r\n", .integer(0)), (":-12\r\n", .integer(-12)),
        (":+7\r\n", .integer(7)), (":9223372036854775807\r\n", .integer(.max)),
        (":-9223372036854775808\r\n", .integer(.min)),
        ("$5\r\nhello\r\n", bulk("hello")), ("$0\r\n\r\n", bulk("")), ("$2\r\n\r\n\r\n", bulk("\r\n")),
        ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null), ("*0\r\n", .array([])), ("%0\r\n", .map([])),
        ("*2\r\n:1\r\n*1\r\n$1\r\na\r\n", .array([.integer(1), .array([bulk("a")])])),
        ("*2\r\n$-1\r\n*0\r\n", .array([.null, .array([])])), ("#t\r\n", .boolean(true)), ("#f\r\n", .boolean(false)),
        (",1.5\r\n", .double(1.5)), (",-inf\r\n", .double(-.infinity)), (",1e3\r\n", .double(1000)),
        ("(-12345678901234567890123\r\n", .bigNumber("-12345678901234567890123")), ("=7\r\ntxt:abc\r\n", bulk("abc")),
        ("%1\r\n+a\r\n:1\r\n", .map([.text("a"), .integer(1)])),
        ("~2\r\n:1\r\n:2\r\n", .set([.integer(1), .integer(2)])),
        (">2\r\n+message\r\n+x\r\n", .push([.text("message"), .text("x")])),
        ("|1\r\n+ttl\r\n:3600\r\n*1\r\n:9\r\n", .array([.integer(9)])),
        ("*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n:2\r\n", .array([.integer(1), .integer(2)])), ("|0\r\n:1\r\n", .integer(1)),
    ]

    @Test("every type is read, whole or a byte at a time, and what comes next too", arguments: values)
    func types(text: String, value: RedisValue) throws {
        for step in [1, 2, 3, 7, 1000] {
            var parser = RESPParser()
            var buffer = ByteBuffer()
            var found: [RedisValue] = []
            var rest = Array((text + text + ":77\r\n").utf8)[...]
            while !rest.isEmpty {
                buffer.writeBytes(rest.prefix(step))
                rest = rest.dropFirst(step)
                while let next = try parser.next(&buffer) { found.append(next) }
            }
            #expect(found == [value, value, .integer(77)], "in steps of \(step)")
        }
    }

    @Test("errors are values with their code")
    func refusals() throws {
        for text in ["-WRONGTYPE Operation against a key\r\n", "!33\r\nWRONGTYPE Operation against a key\r\n"] {
            var parser = RESPParser()
            var buffer = ByteBuffer(string: text)
            guard case .refusal(let error)? = try parser.next(&buffer) else {
                Issue.record("no refusal in \(text)")
                continue
            }
            #expect(error.code == "WRONGTYPE" && error.kind == .refused)
            #expect(error.message == "WRONGTYPE Operation against a key")
        }
    }

    private static func deep(_ depth: Int) -> String { String(repeating: "*1\r\n", count: depth) + ":1\r\n" }

    @Test(
        "hostile bytes are refused at once and nothing is allocated ahead",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "\r\n", "x\r\n", ":\r\n", ":-\r\n", ":1a\r\n", ":9223372036854775808\r\n",
            ":-9223372036854775809\r\n", ": 1\r\n", "$-2\r\n", "$99999999999999999999\r\n", "$1000000000\r\n", "$a\r\n",
            "$1\r\nabc", "*-2\r\n", "*9999999999\r\n", "%-1\r\n", "%9223372036854775807\r\n", "~-1\r\n", "#x\r\n",
            "#\r\n",
            ",1.5x\r\n", ",0x10\r\n", ",\r\n", "(\r\n", "(12a\r\n", "(-\r\n", "_x\r\n", "=3\r\ntxt\r\n", "$?\r\n",
            "*?\r\n",
            "\0\0\0\0\r\n", deep(17), deep(1000), "+" + String(repeating: "a", count: 70_000),
        ])
    func hostile(text: String) {
        var parser = RESPParser()
        var buffer = ByteBuffer(string: text)
        #expect(throws: RedisError.self) {
            while try parser.next(&buffer) != nil {}
        }
    }

    @Test("what is not whole yet is waited for, within the limits")
    func unfinished() throws {
        for text in [
            "", "+OK", "+OK\r", "$5\r\nhel", "$5\r\nhello\r", "*1000000\r\n:1\r\n", Self.deep(16).dropLast(2) + "",
        ] {
            var parser = RESPParser()
            var buffer = ByteBuffer(string: text)
            #expect(try parser.next(&buffer) == nil, "\(text)")
        }
        var limits = RESPParser.Limits()
        limits.values = 10
        var parser = RESPParser(limits: limits)
        var buffer = ByteBuffer(
            string: "*4\r\n*2\r\n:1\r\n:1\r\n*2\r\n:1\r\n:1\r\n*2\r\n:1\r\n:1\r\n*2\r\n:1\r\n:1\r\n")
        #expect(throws: RedisError.self) { try parser.next(&buffer) }
    }

    @Test("no bytes at all make it crash or answer without end")
    func random() {
        let seed = UInt64.random(in: .min ... .max)
        var random = Generator(state: seed)
        let signs = Array("+-:$*%~>|,#_(!=\r\n0123456789-?.a".utf8)
        for _ in 0..<20_000 {
            var parser = RESPParser()
            var buffer = ByteBuffer()
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                buffer.writeBytes(
                    (0..<Int.random(in: 0...24, using: &random)).map { _ in
                        signs[Int.random(in: 0..<signs.count, using: &random)]
                    })
                var count = 0
                // Whatever is wrong is thrown.
                while (try? parser.next(&buffer)) ?? nil != nil { count += 1 }
                #expect(count <= 200, "seed \(seed)")
            }
        }
    }
}
