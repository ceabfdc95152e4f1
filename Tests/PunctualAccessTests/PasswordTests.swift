import PunctualAccess
import Testing

@Suite("Passwords")
struct PasswordTests {
    private static let texts = [
        "correct horse battery 9", "Prüfung für alle Tage", "ｆｕｌｌｗｉｄｔｈ　ｗｏｒｄｓ", "e\u{301}te\u{301} a\u{300} la mer",
        "🗝️🗝️🗝️ und mehr", " ",
        String(repeating: "x", count: 256),
    ]

    private static func hex(_ text: String) -> String {
        "x" + text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("hashes are those of argon2-cffi, both ways")
    func peer() async throws {
        let hasher = PasswordHasher()
        var random = SystemRandomNumberGenerator()
        // The peer does not normalize; the texts that NFKC leaves alone are the ones to compare.
        let texts = ["correct horse battery 9", "Prüfung für alle Tage", " ", String(repeating: "x", count: 256)]
        let theirs = try Python.run("argon2_peer.py", lines: texts.map { "hash \(Self.hex($0))" })
        for (text, hash) in zip(texts, theirs) {
            let password = try #require(Password(text))
            #expect(try await hasher.check(password, against: hash, using: &random) == .right)
            #expect(try await hasher.check(Password(text + "!")!, against: hash, using: &random) == .wrong)
        }
        var ours: [String] = []
        for text in texts { ours.append(try await hasher.hash(Password(text)!, using: &random)) }
        let right = zip(ours, texts).map { "check \($0) \(Self.hex($1))" }
        let wrong = zip(ours, texts).map { "check \($0) \(Self.hex($1 + "?"))" }
        #expect(
            try Python.run("argon2_peer.py", lines: right + wrong) == texts.map { _ in "True" }
                + texts.map { _ in "False" })
    }

    @Test(
        "a password is the same however its letters are composed",
        arguments: [
            ("\u{E9}t\u{E9}", "e\u{301}te\u{301}"), ("ﬁsh", "fish"), ("①②③", "123"), ("Ａｂｃ", "Abc"),
        ])
    func normalized(one: String, other: String) async throws {
        let hasher = PasswordHasher(.small)
        var random = SystemRandomNumberGenerator()
        let hash = try await hasher.hash(Password(one)!, using: &random)
        #expect(try await hasher.check(Password(other)!, against: hash, using: &random) == .right)
    }

    @Test("a hash made with other parameters is right once more and comes anew")
    func outdated() async throws {
        var random = SystemRandomNumberGenerator()
        let password = Password("the password of old days")!
        let old = try await PasswordHasher(.small).hash(password, using: &random)
        let hasher = PasswordHasher()
        guard case .rightButOutdated(let new) = try await hasher.check(password, against: old, using: &random) else {
            Issue.record("the old hash was not found outdated")
            return
        }
        #expect(new.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.check(password, against: new, using: &random) == .right)
    }

    @Test(
        "a stored text that is no hash, or asks for too much work, is wrong and harms nobody",
        arguments: [
            "", "x", "$", "$$$$$", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$",
            "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=19456,t=4000000000,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=19456,t=2,p=900$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=1,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=19456,t=2$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ=$aGFzaGhhc2hoYXNoaGFzaA",
            "$argon2id$v=19$m=-1,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
        ])
    func unreadable(stored: String) async throws {
        var random = SystemRandomNumberGenerator()
        #expect(
            try await PasswordHasher(.small).check(Password("anything")!, against: stored, using: &random) == .wrong)
    }

    @Test("an unknown user costs what a known one does")
    func unknown() async throws {
        let hasher = PasswordHasher()
        var random = SystemRandomNumberGenerator()
        let hash = try await hasher.hash(Password("whoever it may be 1")!, using: &random)
        // In turns, and the lowest of many: both meet the same neighbours on the cores.
        var (known, unknown) = (Duration.seconds(600), Duration.seconds(600))
        for _ in 0..<15 {
            let start = ContinuousClock.now
            #expect(try await hasher.check(Password("wrong")!, against: hash, using: &random) == .wrong)
            let middle = ContinuousClock.now
            #expect(try await hasher.check(Password("wrong")!, against: nil, using: &random) == .wrong)
            (known, unknown) = (min(known, middle - start), min(unknown, ContinuousClock.now - middle))
        }
        #expect(unknown > known / 3 && known > unknown / 3, "known \(known), unknown \(unknown)")
    }

    @Test("who finds too many before him is turned away, and nobody else is hurt")
    func busy() async throws {
        let hasher = PasswordHasher(mostWaiting: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<24 {
                group.addTask {
                    var random = SystemRandomNumberGenerator()
                    do {
                        return try await hasher.check(Password("x")!, against: nil, using: &random) == .wrong
                    } catch { return false }
                }
            }
            return await group.reduce(into: [true: 0, false: 0]) { $0[$1]! += 1 }
        }
        #expect(outcomes[true]! >= 3)
        #expect(outcomes[false]! >= 1)
        var random = SystemRandomNumberGenerator()
        #expect(try await hasher.check(Password("x")!, against: nil, using: &random) == .wrong)
    }

    @Test("a password is shown by no text of it")
    func redacted() {
        let password = Password("swordfish of the seas")!
        #expect(!"\(password) \(String(reflecting: password)) \(String(describing: [password]))".contains("swordfish"))
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("swordfish"))
    }

    @Test("passwords past a kilobyte are not looked at")
    func huge() {
        #expect(Password(String(repeating: "x", count: 1024)) != nil)
        #expect(Password(String(repeating: "x", count: 1025)) == nil)
    }
}

