internal import Crypto
package import PunctualSchedule

/// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: SHA-1, six digits, steps of thirty seconds.
package struct OneTimePassword: Sendable {
    private let secret: [UInt8]

    /// The length of a step in seconds.
    static let stepSeconds: Int64 = 30
    /// How many steps a clock may be off, either way.
    static let tolerance: Int64 = 1

    /// - Parameter secret: 20 bytes; RFC 4226 asks for no fewer.
    package init(secret: [UInt8]) { self.secret = secret }

    /// The bytes of a new secret.
    package static func newSecret(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        randomBytes(20, using: &generator)
    }

    /// The secret as people type it into an app: Base32 without padding.
    package var text: String { Base32.encode(secret) }

    /// The step that the instant is in.
    package static func step(at instant: Timestamp) -> Int64 { instant.seconds / stepSeconds }

    /// The six digits of a step.
    package func code(step: Int64) -> String { code(step: step, digits: 6) }

    func code(step: Int64, digits: Int) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let digest = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(digest[19] & 15)
        let number = digest[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let limit = (0..<digits).reduce(UInt32(1)) { power, _ in power * 10 }
        let text = String(number % limit)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// Checks a code of now or of a neighbouring step.
    /// - Parameter lastStep: the step that was accepted last; nil before the first.
    /// - Returns: the step to store as the last one; nil when the code is wrong, or of a step that was accepted already or is
    ///   older than that.
    package func accept(_ code: String, at instant: Timestamp, lastStep: Int64?) -> Int64? {
        let digits = code.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.count == 6, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let now = OneTimePassword.step(at: instant)
        var accepted: Int64?
        // Every step is computed, so that the time does not tell which one it was.
        for step in (now - OneTimePassword.tolerance)...(now + OneTimePassword.tolerance) {
            let isNew = lastStep.map { step > $0 } ?? true
            if areEqual(Array(self.code(step: step).utf8), digits), isNew, accepted == nil { accepted = step }
        }
        return accepted
    }

    /// What the QR code of an authenticator app holds.
    /// - Parameters:
    ///   - issuer: the installation's name.
    ///   - account: the user's name.
    package func uri(issuer: String, account: String) -> String {
        let (issuer, account) = (OneTimePassword.escape(issuer), OneTimePassword.escape(account))
        let secret = Base32.encode(secret)
        return "otpauth://totp/\(issuer):\(account)?secret=\(secret)&issuer=\(issuer)&algorithm=SHA1&digits=6&period=30"
    }

    /// Percent-encoded but for the unreserved characters of RFC 3986.
    private static func escape(_ text: String) -> String {
        text.utf8.reduce(into: "") { escaped, byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: escaped.append(Character(Unicode.Scalar(byte)))
            default: escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}

/// Base32 of RFC 4648, section 6, without padding.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var (text, held, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(held >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(held << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
