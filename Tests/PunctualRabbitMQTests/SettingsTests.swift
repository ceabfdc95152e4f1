import PunctualCore
import Testing

@testable import PunctualRabbitMQ

@Suite("A RabbitMQ URL")
struct SettingsTests {
    @Test("says host, user, vhost")
    func plain() throws {
        let settings = try RabbitMQSettings("amqp://al%40ice:p%3Aw%2F@rabbit.example:5673/a%2Fb")
        #expect(settings.hosts == [.init(name: "rabbit.example", port: 5673)])
        #expect(settings.user == "al@ice")
        #expect(settings.password == "p:w/")
        #expect(settings.vhost == "a/b")
        #expect(settings.tls == nil)
        #expect(settings.place == "rabbit.example:5673, vhost a/b")
    }

    @Test(
        "has defaults",
        arguments: [
            "amqp://localhost", "amqp://localhost/", "amqp://localhost//", "amqp://localhost/%2F", "amqp://localhost?",
        ])
    func defaults(_ url: String) throws {
        let settings = try RabbitMQSettings(url)
        #expect(settings.hosts == [.init(name: "localhost", port: 5672)])
        #expect(settings.user == "guest")
        #expect(settings.vhost == "/")
    }

    @Test("may name several hosts and IPv6 addresses")
    func hosts() throws {
        let settings = try RabbitMQSettings("amqp://u:p@a,b:1,[::1],[fe80::1]:65535/v")
        #expect(settings.hosts.map(\.text) == ["a:5672", "b:1", "[::1]:5672", "[fe80::1]:65535"])
    }

    @Test("of amqps says how to trust whom")
    func tls() throws {
        let url =
            "amqps://h/?cacertfile=/a%20b.pem&certfile=c&keyfile=k&verify=verify_none&heartbeat=3&connection_timeout=70"
        let settings = try RabbitMQSettings(url)
        #expect(settings.hosts == [.init(name: "h", port: 5671)])
        #expect(
            settings.tls
                == .init(authorities: "/a b.pem", certificate: "c", key: "k", isVerified: false))
        #expect(settings.heartbeat == .seconds(3))
        #expect(settings.connectTimeout == .milliseconds(70))
        #expect(try RabbitMQSettings("amqps://h").tls?.isVerified == true)
    }

    @Test(
        "that is wrong is refused in one line without its password",
        arguments: [
            "", "amqp", "amqp:", "amqp:/h", "amqp://", "amqp:///", "http://h", "AMQP://h", " amqp://h", "amqp://h ",
            "amqp://u:sesame@", "amqp://u:sesame@/v", "amqp://u:sesame@h:", "amqp://u:sesame@h:x",
            "amqp://u:sesame@h:0", "amqp://u:sesame@h:65536", "amqp://u:sesame@h:-1", "amqp://u:sesame@h:+5",
            "amqp://u:sesame@h:99999999999999999999",
            "amqp://u:sesame@x@h", "amqp://u:sesame%@h", "amqp://u:sesame%4@h", "amqp://u:sesame%zz@h",
            "amqp://u:sesame%00@h", "amqp://u:sesame%FF@h", "amqp://u:sesame#@h", "amqp://u:sesame\r\n@h",
            "amqp://u:sesame\u{7F}@h", "amqp://u:ses ame@h", "amqp://u:sesame/@h", "amqp://u:sesame?@h",
            "amqp://u:sesame@h,", "amqp://u:sesame@,h", "amqp://u:sesame@h/a/b", "amqp://u:sesame@[::1",
            "amqp://u:sesame@[]",
            "amqp://u:sesame@[::1]x", "amqp://u:sesame@[h]", "amqp://u:sesame@[::g]", "amqp://u:sesame@h\u{E9}",
            "amqp://u:sesame@h:5672:5672", "amqp://u:sesame@h_!", "amqp://u:sesame@h?x", "amqp://u:sesame@h?sesame=1",
            "amqp://u:sesame@h?heartbeat=0", "amqp://u:sesame@h?heartbeat=sesame", "amqp://u:sesame@h?heartbeat=3601",
            "amqp://u:sesame@h?heartbeat", "amqp://u:sesame@h?connection_timeout=-1", "amqp://u:sesame@h?cacertfile=/x",
            "amqps://u:sesame@h?verify=maybe", "amqps://u:sesame@h?verify=", "amqps://u:sesame@h?cacertfile=",
            "amqps://u:sesame@h?certfile=%", "amqp://u:sesame@\(String(repeating: "h", count: 254))",
            "amqp://u:sesame@h/\(String(repeating: "v", count: 2000))",
            "amqp://u:sesame@\(Array(repeating: "h", count: 33).joined(separator: ","))",
        ])
    func hostile(_ url: String) {
        let error = #expect(throws: BrokerError.self) { try RabbitMQSettings(url) }
        guard case .refused(let text)? = error else {
            Issue.record("not refused: \(url)")
            return
        }
        #expect(text.hasPrefix("the RabbitMQ URL cannot be read: "), "\(text)")
        #expect(!text.contains("sesame") && !text.contains("\n"), "\(text)")
    }

    @Test("never crashes its reader", arguments: 0..<50)
    func noise(_ seed: UInt64) {
        let signs = Array("amqps://u:p@h[]:%2F?=&,.-\u{0}\u{301}é9")
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<200 {
            var text = "amqps://"
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                text.append(signs[Int(state >> 33) % signs.count])
            }
            // Read or refused, both are well.
            if let settings = try? RabbitMQSettings(text) { #expect(!settings.hosts.isEmpty) }
        }
    }
}
