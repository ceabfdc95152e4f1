import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

/// The API behind its doors, over the reference stores and a clock that stands still.
struct AccessScene {
    var scene = APIScene()
    let identities = MemoryIdentityStore()
    let access: AccessServices

    /// Nobody's real password takes so little work.
    static let password = "a sentence that only I know"
    private static let hasher = PasswordHasher(PasswordParameters(memoryKibibytes: 64, passes: 1, lanes: 1))
    /// The Base64 of 0, 1, 2 … 31.
    static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!

    /// - Parameter address: where the installation is reached; with https its cookies are for TLS.
    init(
        address: String = "https://jobs.example.com", providers: [Provider] = [],
        calls: any ProviderCalls = NoProviderCalls()
    ) async throws {
        access = AccessServices(
            store: identities, keys: Self.keys, issuer: address, address: address, now: scene.store.now,
            providers: providers, calls: calls, hasher: Self.hasher)
        scene.services.guardDoors(with: access)
        try await access.signingKeys.renew(at: scene.clock.now())
    }

    var clock: ManualClock { scene.clock }

    func run(
        _ setup: TestingSetup = .router, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await scene.run(setup) { try await body($0) }
    }

    /// A user with the password of all of them.
    func user(_ name: String, _ permissions: [Permission] = []) async throws -> User {
        var generator = SystemRandomNumberGenerator()
        let hash = try await Self.hasher.hash(Password(Self.password)!, using: &generator)
        let now = clock.now()
        let user = try await identities.create(
            User(id: Identifier.random(at: now), name: name, passwordHash: hash, createdAt: now))
        for permission in permissions { try await grant(.user(user.id), permission) }
        return user
    }

    func account(_ name: String, _ permissions: [Permission] = []) async throws -> ServiceAccount {
        let now = clock.now()
        let account = try await identities.create(
            ServiceAccount(id: Identifier.random(at: now), name: name, createdAt: now))
        for permission in permissions { try await grant(.serviceAccount(account.id), permission) }
        return account
    }

    @discardableResult
    func grant(_ subject: Subject, _ permission: Permission) async throws -> Grant {
        let now = clock.now()
        let grant = try await identities.create(
            Grant(
                id: Identifier.random(at: now), subject: subject, permission: permission, createdAt: now,
                createdBy: "system"))
        access.authenticator.forget()
        return grant
    }

    /// A key of the subject, and its text.
    /// - Parameter scopes: everything that its owner may, unless told.
    func key(
        of owner: Subject, scopes: [Permission] = [Permission(.admin, service: nil)],
        _ change: (inout APIKey) -> Void = { _ in }
    ) async throws -> (key: APIKey, text: String) {
        let now = clock.now()
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret(id: Identifier.random(at: now), using: &generator)
        var key = APIKey(
            id: secret.id, name: "k", owner: owner,
            secrets: [APIKey.Secret(hash: secret.hash(Self.keys.pepper), createdAt: now)], scopes: scopes,
            createdAt: now, createdBy: "system")
        change(&key)
        return (try await identities.create(key), secret.text.reveal())
    }

    /// What an administrator of everything shows.
    func admin() async throws -> HTTPFields {
        let user = try await user("root", [Permission(.admin, service: nil)])
        return bearer(try await key(of: .user(user.id)).text)
    }
}

/// The field that shows a key or token.
func bearer(_ text: String) -> HTTPFields { [.authorization: "Bearer \(text)"] }

extension TestClientProtocol {
    /// Sends a form.
    func form(_ path: String, _ body: String, headers: HTTPFields = [:]) async throws -> CallAnswer {
        try await send(.post, path, body, type: "application/x-www-form-urlencoded", headers: headers)
    }

    /// Signs in, and shows the cookie that was given from then on.
    /// - Returns: the fields of a request that reads, and those of one that changes something.
    func session(_ name: String) async throws -> (reading: HTTPFields, changing: HTTPFields) {
        let body = #"{"name":"\#(name)","password":"\#(AccessScene.password)","cookie":true}"#
        let answer = try await send(.post, "/api/v1/sessions", body)
        #expect(answer.status == 200, "\(answer.json)")
        let cookie = try #require(answer.headers[.setCookie]?.split(separator: ";").first.map(String.init))
        let reading: HTTPFields = [.cookie: cookie]
        var changing = reading
        changing[HTTPField.Name("X-CSRF-Token")!] = answer.json["csrf_token"]?.string
        return (reading, changing)
    }

    /// Signs in as a program does.
    func tokens(_ name: String) async throws -> (access: String, refresh: String) {
        let body = #"{"name":"\#(name)","password":"\#(AccessScene.password)"}"#
        let answer = try await send(.post, "/api/v1/sessions", body)
        #expect(answer.status == 200, "\(answer.json)")
        return (
            try #require(answer.json["access_token"]?.string), try #require(answer.json["refresh_token"]?.string)
        )
    }
}
