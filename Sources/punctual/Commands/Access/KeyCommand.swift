internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, rotate and revoke API keys.",
        discussion: """
            EXAMPLES
              punctual key create deploy --service-account ci --scope operator:billing
              punctual key rotate deploy --overlap 1h
              punctual key revoke deploy
            """,
        subcommands: [KeyList.self, KeyCreate.self, KeyRotate.self, KeyRevoke.self])
}

struct KeyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List keys: your own, or everybody's as an administrator.",
        discussion: """
            EXAMPLES
              punctual key list
              punctual key list --service-account ci
            """)

    @OptionGroup var owner: OwnerOptions
    @Option(name: .long, help: "At most so many.")
    var limit = 200
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        try await client.connected { server in
            let query = try await owner.subject(server).map { [("owner", $0)] } ?? []
            output.show(try await server.items("/keys", query, limit: limit), as: .keys)
        }
    }
}

struct KeyCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a key, for yourself unless a flag names another owner.",
        discussion: """
            EXAMPLES
              punctual key create laptop
              punctual key create deploy --service-account ci --scope operator:billing --expires-in 2160h
              punctual key create deploy --service-account ci --address 10.0.0.0/8 > deploy.key

            The key is shown this once. It may do what its scopes and its owner's roles both allow. Standard output gets
            nothing but the key when it is no terminal.
            """)

    @Argument(help: "What the key is for, such as deploy.")
    var name: String
    @OptionGroup var owner: OwnerOptions
    @Option(
        name: .long,
        help:
            "What it may do, as role:service, with * for all services; may be repeated. Default: all that its owner may."
    )
    var scope: [String] = []
    @Option(name: .long, help: "Only from this address or range, such as 10.0.0.0/8; may be repeated.")
    var address: [String] = []
    @Option(name: .long, help: "How long it holds, such as 2160h.")
    var expiresIn: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var body = JSONObject()
        body["name"] = .string(name)
        if !scope.isEmpty { body["scopes"] = .array(try scope.map { try JSONValue.scope($0) }) }
        if !address.isEmpty { body["addresses"] = .array(address.map(JSONValue.string)) }
        if let expiresIn {
            let end = RelativeTime.now + (try Duration.flag(expiresIn, name: "expires-in"))
            body["expires_at"] = .string(end.description)
        }
        let own = body
        try await client.connected { server in
            var body = own
            if let subject = try await owner.subject(server) { body["owner"] = .string(subject) }
            output.showOnce(try await server.send("POST", "/keys", .object(body)))
        }
    }
}

struct KeyRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a key another secret; the old one holds for a while yet.",
        discussion: """
            EXAMPLES
              punctual key rotate deploy
              punctual key rotate deploy --overlap 1h > deploy.key
            """)

    @Argument(help: "The key's name or id.")
    var key: String
    @Option(name: .long, help: "How long the old secret still holds; 0s ends it at once. Default 24h.")
    var overlap: String?
    @Flag(name: .long, help: "Also while an earlier rotation's old secret still holds, which is void at once then.")
    var force = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var body = JSONObject()
        if let overlap { body["overlap"] = .string(overlap) }
        if force { body["force"] = true }
        let rotation = body
        try await client.connected { server in
            let id = try await server.keyID(key)
            output.showOnce(try await server.send("POST", "/keys/\(id)/rotate", .object(rotation)))
        }
    }
}

struct KeyRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Void keys for good.",
        discussion: """
            EXAMPLES
              punctual key revoke deploy
            """)

    @Argument(help: "Names or ids.")
    var keys: [String]
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.connected { server in
            for key in keys {
                _ = try await server.send("DELETE", "/keys/\(try await server.keyID(key))")
                Console.talk("revoked \(key)")
            }
        }
    }
}

extension OutputOptions {
    /// Shows a key that is never shown again.
    ///
    /// A script gets the key and nothing else on standard output, unless it asked for another form.
    func showOnce(_ key: JSONValue) {
        if output == .table, quiet || !Console.isTerminal {
            Console.out(Cell.text(key["key"]))
        } else {
            show(key, as: .issuedKeys)
        }
        Console.talk("Keep the key now: it is not shown again.")
    }
}
