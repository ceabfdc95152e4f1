/// Base64 of RFC 4648, section 5, without padding; one text for each sequence of bytes.
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Characters to six-bit numbers; 64 where there is none.
    private static let numbers: [UInt8] = {
        var numbers = [UInt8](repeating: 64, count: 256)
        for (number, character) in alphabet.enumerated() { numbers[Int(character)] = UInt8(number) }
        return numbers
    }()

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: encode(bytes, alphabet: alphabet), as: UTF8.self)
    }

    /// The characters for the bytes, three to four, without padding.
    static func encode(_ bytes: some Sequence<UInt8>, alphabet: [UInt8]) -> [UInt8] {
        var (text, held, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(held >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(held << UInt32(6 - bits) & 63)]) }
        return text
    }

    /// The bytes; nil when a character is none of the alphabet, padding and blanks included, when the length is impossible, or
    /// when bits are left over that are not zero: such texts would be second names for the same bytes.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? { decode(text, numbers: numbers) }

    static func decode(_ text: some Sequence<UInt8>, numbers: [UInt8]) -> [UInt8]? {
        var (bytes, held, bits, count): ([UInt8], UInt32, Int, Int) = ([], 0, 0, 0)
        for character in text {
            let number = numbers[Int(character)]
            guard number < 64 else { return nil }
            held = held << 6 | UInt32(number)
            bits += 6
            count += 1
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        guard count % 4 != 1, held & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }

    /// The plain alphabet of RFC 4648, section 4, without padding: what PHC strings use.
    static let plainAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// With the plain alphabet and padding, as `Authorization` fields have it (RFC 7617).
    static func padded(_ bytes: [UInt8]) -> String {
        let text = String(decoding: encode(bytes, alphabet: plainAlphabet), as: UTF8.self)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    static let plainNumbers: [UInt8] = {
        var numbers = [UInt8](repeating: 64, count: 256)
        for (number, character) in plainAlphabet.enumerated() { numbers[Int(character)] = UInt8(number) }
        return numbers
    }()
}
