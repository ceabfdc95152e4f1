import PunctualCore
import PunctualSchedule
import Testing

@testable import PunctualAccess

@Suite("One-time passwords")
struct OneTimePasswordTests {
    @Test(
        "codes are those of RFC 6238, appendix B",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func vectors(seconds: Int64, code: String) {
        let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
        let step = OneTimePassword.step(at: Timestamp(seconds: seconds))
        #expect(password.code(step: step, digits: 8) == code)
        #expect(password.code(step: step) == code.suffix(6))
    }

    @Test("codes are those of pyotp at ten thousand instants")
    func peer() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let cases = (0..<10_000).map { _ in
            (OneTimePassword.newSecret(using: &random), Int64.random(in: 0...20_000_000_000, using: &random))
        }
        let theirs = try Python.run("totp_peer.py", lines: cases.map { "\(Base32.encode($0.0)) \($0.1)" })
        let ours = cases.map {
            OneTimePassword(secret: $0.0).code(step: OneTimePassword.step(at: Timestamp(seconds: $0.1)))
        }
        #expect(ours == theirs, "seed \(seed)")
    }

    @Test("an authenticator app reads the address as it is meant")
    func uri() throws {
        let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
        let uri = password.uri(issuer: "Punctual (Köln)", account: "rosa&x=1@example.com")
        let read = try Python.run("totp_peer.py", lines: ["uri \(uri)"]).first
        #expect(read == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ|30|6|Punctual (Köln)|rosa&x=1@example.com")
    }

    private let password = OneTimePassword(secret: Array("another secret here.".utf8))
    private let now = Timestamp(seconds: 1_800_000_015)
    private var step: Int64 { OneTimePassword.step(at: now) }

    @Test("a code is accepted one step early and one late, not two", arguments: [Int64(-2), -1, 0, 1, 2])
    func window(offset: Int64) {
        let accepted = password.accept(password.code(step: step + offset), at: now, lastStep: nil)
        #expect(accepted == (abs(offset) <= 1 ? step + offset : nil))
    }

    @Test("a step is accepted once, and none before it any more")
    func once() throws {
        let code = password.code(step: step)
        let last = try #require(password.accept(code, at: now, lastStep: nil))
        #expect(password.accept(code, at: now, lastStep: last) == nil)
        #expect(password.accept(password.code(step: step - 1), at: now, lastStep: last) == nil)
        #expect(password.accept(password.code(step: step + 1), at: now, lastStep: last) == step + 1)
    }

    @Test(
        "anything but six digits is wrong",
        arguments: ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "+12345", "12345\u{0}", "0x1234"])
    func malformed(code: String) {
        #expect(password.accept(code, at: now, lastStep: nil) == nil)
    }

    @Test("blanks within a code do not count, as apps write them")
    func blanks() {
        let code = password.code(step: step)
        #expect(password.accept("\(code.prefix(3)) \(code.suffix(3))", at: now, lastStep: nil) == step)
    }

    @Test("a recovery code is good once, whatever its case and dashes")
    func recovery() throws {
        var random = SystemRandomNumberGenerator()
        let pepper = try #require(Pepper([("p1", [UInt8](repeating: 7, count: 32))]))
        let (shown, stored) = RecoveryCodes.make(pepper: pepper, using: &random)
        #expect(shown.reveal().count == 10 && Set(stored.map(\.bytes)).count == 10)
        let code = shown.reveal()[3]
        let rest = try #require(
            RecoveryCodes.accept(code.uppercased().replacing("-", with: " "), stored: stored, pepper: pepper))
        #expect(rest.count == 9)
        #expect(RecoveryCodes.accept(code, stored: rest, pepper: pepper) == nil)
        #expect(RecoveryCodes.accept("", stored: rest, pepper: pepper) == nil)
        #expect(RecoveryCodes.accept(String(code.dropLast()) + "!", stored: stored, pepper: pepper) == nil)
        #expect(RecoveryCodes.accept(shown.reveal()[4], stored: rest, pepper: pepper)?.count == 8)
    }
}
