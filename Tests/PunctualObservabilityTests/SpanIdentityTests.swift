import Testing

@testable import PunctualObservability

@Suite("W3C trace context")
struct SpanIdentityTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"

    @Test("what came is read, and written again as it came", arguments: ["00", "01", "02", "03"])
    func roundTrip(_ flags: String) throws {
        let text = "00-\(Self.trace)-\(Self.parent)-\(flags)"
        let identity = try #require(SpanIdentity(traceparent: text))
        #expect(identity.traceparent == text && identity.traceID == Self.trace && identity.spanID == Self.parent)
        #expect(identity.isSampled == ["01", "03"].contains(flags) && identity.isRemote)
    }

    @Test("a later version is read as far as it is known")
    func later() throws {
        let identity = try #require(SpanIdentity(traceparent: "cc-\(Self.trace)-\(Self.parent)-ff-what-ever"))
        #expect(identity.traceparent == "00-\(Self.trace)-\(Self.parent)-03")
    }

    /// Those of the standard's own test suite, and worse.
    private static let bad = [
        "", "00", "-", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-what",
        "ff-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01what", "0-\(trace)-\(parent)-01",
        "00-\(trace.uppercased())-\(parent)-01", "00-\(trace)-\(parent)-0x", "00-\(trace)-\(parent)-1",
        "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace)-\(parent)-01, 00-\(trace)-\(parent)-01", " 00-\(trace)-\(parent)-01", "00_\(trace)_\(parent)_01",
        "00-\(trace.dropLast())g-\(parent)-01", "00-\(trace)-\(parent)-\u{0661}\u{0661}", "🙂",
    ]

    @Test("what breaks the rules begins a trace of its own", arguments: bad)
    func broken(_ text: String) { #expect(SpanIdentity(traceparent: text) == nil) }

    @Test(
        "the state of others goes on whole, or not at all",
        arguments: [
            ("a=1,b=2", "a=1,b=2"), (" a=1 ,\tb=2,, ", "a=1,b=2"), ("a=1,a=2", ""), ("A=1", ""), ("a", ""), ("a=", ""),
            ("a=b=c", ""), ("t@v=x", "t@v=x"), ("a=\u{7F}", ""), ("", ""), ("0_-*/@z=~", "0_-*/@z=~"),
        ])
    func state(_ given: String, _ kept: String) {
        let identity = SpanIdentity(traceparent: "00-\(Self.trace)-\(Self.parent)-01", tracestate: given)
        #expect(identity?.state == kept)
    }

    @Test("of more state than fits, whole members are left out at the end")
    func long() throws {
        let members = (0..<30).map { "key\($0)=" + String(repeating: "x", count: 60) }
        let identity = try #require(
            SpanIdentity(
                traceparent: "00-\(Self.trace)-\(Self.parent)-01", tracestate: members.joined(separator: ",")))
        #expect(identity.state.utf8.count <= 512 && !identity.state.isEmpty)
        #expect(identity.state == members.prefix(identity.state.split(separator: ",").count).joined(separator: ","))
        let many = (0..<33).map { "k\($0)=1" }.joined(separator: ",")
        #expect(
            SpanIdentity(traceparent: "00-\(Self.trace)-\(Self.parent)-01", tracestate: many)?.state == "",
            "more than 32 members break the rules")
    }
}

@Suite("Sampling")
struct SamplerTests {
    @Test("each name of the standard is known, and no other", arguments: Sampler.names)
    func names(_ name: String) throws {
        let sampler = try #require(Sampler(name: name, ratio: 0.5))
        #expect(sampler.followsParent == name.hasPrefix("parentbased_"))
        #expect(Sampler(name: name.uppercased(), ratio: 0.5) == nil && Sampler(name: name + "x", ratio: 0.5) == nil)
    }

    @Test("a ratio keeps that part of the traces, the same ones everywhere", arguments: [0, 0.01, 0.25, 0.5, 1])
    func ratio(_ ratio: Double) {
        let sampler = Sampler(root: .ratio(ratio), followsParent: false)
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<20_000).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
        let kept = ids.filter { sampler.keeps(traceLow: $0) }
        #expect(abs(Double(kept.count) / 20_000 - ratio) < 0.02)
        #expect(kept == ids.filter { sampler.keeps(traceLow: $0) })
        // Who samples more keeps all that the other does: traces do not break where ratios differ.
        let more = Sampler(root: .ratio(min(1, ratio + 0.1)), followsParent: false)
        #expect(kept.allSatisfy { more.keeps(traceLow: $0) })
    }

    @Test("who follows the caller keeps what he keeps, and decides where nobody did")
    func parent() {
        var parent = SpanIdentity(traceHigh: 1, traceLow: 1, span: 1, flags: 1)
        let never = Sampler(root: .never)
        #expect(never.keeps(parent, traceLow: 1) && !never.keeps(nil, traceLow: 1))
        parent.flags = 0
        #expect(!Sampler(root: .always).keeps(parent, traceLow: 1))
        #expect(Sampler(root: .always, followsParent: false).keeps(parent, traceLow: 1))
    }
}
