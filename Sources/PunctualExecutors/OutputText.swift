/// What a call or command said, cut to a cap and made into text that every store and reader can hold.
enum OutputText {
    /// Bytes that are no UTF-8, and NUL, which PostgreSQL cannot store, become U+FFFD.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }

    /// The bytes without a character that the cap cut in two at their end.
    static func trimmingEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // A character has at most three bytes behind its first.
        for index in bytes.indices.suffix(4).reversed() where bytes[index] & 0xC0 != 0x80 {
            let length =
                switch bytes[index] {
                case 0xC0...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF7: 4
                default: 1
                }
            return bytes.endIndex - index < length ? bytes[..<index] : bytes
        }
        return bytes
    }

    /// The bytes without the rest of a character that was cut in two before their start.
    static func trimmingStart(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }
        return bytes[rest.endIndex...]
    }
}
