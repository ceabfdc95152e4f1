internal import PunctualJSON
internal import PunctualSchedule

/// The keys of somebody whose sign-ins have ended: they go on being good, and whoever had the password may have made one.
struct KeysLeft {
    private let keys: [(name: String, id: String)]

    init(_ keys: [(name: String, id: String)]) { self.keys = keys }

    /// Says which there are, and how to end them.
    func tell(of name: String) {
        let name = DisplayWidth.tame(name)
        if keys.isEmpty { return Console.talk("No key of \(name) is left.") }
        Console.talk("These keys of \(name) stay good; end one with `punctual key revoke ID`:")
        for key in keys { Console.talk("  \(key.id)  \(DisplayWidth.tame(key.name))") }
    }
}

extension Server {
    /// The keys of a subject such as `user:ID` that are still good.
    func keysLeft(of owner: String) async throws -> KeysLeft {
        let keys = try await items("/keys", [("owner", owner)], limit: 1000)
        let now = RelativeTime.now
        let good = keys.filter { key in
            let end = key["expires_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
            return key["revoked_at"]?.isNull ?? true && (end.map { now < $0 } ?? true)
        }
        return KeysLeft(good.map { ($0["name"]?.string ?? "", $0["id"]?.string ?? "") })
    }

    /// Whoever is signed in here, and the keys that he has.
    func ownKeysLeft() async throws -> (name: String, keys: KeysLeft) {
        let me = try await get("/me")
        guard let subject = me["subject"]?.string else { return ("", KeysLeft([])) }
        return (me["name"]?.string ?? subject, try await keysLeft(of: subject))
    }
}