@Suite("The rules for passwords")
struct PasswordRulesTests {
    private let alone = PasswordRules(hasSecondFactor: false)
    private let second = PasswordRules(hasSecondFactor: true)

    private func fault(_ rules: PasswordRules, _ text: String) -> PasswordRules.Fault? {
        rules.fault(of: Password(text)!, context: ["rosalind@example.com", "scheduler.example.com"])
    }

    @Test(
        "any fifteen characters will do, whatever they are",
        arguments: [
            "violet umbrella sky", "zzz yyy xxx www q", "пароль который помню", "密码是一个很长很长很长的句子吧",
            "        x       yz q",
            "no Capitals Or Digits", "correct-horse-99-xylophone", "rosalind likes tea with milk",
            "punctual trains are rare",
        ])
    func good(text: String) { #expect(fault(alone, text) == nil) }

    @Test("eight are enough beside a second factor", arguments: ["tea4Rosa", "kxqv wpz", "пароль-ж", "9f3k2m1x"])
    func goodWithSecond(text: String) {
        #expect(fault(second, text) == nil)
        #expect(fault(alone, text) == .tooShort(fewest: 15))
    }

    @Test("characters are Unicode's code points after NFKC")
    func counted() {
        #expect(fault(second, "e\u{301}a\u{300}o\u{302}u\u{308}") == .tooShort(fewest: 8))
        #expect(fault(second, "ﬁﬂﬃxyz") == nil)
        #expect(fault(alone, String(repeating: "abxq ", count: 52)) == .tooLong(most: 256))
        #expect(fault(alone, String(repeating: "abxq ", count: 51)) == nil)
    }

    @Test(
        "what attackers try first is refused, also dressed up",
        arguments: [
            "password", "Password1!", "12345678", "QWERTYUIOP", "iloveyou", "passwordpassword",
            "PasswordPasswordPassword", "!!!!password1234567",
            "letmeinletmein", "123456123456123456", "correcthorsebatterystaple", "correct horse battery staple",
            "adminadminadminadmin", "kubernetes2026!!",
        ])
    func common(text: String) {
        #expect(fault(text.count < 15 ? second : alone, text) == .common)
    }

    @Test(
        "names that attackers know are refused as the whole of it",
        arguments: [
            ("rosalind1234567", "rosalind"), ("RosalindRosalind", "rosalind"), ("12345rosalindrosalind!", "rosalind"),
            ("example123456789", "example"),
        ])
    func contextual(text: String, word: String) { #expect(fault(alone, text) == .contextual(word)) }

    @Test(
        "repetitions and runs are refused",
        arguments: [
            "aaaaaaaaaaaaaaaaaaa", "abababababababab", "abcdefghijklmnop", "1234567890123456", "qwertyuiopasdfghjkl",
            "mnopqrst23456789",
            "zyxwvutsrqponmlk",
        ])
    func monotonous(text: String) { #expect(fault(alone, text) == .monotonous) }
}

extension PasswordParameters {
    /// As little work as the library takes, where the work is not what is tested.
    static let small = PasswordParameters(memoryKibibytes: 8, passes: 1, lanes: 1)
}
