import Foundation
import Logging
import PunctualAccess
import PunctualCore
import PunctualExecutors
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualServer

@Suite("What a node keeps for access control")
struct AccessUpkeepTests {
    private static let first = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!
    /// Its newest key is another one, and it knows the first.
    private static let second = InstallationKeys(
        text: "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!
    private static let service = "billing"

    private func put(
        _ name: String, _ value: String, in store: MemoryIdentityStore, keys: InstallationKeys = first,
        overlap: Duration = .seconds(60)
    ) async throws {
        let version = (try await store.secret(name, service: Self.service).first?.version ?? 0) + 1
        var generator = SystemRandomNumberGenerator()
        let sealed = keys.masterKeys.seal(
            Redacted(Array(value.utf8)), for: .secret(service: Self.service, name: name, version: version),
            using: &generator)
        try await store.put(
            SecretRecord(
                service: Self.service, name: name, version: version, sealed: sealed, createdAt: ManualClock.start,
                createdBy: "system"), overlapUntil: ManualClock.start + overlap)
    }

    /// Keeps what it was asked to run.
    private final class Witness: Executor {
        let seen = Mutex<[Target]>([])
        func execute(_ attempt: AttemptRequest) async -> AttemptResult {
            seen.withLock { $0.append(attempt.target) }
            return AttemptResult(.succeeded)
        }
    }

    private func attempt(_ target: Target, service: String = service) -> AttemptRequest {
        AttemptRequest(
            executionID: Identifier(high: 1, low: 1), jobID: Identifier(high: 1, low: 2), jobName: "n",
            service: service, scheduledAt: ManualClock.start, attempt: 1, target: target, timeout: .seconds(5))
    }

    @Test("an attempt runs with its secrets in place, and fails with a name where one is missing")
    func resolving() async throws {
        let (store, witness) = (MemoryIdentityStore(), Witness())
        try await put("k", "hunter2", in: store)
        let vault = SecretVault(store: store, masterKeys: Self.first.masterKeys, now: { ManualClock.start })
        let executor = SecretResolving(vault: vault, executor: witness)
        let target = Target.worker(task: "t", payload: ["a": "x{{secret:k}}y"])
        #expect(await executor.execute(attempt(target)).verdict == .succeeded)
        #expect(witness.seen.withLock { $0 } == [.worker(task: "t", payload: ["a": "xhunter2y"])])
        for (target, service) in [
            (Target.worker(task: "t", payload: ["a": "{{secret:other}}"]), Self.service), (target, "shipping"),
        ] {
            let result = await executor.execute(attempt(target, service: service))
            guard case .failed(_, let error, let isRetryable, _) = result.verdict else {
                Issue.record("it ran")
                continue
            }
            #expect(error.contains("there is no secret") && isRetryable && !error.contains("hunter2"))
        }
        #expect(witness.seen.withLock { $0.count } == 1)
        // Without access control no reference is sent as it stands.
        let bare = SecretResolving(vault: nil, executor: witness)
        guard case .failed = await bare.execute(attempt(target)).verdict else {
            Issue.record("it ran")
            return
        }
        #expect(await bare.execute(attempt(.noop)).verdict == .succeeded)
    }

    @Test("what a command says of its secrets is masked, also where its output was cut through them")
    func echoedByCommand() async throws {
        let store = MemoryIdentityStore()
        let secret = "hunter2-of-billing"
        try await put("k", secret, in: store)
        let vault = SecretVault(store: store, masterKeys: Self.first.masterKeys, now: { ManualClock.start })
        let executor = SecretResolving(vault: vault, executor: CommandExecutor(allowed: ["*"]))
        func output(_ script: String) async -> ExecutionResult {
            let target = CommandTarget(argv: ["/bin/sh", "-c", script], env: ["K": "{{secret:k}}"])
            return await executor.execute(attempt(.command(target))).result
        }
        #expect(await output("echo key $K >&2; exit 3").output == "key ***\n")
        // The first half is full five bytes into the secret; the last half begins somewhere in one of many.
        let cut = await output(
            "head -c \(CommandExecutor.outputLimit / 2 - 5) /dev/zero | tr '\\0' x; for i in $(seq 9999); do printf %s $K; done"
        )
        #expect(cut.outputTruncated && cut.output.hasPrefix("xxx") && cut.output.hasSuffix("***"))
        for part in ["hunte", "unter", "illing", "2-of"] { #expect(!cut.output.contains(part)) }
    }

    @Test("a service's webhook secret signs with each version that holds; without one the setting's do")
    func webhooks() async throws {
        let (store, clock) = (MemoryIdentityStore(), ManualClock())
        let vault = SecretVault(store: store, masterKeys: Self.first.masterKeys, now: { clock.now() })
        let secrets = Node.webhookSecrets(vault)
        #expect(try await secrets(Self.service) == nil)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2 {
            try await put("webhook", WebhookKey.make(using: &generator).reveal(), in: store)
        }
        vault.forget()
        #expect(try await secrets(Self.service)?.count == 2)
        clock.advance(by: .seconds(61))
        #expect(try await secrets(Self.service)?.count == 1)
        #expect(try await secrets("shipping") == nil)
    }

    @Test("the first node's master key is the installation's, and another one is named and refused")
    func check() async throws {
        let store = MemoryIdentityStore()
        let now = ManualClock.start
        for keys in [Self.first, Self.first, Self.second] {
            guard case .success = try await Installation.check(keys, in: store, at: now) else {
                Issue.record("refused")
                return
            }
        }
        var generator = SystemRandomNumberGenerator()
        let other = try #require(InstallationKeys(text: InstallationKeys.newText(using: &generator).reveal()))
        guard case .failure(let fault) = try await Installation.check(other, in: store, at: now) else {
            Issue.record("taken")
            return
        }
        #expect(fault.wanted == Self.first.id)
    }

    @Test("what the installation is called outlives every change of its master key, and is another's nowhere")
    func name() async throws {
        let (store, other) = (MemoryIdentityStore(), MemoryIdentityStore())
        let now = ManualClock.start
        let alone = try #require(InstallationKeys(text: "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
        func name(_ keys: InstallationKeys, _ store: MemoryIdentityStore) async throws -> String {
            try await Installation.check(keys, in: store, at: now).get()
        }
        let first = try await name(Self.first, store)
        #expect(try await name(Self.second, store) == first)
        _ = try await Installation.rewrap(Self.second, secrets: store, identities: store)
        for keys in [Self.second, alone] { #expect(try await name(keys, store) == first) }
        #expect(try await name(Self.first, other) != first)
        #expect(first.utf8.count == 12 && first != Self.first.id)
    }

    @Test("a new master key takes over secrets and second factors, and the old one is not needed for them then")
    func rewrapping() async throws {
        let store = MemoryIdentityStore()
        let now = ManualClock.start
        _ = try await Installation.check(Self.first, in: store, at: now)
        for number in 0..<250 { try await put("s\(number)", "v\(number)", in: store) }
        var generator = SystemRandomNumberGenerator()
        let id = Identifier(high: 1, low: 7)
        let sealed = Self.first.masterKeys.seal(Redacted([1, 2, 3]), for: .secondFactor(of: id), using: &generator)
        _ = try await store.create(
            User(id: id, name: "ada", secondFactor: SecondFactor(secret: sealed), createdAt: now))
        let told = try await Installation.rewrap(Self.second, secrets: store, identities: store)
        #expect(told.done == 252 && told.stuck == 0)
        let again = try await Installation.rewrap(Self.second, secrets: store, identities: store)
        #expect(again.done == 0 && again.stuck == 0)
        let alone = try #require(InstallationKeys(text: "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
        let vault = SecretVault(store: store, masterKeys: alone.masterKeys, now: { ManualClock.start })
        #expect(try await vault.contents("s249", service: Self.service).map { $0.reveal() } == ["v249"])
        let factor = try #require(try await store.user(id)?.secondFactor)
        #expect(try alone.masterKeys.open(factor.secret, for: .secondFactor(of: id)).reveal() == [1, 2, 3])
        // What no key here opens is counted, and nothing waits for it.
        try await put("lost", "v", in: store, keys: Self.first)
        #expect(try await Installation.rewrap(alone, secrets: store, identities: store).stuck == 1)
    }

    @Test("of many that make the file of the master key at once all read one key, and only its owner reads it")
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-key-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // Made below.
        let path = "\(folder)/state/master.key"
        #expect(try MasterKeyFile.read(path) == nil)
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    if let keys = try MasterKeyFile.read(path) { return keys.id }
                    return try MasterKeyFile.make(path).id
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/state") == ["master.key"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("nonsense".utf8).write(to: URL(filePath: path))
        #expect(throws: SettingsError.self) { try MasterKeyFile.read(path) }
    }

    @Test(
        "the file is beside SQLite's database, or in the user's state folder",
        arguments: [
            ("sqlite:jobs.sqlite", [:], "master.key"), ("sqlite:/var/lib/p/jobs.sqlite", [:], "/var/lib/p/master.key"),
            ("postgres://h/d", ["HOME": "/home/a"], "/home/a/.local/state/punctual/master.key"),
            (
                "postgres://h/d", ["HOME": "/home/a", "XDG_STATE_HOME": "/state"], "/state/punctual/master.key"
            ),
            (
                "postgres://h/d", ["HOME": "/home/a", "XDG_STATE_HOME": "state"],
                "/home/a/.local/state/punctual/master.key"
            ),
            ("postgres://h/d", [:], nil),
        ] as [(String, [String: String], String?)])
    func place(_ url: String, _ environment: [String: String], _ path: String?) throws {
        var settings = Settings()
        settings.databaseURL = url
        if let path {
            #expect(try MasterKeyFile.path(settings, environment: environment) == path)
        } else {
            #expect(throws: SettingsError.self) { try MasterKeyFile.path(settings, environment: environment) }
        }
    }

    @Test("a step of the upkeep stores uses and, at its turn, removes what has ended")
    func upkeep() async throws {
        let (store, clock) = (MemoryIdentityStore(), ManualClock())
        let jobs = MemoryStore(clock: clock)
        let access = AccessServices(
            store: store, keys: Self.first, issuer: "i", address: "https://i", now: jobs.now)
        let upkeep = AccessUpkeep(access: access, store: jobs, logger: Logger(label: "test"))
        let user = try await store.create(
            User(id: Identifier(high: 1, low: 7), name: "ada", createdAt: clock.now()))
        _ = try await store.create(
            RefreshFamily(
                id: Identifier(high: 1, low: 8), subject: .user(user.id), client: "c",
                current: KeyedHash(keyID: "k", bytes: [1]), rotatedAt: clock.now(), createdAt: clock.now(),
                expiresAt: clock.now() + .seconds(1)))
        try await put("s", "v", in: store)
        try await put("s", "w", in: store)
        clock.advance(by: .seconds(61))
        try await upkeep.step(1)
        #expect(try await store.family(Identifier(high: 1, low: 8)) != nil)
        try await upkeep.step(360)
        #expect(try await store.family(Identifier(high: 1, low: 8)) == nil)
        #expect(try await store.secret("s", service: Self.service).count == 1)
        #expect(try await store.secret("signing-key", service: Installation.service).count == 1)
    }
}
