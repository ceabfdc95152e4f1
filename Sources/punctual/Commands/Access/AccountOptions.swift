internal import ArgumentParser
internal import PunctualJSON

/// Names a user or service account by a flag.
struct OwnerOptions: ParsableArguments {
    @Option(name: .long, help: "A user's name or id.")
    var user: String?
    @Option(name: .long, help: "A service account's name or id.")
    var serviceAccount: String?

    func validate() throws {
        if user != nil, serviceAccount != nil { throw ValidationError("give --user or --service-account, not both") }
    }

    /// The subject, such as `user:ID`; nil when no flag names one.
    func subject(_ server: Server) async throws -> String? {
        if let user { return "user:\(try await server.accountID(user, .user))" }
        if let serviceAccount {
            return "service_account:\(try await server.accountID(serviceAccount, .serviceAccount))"
        }
        return nil
    }
}

/// Names whom a role is given to.
struct SubjectOptions: ParsableArguments {
    @OptionGroup var owner: OwnerOptions
    @Option(name: .long, help: "A group, as the provider of sign-ins names it.")
    var group: String?

    func validate() throws {
        if group != nil, owner.user != nil || owner.serviceAccount != nil {
            throw ValidationError("give one of --user, --service-account and --group")
        }
    }

    var isGiven: Bool { group != nil || owner.user != nil || owner.serviceAccount != nil }

    func subject(_ server: Server) async throws -> String? {
        if let group { return "group:\(group)" }
        return try await owner.subject(server)
    }
}

/// Where a password comes from when there is nobody to ask.
struct PasswordOptions: ParsableArguments {
    static let flag = "--password-stdin"

    @Flag(name: .long, help: "Read the password from standard input.")
    var passwordStdin = false

    /// The password that somebody has.
    func password() throws(Failure) -> String {
        passwordStdin ? try SecretPrompt.read() : try SecretPrompt.ask("Password", orUse: PasswordOptions.flag)
    }

    /// A password to be set.
    func newPassword() throws(Failure) -> String {
        passwordStdin
            ? try SecretPrompt.read() : try SecretPrompt.askTwice("New password", orUse: PasswordOptions.flag)
    }
}

/// How much somebody may ask for in an hour.
struct TierOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "How much it may ask for in an hour: basic, standard or premium. Default: what limits.tier says.")
    var tier: String?

    /// A body with the tier, when one was given.
    func adding(to body: JSONObject) -> JSONValue {
        var body = body
        if let tier { body["tier"] = .string(tier) }
        return .object(body)
    }
}

extension JSONValue {
    /// The labels that flags like `key=value` name.
    /// - Throws: `ValidationError`.
    static func labels(_ flags: [String]) throws -> JSONValue {
        var object = JSONObject()
        for flag in flags {
            let parts = flag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--label \"\(flag)\": write key=value")
            }
            object[String(parts[0])] = .string(String(parts[1]))
        }
        return .object(object)
    }

    /// The permission that a text like `operator:billing` or `viewer:*` names.
    /// - Throws: `ValidationError`.
    static func scope(_ text: String) throws -> JSONValue {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--scope \"\(text)\": write role:service, such as operator:billing or viewer:*")
        }
        return ["role": .string(parts[0]), "service": .string(parts[1])]
    }
}
