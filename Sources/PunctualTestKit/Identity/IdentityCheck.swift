public import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// One sentence that holds for every store of identities, secrets and the audit log, and how to see that it does.
public struct IdentityCheck: Sendable, CustomStringConvertible {
    /// All that one driver keeps of who may what.
    public typealias AccessStore = IdentityStore & SecretStore & AuditStore

    /// The sentence.
    public let name: String
    /// Runs the check on an empty store; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any AccessStore) async throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (any AccessStore) async throws -> Void) {
        self.name = name
        self.run = run
    }

    public var description: String { name }

    /// Every check, by topic.
    public static let all: [IdentityCheck] = people + credentials + secrets + audit

    static let now = ManualClock.start

    /// Every other one has a tier.
    static func user(_ name: String, _ number: UInt64 = 1) -> User {
        User(
            id: Identifier(high: 1, low: number), name: name, tier: number.isMultiple(of: 2) ? nil : .premium,
            createdAt: now)
    }

    static func account(_ name: String, _ number: UInt64 = 1) -> ServiceAccount {
        ServiceAccount(
            id: Identifier(high: 2, low: number), name: name, tier: number.isMultiple(of: 2) ? nil : .basic,
            createdAt: now)
    }

    static func key(_ number: UInt64, of owner: Subject) -> APIKey {
        APIKey(
            id: Identifier(high: 3, low: number), name: "key", owner: owner,
            secrets: [
                .init(hash: KeyedHash(keyID: "p1", bytes: [1, 2, 0, 255]), createdAt: now),
                .init(hash: KeyedHash(keyID: "p0", bytes: []), createdAt: now, expiresAt: now + .seconds(60)),
            ],
            scopes: [Permission(.operator, service: "billing", labels: ["a": "b"]), Permission(.viewer, service: nil)],
            addresses: [IPRange("10.0.0.0/8")!, IPRange("2001:db8::/32")!], expiresAt: now + .seconds(3600),
            createdAt: now, createdBy: "user:x")
    }

    static func grant(_ number: UInt64, to subject: Subject) -> Grant {
        Grant(
            id: Identifier(high: 4, low: number), subject: subject,
            permission: Permission(.editor, service: "billing", labels: ["team": "ünï"]), expiresAt: now + .seconds(9),
            createdAt: now, createdBy: "system")
    }

    static func family(_ number: UInt64, of subject: Subject) -> RefreshFamily {
        RefreshFamily(
            id: Identifier(high: 5, low: number), subject: subject, client: "cli",
            scopes: [Permission(.viewer, service: nil)], groups: ["corp:ünï", "b"],
            granted: [Permission(.editor, service: "billing", labels: ["team": "a"])],
            current: KeyedHash(keyID: "p", bytes: [1]), rotatedAt: now, createdAt: now, expiresAt: now + .seconds(100))
    }

    static func secret(
        _ name: String, version: Int = 1, service: String = "billing", master: String = "k1"
    ) -> SecretRecord {
        SecretRecord(
            service: service, name: name, version: version,
            sealed: SealedBytes(masterKeyID: master, wrappedKey: [0, 1, 255], box: [UInt8(version)]), createdAt: now,
            createdBy: "user:x")
    }

    static func draft(_ number: Int) -> AuditDraft {
        AuditDraft(
            at: now + .seconds(number), principal: "user:\(number % 2)", credential: "key:1",
            address: IPAddress("2001:db8::\(number)"), operation: number.isMultiple(of: 3) ? "patchJob" : "getJob",
            resource: "job:\(number)", service: "billing", isAllowed: number != 2,
            // The bytes must come back as they were, numbers as they were written.
            before: .object(numbers), after: ["b": "é\u{1F5DD}\\", "a": [true, .null]], requestID: "r")
    }

    private static var numbers: JSONObject {
        var object = JSONObject()
        object["z"] = .number("1.50")
        object["a"] = .number("1e400")
        object["m"] = .int(.min)
        return object
    }
}
