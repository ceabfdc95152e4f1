internal import PunctualCore

/// The text forms of keys and tokens: a prefix, an id, random characters, a checksum.
///
/// The checksum tells a mistyped or cut key from a wrong one without a look into the store, as scanners for leaked keys do.
enum SecretText {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// So many characters of 62 carry at least 256 bits.
    static let secretLength = 43
    static let checksumLength = 6

    /// A new secret.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        String(
            decoding: (0..<secretLength).map { _ in alphabet[Int.random(in: 0..<62, using: &generator)] },
            as: UTF8.self)
    }

    /// Whether all characters are of the 62.
    static func isPlain(_ text: some Sequence<UInt8>) -> Bool {
        text.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
    }

    /// `prefix_id_secret` and the six characters of its checksum.
    static func compose(prefix: String, id: Identifier, secret: String) -> String {
        let body = "\(prefix)_\(plain(id))_\(secret)"
        return body + checksum(of: body.utf8)
    }

    /// Characters that stand for the bytes; not all of their bits are in them.
    static func characters(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { alphabet[Int($0) % 62] }, as: UTF8.self)
    }

    /// The id of a text of that form; nil when it is of another form or its checksum is wrong.
    /// - Parameter length: that of the secret in characters.
    static func id(in text: String, prefix: String, length: Int = secretLength) -> Identifier? {
        let bytes = Array(text.utf8)
        let start = prefix.utf8.count + 1
        guard bytes.count == start + 33 + length + checksumLength,
            bytes.starts(with: Array((prefix + "_").utf8)), bytes[start + 32] == UInt8(ascii: "_"),
            isPlain(bytes[(start + 33)...]),
            checksum(of: bytes.dropLast(checksumLength)).utf8.elementsEqual(bytes.suffix(checksumLength))
        else { return nil }
        var words: [UInt64] = [0, 0]
        for (index, byte) in bytes[start..<(start + 32)].enumerated() {
            switch byte {
            case 48...57: words[index / 16] = words[index / 16] << 4 | UInt64(byte - 48)
            case 97...102: words[index / 16] = words[index / 16] << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return Identifier(high: words[0], low: words[1])
    }

    /// The id without dashes.
    private static func plain(_ id: Identifier) -> String { id.description.filter { $0 != "-" } }

    /// CRC-32 (ISO 3309) in base 62, padded with zeros.
    static func checksum(of bytes: some Sequence<UInt8>) -> String {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        var rest = ~crc
        var text: [UInt8] = []
        for _ in 0..<checksumLength {
            text.insert(alphabet[Int(rest % 62)], at: 0)
            rest /= 62
        }
        return String(decoding: text, as: UTF8.self)
    }
}
