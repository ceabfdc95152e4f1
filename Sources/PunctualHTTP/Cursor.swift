internal import Crypto
internal import Foundation
internal import PunctualCore
internal import PunctualJSON

/// The opaque text of a page's key, bound to the filters that made it.
enum Cursor {
    static func text(of key: PageKey, scope: String) -> String {
        let body = JSONValue.array([
            key.value.map(JSONValue.string) ?? .null, .string(key.id.description), .string(check(key, scope)),
        ])
        return Data(body.description.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// nil when the text is no cursor, was changed, or belongs to other filters.
    static func key(_ text: String, scope: String) -> PageKey? {
        guard text.utf8.count <= 2048 else { return nil }
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64),
            let json = try? JSONValue(parsing: Array(data)),  // What is no JSON is no cursor.
            json.array?.count == 3, let id = json[1]?.string.flatMap({ Identifier($0) }), let mark = json[2]?.string
        else { return nil }
        let key = PageKey(value: json[0]?.string, id: id)
        return mark == check(key, scope) ? key : nil
    }

    /// Tells tampering and mixed-up filters; a cursor opens nothing that its filters would not show.
    private static func check(_ key: PageKey, _ scope: String) -> String {
        let digest = SHA256.hash(data: Data("\(key.value ?? "-")|\(key.id)|\(scope)".utf8))
        return digest.prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
