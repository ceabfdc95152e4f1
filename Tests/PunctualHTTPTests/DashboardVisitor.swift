import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualHTTP
import PunctualJSON
import Testing

/// Somebody who is signed in with a browser.
struct DashboardVisitor: Sendable {
    let client: any TestClientProtocol
    let headers: HTTPFields
    private let csrf: String

    /// Signs in.
    init(_ client: any TestClientProtocol, as name: String) async throws {
        let (reading, changing) = try await client.session(name)
        self.client = client
        headers = reading
        csrf = changing[HTTPField.Name("X-CSRF-Token")!] ?? ""
    }

    func page(_ path: String) async throws -> PageAnswer { try await client.page(path, headers: headers) }

    func post(_ path: String, _ fields: [(String, String)]) async throws -> PageAnswer {
        try await client.post(path, [("csrf", csrf)] + fields, headers: headers)
    }
}

extension PageAnswer {
    /// The sentence that the next page shows, with its kind before it.
    var flash: String {
        headers[values: .setCookie].first { $0.hasPrefix("punctual_flash") }?.split(separator: ";").first
            .map { String($0).removingPercentEncoding ?? "" }?.replacingOccurrences(of: "punctual_flash=", with: "")
            ?? ""
    }

    /// What is shown once: the texts of a page that nobody gets again.
    var secrets: [String] { text.matches(of: /<code data-secret>([^<]*)<\/code>/).map { String($0.1) } }

    /// Whether it is a whole page without inline script or style, under a strict policy, that leads nowhere else.
    func expectWhole(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            text.hasPrefix("<!doctype html>") && text.hasSuffix("</html>\n"), comment, sourceLocation: sourceLocation)
        #expect(text.components(separatedBy: "<h1").count == 2, comment, sourceLocation: sourceLocation)
        let policy = headers[.contentSecurityPolicy] ?? ""
        #expect(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"), comment, sourceLocation: sourceLocation
        )
        #expect(!text.contains(" style=") && !text.contains("<style"), comment, sourceLocation: sourceLocation)
        #expect(text.matches(of: /<script/).count == 1, comment, sourceLocation: sourceLocation)
        #expect(text.firstMatch(of: /<[^>]*\son[a-z]+=/) == nil, comment, sourceLocation: sourceLocation)
        for match in text.matches(of: /\s(?:src|href|action)="([^"]*)"/) {
            #expect(match.1.hasPrefix("/") || match.1.hasPrefix("#"), comment, sourceLocation: sourceLocation)
        }
        var ids = Set<Substring>()
        for match in text.matches(of: /\sid="([^"]*)"/) {
            #expect(ids.insert(match.1).inserted, "\(comment): \(match.1) twice", sourceLocation: sourceLocation)
        }
    }

    /// Whether a text that looks like markup has stayed a text.
    func expectEscaped(_ hostile: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let scalars = Array(text.unicodeScalars)
        let special = Set("<>\"'`".unicodeScalars)
        if hostile.unicodeScalars.contains(where: special.contains) {
            #expect(!scalars.contains(Array(hostile.unicodeScalars)), "\(text)", sourceLocation: sourceLocation)
        }
        for (index, scalar) in scalars.enumerated().dropLast() where scalar == "\"" || scalar == "<" {
            #expect(scalars[index + 1] != "\u{301}" && scalars[index + 1] != "\u{338}", sourceLocation: sourceLocation)
        }
        #expect(text.firstMatch(of: /<img|<script>|<[^>]*\son[a-z]+=/) == nil, sourceLocation: sourceLocation)
        #expect(!text.contains("href=\"javascript"), sourceLocation: sourceLocation)
    }
}
