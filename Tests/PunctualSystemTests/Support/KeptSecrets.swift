import Foundation
import Synchronization

/// Every secret that a test has met, to be looked for where none may be.
final class KeptSecrets: Sendable {
    private let secrets = Mutex<[String: String]>([:])

    /// Remembers a secret, and answers it; one that is empty was never there.
    @discardableResult
    func keep(_ name: String, _ secret: String) -> String {
        secrets.withLock { $0[name] = secret.trimmingCharacters(in: .whitespacesAndNewlines) }
        return secret
    }

    subscript(_ name: String) -> String { secrets.withLock { $0[name] ?? "" } }

    var all: [String: String] { secrets.withLock { $0 } }

    /// The names of those that the text holds in any form.
    func found(in text: String) -> [String] {
        let (text, lower) = (Data(text.utf8), Data(text.lowercased().utf8))
        return all.filter { _, secret in
            KeptSecrets.forms(of: secret).contains { text.range(of: $0) != nil || lower.range(of: $0) != nil }
        }.map(\.key).sorted()
    }

    /// A text that holds each secret in one of its forms, for a search that must find them all.
    func planted() -> String {
        all.sorted { $0.key < $1.key }.enumerated().map { index, secret in
            let forms = KeptSecrets.forms(of: secret.value).sorted { $0.lexicographicallyPrecedes($1) }
            return "\n" + String(decoding: forms[index % forms.count], as: UTF8.self)
        }.joined()
    }

    /// The secret as text, in hexadecimal and in Base64 wherever it begins within what is encoded; and so the random part of
    /// a key or token alone, a code without its dashes, and the bytes that Base32 or Base64 stand for.
    static func forms(of secret: String) -> Set<Data> {
        var bodies: Set<Data> = [Data(secret.utf8), Data(secret.filter { $0 != "-" }.utf8)]
        for mark: Character in ["_", "."] {
            if let last = secret.split(separator: mark).last, last.utf8.count >= 20 { bodies.insert(Data(last.utf8)) }
        }
        if let bytes = base32(secret) { bodies.insert(bytes) }
        if let bytes = Data(base64Encoded: secret.replacing("whsec_", with: "")), bytes.count >= 16 {
            bodies.insert(bytes)
        }
        var forms = bodies
        for body in bodies {
            forms.insert(Data(body.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().utf8))
            for offset in 0..<3 {
                // What the bytes before and behind have a part in is left out.
                let text = (Data(count: offset) + body).base64EncodedString().replacing("=", with: "")
                let cut = (offset + body.count) % 3 == 0 ? 0 : 1
                let own = String(text.dropFirst([0, 2, 3][offset]).dropLast(cut))
                forms.insert(Data(own.utf8))
                forms.insert(Data(own.replacing("+", with: "-").replacing("/", with: "_").utf8))
            }
        }
        return forms.filter { $0.count >= 12 && $0.allSatisfy { (32...126).contains($0) } }
    }

    /// The bytes of RFC 4648's Base32 without padding; nil for other texts.
    private static func base32(_ text: String) -> Data? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (bytes, held, bits) = (Data(), 0, 0)
        for character in text {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            (held, bits) = ((held << 5 | value) & 0xFFFF, bits + 5)
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(held >> bits & 255))
            }
        }
        return bytes.count >= 16 ? bytes : nil
    }
}
