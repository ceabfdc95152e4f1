import Glibc
import PunctualAccess
import PunctualCore
import Testing

@Suite("Addresses")
struct AddressTests {
    private func system(_ text: String) -> [UInt8]? {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
        return nil
    }

    private func systemText(_ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &buffer, 64)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test("texts are read as the system reads them, whatever they are")
    func reading() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "0", "1", "9", "f", "F", "ab", "255", "256", "00", ":", "::", ".", "ffff", "1.2.3.4", "g", "%", " ",
        ]
        for _ in 0..<60_000 {
            let text = (0..<Int.random(in: 0...17, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            if IPAddress(text)?.bytes != system(text) { Issue.record("seed \(seed): \(text)") }
        }
        for text in [
            "", "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::1.2.3.4", "1::1.2.3.4",
        ] {
            #expect(IPAddress(text)?.bytes == system(text), "\(text)")
        }
    }

    @Test("addresses are written as the system writes them, and read back")
    func writing() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<40_000 {
            let bytes = (0..<(round.isMultiple(of: 4) ? 4 : 16)).map { _ in
                // Many zeros, so that gaps of every length and place come up.
                Int.random(in: 0...3, using: &random) == 0 ? UInt8.random(in: .min ... .max, using: &random) : 0
            }
            let address = IPAddress(bytes: bytes)!
            let text = address.description
            if text != systemText(bytes) || IPAddress(text) != address { Issue.record("seed \(seed): \(bytes)") }
        }
        #expect(IPAddress("::ffff:192.0.2.1")?.description == "::ffff:192.0.2.1")
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test(
        "a range holds what shares its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
            ("::/0", "::1", true),
            ("::/0", "1.2.3.4", false), ("0.0.0.0/0", "::1", false),
        ])
    func range(text: String, address: String, isInside: Bool) throws {
        let range = try #require(IPRange(text))
        #expect(range.contains(try #require(IPAddress(address))) == isInside)
        #expect(IPRange(range.description) == range)
    }

    @Test(
        "ranges that are none are nil",
        arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/+8", "10.0.0.0/8/8"])
    func noRange(text: String) { #expect(IPRange(text) == nil) }

    private let proxies = ["10.0.0.0/8", "2001:db8::/32"].map { IPRange($0)! }

    @Test(
        "the client is the first from the right that is no proxy of ours",
        arguments: [
            ("192.0.2.9", ["203.0.113.1"], "192.0.2.9"), ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.1"], "203.0.113.1"), ("10.0.0.1", ["1.1.1.1, 203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", ["1.1.1.1", "203.0.113.1, 10.0.0.7"], "203.0.113.1"),
            ("10.0.0.1", ["10.0.0.9, 10.0.0.8"], "10.0.0.9"), ("10.0.0.1", ["203.0.113.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.1, , 10.0.0.2"], "10.0.0.2"), ("10.0.0.1", ["203.0.113.1:4711"], "203.0.113.1"),
            ("10.0.0.1", ["[2400::1]:4711"], "2400::1"), ("10.0.0.1", ["2400::1"], "2400::1"),
            ("::ffff:10.0.0.1", ["::ffff:203.0.113.1"], "203.0.113.1"), ("2001:db8::1", ["203.0.113.1"], "203.0.113.1"),
            ("10.0.0.1", ["127.0.0.1\n, 203.0.113.1"], "203.0.113.1"), ("10.0.0.1", ["[2400::1"], "10.0.0.1"),
        ] as [(String, [String], String)])
    func forwardedFor(peer: String, values: [String], client: String) throws {
        let rule = ClientAddress(trusted: proxies, field: .xForwardedFor)
        #expect(rule.resolve(peer: try #require(IPAddress(peer)), values: values).description == client)
    }

    @Test(
        "the field of RFC 7239 is read with its quotes and parameters",
        arguments: [
            ("for=203.0.113.1", "203.0.113.1"), ("for=1.1.1.1, For=\"203.0.113.1:99\";proto=https", "203.0.113.1"),
            ("by=10.0.0.1;for=\"[2400::1]:99\"", "2400::1"), ("for=203.0.113.1, for=10.0.0.2;by=x", "203.0.113.1"),
            ("for=203.0.113.1, for=_hidden", "10.0.0.1"), ("proto=https", "10.0.0.1"),
            ("for=\"203.0.113.1", "10.0.0.1"),
            ("for=1.1.1.1;x=\"a, for=2.2.2.2\"", "1.1.1.1"), ("", "10.0.0.1"),
        ])
    func forwarded(value: String, client: String) throws {
        let rule = ClientAddress(trusted: proxies, field: .forwarded)
        #expect(rule.resolve(peer: try #require(IPAddress("10.0.0.1")), values: [value]).description == client)
    }

    @Test("nobody is believed when no proxy is trusted, and a long chain costs little")
    func untrusted() throws {
        let rule = ClientAddress(trusted: [], field: .xForwardedFor)
        let peer = try #require(IPAddress("10.0.0.1"))
        #expect(rule.resolve(peer: peer, values: ["203.0.113.1"]) == peer)
        let long = String(repeating: "10.0.0.2, ", count: 5000) + "10.0.0.3"
        let trusting = ClientAddress(trusted: proxies, field: .xForwardedFor)
        #expect(trusting.resolve(peer: peer, values: [long]).description == "10.0.0.2")
    }
}
