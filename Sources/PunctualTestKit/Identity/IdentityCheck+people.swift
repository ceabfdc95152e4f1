internal import PunctualCore
internal import PunctualSchedule

extension IdentityCheck {
    /// A user with a password whose grant, of the same number, makes him an administrator.
    private static func administrator(
        _ name: String, _ number: UInt64, in store: any AccessStore, _ change: (inout Grant) -> Void = { _ in }
    ) async throws {
        var user = user(name, number)
        user.passwordHash = "$argon2id$…"
        _ = try await store.create(user)
        var grant = administration(number, of: .user(user.id))
        change(&grant)
        _ = try await store.create(grant)
    }

    private static func administration(_ number: UInt64, of subject: Subject) -> Grant {
        Grant(
            id: Identifier(high: 4, low: number), subject: subject, permission: Permission(.admin, service: nil),
            createdAt: now, createdBy: "system")
    }

    /// What makes less of a grant; the first is whole, for a user who is disabled.
    private static let lesser: [@Sendable (inout Grant) -> Void] = [
        { _ in }, { $0.expiresAt = now + .seconds(86_400 * 365) }, { $0.permission.labels = ["admin": "admin"] },
        { $0.permission.service = "admin" }, { $0.permission.role = .editor },
    ]

    static let people: [IdentityCheck] = [
        IdentityCheck("a user comes back as he was stored, by id and by name") { store in
            var user = user("rosa")
            user.passwordHash = "$argon2id$…"
            user.secondFactor = SecondFactor(
                secret: SealedBytes(masterKeyID: "k", wrappedKey: [0, 1], box: [2, 255]), isConfirmed: true,
                lastStep: .max, recoveryCodes: [KeyedHash(keyID: "p", bytes: [1, 2, 3])])
            (user.failedSignIns, user.heldUntil, user.signedOutAt) = (3, now + .seconds(5), now - .seconds(5))
            try same(try await store.create(user), user)
            try same(try await store.user(user.id), user)
            try same(try await store.user(named: "rosa"), user)
            try same(try await store.user(named: "Rosa"), nil)
            try same(try await store.user(Identifier(high: 9, low: 9)), nil)
        },
        IdentityCheck("creating the same user twice is once, and another of that name is refused") { store in
            let first = try await store.create(user("rosa"))
            var again = user("rosa")
            again.isDisabled = true
            try same(try await store.create(again), first)
            try await refuses(with: .nameTaken) { try await store.create(user("rosa", 2)) }
            _ = try await store.create(account("rosa"))
        },
        IdentityCheck("of two changes from one version the second is refused") { store in
            var user = try await store.create(user("rosa"))
            user.isDisabled = true
            let changed = try await store.update(user, ifVersion: 1)
            try same(changed.version, 2)
            try same(try await store.user(user.id), changed)
            try await refuses(with: .versionConflict(current: 2)) { try await store.update(user, ifVersion: 1) }
            try await refuses(with: .notFound) { try await store.update(IdentityCheck.user("x", 7), ifVersion: 1) }
            var account = try await store.create(account("ci"))
            account.description = "builds"
            try same(try await store.update(account, ifVersion: 1).version, 2)
            try await refuses(with: .versionConflict(current: 2)) { try await store.update(account, ifVersion: 1) }
        },
        IdentityCheck("of many changes from one version at once one takes effect") { store in
            let user = try await store.create(user("rosa"))
            let wins = await withTaskGroup(of: Bool.self) { group in
                for number in 1...8 {
                    group.addTask {
                        var changed = user
                        changed.failedSignIns = number
                        do { return try await store.update(changed, ifVersion: 1).version == 2 } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try same(wins, 1)
        },
        IdentityCheck("a name that another has is refused for a change too") { store in
            _ = try await store.create(user("rosa"))
            var other = try await store.create(user("max", 2))
            other.name = "rosa"
            try await refuses(with: .nameTaken) { try await store.update(other, ifVersion: 1) }
            try same(try await store.user(other.id)?.name, "max")
        },
        IdentityCheck("users and service accounts come in pages by id") { store in
            for number in [5, 3, 1, 4, 2] as [UInt64] {
                _ = try await store.create(user("u\(number)", number))
                _ = try await store.create(account("a\(number)", number))
            }
            let first = try await store.users(after: nil, limit: 3)
            try same(first.map(\.name), ["u1", "u2", "u3"])
            try same(try await store.users(after: first.last?.id, limit: 3).map(\.name), ["u4", "u5"])
            let accounts = try await store.serviceAccounts(after: Identifier(high: 2, low: 2), limit: 2)
            try same(accounts.map(\.name), ["a3", "a4"])
        },
        IdentityCheck("grants are found by any of the subjects, and are gone once removed") { store in
            let (rosa, ops) = (Subject.user(Identifier(high: 1, low: 1)), Subject.group("ops"))
            let grants = [grant(1, to: rosa), grant(2, to: ops), grant(3, to: .group("dev")), grant(4, to: rosa)]
            for grant in grants { try same(try await store.create(grant), grant) }
            _ = try await store.create(grants[0])
            try same(try await store.grants(of: [rosa, ops]), [grants[0], grants[1], grants[3]])
            try same(try await store.grants(of: []), [])
            try same(try await store.grants(after: grants[1].id, limit: 1), [grants[2]])
            for _ in 0..<2 { try await store.removeGrant(grants[0].id) }
            try same(try await store.grants(of: [rosa]), [grants[3]])
        },
        IdentityCheck("what belongs to somebody goes with him, and nobody else's does") { store in
            let (rosa, max) = (try await store.create(user("rosa")), try await store.create(user("max", 2)))
            for (number, owner) in [(1, rosa), (2, max)] as [(UInt64, User)] {
                _ = try await store.create(key(number, of: .user(owner.id)))
                _ = try await store.create(grant(number, to: .user(owner.id)))
                _ = try await store.create(family(number, of: .user(owner.id)))
            }
            for _ in 0..<2 { try await store.remove(.user(rosa.id)) }
            try same(try await store.user(rosa.id), nil)
            try same(try await store.keys(of: nil, after: nil, limit: 9).map(\.owner), [.user(max.id)])
            try same(try await store.grants(after: nil, limit: 9).map(\.subject), [.user(max.id)])
            try same(try await store.family(Identifier(high: 5, low: 1)), nil)
            try expect(try await store.family(Identifier(high: 5, low: 2)) != nil)
            try await refuses(with: .notFound) { try await store.create(key(3, of: .user(rosa.id))) }
        },
        IdentityCheck("while there is an administrator, one stays") { store in
            try await administrator("rosa", 1, in: store)
            let rosa = Subject.user(Identifier(high: 1, low: 1))
            // None of these is one for good: no password, an end, labels, one service, disabled, a provider's, a program, a group.
            _ = try await store.create(user("open", 2))
            var outside = User(id: Identifier(high: 0xFF00_0000_0000_8000, low: 1), name: "corp:eve", createdAt: now)
            outside.passwordHash = "$argon2id$…"
            _ = try await store.create(outside)
            _ = try await store.create(administration(5, of: .user(outside.id)))
            for (number, change) in lesser.enumerated() {
                let name = "lesser-\(number)"
                try await administrator(name, UInt64(number) + 10, in: store, change)
            }
            var out = try required(await store.user(Identifier(high: 1, low: 10)))
            out.isDisabled = true
            _ = try await store.update(out, ifVersion: 1)
            _ = try await store.create(account("ci"))
            for (number, subject) in [(2, .user(Identifier(high: 1, low: 2))), (3, .group("ops"))]
                as [(UInt64, Subject)]
            {
                _ = try await store.create(administration(number, of: subject))
            }
            _ = try await store.create(administration(4, of: .serviceAccount(Identifier(high: 2, low: 1))))
            var (disabled, renamed) = (try required(await store.user(named: "rosa")), user("rosa"))
            disabled.isDisabled = true
            try await refuses(with: .lastAdministrator) { try await store.update(disabled, ifVersion: 1) }
            try await refuses(with: .lastAdministrator) { try await store.remove(rosa) }
            try await refuses(with: .lastAdministrator) { try await store.removeGrant(Identifier(high: 4, low: 1)) }
            try await refuses(with: .versionConflict(current: 1)) { try await store.update(disabled, ifVersion: 7) }
            renamed.passwordHash = "$argon2id$…"
            renamed.name = "rose"
            try same(try await store.update(renamed, ifVersion: 1).version, 2)
            try same(try await store.grants(of: [rosa]).count, 1)
            // With another, she may go; and he is the last then.
            try await administrator("max", 20, in: store)
            disabled.name = "rose"
            try same(try await store.update(disabled, ifVersion: 2).isDisabled, true)
            try await refuses(with: .lastAdministrator) { try await store.remove(.user(Identifier(high: 1, low: 20))) }
            try await store.remove(rosa)
            // Of two grants of one man the second is the last.
            _ = try await store.create(administration(21, of: .user(Identifier(high: 1, low: 20))))
            try await store.removeGrant(Identifier(high: 4, low: 20))
            try await refuses(with: .lastAdministrator) { try await store.removeGrant(Identifier(high: 4, low: 21)) }
        },
        IdentityCheck("of administrators who take each other away at once, one stays") { store in
            for number in 1...6 as ClosedRange<UInt64> { try await administrator("u\(number)", number, in: store) }
            let refused = await withTaskGroup(of: StoreError?.self) { group in
                for number in 1...6 as ClosedRange<UInt64> {
                    group.addTask {
                        do throws(StoreError) {
                            switch number % 3 {
                            case 0: try await store.remove(.user(Identifier(high: 1, low: number)))
                            case 1: try await store.removeGrant(Identifier(high: 4, low: number))
                            default:
                                guard var user = try await store.user(Identifier(high: 1, low: number)) else {
                                    return .notFound
                                }
                                user.isDisabled = true
                                _ = try await store.update(user, ifVersion: 1)
                            }
                            return nil
                        } catch { return error }
                    }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            try same(refused.count, 1)
            var left = 0
            for user in try await store.users(after: nil, limit: 9) where user.signsInHere {
                let grants = try await store.grants(of: [.user(user.id)])
                if grants.contains(where: \.makesAdministrator) { left += 1 }
            }
            try same(left, 1)
        },
        IdentityCheck("each change raises the revision, reading and noting a use do not") { store in
            var last = try await store.identityRevision()
            func changes(_ wanted: Bool, _ body: () async throws -> Void) async throws {
                try await body()
                let next = try await store.identityRevision()
                try expect(wanted ? next > last : next == last, "\(last) to \(next)")
                last = next
            }
            let owner = Subject.user(Identifier(high: 1, low: 1))
            try await changes(true) { _ = try await store.create(user("rosa")) }
            try await changes(true) { _ = try await store.create(key(1, of: owner)) }
            try await changes(true) { _ = try await store.create(grant(1, to: owner)) }
            try await changes(false) { try await store.noteUse([Identifier(high: 3, low: 1): now]) }
            try await changes(false) { _ = try await store.key(Identifier(high: 3, low: 1)) }
            try await changes(true) { _ = try await store.update(key(1, of: owner), ifVersion: 1) }
            try await changes(true) { try await store.removeGrant(Identifier(high: 4, low: 1)) }
            _ = try await store.create(family(1, of: owner))
            last = try await store.identityRevision()
            try await changes(true) { _ = try await store.revokeFamilies(of: owner, at: now) }
            try await changes(true) { _ = try await store.update(user("rosa"), ifVersion: 1) }
            try await changes(true) { try await store.remove(owner) }
        },
    ]
}
