import Foundation
import PunctualRedis
import TestPeers
import Testing

@Suite("Who may use Redis, and how it is known", .timeLimit(.minutes(5)))
struct RedisAccessTests {
    @Test("users, passwords and databases of the URL count, and what is wrong is told without the password")
    func users() async throws {
        let peer = try await blocking {
            try RedisPeer(
                ["requirepass p@ss", "user rosa on >geheim ~app:* &* +@all -flushall"],
                access: ["--no-auth-warning", "-a", "p@ss"])
        }
        let host = "127.0.0.1:\(peer.port)"
        try await withRedis("redis://:p%40ss@\(host)/3") { redis in
            _ = try await redis.send(RedisCommand("SET", "where", "three"))
            let found = try await blocking { try peer.cli(["-n", "3", "GET", "where"]) }
            #expect(found == "three")
        }
        try await withRedis("redis://rosa:geheim@\(host)") { redis in
            #expect(try await redis.text("ACL", "WHOAMI") == "rosa")
            for command in [RedisCommand("GET", .key("other")), RedisCommand("FLUSHALL")] {
                let error = try await fault { try await redis.send(command) }
                #expect(error.code == "NOPERM")
            }
        }
        for (url, code) in [("redis://rosa:hunter2@\(host)", "WRONGPASS"), ("redis://\(host)", "NOAUTH")] {
            try await withRedis(url) { redis in
                let error = try await fault { try await redis.ping() }
                #expect(error.kind == .unavailable && error.code == code && error.message.contains("URL"), "\(error)")
                #expect(!error.message.contains("hunter2"))
            }
        }
        peer.kill()
    }

    @Test("TLS: an authority of our own, the right name, or none of it")
    func certificates() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(fresh("tls"))
        let other = folder.appendingPathComponent("other")
        let (good, bad) = try await blocking {
            try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
            return (try Certificates(in: folder).authority.path, try Certificates(in: other).authority.path)
        }
        let files = ["crt", "key"].map { folder.appendingPathComponent("server.\($0)").path }
        let peer = try await blocking {
            try RedisPeer(
                [
                    "tls-port $PORT", "tls-cert-file \(files[0])", "tls-key-file \(files[1])",
                    "tls-ca-cert-file \(good)",
                    "tls-auth-clients no",
                ], access: ["--tls", "--cacert", good])
        }
        defer {
            peer.kill()
            // Nothing depends on its removal.
            try? FileManager.default.removeItem(at: folder)
        }
        // The certificate is for localhost alone.
        for url in [
            "rediss://localhost:\(peer.port)?ca=\(good)", "rediss://127.0.0.1:\(peer.port)?ca=\(good)&verify=ca",
            "rediss://127.0.0.1:\(peer.port)?verify=none",
        ] {
            try await withRedis(url) { redis in
                let key = fresh()
                let bytes = [UInt8](repeating: 7, count: 1_000_000)
                _ = try await redis.send(RedisCommand("SET", .key(key), .bytes(bytes)))
                #expect(try await redis.send(RedisCommand("GET", .key(key))).bytes == bytes)
            }
        }
        for url in [
            "rediss://localhost:\(peer.port)?ca=\(bad)", "rediss://localhost:\(peer.port)",
            "rediss://127.0.0.1:\(peer.port)?ca=\(good)",
        ] {
            try await withRedis(url) { redis in
                let error = try await fault { try await redis.ping() }
                #expect(error.kind == .unavailable && error.message.contains("certificate"), "\(url): \(error)")
            }
        }
        // Plain talk to a port with TLS, and TLS to a plain one.
        let plain = try await blocking { RedisPeer.shared.port }
        for (url, sign) in [
            ("redis://localhost:\(peer.port)", "rediss in place of redis"),
            ("rediss://localhost:\(plain)?verify=none", "speaks TLS"),
        ] {
            var settings = try RedisSettings(url)
            (settings.callLimit, settings.openLimit) = (.seconds(60), .seconds(2))
            try await withRedis(settings) { redis in
                let error = try await fault { try await redis.ping() }
                #expect(error.kind == .unavailable && error.message.contains(sign), "\(url): \(error)")
            }
        }
    }
}
