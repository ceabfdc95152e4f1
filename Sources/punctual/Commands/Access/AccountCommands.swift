internal import ArgumentParser
internal import PunctualJSON

// What users and service accounts have in common.

struct AccountList: ParsableArguments {
    @Option(name: .long, help: "At most so many.")
    var limit = 200
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run(_ kind: AccountKind) async throws {
        try await client.connected { server in
            output.show(try await server.items(kind.path, [], limit: limit), as: kind.view)
        }
    }
}

struct AccountArguments: ParsableArguments {
    @Argument(help: "Names or ids.")
    var names: [String]
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// Changes each and shows what they became.
    func patch(_ kind: AccountKind, _ patch: JSONValue) async throws {
        try await client.connected { server in
            var items: [JSONValue] = []
            for name in names {
                let id = try await server.accountID(name, kind)
                items.append(try await server.send("PATCH", "\(kind.path)/\(id)", patch))
            }
            output.show(items, as: kind.view)
        }
    }
}

struct AccountTier: ParsableArguments {
    @Argument(help: "basic, standard or premium; default for what the server's limits.tier says.")
    var tier: String
    @OptionGroup var accounts: AccountArguments

    func run(_ kind: AccountKind) async throws {
        try await accounts.patch(kind, ["tier": tier == "default" ? .null : .string(tier)])
    }
}

struct AccountDeletion: ParsableArguments {
    @Argument(help: "Names or ids.")
    var names: [String]
    @Flag(name: [.customShort("y"), .long], help: "Don't ask.")
    var yes = false
    @OptionGroup var client: ClientOptions

    func run(_ kind: AccountKind) async throws {
        if !yes, Console.canAsk, !Console.agrees(to: "Delete \(names.joined(separator: ", "))?") {
            throw Failure(.failed, "nothing deleted")
        }
        try await client.connected { server in
            for name in names {
                _ = try await server.send("DELETE", "\(kind.path)/\(try await server.accountID(name, kind))")
                Console.talk("deleted \(name)")
            }
        }
    }
}
