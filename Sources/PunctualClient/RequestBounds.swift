internal import PunctualJSON

/// What a call to the server may hold.
enum RequestBounds {
    /// The items of a call about many.
    static let items = 100
    /// The bytes of a body; the server takes 1 MiB.
    static let bytes = 768 * 1024
    /// The bytes of an output, in UTF-8, and as JSON with its escapes. One alone fits into a body together with lines.
    static let (outputBytes, outputEncoded) = (256 * 1024, 512 * 1024)
    /// The characters of an error.
    static let errorLength = 4096

    /// The items in their order, as many together as go into one call; each by the bytes of its JSON.
    static func parts<Item>(_ items: [(item: Item, bytes: Int)]) -> [[Item]] {
        var (parts, sum): ([[Item]], Int) = ([], 0)
        for (item, bytes) in items {
            // A comma stands between two.
            sum += bytes + 1
            if let last = parts.last, last.count < RequestBounds.items, sum <= RequestBounds.bytes {
                parts[parts.count - 1].append(item)
            } else {
                parts.append([item])
                sum = bytes
            }
        }
        return parts
    }

    /// Without NUL, which no text of the server may hold.
    static func plain(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }

    /// The last part of an output that the server takes, since what matters is said at the end.
    static func end(of output: String, bytes most: Int = outputBytes) -> String {
        let output = plain(output)
        var (count, encoded) = (0, 0)
        for byte in output.utf8.reversed() {
            encoded += encodedCount(of: byte)
            if count == most || encoded > outputEncoded { break }
            count += 1
        }
        if count == output.utf8.count { return output }
        // A character may have been cut in two.
        return String(decoding: output.utf8.suffix(count).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
    }

    /// The beginning of an error that the server takes.
    static func beginning(of error: String) -> String {
        String(String.UnicodeScalarView(plain(error).unicodeScalars.prefix(errorLength)))
    }

    /// How many bytes of JSON a byte of a text makes, as `JSONWriter` writes it.
    private static func encodedCount(of byte: UInt8) -> Int {
        switch byte {
        case 0x08, 0x09, 0x0A, 0x0C, 0x0D, UInt8(ascii: "\""), UInt8(ascii: "\\"): 2
        case 0..<0x20, 0x7F: 6
        default: 1
        }
    }
}

extension JSONValue {
    /// How many bytes it has as JSON text.
    var encodedCount: Int {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes.count
    }
}
