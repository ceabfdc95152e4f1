import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The first administrator", .timeLimit(.minutes(10)))
struct SetUpTests {
    private func body(_ token: String, name: String = "Ada", password: String = AccessScene.password) -> String {
        #"{"token":"\#(token)","name":"\#(name)","password":"\#(password)"}"#
    }

    @Test("is made with the token alone, once, and may do everything")
    func once() async throws {
        let scene = try await AccessScene()
        let token = scene.access.setUp.token.reveal()
        try await scene.run { client in
            #expect(try await client.send(.get, "/api/v1/setup").json == ["needed": true])
            #expect(try await client.send(.get, "/setup").status == 200)
            for wrong in ["x", token + "x", String(token.dropLast()), token.uppercased()] {
                #expect(try await client.send(.post, "/api/v1/setup", body(wrong)).status == 403)
            }
            let made = try await client.send(.post, "/api/v1/setup", body(token))
            #expect(made.status == 201 && made.json["name"] == "ada", "\(made.json)")
            #expect(try await client.send(.get, "/api/v1/setup").json == ["needed": false])
            #expect(try await client.send(.post, "/api/v1/setup", body(token, name: "eve")).status == 409)
            let headers = bearer(try await client.tokens("ada").access)
            let me = try await client.send(.get, "/api/v1/me", headers: headers)
            #expect(me.json["permissions"] == [["role": "admin", "service": "*", "labels": [:]]])
            #expect(try await client.send(.get, "/api/v1/users", headers: headers).json["items"]?.array?.count == 1)
        }
    }

    @Test("the token is good for nothing again when an account takes the last user away")
    func lastUser() async throws {
        let scene = try await AccessScene()
        let token = scene.access.setUp.token.reveal()
        try await scene.run { client in
            // Somebody of a provider has made both, before there was an administrator with a password.
            let user = try await scene.user("ada")
            _ = try await scene.account("deploy")
            try await scene.identities.remove(.user(user.id))
            #expect(try await client.send(.get, "/api/v1/setup").json == ["needed": false])
            #expect(try await client.send(.post, "/api/v1/setup", body(token, name: "eve")).status == 409)
        }
    }

    @Test("of many at once one wins, and nobody else is left behind")
    func race() async throws {
        let scene = try await AccessScene()
        let token = scene.access.setUp.token.reveal()
        try await scene.run { client in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<10 {
                    let request = body(token, name: "user\(number % 3)")
                    group.addTask { try await client.send(.post, "/api/v1/setup", request).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1 && statuses.count { $0 == 409 } == 9, "\(statuses)")
            #expect(try await scene.identities.users(after: nil, limit: 10).count == 1)
            #expect(try await scene.identities.grants(after: nil, limit: 10).count == 1)
        }
    }

    @Test("another node of the installation takes the same token, another installation's is none")
    func tokens() async throws {
        let (one, other) = (try await AccessScene(), try await AccessScene())
        #expect(one.access.setUp.token == other.access.setUp.token)
        var generator = SystemRandomNumberGenerator()
        let keys = try #require(InstallationKeys(text: InstallationKeys.newText(using: &generator).reveal()))
        let foreign = SetUp(store: one.identities, pepper: keys.pepper)
        #expect(!one.access.setUp.isToken(foreign.token.reveal()))
        #expect(one.access.setUp.isToken(one.access.setUp.token.reveal()))
    }

    @Test(
        "bodies that are none change nothing",
        arguments: [
            ("", 400), ("{", 400), ("[]", 422), ("{}", 422), (#"{"token":1,"name":"a","password":"b"}"#, 422),
            (#"{"token":"t","name":"a b","password":"a sentence that only I know"}"#, 422),
            (#"{"token":"t","name":"","password":"a sentence that only I know"}"#, 422),
            (#"{"token":"t","name":"ada","password":"short"}"#, 422),
            (#"{"token":"t","name":"ada","password":"adaadaadaadaada"}"#, 422),
            (#"{"token":"t","name":"ada","password":"aaaaaaaaaaaaaaaaaaaa"}"#, 422),
            (#"{"token":"t","name":"ada","password":"a sentence that only I know","admin":true}"#, 422),
            (#"{"token":"\u0000","name":"ada","password":"a sentence that only I know"}"#, 422),
            (#"{"token":"t","name":"ada","password":""# + String(repeating: "é", count: 300) + #""}"#, 422),
        ])
    func hostile(_ text: String, _ status: Int) async throws {
        let scene = try await AccessScene()
        try await scene.run { client in
            let answer = try await client.send(.post, "/api/v1/setup", text)
            #expect(answer.status == status, "\(answer.json)")
            #expect(try await scene.identities.users(after: nil, limit: 1).isEmpty)
        }
    }

    @Test("an installation without access control says so, and knows whoever asks as anybody")
    func open() async throws {
        try await withAPI { client, _ in
            for (method, path) in [
                (HTTPRequest.Method.get, "/api/v1/setup"), (.get, "/api/v1/users"), (.get, "/api/v1/keys"),
                (.get, "/api/v1/audit"), (.get, "/.well-known/jwks.json"), (.get, "/api/v1/secrets?service=a"),
            ] {
                let answer = try await client.send(method, path)
                #expect(answer.status == 409 && answer.json["detail"]?.string?.contains("no access control") == true)
            }
            let me = try await client.send(.get, "/api/v1/me")
            #expect(me.status == 200 && me.json["principal"] == "anonymous")
            #expect(try await client.send(.post, "/api/v1/jobs", least).json["created_by"] == "anonymous")
        }
    }
}
