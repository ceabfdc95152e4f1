import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("A rescue of who is locked out", .timeLimit(.minutes(10)))
struct RescueTests {
    private static let now = ManualClock.start
    /// Nobody's real password takes so little work.
    private static let hasher = PasswordHasher(PasswordParameters(memoryKibibytes: 64, passes: 1, lanes: 1))
    private static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!

    /// A store with a user who has lost his app, is disabled and was guessed at, and has a session yet.
    private func locked(out id: Identifier = Identifier(high: 1, low: 1)) async throws -> MemoryIdentityStore {
        let store = MemoryIdentityStore()
        let secret = SealedBytes(masterKeyID: "k", wrappedKey: [1], box: [2])
        _ = try await store.create(
            User(
                id: id, name: "grace", isDisabled: true, passwordHash: "$argon2id$…",
                secondFactor: SecondFactor(secret: secret, isConfirmed: true), failedSignIns: User.mostFailures,
                heldUntil: .latest, createdAt: Self.now))
        _ = try await store.create(
            RefreshFamily(
                id: Identifier(high: 5, low: 1), subject: .user(id), client: "cli",
                current: KeyedHash(keyID: "p", bytes: [1]), rotatedAt: Self.now, createdAt: Self.now,
                expiresAt: Self.now + .seconds(60)))
        return store
    }

    @Test("gives a password that signs in alone, ends every sign-in, and stands in the audit log without it")
    func password() async throws {
        let store = try await locked()
        let password = try await Rescue(store: store, hasher: Self.hasher).run(
            "Grace", makingAdministrator: false, by: "root@host", at: Self.now
        ).password.reveal()
        let later = Self.now + .seconds(1)
        let signIn = SignIn(store: store, hasher: Self.hasher, keys: Self.keys)
        #expect(try await signIn.check(name: "grace", password: password, code: nil, at: later).get().signsInHere)
        #expect(PasswordRules(hasSecondFactor: false).fault(of: try #require(Password(password)), context: []) == nil)
        #expect(try await store.family(Identifier(high: 5, low: 1))?.revokedAt == Self.now)
        #expect(try await store.user(named: "grace")?.signedOutAt == Self.now)
        #expect(try await store.grants(after: nil, limit: 9).isEmpty)
        let entry = try #require(try await store.auditEntries(from: 1, limit: 9).first?.draft)
        #expect(entry.operation == Rescue.operation && entry.principal == "system" && entry.isAllowed)
        #expect(entry.after["by"] == "root@host" && !"\(entry.json)".contains(password))
    }

    @Test("makes him an administrator when it is asked to, once")
    func administrator() async throws {
        let store = try await locked()
        for isFirst in [true, false] {
            let outcome = try await Rescue(store: store, hasher: Self.hasher).run(
                "grace", makingAdministrator: true, by: "root@host", at: Self.now)
            #expect(outcome.isMadeAdministrator == isFirst)
        }
        let grants = try await store.grants(after: nil, limit: 9)
        #expect(grants.count == 1 && grants.allSatisfy(\.makesAdministrator))
        let told = try await store.auditEntries(from: 1, limit: 9).map(\.draft.after["made_administrator"])
        #expect(told == [true, false])
    }

    @Test("tells which keys go on being good, and none that has ended")
    func keysLeft() async throws {
        let store = try await locked()
        func make(_ number: UInt64, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil) async throws {
            var key = APIKey(
                id: Identifier(high: 7, low: number), name: "k\(number)", owner: .user(Identifier(high: 1, low: 1)),
                secrets: [], scopes: [], createdAt: Self.now, createdBy: "system")
            (key.expiresAt, key.revokedAt) = (expiresAt, revokedAt)
            _ = try await store.create(key)
        }
        for number in 1...203 as ClosedRange<UInt64> { try await make(number) }
        try await make(301, expiresAt: Self.now)
        try await make(302, revokedAt: Self.now)
        try await make(303, expiresAt: Self.now + .seconds(60))
        let outcome = try await Rescue(store: store, hasher: Self.hasher).run(
            "grace", makingAdministrator: false, by: "root@host", at: Self.now)
        #expect(outcome.keys.map(\.name) == (1...203).map { "k\($0)" } + ["k303"])
    }

    @Test("helps nobody who is not there, or signs in at a provider, and changes nothing then")
    func refusals() async throws {
        let store = try await locked(out: Identifier(high: 0xFF00_0000_0000_8000, low: 1))
        let rescue = Rescue(store: store, hasher: Self.hasher)
        let before = try await store.identityRevision()
        await #expect(throws: Rescue.Refusal.isOutside) {
            try await rescue.run("grace", makingAdministrator: true, by: "", at: Self.now)
        }
        await #expect(throws: Rescue.Refusal.noSuchUser) {
            try await rescue.run("ada", makingAdministrator: true, by: "", at: Self.now)
        }
        #expect(try await store.identityRevision() == before)
        #expect(try await store.auditHead().sequence == 0)
    }
}
