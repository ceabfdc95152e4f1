import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// An installation with a provider, and a clock that stands.
private struct Scene {
    let calls: ScriptedProvider
    let store = MemoryIdentityStore()
    let forge = Forge()
    let authenticator: Authenticator
    let signingKeys: SigningKeys
    let directory: ProviderDirectory
    let reports: Reports
    static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!

    final class Reports: Sendable {
        let all = Mutex<[ProviderFault?]>([])
        var count: Int { all.withLock { $0.count } }
    }

    init() async throws {
        var script = ScriptedProvider.Script()
        script.keys = [forge.edwardsJWK]
        calls = ScriptedProvider(script)
        var provider = ProviderRuleTests.provider
        provider.mapping = ClaimMapping(
            groupsPath: ["realm", "groups"], groupPrefix: "corp:",
            rules: [
                ClaimMapping.Rule(path: ["role"], value: "ops", permission: Permission(.operator, service: "billing"))
            ])
        authenticator = Authenticator(
            store: store, pepper: Self.keys.pepper, ownIssuer: "urn:own", mappings: [provider.issuer: provider.mapping])
        signingKeys = SigningKeys(
            store: store, masterKeys: Self.keys.masterKeys, issuer: "urn:own", authenticator: authenticator)
        try await signingKeys.renew(at: Forge.now)
        let reports = Reports()
        self.reports = reports
        let directory = ProviderDirectory([provider], calls: calls, signingKeys: signingKeys) { _, fault in
            reports.all.withLock { $0.append(fault) }
        }
        self.directory = directory
        authenticator.onUnknownKey { issuer, now in await directory.renew(issuer: issuer, at: now) }
    }

    func token(_ claims: JSONValue = [:], kid: String = "ed") -> Credential {
        let good: JSONValue = [
            "iss": .string(ScriptedProvider.issuer), "sub": "alice-1", "aud": "punctual",
            "exp": .int(Int64(Forge.seconds + 7200)), "iat": .int(Int64(Forge.seconds)),
        ]
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(kid)]
        return .token(
            Redacted(forge.token(header: header.description, claims: good.merging(claims).description)))
    }

    func principal(_ credential: Credential, at now: Timestamp = Forge.now) async throws -> Principal? {
        try? await authenticator.principal(showing: credential, from: nil, at: now).get()
    }
}

@Suite("The directory of providers")
struct ProviderDirectoryTests {
    @Test("while the store is away metrics are shown to whom they were shown lately, and nothing to anybody else")
    func watchers() async throws {
        let scene = try await Scene()
        await scene.directory.renew(at: Forge.now)
        let (known, other) = (scene.token(), scene.token(["sub": "bob-1"]))
        func watcher(_ credential: Credential) async -> Principal? {
            try? await scene.authenticator.watcher(showing: credential, from: nil) { () async throws(StoreError) in
                if await scene.store.isAway { throw .unavailable("away") }
                return Forge.now
            }.get()
        }
        #expect(await watcher(known) != nil)
        await scene.store.goAway(true)
        #expect(await watcher(known)?.name.contains("alice-1") == true)
        #expect(await watcher(other) == nil)
        await scene.store.goAway(false)
        #expect(await watcher(other) != nil)
    }

    @Test("whoever was shut out or signed out here is so with his provider's token, too")
    func disabled() async throws {
        let scene = try await Scene()
        await scene.directory.renew(at: Forge.now)
        #expect(try await scene.principal(scene.token()) != nil, "who never signed in here has no user")
        let id = User.outsideID(issuer: ScriptedProvider.issuer, subject: "alice-1")
        var user = try await scene.store.create(User(id: id, name: "corp:alice-1", createdAt: Forge.now))
        let changes: [((inout User) -> Void, Bool)] = [
            ({ $0.isDisabled = false }, true), ({ $0.isDisabled = true }, false), ({ $0.isDisabled = false }, true),
            ({ $0.signedOutAt = Forge.now + .seconds(60) }, false),
        ]
        for (change, isIn) in changes {
            change(&user)
            user = try await scene.store.update(user, ifVersion: user.version)
            scene.authenticator.forget()
            #expect((try await scene.principal(scene.token()) != nil) == isIn, "\(user)")
            #expect(try await scene.principal(scene.token(["sub": "bob"])) != nil)
        }
    }

