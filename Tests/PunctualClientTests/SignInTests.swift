import Foundation
import PunctualJSON
import Synchronization
import Testing

@testable import PunctualClient

@Suite("A sign-in that is kept", .timeLimit(.minutes(5)))
struct SignInTests {
    /// Keeps tokens in memory, one exchange at a time as the protocol asks, and notes when it does.
    private final class MemoryStore: SignInStore {
        private let kept: Mutex<SignInTokens>
        let stored = Mutex<[String]>([])

        init(_ tokens: SignInTokens) { kept = Mutex(tokens) }

        var tokens: SignInTokens { kept.withLock { $0 } }

        func exchange(
            _ body: @Sendable (SignInTokens) async throws(ClientError) -> SignInTokens
        ) async throws(ClientError) -> SignInTokens {
            let next = try await body(tokens)
            kept.withLock { $0 = next }
            stored.withLock { $0.append(next.refreshToken) }
            return next
        }
    }

    private static func tokens(_ number: Int, ended: Bool = false) -> SignInTokens {
        SignInTokens(
            accessToken: "access-\(number)", refreshToken: "refresh-\(number)",
            expiresAt: ended ? 0 : PunctualClient.seconds() + 600)
    }

    /// Answers renewals, each with the next tokens, and other calls when they show the newest.
    private static func script(_ newest: Int) -> ScriptedServer.Script {
        let generation = Atomic(0)
        return { asked, _ in
            if asked.call == "POST /oauth/token" {
                let next = generation.add(1, ordering: .relaxed).newValue
                return ScriptedServer.answer(
                    "200 OK",
                    #"{"access_token":"access-\#(next)","refresh_token":"refresh-\#(next)","expires_in":600}"#)
            }
            return asked.token == "access-\(newest)"
                ? ScriptedServer.answer("200 OK", #"{"ok":true}"#) : ScriptedServer.answer("401 Unauthorized")
        }
    }

    private func client(_ server: ScriptedServer, _ tokens: SignInTokens, _ store: MemoryStore) -> PunctualClient {
        PunctualClient(address: server.address, credential: .signIn(tokens, store: store), timeoutSeconds: 60)
    }

    @Test("that has ended is renewed once for all who call at that time, before any of them is sent")
    func together() async throws {
        let store = MemoryStore(Self.tokens(0, ended: true))
        let answer = Self.script(1)
        let server = try await ScriptedServer { asked, number in
            // Nobody shows a token that would be lost with this process.
            if asked.call == "GET /x", store.tokens.refreshToken != "refresh-1" { return nil }
            return answer(asked, number)
        }
        let client = client(server, store.tokens, store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let answer = try await client.send("GET", "/x")
                    #expect(answer.json == ["ok": true])
                }
            }
            try await group.waitForAll()
        }
        try await client.shutdown()
        try await server.close()
        let renewals = server.asked.filter { $0.call == "POST /oauth/token" }
        #expect(renewals.count == 1 && server.asked.count == 51)
        #expect(renewals[0].body == "grant_type=refresh_token&client_id=punctual&refresh_token=refresh-0")
        #expect(renewals[0].token == nil, "nothing but the refresh token is shown")
        #expect(store.stored.withLock { $0 } == ["refresh-1"])
    }

