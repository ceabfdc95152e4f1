internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

/// A server that somebody has signed in to.
struct Profile: Equatable, Sendable {
    var url: String
    /// The user's name; nil when it is not known.
    var user: String?
    /// nil after signing out.
    var tokens: SignInTokens?
    /// Whether tokens may go to the server over plain http although it is another machine.
    var allowsPlainHTTP = false
}

/// What the file of profiles holds.
struct Profiles: Equatable, Sendable {
    /// The one that commands use unless another is named; nil when there is none.
    var current: String?
    var all: [String: Profile] = [:]

    /// Whether the text can name a profile.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 32) || "._-".utf8.contains($0)
            }
    }
}

extension Profiles {
    /// - Throws: `DocumentError` when the value is not what `json` makes.
    init(_ json: JSONValue) throws(DocumentError) {
        if json.isNull { return }
        guard let object = json.object else { throw DocumentError(description: "holds \(json.kind), not an object") }
        current = object["current"]?.string
        for member in object["profiles"]?.object?.members ?? [] {
            guard Profiles.isName(member.name), let url = member.value["url"]?.string else {
                throw DocumentError(description: "has a profile without a name or url")
            }
            var profile = Profile(url: url, user: member.value["user"]?.string)
            profile.allowsPlainHTTP = member.value["allow_http"]?.bool ?? false
            if let access = member.value["access_token"]?.string, let refresh = member.value["refresh_token"]?.string {
                // Without a known end the token is renewed before it is shown.
                let end = member.value["expires_at"]?.string.flatMap { Timestamp(rfc3339: $0) }?.milliseconds ?? 0
                profile.tokens = SignInTokens(accessToken: access, refreshToken: refresh, expiresAt: end / 1000)
            }
            all[member.name] = profile
        }
    }

    /// What is kept, profiles in the order of their names.
    var json: JSONValue {
        var profiles = JSONObject()
        for (name, profile) in all.sorted(by: { $0.key < $1.key }) {
            var object = JSONObject()
            object["url"] = .string(profile.url)
            if let user = profile.user { object["user"] = .string(user) }
            if profile.allowsPlainHTTP { object["allow_http"] = true }
            if let tokens = profile.tokens {
                object["access_token"] = .string(tokens.accessToken)
                object["refresh_token"] = .string(tokens.refreshToken)
                object["expires_at"] = .string(Timestamp(milliseconds: tokens.expiresAt * 1000).description)
            }
            profiles[name] = .object(object)
        }
        var object = JSONObject()
        if let current { object["current"] = .string(current) }
        object["profiles"] = .object(profiles)
        return .object(object)
    }
}
