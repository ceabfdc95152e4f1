import PunctualCore
import PunctualSchedule
import Testing

@testable import PunctualAccess

@Suite("API keys")
struct APIKeyTests {
    private let now = Timestamp(seconds: 1_800_000_000)
    private let pepper = Pepper([("p1", [UInt8](repeating: 7, count: 32))])!
    private let id = Identifier(high: 0x0197_c2c5_6f1e_7d4c, low: 0x8a51_0f6a_8d5e_2b11)

    private func key(_ secret: APIKeySecret, change: (inout APIKey) -> Void = { _ in }) -> APIKey {
        var key = APIKey(
            id: id, name: "ci", owner: .serviceAccount(Identifier(high: 1, low: 2)),
            secrets: [APIKey.Secret(hash: secret.hash(pepper), createdAt: now)],
            scopes: [Permission(.operator, service: "billing")], createdAt: now, createdBy: "user:x")
        change(&key)
        return key
    }

    private func secret() -> APIKeySecret {
        var random = SystemRandomNumberGenerator()
        return APIKeySecret(id: id, using: &random)
    }

    private func fault(
        _ key: APIKey, _ secret: APIKeySecret, from address: String? = "192.0.2.1", at instant: Timestamp? = nil
    ) -> CredentialFault? {
        do throws(CredentialFault) {
            try key.check(
                secret, pepper: pepper, address: address.flatMap { IPAddress($0) }, at: instant ?? now)
            return nil
        } catch { return error }
    }

    @Test("a key has its form, carries 256 random bits and reads back")
    func form() throws {
        let text = secret().text.reveal()
        #expect(text.wholeMatch(of: /pk_0197c2c56f1e7d4c8a510f6a8d5e2b11_[0-9A-Za-z]{49}/) != nil)
        #expect(try #require(APIKeySecret(text)).id == id)
        // 43 characters of 62: 256.03 bits.
        #expect(Double(SecretText.secretLength) * 5.954 > 256)
        #expect(Set((0..<1000).map { _ in secret().text.reveal() }).count == 1000)
    }

    @Test("CRC-32 is the usual one")
    func checksum() {
        // CRC-32 of "123456789" is 0xCBF43926 = 3421780262, in base 62 3JZGka.
        var (value, text) = (3_421_780_262, "")
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        for _ in 0..<6 {
            text = String(alphabet[value % 62]) + text
            value /= 62
        }
        #expect(SecretText.checksum(of: "123456789".utf8) == text)
    }

    @Test("a single wrong, missing or doubled character is found without a store")
    func mistyped() {
        let text = Array(secret().text.reveal())
        for index in text.indices {
            var wrong = text
            wrong[index] = wrong[index] == "x" ? "y" : "x"
            #expect(APIKeySecret(String(wrong)) == nil)
            wrong = text
            wrong.remove(at: index)
            #expect(APIKeySecret(String(wrong)) == nil)
            wrong = text
            wrong.insert(wrong[index], at: index)
            #expect(APIKeySecret(String(wrong)) == nil)
        }
    }

    @Test("no text crashes the reader, and only keys are read")
    func fuzz() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let good = Array(secret().text.reveal().utf8)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 7))
                case 2: bytes.insert(contentsOf: [0xF0, 0x9F, 0x97, 0x9D], at: at)
                default: bytes.append(contentsOf: bytes[at...])
                }
                if bytes.isEmpty { bytes = [UInt8(ascii: "p")] }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let read = APIKeySecret(text) { #expect(Array(read.text.reveal().utf8) == good, "seed \(seed)") }
        }
    }

    @Test("the stored hash tells nothing without the server's key, and is no other kind's")
    func hashed() throws {
        let secret = secret()
        let hash = secret.hash(pepper)
        #expect(hash.bytes.count == 32)
        #expect(secret.matches(hash, pepper))
        #expect(!pepper.isHash(hash, of: secret.text.reveal(), use: "recovery"))
        let other = try #require(Pepper([("p1", [UInt8](repeating: 8, count: 32))]))
        #expect(!secret.matches(hash, other))
        let rotated = try #require(
            Pepper([("p2", [UInt8](repeating: 9, count: 32)), ("p1", [UInt8](repeating: 7, count: 32))]))
        #expect(secret.matches(hash, rotated) && secret.hash(rotated).keyID == "p2")
        #expect(Pepper([]) == nil && Pepper([("p", [1, 2, 3])]) == nil)
        #expect(!"\(secret)".contains(secret.text.reveal()))
    }

    @Test("a key is good for its secret, until it ends, from where it may be used")
    func checked() {
        let secret = secret()
        #expect(fault(key(secret), secret) == nil)
        #expect(fault(key(secret), self.secret()) == .wrongSecret)
        #expect(fault(key(secret) { $0.id = Identifier(high: 9, low: 9) }, secret) == .wrongSecret)
        #expect(fault(key(secret).revoked(at: now), secret) == .revoked)
        #expect(fault(key(secret) { $0.expiresAt = self.now + .milliseconds(1) }, secret) == nil)
        #expect(fault(key(secret) { $0.expiresAt = self.now }, secret) == .expired)
        let held = key(secret) { $0.addresses = [IPRange("192.0.2.0/24")!, IPRange("2001:db8::/32")!] }
        #expect(fault(held, secret) == nil)
        #expect(fault(held, secret, from: "::ffff:192.0.2.7") == nil)
        #expect(fault(held, secret, from: "2001:db8::7") == nil)
        #expect(fault(held, secret, from: "198.51.100.1") == .addressNotAllowed)
        #expect(fault(held, secret, from: nil) == .addressNotAllowed)
        // Who does not know the secret does not learn that the key is revoked.
        #expect(fault(held.revoked(at: now), self.secret()) == .wrongSecret)
    }

    @Test("a rotated key is good for both secrets through the overlap, and for two at most")
    func rotation() {
        let (first, second, third) = (secret(), secret(), secret())
        let once = key(first).rotated(to: second.hash(pepper), overlap: .seconds(60), at: now)
        #expect(fault(once, first) == nil && fault(once, second) == nil)
        #expect(fault(once, first, at: now + .seconds(60)) == .expired)
        #expect(fault(once, second, at: now + .seconds(60)) == nil)
        let twice = once.rotated(to: third.hash(pepper), overlap: .seconds(60), at: now + .seconds(1))
        #expect(fault(twice, first, at: now + .seconds(1)) == .wrongSecret)
        #expect(fault(twice, second, at: now + .seconds(1)) == nil && fault(twice, third, at: now + .seconds(1)) == nil)
        let cut = key(first).rotated(to: second.hash(pepper), overlap: .zero, at: now)
        #expect(cut.secrets.count == 1)
    }

    @Test("its use is noted once a minute")
    func use() {
        let key = key(secret())
        #expect(key.isWorthNoting(at: now))
        var used = key
        used.lastUsedAt = now
        #expect(!used.isWorthNoting(at: now + .milliseconds(59_999)))
        #expect(used.isWorthNoting(at: now + .seconds(60)))
    }
}
