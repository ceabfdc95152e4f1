import Testing

@testable import PunctualRedis

@Suite("Redis URLs")
struct RedisSettingsTests {
    @Test("all forms are read")
    func forms() throws {
        var settings = try RedisSettings("redis://localhost")
        #expect(
            settings.topology == .single(RedisHost("localhost", 6379)) && settings.tls == nil && settings.database == 0)
        settings = try RedisSettings("redis://rosa:p%40ss%3A%2Fword@redis.example:7000/3?connections=4")
        #expect(settings.topology == .single(RedisHost("redis.example", 7000)) && settings.database == 3)
        #expect(settings.credential == .init(user: "rosa", password: "p@ss:/word") && settings.connections == 4)
        settings = try RedisSettings("rediss://:secret@[::1]:6380/?ca=/etc/ca.pem&verify=ca")
        #expect(settings.topology == .single(RedisHost("::1", 6380)) && settings.credential?.user == nil)
        #expect(settings.tls == .init(authority: "/etc/ca.pem", verification: .ca))
        settings = try RedisSettings(
            "redis+sentinel://h1,h2:5000/main/2?sentinel_user=s&sentinel_password=t")
        #expect(settings.topology == .sentinel([RedisHost("h1", 26379), RedisHost("h2", 5000)], master: "main"))
        #expect(settings.database == 2 && settings.sentinelCredential == .init(user: "s", password: "t"))
        settings = try RedisSettings("rediss+cluster://u:p@h1:1,h2:2,h3?replicas=read&verify=none")
        #expect(settings.topology == .cluster([RedisHost("h1", 1), RedisHost("h2", 2), RedisHost("h3", 6379)]))
        #expect(settings.readsReplicas && settings.tls?.verification == RedisSettings.Verification.none)
    }

    @Test(
        "what is unknown or wrong is refused in one line without the password",
        arguments: [
            ("localhost", "no scheme"), ("http://localhost", "scheme is none"), ("redis://", "host is empty"),
            ("redis://h1,h2", "2 hosts"), ("redis://h:0", "port"), ("redis://h:70000", "port"), ("redis://h:x", "port"),
            ("redis://h/x", "number of a database"), ("redis://h/-1", "number of a database"),
            ("redis://h/0/1", "number of a database"), ("redis://h?colour=red", "no parameter"),
            ("redis://h?ca=x", "for TLS"), ("rediss://h?verify=maybe", "verify"),
            ("redis://h?connections=0", "connections"),
            ("redis://h?connections=2&connections=3", "twice"), ("redis://h?replicas=read", "replicas"),
            ("redis://h?sentinel_password=hunter2", "redis+sentinel"), ("redis://h#x", "fragment"),
            ("redis+sentinel://h", "name the master"), ("redis+sentinel:///main", "host is empty"),
            ("redis+sentinel://h/m?sentinel_user=x", "needs sentinel_password"),
            ("redis+cluster://h/3", "database but 0"),
            ("redis://hunter2@h", "USER:PASSWORD"), ("redis://u:@h", "USER:PASSWORD"),
            ("redis://u:%zz@h", "USER:PASSWORD"),
            ("redis://u:hunter2@h x", "sign"), ("redis://[::1", "ends with ]"),
            ("redis://[zz]:1", "form of an address"),
            ("redis://u:hunter2/x@h", "port"), ("rediss://h?ca=", "no value"),
        ])
    func refused(url: String, reason: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisSettings(url) }
        #expect(error.kind == .settings && error.message.contains(reason), "\(error.message)")
        #expect(!error.message.contains("hunter2") && !error.message.contains("\n"))
    }

    @Test("messages tell the place and never who asks")
    func place() throws {
        #expect(try RedisSettings("redis://u:hunter2@h/2").place == "h:6379/2")
        #expect(try RedisSettings("redis+sentinel://a,b/main").place == "main of a:26379,b:26379/0")
    }

    @Test("a file of authorities that is none is refused at once")
    func authorities() throws {
        let error = try #require(throws: RedisError.self) { try Redis(url: "rediss://h?ca=/nowhere/ca.pem") }
        #expect(error.kind == .settings && error.message.contains("/nowhere/ca.pem"))
    }

    // From the cluster specification and from CLUSTER KEYSLOT of Redis 7.
    @Test(
        "a key's slot is the cluster's",
        arguments: [
            ("123456789", 0x31C3), ("", 0), ("foo", 12182), ("{user1000}.following", 3443),
            ("{user1000}.followers", 3443),
            ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("foo{bar}{zap}", 5061), ("{}", 15257),
        ])
    func slots(key: String, slot: Int) {
        #expect(KeySlot.of(key) == slot)
    }

    @Test(
        "a script's digest is SHA-1",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
        ])
    func digests(source: String, digest: String) {
        #expect(RedisScript(source).digest == digest)
    }
}
