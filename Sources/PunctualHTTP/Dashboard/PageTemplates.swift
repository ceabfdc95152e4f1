internal import Mustache

/// The dashboard's templates, parsed once.
struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    static let shared = PageTemplates()

    private init() {
        MustacheContentTypes.register(PageText(), named: "PAGE")
        var library = MustacheLibrary()
        for file in EmbeddedResources.dashboard where file.name.hasSuffix(".mustache") {
            let name = String(file.name.dropLast(".mustache".count))
            // Each of them, since a partial begins with the library's own idea of text.
            let text = "{{% CONTENT_TYPE:PAGE}}" + String(decoding: file.bytes, as: UTF8.self)
            do {
                try library.register(text, named: name)
            } catch {
                // It is laid into the binary: the first test that builds a router finds it.
                preconditionFailure("the template \(file.name) cannot be read: \(error)")
            }
        }
        self.library = library
    }

    /// - Precondition: there is a template of that name.
    func render(_ name: String, _ view: View) -> String {
        guard let text = library.render(view, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }
}

/// Text in elements and in attributes in double quotes.
///
/// Goes by Unicode scalars: as a `Character`, a quote with a combining mark behind it is no quote any more, but browsers
/// end the attribute there all the same. The library's own escaping goes by characters.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String {
        let special = text.utf8.contains { byte in
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"),
                UInt8(ascii: "`"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        if !special { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "`": escaped.append(contentsOf: "&#96;".unicodeScalars)
            case "=": escaped.append(contentsOf: "&#61;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
