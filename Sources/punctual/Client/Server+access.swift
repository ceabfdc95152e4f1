internal import PunctualClient
internal import PunctualJSON
internal import PunctualServer

/// Who can sign in or show a key.
enum AccountKind: String, Sendable {
    case user, serviceAccount

    /// Where the API has them.
    var path: String { self == .user ? "/users" : "/service-accounts" }
    var word: String { self == .user ? "user" : "service account" }
    /// Before the colon of a subject.
    var subject: String { self == .user ? "user" : "service_account" }
    var view: View { self == .user ? .users : .serviceAccounts }
}

extension Server {
    /// The most accounts or keys that are looked through for a name.
    private static let mostLookedAt = 100_000

    /// The user or service account that the name or id means.
    /// - Throws: `Failure` of status not found, with similar names.
    func account(_ reference: String, _ kind: AccountKind) async throws -> JSONValue {
        if JobReference.isIdentifier(reference) { return try await get("\(kind.path)/\(reference.lowercased())") }
        let all = try await items(kind.path, [], limit: Server.mostLookedAt)
        let name = reference.lowercased()
        if let found = all.first(where: { $0["name"]?.string == name }) { return found }
        let near = Nearest.word(to: name, among: all.compactMap { $0["name"]?.string })
        throw Failure(
            .notFound,
            "no \(kind.word) is named \(DisplayWidth.tame(reference))" + (near.map { ": did you mean \($0)?" } ?? ""))
    }

    /// The id of the user or service account that the name or id means.
    func accountID(_ reference: String, _ kind: AccountKind) async throws -> String {
        if JobReference.isIdentifier(reference) { return reference.lowercased() }
        return try await account(reference, kind)["id"]?.string ?? reference
    }

    /// The id of the key that the name or id means.
    /// - Throws: `Failure` of status not found, or conflict when several have the name.
    func keyID(_ reference: String) async throws -> String {
        if JobReference.isIdentifier(reference) { return reference.lowercased() }
        let named = try await items("/keys", [], limit: Server.mostLookedAt).filter { $0["name"]?.string == reference }
        // Of several keys of one name, those that hold are meant.
        let holding = named.filter { $0["revoked_at"]?.isNull ?? true }
        let meant = (holding.isEmpty ? named : holding).compactMap { $0["id"]?.string }
        guard let first = meant.first else {
            throw Failure(.notFound, "no key is named \(DisplayWidth.tame(reference)); `punctual key list` shows them")
        }
        guard meant.count == 1 else {
            throw Failure(
                .conflict,
                "\(meant.count) keys are named \(DisplayWidth.tame(reference)); give an id: "
                    + meant.joined(separator: ", "))
        }
        return first
    }
}
