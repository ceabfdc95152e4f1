import Foundation
import PunctualCore
import PunctualExecutors
import PunctualJSON
import PunctualSchedule
import Testing

/// A call as it came over the wire.
private struct Received {
    var id = ""
    var timestamp = ""
    var signature = ""
    var body: [UInt8] = []

    init(_ request: String) {
        let bytes = Array(request.utf8)
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        body = Array(bytes[end.upperBound...])
        for line in String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ": ", maxSplits: 1)
            switch parts[0].lowercased() {
            case "webhook-id": id = String(parts[1])
            case "webhook-timestamp": timestamp = String(parts[1])
            case "webhook-signature": signature = String(parts[1])
            default: break
            }
        }
    }

    func line(secret: String) -> String {
        [secret, id, timestamp, signature, Data(body).base64EncodedString()].joined(separator: "\t")
    }
}

@Suite("Signed calls")
struct WebhookTests {
    private static let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let new = "whsec_" + Data((0..<64).map { UInt8($0) }).base64EncodedString()
    private static let stranger = "whsec_" + Data((0..<24).map { UInt8(255 - $0) }).base64EncodedString()

    /// Bodies that have upset signing code before, and random ones.
    private static func body(_ index: Int, _ random: inout some RandomNumberGenerator) -> JSONValue {
        switch index {
        case 0: return .null
        case 1: return ""
        case 2: return ["a": [1, -2, true, ["b": ""]]]
        case 3: return "."
        case 4: return "\u{0}\u{1}\u{7F}\u{80}\u{FFFD}\u{FEFF}"
        case 5: return "e\u{301} \u{E9} \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{202E}"
        case 6: return "\r\n\r\n\n\t "
        case 7: return .string(String(repeating: "ä€\u{1F4A9}", count: 25_000))
        case 8: return .string(String(repeating: "x", count: 256 * 1024))
        case 9: return "v1,abc v1,def"
        default:
            let scalars = (0..<Int.random(in: 0...200, using: &random)).map { _ -> Unicode.Scalar in
                let limit: UInt32 = [0x80, 0x800, 0x10000, 0x110000].randomElement(using: &random)!
                // Surrogates are no scalars.
                return Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? "\u{FFFF}"
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        }
    }

    /// Makes calls and returns what came in.
    private static func calls(_ count: Int, secrets: String) async throws -> [Received] {
        let server = try await LoopbackServer(answer("200 OK"))
        let executor = HTTPExecutor(egress: toLoopback, secrets: try #require(WebhookSecret.list(secrets)))
        let url = "http://127.0.0.1:\(server.port)/"
        var random = SystemRandomNumberGenerator()
        let bodies = (0..<count).map { body($0, &random) }
        await withTaskGroup(of: Void.self) { group in
            for (index, body) in bodies.enumerated() {
                // Eight at once.
                if index >= 8 { await group.next() }
                var attempt = httpAttempt(HTTPTarget(url: url, body: body))
                attempt.executionID = Identifier(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
                group.addTask { [attempt] in #expect(await executor.execute(attempt).verdict == .succeeded) }
            }
        }
        await executor.shutdown()
        await server.stop()
        return server.requests.map(Received.init)
    }

    @Test("standardwebhooks of PyPI verifies 1,000 calls with each of two secrets, and refuses what was changed")
    func oracle() async throws {
        let received = try await Self.calls(1000, secrets: "\(Self.old), \(Self.new)")
        #expect(received.count == 1000)
        #expect(Set(received.map(\.id)).count == 1000)
        #expect(received.allSatisfy { $0.signature.split(separator: " ").count == 2 })
        for secret in [Self.old, Self.new] {
            let answers = try Python.run(script: "verify_webhooks.py", lines: received.map { $0.line(secret: secret) })
            #expect(answers == Array(repeating: "verified", count: 1000))
        }
        let changed = received.flatMap { call -> [String] in
            var id = call
            id.id += "x"
            var time = call
            time.timestamp = String((Int(call.timestamp) ?? 0) + 1)
            var longer = call
            longer.body.append(UInt8(ascii: "x"))
            var other = call
            other.signature = String(call.signature.dropLast(44)) + String(call.signature.dropFirst(3).prefix(44))
            return [
                call.line(secret: Self.stranger), id.line(secret: Self.old), time.line(secret: Self.new),
                longer.line(secret: Self.old), other.line(secret: Self.new),
            ]
        }
        let answers = try Python.run(script: "verify_webhooks.py", lines: changed)
        #expect(answers == Array(repeating: "refused", count: 5000))
    }

    @Test("every attempt has the same id and a signature of its own instant")
    func attempts() async throws {
        let server = try await LoopbackServer(answer("500 Oops"))
        let executor = HTTPExecutor(egress: toLoopback, secrets: try #require(WebhookSecret.list(Self.old)))
        for number in 1...3 {
            var attempt = httpAttempt(HTTPTarget(url: "http://127.0.0.1:\(server.port)/", body: "x"))
            attempt.attempt = number
            _ = await executor.execute(attempt)
        }
        await executor.shutdown()
        await server.stop()
        let received = server.requests.map(Received.init)
        #expect(Set(received.map(\.id)) == ["\(Identifier(high: 1, low: 1))"])
        let lines = received.map { $0.line(secret: Self.old) }
        #expect(try Python.run(script: "verify_webhooks.py", lines: lines) == Array(repeating: "verified", count: 3))
    }

    @Test(
        "secrets stand one after another with commas or white space between",
        arguments: [
            ("", 0), (" \n", 0), (old, 1), (" \(old)\n", 1), ("\(old),\(new)", 2), ("\(old) \(new)", 2),
            ("\(old)\n\(new)\n", 2), ("\(old) , \(new),", 2),
        ])
    func lists(text: String, count: Int) { #expect(WebhookSecret.list(text)?.count == count) }

    @Test(
        "one secret that is none spoils the list",
        arguments: [
            "x", "whsec_", "\(old) x", "\(old);\(new)", "whsec_c2hvcnQ=", "\(old)\(new)", "whsec_\u{E4}",
            "Whsec_\(old)",
        ])
    func brokenLists(text: String) { #expect(WebhookSecret.list(text) == nil) }
}
