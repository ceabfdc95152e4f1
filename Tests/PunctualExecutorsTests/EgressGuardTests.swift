import PunctualCore
import PunctualExecutors
import PunctualSchedule
import Testing

@Suite("The egress guard")
struct EgressGuardTests {
    private let closed = EgressGuard(allowed: []) { _ in [IPAddress("93.184.216.34")!] }

    @Test(
        "addresses that are not public are refused in every disguise",
        arguments: [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
            "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.7",
            "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
            "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
            "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
            "2001:10::1", "2001:20::1", "100::1", "::ffff:93.184.216.34", "3fff::1", "5f00::1",
        ])
    func special(text: String) async throws {
        let address = try #require(IPAddress(text))
        #expect(!closed.isHarmless(address))
        let url = text.contains(":") ? "http://[\(text)]/" : "http://\(text)/"
        await #expect(throws: EgressGuard.Refusal.self) { try await closed.vet(url) }
    }

    @Test(
        "public addresses are let through",
        arguments: ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "100.128.0.1"])
    func harmless(text: String) async throws {
        #expect(closed.isHarmless(try #require(IPAddress(text))))
    }

    @Test(
        "URLs that could mean two things are refused",
        arguments: [
            "", "x", "ftp://example.com/", "file:///etc/passwd", "gopher://x/", "http:/x", "http://", "http:///x",
            "http://:80/",
            "http://user@example.com/", "http://user:pw@example.com/", "http://example.com@127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://127.0.0.1.:80/x y",
            "http://exa mple.com/", "http://example.com\t/", "http://example.com\n/", "http://ex\u{00E4}mple.com/",
            "http://example.com\\@127.0.0.1/", "http://example.com:0/", "http://example.com:65536/",
            "http://example.com:8x/",
            "http://example.com:-1/", "http://[::1", "http://[::1]x/", "http://[fe80::1%25eth0]/", "http://[]/",
            "http://%31%32%37.0.0.1/", "http://127。0。0。1/", "http://example.com:80:80/", "javascript:alert(1)",
            "http://\u{0}example.com/", "http://1.2.3.4.5/", "http://999.1.1.1/", "HTTP://LOCALHOST@x/",
            "http://ex*mple.com/",
        ])
    func hostile(url: String) async {
        await #expect(throws: EgressGuard.Refusal.self) { try await closed.vet(url) }
    }

    @Test("one bad address among good ones refuses the name")
    func mixed() async {
        let mixed = EgressGuard(allowed: []) { _ in [IPAddress("93.184.216.34")!, IPAddress("10.0.0.1")!] }
        await #expect(throws: EgressGuard.Refusal.self) { try await mixed.vet("http://example.com/") }
    }

    @Test("the allow-list opens what it names and no more")
    func allowed() async throws {
        let open = EgressGuard(allowed: [IPRange("127.0.0.0/8")!, IPRange("10.1.0.0/16")!]) { _ in
            [IPAddress("127.0.0.1")!]
        }
        #expect(try await open.vet("http://localhost:8080/x").address == IPAddress("127.0.0.1"))
        #expect(open.isHarmless(IPAddress("10.1.9.9")!))
        #expect(!open.isHarmless(IPAddress("10.2.0.1")!))
    }

    @Test(
        "ranges that are none are nil",
        arguments: ["", "x", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "10.0.0/8", "10.0.0.0/8/8"])
    func ranges(text: String) {
        #expect(IPRange(text) == nil)
    }

    @Test("a call to a private address is never made, and says which setting opens it")
    func refusedCall() async {
        let executor = HTTPExecutor(egress: EgressGuard(allowed: []))
        let result = await executor.execute(
            AttemptRequest(
                executionID: Identifier(high: 1, low: 1), jobID: Identifier(high: 2, low: 2), jobName: "job",
                service: "default", scheduledAt: .init(milliseconds: 0), attempt: 1,
                target: .http(HTTPTarget(url: "http://127.0.0.1:9/")), timeout: .seconds(5)))
        guard case .failed(.connection, let error, false, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(error.contains("PUNCTUAL_EGRESS_ALLOW"))
        await executor.shutdown()
    }
}