    @Test("a provider's token is taken once its keys are known, and may what its claims say and no more")
    func bearer() async throws {
        let scene = try await Scene()
        #expect(try await scene.principal(scene.token()) == nil)
        await scene.directory.renew(at: Forge.now)
        let claims: JSONValue = ["role": ["dev", "ops"], "realm": ["groups": ["staff"]]]
        let principal = try #require(try await scene.principal(scene.token(claims)))
        #expect(principal.subject == nil && principal.name == "external:\(ScriptedProvider.issuer) alice-1")
        #expect(principal.permissions == [Permission(.operator, service: "billing")])
        #expect(principal.groups == ["corp:staff"])
        let plain = try #require(try await scene.principal(scene.token()))
        #expect(plain.permissions.isEmpty)
        _ = try await scene.store.create(
            Grant(
                id: Identifier.random(at: Forge.now), subject: .group("corp:staff"),
                permission: Permission(.viewer, service: nil), createdAt: Forge.now, createdBy: "system"))
        scene.authenticator.forget()
        #expect(
            try await scene.principal(scene.token(claims))?.permissions.contains(Permission(.viewer, service: nil))
                == true)
        for bad: JSONValue in [["aud": "other"], ["iss": "urn:own"], ["exp": .int(Int64(Forge.seconds - 60))]] {
            #expect(try await scene.principal(scene.token(claims.merging(bad))) == nil, "\(bad)")
        }
    }

    @Test("a flood of tokens with unknown keys asks the provider once a minute")
    func flood() async throws {
        let scene = try await Scene()
        await scene.directory.renew(at: Forge.now)
        #expect(scene.calls.count("/jwks") == 1)
        for second in 0..<120 {
            let now = Forge.now + .seconds(second)
            await withTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        let principal = try? await scene.principal(scene.token(kid: "\(second)-\(number)"), at: now)
                        #expect(principal == nil)
                    }
                }
            }
        }
        #expect(scene.calls.count("/jwks") == 3, "the first, and one each minute")
        // A token of nobody asks nobody.
        #expect(try await scene.principal(scene.token(["iss": "https://evil.example.com"], kid: "x")) == nil)
        #expect(scene.calls.count("/jwks") == 3)
    }

    @Test("keys that were rotated are found by the first token that has one, and the old ones are gone")
    func rotation() async throws {
        let scene = try await Scene()
        await scene.directory.renew(at: Forge.now)
        let rotated = scene.forge.edwardsJWK.merging(["kid": "new"])
        scene.calls.script.withLock { $0.keys = [rotated] }
        #expect(try await scene.principal(scene.token()) != nil, "what is known stays in use")
        await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    let principal = try? await scene.principal(scene.token(kid: "new"))
                    #expect(principal != nil, "whoever waits for the same answer is let in")
                }
            }
        }
        #expect(scene.calls.count("/jwks") == 2)
        #expect(try await scene.principal(scene.token()) == nil, "a key that was withdrawn is none")
    }

    @Test("a provider that is away leaves its keys in use, is told of once, and is asked again")
    func away() async throws {
        let scene = try await Scene()
        scene.calls.script.withLock { $0.fault = .unreachable("it sleeps") }
        await scene.directory.renew(at: Forge.now)
        #expect(scene.reports.count == 1)
        await scene.directory.renew(at: Forge.now + .seconds(29))
        #expect(scene.calls.count("/jwks") == 1, "not asked again at once")
        scene.calls.script.withLock { $0.fault = nil }
        await scene.directory.renew(at: Forge.now + .seconds(30))
        #expect(try await scene.principal(scene.token()) != nil)
        #expect(scene.reports.all.withLock { $0.last } == .some(nil))
        for fault: ProviderFault in [.oversized, .status(302), .unreachable("it sleeps"), .malformed] {
            scene.calls.script.withLock { $0.fault = fault }
            for turn in 0..<5 { await scene.directory.renew(at: Forge.now + .seconds(3630 + turn * 30)) }
        }
        #expect(scene.reports.count == 3, "away, back, away: whatever ails it")
        #expect(try await scene.principal(scene.token(), at: Forge.now + .seconds(3700)) != nil)
    }

    @Test("an empty set of keys and one without any that may be used change nothing")
    func noKeys() async throws {
        let scene = try await Scene()
        await scene.directory.renew(at: Forge.now)
        for keys: [JSONValue] in [[], [["kty": "oct", "kid": "ed", "k": "AAAA"]]] {
            scene.calls.script.withLock { $0.keys = keys }
            await scene.directory.renew(at: Forge.now + .seconds(3600))
            #expect(try await scene.principal(scene.token()) != nil)
        }
        #expect(scene.reports.all.withLock { $0 } == [.noKeys])
    }

    @Test("keys are asked for anew when their time has come, not before")
    func cached() async throws {
        let scene = try await Scene()
        scene.calls.script.withLock { $0.cacheControl = "max-age=600" }
        for second in [0, 1, 300, 599, 600, 601] { await scene.directory.renew(at: Forge.now + .seconds(second)) }
        #expect(scene.calls.count("/jwks") == 2 && scene.calls.count("/openid-configuration") == 2)
    }

    @Test("a session may what its user, his groups and his claims at the sign-in allow")
    func session() async throws {
        let scene = try await Scene()
        let now = Forge.now
        let user = try await scene.store.create(User.outside(ProviderRuleTests.provider, subject: "alice-1", at: now))
        var generator = SystemRandomNumberGenerator()
        let secret = SessionSecret(family: Identifier.random(at: now), using: &generator)
        _ = try await scene.store.create(
            RefreshFamily(
                id: secret.family, subject: .user(user.id), client: SessionSecret.client, groups: ["corp:staff"],
                granted: [Permission(.operator, service: "billing")], current: secret.hash(Scene.keys.pepper),
                rotatedAt: now, createdAt: now, expiresAt: now + SessionSecret.lifetime))
        let all: [(Subject, Permission)] = [
            (.user(user.id), Permission(.viewer, service: "a")),
            (.group("corp:staff"), Permission(.viewer, service: "b")),
            (.group("staff"), Permission(.admin, service: nil)),
        ]
        for (subject, permission) in all {
            _ = try await scene.store.create(
                Grant(
                    id: Identifier.random(at: now), subject: subject, permission: permission, createdAt: now,
                    createdBy: "system"))
        }
        let principal = try #require(try await scene.principal(.session(secret)))
        #expect(principal.subject == .user(user.id) && principal.family == secret.family)
        #expect(
            Set(principal.permissions) == [
                Permission(.viewer, service: "a"), Permission(.viewer, service: "b"),
                Permission(.operator, service: "billing"),
            ])
        // What the claims gave ends with the session.
        #expect(try await scene.principal(.session(secret), at: now + SessionSecret.lifetime) == nil)
        var disabled = user
        disabled.isDisabled = true
        _ = try await scene.store.update(disabled, ifVersion: user.version)
        scene.authenticator.forget()
        #expect(try await scene.principal(.session(secret)) == nil)
    }

    @Test("people of a provider leave the set-up open until there is an administrator")
    func setUp() async throws {
        let scene = try await Scene()
        let setUp = SetUp(store: scene.store, pepper: Scene.keys.pepper)
        _ = try await scene.store.create(User.outside(ProviderRuleTests.provider, subject: "alice-1", at: Forge.now))
        #expect(try await setUp.isNeeded())
        #expect(try await setUp.begin(name: "ada", passwordHash: "h", at: Forge.now) != nil)
        #expect(try await !setUp.isNeeded())
    }
}
