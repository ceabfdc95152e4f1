internal import PunctualCore
internal import PunctualSchedule

extension IdentityCheck {
    static let secrets: [IdentityCheck] = [
        IdentityCheck("a new version of a secret stands beside the old one until the overlap ends") { store in
            let end = now + .seconds(60)
            try await store.put(secret("api"), overlapUntil: end)
            try same(try await store.secret("api", service: "billing"), [secret("api")])
            try await store.put(secret("api", version: 2), overlapUntil: end)
            var old = secret("api")
            old.expiresAt = end
            try same(try await store.secret("api", service: "billing"), [secret("api", version: 2), old])
            try await store.put(secret("api", version: 3), overlapUntil: now)
            let versions = try await store.secret("api", service: "billing")
            try same(versions.map(\.expiresAt), [nil, now, end])
            try same(try await store.secret("api", service: "shipping"), [])
        },
        IdentityCheck("a version that does not follow the current one is refused") { store in
            try await refuses(with: .versionConflict(current: 0)) {
                try await store.put(secret("api", version: 2), overlapUntil: now)
            }
            try await store.put(secret("api"), overlapUntil: now)
            for version in [1, 3] {
                try await refuses(with: .versionConflict(current: 1)) {
                    try await store.put(secret("api", version: version), overlapUntil: now)
                }
            }
        },
        IdentityCheck("a service's secrets are listed by name, the current version of each") { store in
            for name in ["b", "Z", "a"] { try await store.put(secret(name), overlapUntil: now) }
            try await store.put(secret("a", version: 2), overlapUntil: now)
            try await store.put(secret("x", service: "shipping"), overlapUntil: now)
            let all = try await store.secrets(service: "billing", after: nil, limit: 9)
            try same(all.map(\.name), ["Z", "a", "b"])
            try same(all.map(\.version), [1, 2, 1])
            try same(try await store.secrets(service: "billing", after: "Z", limit: 1).map(\.name), ["a"])
        },
        IdentityCheck("a removed secret is gone with every version") { store in
            try await store.put(secret("a"), overlapUntil: now)
            try await store.put(secret("a", version: 2), overlapUntil: now)
            for _ in 0..<2 { try await store.removeSecret("a", service: "billing") }
            try same(try await store.secret("a", service: "billing"), [])
            try await store.put(secret("a"), overlapUntil: now)
        },
        IdentityCheck("what another master key wraps is found and wrapped anew, until nothing is left") { store in
            for number in 1...5 { try await store.put(secret("s\(number)"), overlapUntil: now) }
            try await store.put(secret("new", master: "k2"), overlapUntil: now)
            var rounds = 0
            while true {
                var old = try await store.secrets(notWrappedBy: "k2", limit: 2)
                if old.isEmpty { break }
                for index in old.indices { (old[index].sealed.masterKeyID, old[index].sealed.wrappedKey) = ("k2", [7]) }
                try await store.rewrap(old + [secret("gone", master: "k2")])
                rounds += 1
                try expect(rounds <= 3, "rewrapping goes on and on")
            }
            let changed = try required(try await store.secret("s1", service: "billing").first)
            try same(changed.sealed, SealedBytes(masterKeyID: "k2", wrappedKey: [7], box: [1]))
            try same(try await store.secret("gone", service: "billing"), [])
        },
        IdentityCheck("what was removed and put anew does not become what it was when it is wrapped anew") { store in
            var old = secret("a")
            try await store.put(old, overlapUntil: now)
            try await store.removeSecret("a", service: "billing")
            var new = secret("a")
            new.sealed.box = [9]
            try await store.put(new, overlapUntil: now)
            old.sealed.masterKeyID = "k2"
            try await store.rewrap([old])
            try same(try await store.secret("a", service: "billing"), [new])
        },
        IdentityCheck("versions that have expired are cleared away, current ones never") { store in
            try await store.put(secret("a"), overlapUntil: now)
            try await store.put(secret("a", version: 2), overlapUntil: now + .seconds(10))
            try same(try await store.pruneSecrets(before: now + .seconds(10), limit: 9), 0)
            try same(try await store.pruneSecrets(before: now + .seconds(11), limit: 9), 1)
            try same(try await store.pruneSecrets(before: .latest, limit: 9), 0)
            try same(try await store.secret("a", service: "billing").map(\.version), [2])
        },
    ]
}
