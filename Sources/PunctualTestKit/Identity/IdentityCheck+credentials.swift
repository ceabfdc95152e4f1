internal import PunctualCore
internal import PunctualSchedule

extension IdentityCheck {
    static let credentials: [IdentityCheck] = [
        IdentityCheck("a key comes back as it was stored, and lists are by owner") { store in
            let (rosa, ci) = (try await store.create(user("rosa")), try await store.create(account("ci")))
            var keys = [
                key(1, of: .user(rosa.id)), key(2, of: .serviceAccount(ci.id)), key(3, of: .user(rosa.id)),
            ]
            // For all that the owner may, and for nothing.
            (keys[1].scopes, keys[2].scopes) = (nil, [])
            for key in keys { try same(try await store.create(key), key) }
            _ = try await store.create(keys[0])
            try same(try await store.key(keys[1].id), keys[1])
            try same(try await store.key(Identifier(high: 9, low: 9)), nil)
            try same(try await store.keys(of: .user(rosa.id), after: nil, limit: 9), [keys[0], keys[2]])
            try same(try await store.keys(of: nil, after: keys[0].id, limit: 1), [keys[1]])
        },
        IdentityCheck("a key's change leaves its last use, and a note of use its version") { store in
            let owner = Subject.user(try await store.create(user("rosa")).id)
            var key = try await store.create(key(1, of: owner))
            let later = now + .seconds(60)
            try await store.noteUse([key.id: later, Identifier(high: 9, low: 9): later])
            try await store.noteUse([key.id: now])
            key.revokedAt = now
            let changed = try await store.update(key, ifVersion: 1)
            try same(changed.version, 2)
            try same(changed.revokedAt, now)
            try same(try await store.key(key.id)?.lastUsedAt, later)
            try await refuses(with: .versionConflict(current: 2)) { try await store.update(key, ifVersion: 1) }
        },
        IdentityCheck("a refresh token that two show at once is rotated once") { store in
            let family = try await store.create(family(1, of: .user(Identifier(high: 1, low: 1))))
            try same(try await store.family(family.id), family)
            var next = family
            (next.generation, next.previous) = (2, family.current)
            next.current = KeyedHash(keyID: "p", bytes: [2])
            try same(try await store.update(next, ifVersion: 1).version, 2)
            try await refuses(with: .versionConflict(current: 2)) { try await store.update(next, ifVersion: 1) }
            next.version = 2
            try same(try await store.family(family.id), next)
        },
        IdentityCheck("all families of a subject are revoked at once, each of them once") { store in
            let (rosa, max) = (Subject.user(Identifier(high: 1, low: 1)), Subject.user(Identifier(high: 1, low: 2)))
            for (number, subject) in [(1, rosa), (2, rosa), (3, max)] as [(UInt64, Subject)] {
                _ = try await store.create(family(number, of: subject))
            }
            try same(try await store.revokeFamilies(of: rosa, at: now), 2)
            try same(try await store.revokeFamilies(of: rosa, at: now + .seconds(1)), 0)
            try same(try await store.family(Identifier(high: 5, low: 1))?.revokedAt, now)
            try same(try await store.family(Identifier(high: 5, low: 3))?.revokedAt, nil)
            // A rotation that was under way does not bring it back.
            try await refuses(with: .versionConflict(current: 2)) {
                try await store.update(family(1, of: rosa), ifVersion: 1)
            }
        },
        IdentityCheck("families that have ended are cleared away, a few at a time") { store in
            for number in 1...5 as ClosedRange<UInt64> {
                _ = try await store.create(family(number, of: .user(Identifier(high: 1, low: 1))))
            }
            try same(try await store.pruneFamilies(before: now + .seconds(100), limit: 9), 0)
            try same(try await store.pruneFamilies(before: now + .seconds(101), limit: 3), 3)
            try same(try await store.pruneFamilies(before: now + .seconds(101), limit: 3), 2)
        },
    ]
}
