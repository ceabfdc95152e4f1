import Foundation
import NIOCore
import PunctualHTTP
import TestPeers
import Testing

/// Frames of HTTP/2 (RFC 9113 §4) as bytes.
private enum Frame {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func make(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags] + word(stream)
            + payload
    }

    static func word(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    /// `POST https://x/` in HPACK without Huffman: three entries of the static table and a literal.
    static let post: [UInt8] = [0x83, 0x87, 0x84, 0x41, 0x01, 0x78]
    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4

    static func headers(_ stream: UInt32, _ block: [UInt8] = post, flags: UInt8 = endHeaders) -> [UInt8] {
        make(1, flags: flags, stream: stream, block)
    }
    static func data(_ stream: UInt32, _ bytes: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        make(0, flags: flags, stream: stream, bytes)
    }
    static func reset(_ stream: UInt32) -> [UInt8] { make(3, stream: stream, word(8)) }
    static func settings(_ pairs: [(UInt16, UInt32)] = []) -> [UInt8] {
        make(4, pairs.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] + word($1) })
    }
    static let ping = make(6, [1, 2, 3, 4, 5, 6, 7, 8])
    static func continuation(_ stream: UInt32, _ block: [UInt8]) -> [UInt8] { make(9, stream: stream, block) }
    static func window(_ stream: UInt32, _ by: UInt32) -> [UInt8] { make(8, stream: stream, word(by)) }

    /// The types of the whole frames in the bytes, with their streams and payloads.
    static func read(_ bytes: [UInt8]) -> [(type: UInt8, stream: UInt32, payload: [UInt8])] {
        var result: [(UInt8, UInt32, [UInt8])] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            result.append((head[3], stream & 0x7FFF_FFFF, Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return result
    }
}

@Suite("Floods of HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2FloodTests {
    /// A flood: what is sent once, and what is sent again and again, by the number of the round from 0.
    struct Flood: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var start: [UInt8] = []
        let round: @Sendable (UInt32) -> [UInt8]
        /// How many requests may be begun by it.
        var most = 0
    }

    private static let floods: [Flood] = [
        // CVE-2023-44487.
        Flood(
            testDescription: "streams that are reset as soon as they are opened",
            round: { Frame.headers(2 * $0 + 1) + Frame.reset(2 * $0 + 1) }, most: 300),
        Flood(
            testDescription: "a head that never ends (CVE-2024-27316)", start: Frame.headers(1, flags: 0),
            round: { _ in Frame.continuation(1, [0x00, 0x01, 0x61, 0x01, 0x62]) }),
        Flood(
            testDescription: "a head that never ends, and has nothing in it", start: Frame.headers(1, flags: 0),
            round: { _ in Frame.continuation(1, []) }),
        Flood(testDescription: "pings", round: { _ in Frame.ping }),
        Flood(testDescription: "settings", round: { _ in Frame.settings() }),
        Flood(
            testDescription: "empty data (CVE-2019-9518)", start: Frame.headers(1),
            round: { _ in Frame.data(1, []) }, most: 1),
        Flood(
            testDescription: "priorities (CVE-2019-9513)",
            round: { Frame.make(2, stream: 2 * $0 + 1, [0, 0, 0, 0, 1]) }),
        Flood(
            testDescription: "streams that break the rules",
            round: { Frame.headers(2 * $0 + 1) + Frame.window(2 * $0 + 1, 0) }, most: 300),
    ]

    @Test("each ends its connection, and others are served as before", arguments: floods)
    func flood(_ flood: Flood) async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let tls = Wire.TLS(authority: certificates.authority.path, protocols: ["h2"])
            let recorder = Recorder()
            try await recorder.run(certificate: server) { port in
                let rounds = try await Wire.open(port, tls: tls) { wire in
                    await wire.send(Frame.preface + Frame.settings() + flood.start)
                    var rounds: UInt32 = 0
                    // A connection that outlives a million rounds is none that was ended.
                    while rounds < 1_000_000 {
                        var bytes: [UInt8] = []
                        for _ in 0..<50 {
                            bytes += flood.round(rounds)
                            rounds += 1
                        }
                        guard await wire.send(bytes) else { break }
                    }
                    return rounds
                }
                #expect(rounds < 1_000_000, "the connection was ended")
                try await Wire.open(port, tls: .init(authority: tls.authority)) { wire in
                    await wire.send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(await wire.read(until: "path=/after;"))
                }
            }
            #expect(recorder.seen.count { $0.path != "/after" } <= flood.most)
        }
    }

    @Test("a hundred streams may be open at once; more are refused")
    func streams() async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let tls = Wire.TLS(authority: certificates.authority.path, protocols: ["h2"])
            let recorder = Recorder()
            try await recorder.run(certificate: server) { port in
                try await Wire.open(port, tls: tls) { wire in
                    let opening = (0..<120).flatMap { Frame.headers(2 * $0 + 1) }
                    await wire.send(Frame.preface + Frame.settings() + opening)
                    var frames: [(type: UInt8, stream: UInt32, payload: [UInt8])] = []
                    repeat {
                        frames = Frame.read(Array(wire.received.readableBytesView))
                        if frames.contains(where: { $0.type == 3 || $0.type == 7 }) { break }
                    } while await wire.more()
                    let settings = frames.first { $0.type == 4 && !$0.payload.isEmpty }
                    let pairs = settings?.payload ?? []
                    let most = stride(from: 0, to: pairs.count - 5, by: 6).map { Array(pairs[$0...($0 + 5)]) }
                    #expect(most.contains([0, 3, 0, 0, 0, 100]))
                    #expect(frames.contains { ($0.type == 3 && $0.stream > 199) || $0.type == 7 })
                }
            }
        }
    }

    @Test("a head that swells as it is unpacked is refused")
    func bomb() async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let tls = Wire.TLS(authority: certificates.authority.path, protocols: ["h2"])
            let recorder = Recorder()
            try await recorder.run(certificate: server) { port in
                try await Wire.open(port, tls: tls) { wire in
                    // A field of 3,000 bytes that is kept in the table, then named 4,000 times by one byte each: 12 MB.
                    let field: [UInt8] = [0x40, 0x01, 0x61, 0x7F, 0xB9, 0x16] + [UInt8](repeating: 0x62, count: 3000)
                    let block = Frame.post + field + [UInt8](repeating: 0xBE, count: 4000)
                    await wire.send(Frame.preface + Frame.settings() + Frame.headers(1, block, flags: 5))
                    while await wire.more() {
                        if Frame.read(Array(wire.received.readableBytesView)).contains(where: {
                            $0.type == 3 || $0.type == 7
                        }) {
                            break
                        }
                    }
                }
            }
            #expect(recorder.seen.isEmpty)
        }
    }

    @Test(
        "who is silent, never ends a body or takes no answer is let go",
        arguments: [
            ("silence", []), ("a body without an end", Frame.headers(1)),
            ("an answer that nobody takes", Frame.headers(1, Frame.post.dropLast(0) + [], flags: 5)),
            ("half a head", Frame.headers(1, flags: 0)),
        ] as [(String, [UInt8])])
    func slow(what: String, bytes: [UInt8]) async throws {
        try await withCertificate { certificates in
            let server = try certificates.server()
            let tls = Wire.TLS(authority: certificates.authority.path, protocols: ["h2"])
            var limits = TransportLimits()
            (limits.idle, limits.lingering) = (.milliseconds(500), .milliseconds(200))
            (limits.firstHead, limits.body, limits.stalled) = (
                .milliseconds(500), .milliseconds(500), .milliseconds(500)
            )
            try await Recorder().run(certificate: server, limits: limits) { port in
                try await Wire.open(port, tls: tls) { wire in
                    // Windows of 0: no byte of an answer's body may be sent.
                    await wire.send(Frame.preface + Frame.settings([(4, 0)]) + bytes)
                    _ = await wire.rest()
                }
            }
        }
    }
}
