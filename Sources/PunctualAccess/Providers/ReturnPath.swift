/// Where somebody goes after signing in: a path of this installation and nothing else.
package enum ReturnPath {
    package static let most = 512

    /// Whether the text is one. What browsers would read as another host's address is none: `//host`, `/\host`, and either with
    /// characters between that they leave out.
    package static func isFit(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= most, bytes.first == UInt8(ascii: "/"), bytes.count == 1 || bytes[1] != UInt8(ascii: "/")
        else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\\\"<>".utf8.contains($0) }
    }
}
