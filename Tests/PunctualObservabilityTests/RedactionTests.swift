import Testing

@testable import PunctualObservability

@Suite("Secrets in logs")
struct RedactionTests {
    private static let key = "pk_0197c2c56f1e7d4c8a510f6a8d5e2b11_aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeee123456"
    private static let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl_-AA"
    /// Secrets in the places where programs put them; `§` stands for the secret.
    private static let places = [
        "§", "a §", "(§)", "\"§\"", "a=§&b", "key §, and more", "§\n", "\t§", "Bearer §", "x §.", "url?k=§#f", "[§]",
    ]

    @Test("our own tokens are taken out wherever they stand", arguments: places)
    func tokens(_ place: String) {
        let secrets = [
            Self.key, Self.key.replacing("pk_", with: "ps_"), Self.key.replacing("pk_", with: "pr_"),
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Self.token,
        ]
        for secret in secrets {
            let text = Redaction().text(place.replacing("§", with: secret))
            // What names it may stay; what opens a door may not.
            for part in secret.split(separator: "_").dropFirst() + secret.split(separator: ".").dropFirst() {
                #expect(!text.contains(part), "\(text)")
            }
            #expect(text.contains(Redaction.mark))
        }
    }

    @Test(
        "passwords and headers are taken out of texts",
        arguments: [
            "postgres://punctual:hunter2@db/punctual", "redis://:hunter2@r:6379/0 is away",
            "amqps://a:hunter2@[::1]:5671/v",
            "https://hunter2@errors.example.com/1", "postgres://u:hun@ter:hunter2@db/x", "http://u:p%40hunter2@h/?a=b",
            "postgres://u:pa/ss?hunter2@db/x", "\"postgres://u:hunter2@db\"", "Authorization: Bearer hunter2",
            "authorization: Basic hunter2==", "AUTHORIZATION:hunter2", "proxy-authorization: Digest x=\"hunter2",
            "Bearer hunter2x", "bearer\thunter2x", "BEARER   hunter2x.y", "Cookie: a=1; b=hunter2",
            "Set-Cookie: __Host-punctual=hunter2; Secure", "?token=hunter2&x=1", "/nowhere?access_token=hunter2",
            "password=hunter2", "PASSWORD = hunter2", "password: hunter2", "db_password=hunter2", "PGPASSWORD=hunter2",
            "{\"password\":\"hunter2\"}", "{\"password\" : \"hun\\\"ter hunter2\"}",
            "{\\\"password\\\":\\\"hunter2\\\"}",
            "{'secret': 'hunter2'}", "client_secret=hunter2;", "X-API-Key: x, X-Api-Key: hunter2", "api_key=hunter2)",
            "apikey=hunter2", "private_key: hunter2", "secret => hunter2", "X-Amz-Signature=hunter2",
            "X-Amz-Credential=hunter2&a", "token=\"hunter2 with spaces\"", "passphrase='it is hunter2'",
            "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\\nhunter2", "connection to postgres://a:hunter2@b failed: password=hunter2",
        ])
    func texts(_ text: String) {
        let clean = Redaction().text(text)
        #expect(!clean.contains("hunter2") && clean.contains(Redaction.mark), "\(clean)")
    }

    @Test(
        "what is no secret stays as it is",
        arguments: [
            "", "plain", "status 503, expected 200-299", "http://127.0.0.1:8640/api/v1/jobs?limit=5",
            "http://h/path?mail=a@b.example", "postgres://db/punctual", "https://[::1]:8640/x", "a key was made",
            "the token has expired", "no password", "pk_short", "eyJ", "basic auth", "Bearer", "password=", "token:",
            "-----BEGIN CERTIFICATE-----\nabc", "👩‍👩‍👧 é\u{301} 你好 = : ://", "a_b_c pa_x",
            "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11",
        ])
    func harmless(_ text: String) { #expect(Redaction().text(text) == text) }

    @Test("what this node knows for a secret is taken out, whatever it looks like")
    func known() {
        let redaction = Redaction(known: ["correct horse", "correct horse battery", "short", ""])
        #expect(redaction.text("it is correct horse battery.") == "it is \(Redaction.mark).")
        #expect(redaction.text("correct horsecorrect horse") == Redaction.mark + Redaction.mark)
        #expect(redaction.text("short") == "short", "whatever is this short would take words away")
    }

    @Test("a field whose name says that it is one is taken out whole")
    func names() {
        for name in ["Authorization", "x-api-key", "db.password", "set-cookie", "PUNCTUAL_TOKEN", "errors.dsn"] {
            #expect(Redaction().value("anything at all", of: name) == Redaction.mark)
        }
        #expect(Redaction().value("anything at all", of: "path") == "anything at all")
    }

    @Test("no noise around a secret lets it through, and none makes it fall over")
    func noise() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "\"", "\\", "'", "=", ":", "://", "@", " ", "\n", "{", "}", "a", "_", "-", "é", "👩‍👩‍👧", "\u{0}", "token",
            "Bearer",
            "pk_", "-----BEGIN ", "?", "&", "/", "%", "x=y", "eyJ", "whsec_",
        ]
        for _ in 0..<3000 {
            func some() -> String {
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
                    .joined()
            }
            let (before, after) = (some(), some())
            // A key with anything but a letter, a digit or an underscore before it begins a word.
            let text = before + " " + Self.key + after
            let clean = Redaction().text(text)
            #expect(!clean.contains("aaaaaaaaaabbbbbbbbbb"), "\(text.debugDescription)")
        }
    }
}
