import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

/// A provider that has a document and keys, and gives no tokens.
private struct Document: ProviderCalls {
    var isAway = false

    func get(_ url: String) async throws(ProviderFault) -> ProviderReply {
        if isAway { throw .unreachable("it sleeps") }
        let json =
            url.hasSuffix("/jwks")
            ? #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
            : """
            {"issuer":"https://id.example.com","authorization_endpoint":"https://id.example.com/a?tenant=1",
             "token_endpoint":"https://id.example.com/t","jwks_uri":"https://id.example.com/jwks"}
            """
        return ProviderReply(status: 200, body: Array(json.utf8))
    }

    func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply {
        ProviderReply(status: 400, body: Array(#"{"error":"invalid_grant"}"#.utf8))
    }
}

@Suite("The pages of a sign-in at a provider")
struct ProviderPageTests {
    private static let provider = Provider(name: "corp", issuer: "https://id.example.com", clientID: "punctual")

    private func scene(
        address: String = "https://jobs.example.com", isAway: Bool = false
    ) async throws -> AccessScene {
        try await AccessScene(address: address, providers: [Self.provider], calls: Document(isAway: isAway))
    }

    private func text(_ answer: CallAnswer) -> String { String(buffer: answer.body) }

    @Test("the browser is sent off with a cookie that is sealed, short-lived and for this host alone")
    func begin() async throws {
        try await scene().run { client in
            let answer = try await client.send(.get, "/auth/corp/login?return_to=/jobs")
            #expect(answer.status == 302)
            let location = try #require(answer.headers[.location])
            #expect(location.hasPrefix("https://id.example.com/a?tenant=1&response_type=code&client_id=punctual&"))
            #expect(location.contains("redirect_uri=https%3A%2F%2Fjobs.example.com%2Fauth%2Fcorp%2Fcallback&"))
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-punctual-login=") && answer.headers[.cacheControl] == "no-store")
            let attributes = cookie.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }
            #expect(Set(attributes) == ["Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax", "Secure"])
        }
    }

    @Test(
        "one is never sent anywhere else",
        arguments: [
            "//evil.example.com", "/%5Cevil.example.com", "https://evil.example.com", "%2F%2Fevil.example.com",
            "/%09/evil.example.com", "evil", "javascript:alert(1)", "/&return_to=/b", "/%0d%0aSet-Cookie:%20a=b",
            "&x=y",
        ])
    func openRedirects(_ path: String) async throws {
        try await scene().run { client in
            let answer = try await client.send(.get, "/auth/corp/login?return_to=\(path)")
            #expect(answer.status == 422 && answer.headers[.location] == nil && answer.headers[.setCookie] == nil)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(text(answer).contains("return_to") && !text(answer).contains("evil.example.com"))
        }
    }

    @Test("who comes back without having begun is not let in, and the audit log has his line")
    func notBegun() async throws {
        let scene = try await scene()
        try await scene.run { client in
            for query in [
                "", "?code=a&state=b", "?error=access_denied&error_description=%3Cscript%3E", "?session_state=1",
            ] {
                let answer = try await client.send(
                    .get, "/auth/corp/callback\(query)", headers: [.cookie: "__Host-punctual-login=a.b.c"])
                #expect(answer.status == 400 && answer.headers[.location] == nil)
                #expect(text(answer).contains("Begin again") && !text(answer).contains("<script>"))
                #expect(answer.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                let cookies = answer.headers[values: .setCookie]
                #expect(cookies.count == 1 && cookies[0].hasPrefix("__Host-punctual-login=; Path=/; Max-Age=0"))
            }
            #expect(try await client.send(.get, "/auth/corp/callback?state=a&state=b").status == 400)
        }
        let entries = try await scene.identities.auditEntries(from: 1, limit: 10)
        #expect(entries.count == 4)
        for entry in entries {
            #expect(!entry.draft.isAllowed && entry.draft.operation == "providerCallback")
            #expect(entry.draft.resource == "provider:corp" && entry.draft.principal == "anonymous")
        }
    }

    @Test("an attempt that has gone on for ten minutes has ended, and a code that is refused lets nobody in")
    func late() async throws {
        let scene = try await scene()
        try await scene.run { client in
            func begin() async throws -> (cookie: String, state: String) {
                let answer = try await client.send(.get, "/auth/corp/login")
                let cookie = try #require(answer.headers[.setCookie]?.split(separator: ";").first.map(String.init))
                let items = URLComponents(string: answer.headers[.location] ?? "")?.queryItems
                return (cookie, try #require(items?.first { $0.name == "state" }?.value))
            }
            func end(_ cookie: String, _ state: String) async throws -> CallAnswer {
                try await client.send(
                    .get, "/auth/corp/callback?code=c&state=\(state)", headers: [.cookie: cookie])
            }
            let (first, second) = (try await begin(), try await begin())
            #expect(try await end(first.cookie, second.state).status == 400)
            #expect(try await end(first.cookie, first.state).status == 502)
            scene.clock.advance(by: .seconds(600))
            #expect(try await end(second.cookie, second.state).status == 400)
        }
    }

    @Test("a provider that is away is a page, too; one that there is not is none")
    func away() async throws {
        try await scene(isAway: true).run { client in
            let away = try await client.send(.get, "/auth/corp/login")
            #expect(away.status == 502 && text(away).contains("The provider does not answer"))
            #expect(!text(away).contains("it sleeps"))
            let missing = try await client.send(.get, "/auth/other/login")
            #expect(missing.status == 404 && missing.headers[.contentType] == "text/html; charset=utf-8")
        }
    }

    @Test("without TLS a session is for this machine alone")
    func plain() async throws {
        try await scene(address: "http://jobs.example.com").run { client in
            let answer = try await client.send(.get, "/auth/corp/login")
            #expect(answer.status == 409 && text(answer).contains("Sessions need TLS"))
        }
    }

    @Test("whoever asks is told the providers' names and nothing secret of them; an open installation has none")
    func list() async throws {
        try await scene().run { client in
            let answer = try await client.send(.get, "/api/v1/providers")
            #expect(
                answer.json == ["items": [["name": "corp", "display_name": "corp", "login_path": "/auth/corp/login"]]])
            #expect(try await client.send(.get, "/api/v1/providers?x=1").status == 422)
        }
        try await APIScene().run { client in
            let (list, login) = (
                try await client.send(.get, "/api/v1/providers"), try await client.send(.get, "/auth/corp/login")
            )
            #expect(list.json == ["items": []] && login.status == 409)
        }
    }
}