    @Test("is renewed after a refusal, once for all whom it meets, and the calls are made again")
    func refused() async throws {
        let store = MemoryStore(Self.tokens(0))
        let server = try await ScriptedServer(Self.script(1))
        let client = client(server, store.tokens, store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    // A refused call has done nothing, so any may be made again.
                    let method = number % 2 == 0 ? "GET" : "DELETE"
                    let answer = try await client.send(method, "/x")
                    #expect(answer.status == 200)
                }
            }
            try await group.waitForAll()
        }
        try await client.shutdown()
        try await server.close()
        #expect(server.asked.filter { $0.call == "POST /oauth/token" }.count == 1)
    }

    @Test("whose new token is refused too is not renewed again and again")
    func refusedAgain() async throws {
        let store = MemoryStore(Self.tokens(0))
        let server = try await ScriptedServer(Self.script(99))
        let client = client(server, store.tokens, store)
        let error = await #expect(throws: ClientError.self) { try await client.send("GET", "/x") }
        try await client.shutdown()
        try await server.close()
        #expect(error?.status == 401 && server.asked.map(\.call) == ["GET /x", "POST /oauth/token", "GET /x"])
    }

    @Test("that another process has renewed meanwhile is taken from the store", arguments: [true, false])
    func elsewhere(_ hasEnded: Bool) async throws {
        let store = MemoryStore(Self.tokens(1))
        let server = try await ScriptedServer(Self.script(1))
        let client = client(server, Self.tokens(0, ended: hasEnded), store)
        #expect(try await client.send("GET", "/x").status == 200)
        try await client.shutdown()
        try await server.close()
        #expect(server.asked.map(\.call) == (hasEnded ? ["GET /x"] : ["GET /x", "GET /x"]))
    }

    @Test("that the server does not renew is over, and what is kept stays", arguments: ["400 Bad Request", "401 No"])
    func over(_ status: String) async throws {
        let store = MemoryStore(Self.tokens(0, ended: true))
        let server = try await ScriptedServer { _, _ in
            ScriptedServer.answer(status, #"{"error":"invalid_grant","error_description":"no refresh-0"}"#)
        }
        let client = client(server, store.tokens, store)
        let error = await #expect(throws: ClientError.self) { try await client.send("GET", "/x") }
        try await client.shutdown()
        try await server.close()
        guard case .signedOut(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains(server.address) && store.tokens == Self.tokens(0, ended: true))
        #expect(server.asked.count == 1)
    }

    @Test("whose renewal breaks off is renewed with the same token again")
    func brokenRenewal() async throws {
        let store = MemoryStore(Self.tokens(0, ended: true))
        let answer = Self.script(1)
        let server = try await ScriptedServer { asked, number in number == 0 ? nil : answer(asked, number) }
        let client = client(server, store.tokens, store)
        #expect(try await client.send("GET", "/x").status == 200)
        try await client.shutdown()
        try await server.close()
        #expect(server.asked.map(\.call) == ["POST /oauth/token", "POST /oauth/token", "GET /x"])
        #expect(server.asked[0].body == server.asked[1].body)
    }

    @Test("is renewed for a stream of events, too")
    func stream() async throws {
        let store = MemoryStore(Self.tokens(0))
        let answer = Self.script(1)
        let server = try await ScriptedServer { asked, number in
            asked.token == "access-1"
                ? ScriptedServer.answer("200 OK", "data: 1\n\n", "content-type: text/event-stream")
                : answer(asked, number)
        }
        let client = client(server, store.tokens, store)
        var events: [ServerEvent] = []
        for try await event in try await client.events("/e") { events.append(event) }
        try await client.shutdown()
        try await server.close()
        #expect(events == [ServerEvent(data: "1")])
    }

    @Test("begins with name, password and code, and ends with the refresh token")
    func beginning() async throws {
        let server = try await ScriptedServer { asked, _ in
            asked.call == "POST /api/v1/sessions"
                ? ScriptedServer.answer(
                    "200 OK", #"{"access_token":"a","refresh_token":"r","expires_in":600,"token_type":"Bearer"}"#)
                : ScriptedServer.answer("200 OK")
        }
        let client = PunctualClient(address: server.address)
        let tokens = try await client.signIn(name: "ada", password: "p w", code: "123456")
        try await client.signOut(tokens)
        try await client.shutdown()
        try await server.close()
        #expect(
            tokens.accessToken == "a" && tokens.refreshToken == "r" && !tokens.endSoon(at: PunctualClient.seconds()))
        #expect(server.asked[0].body == #"{"name":"ada","password":"p w","code":"123456"}"#)
        #expect(server.asked[1].call == "POST /oauth/revoke")
        #expect(server.asked[1].body == "token=r&token_type_hint=refresh_token")
    }

    @Test(
        "goes over plain http to this machine alone",
        arguments: [
            ("http://127.0.0.1:1", false), ("http://127.9.8.7", false), ("http://localhost:8640", false),
            ("HTTP://LocalHost", false), ("http://[::1]:8640", false), ("https://example.com", false),
            ("http://example.com", true), ("HTTP://example.com", true), ("http://127.0.0.1.example.com", true),
            ("http://127.evil.example", true), ("http://localhost.example.com", true), ("http://10.0.0.1", true),
            ("http://127.0.0.1@example.com", true), ("http://localhost:1@example.com:2", true),
            ("http://127.0.0", true), ("http://127.0.0.256", true), ("http://128.0.0.1", true), ("http://[::2]", true),
            ("http://0.0.0.0", true),
        ])
    func plain(_ address: String, _ isReadable: Bool) async throws {
        #expect(PunctualClient.isReadable(address) == isReadable)
        guard isReadable else { return }
        let client = PunctualClient(address: address, credential: .token("pk_1"))
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await client.send("GET", "/x") },
            { _ = try await client.events("/x") },
            { _ = try await client.signIn(name: "a", password: "b") },
            { try await client.signOut(Self.tokens(0)) },
        ]
        for call in calls {
            let error = await #expect(throws: ClientError.self) { try await call() }
            guard case .insecure(let text) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!text.contains("pk_1"))
        }
        try await client.shutdown()
    }

    @Test("shows no token in what is printed of it, or of what went wrong")
    func silence() async throws {
        let tokens = SignInTokens(accessToken: "SECRET", refreshToken: "SECRET", expiresAt: 0)
        let credentials = [ClientCredential.token("SECRET"), .signIn(tokens, store: MemoryStore(tokens))]
        for value in credentials.map({ $0 as Any }) + [tokens] {
            var text = "\(value) \(String(reflecting: value))"
            dump(value, to: &text)
            #expect(!text.contains("SECRET"), "\(text)")
        }
        for token in ["SECRET\r\nx: y", "SECRET SECRET", "SECRETé", "\u{0}SECRET", ""] {
            let client = PunctualClient(address: "http://127.0.0.1:1", credential: .token(token))
            var text = ""
            dump(client, to: &text)
            let error = await #expect(throws: ClientError.self) { try await client.send("GET", "/x") }
            guard case .signedOut = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!(text + "\(error!) \(String(reflecting: error!))").contains("SECRET"))
            try await client.shutdown()
        }
    }
}
