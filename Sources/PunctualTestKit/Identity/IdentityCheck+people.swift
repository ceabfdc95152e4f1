internal import PunctualCore
internal import PunctualSchedule

extension IdentityCheck {
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
