internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Keep secrets that targets refer to as {{secret:NAME}}; nobody can read them back.",
        discussion: """
            EXAMPLES
              punctual secret set api-token --service billing --from-file token.txt
              punctual secret list --service billing
            """,
        subcommands: [SecretList.self, SecretSet.self, SecretDelete.self])
}

struct SecretList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the names of a service's secrets.",
        discussion: """
            EXAMPLES
              punctual secret list --service billing
            """)

    @Option(name: .long, help: "The service that the secrets belong to.")
    var service = "default"
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show(try await server.items("/secrets", [("service", service)], limit: 100_000), as: .secrets)
        }
    }
}

struct SecretSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Write a secret, from standard input, a file, or asked for on a terminal.",
        discussion: """
            EXAMPLES
              punctual secret set api-token --service billing
              punctual secret set api-token --service billing --from-file token.txt
              punctual secret set webhook --service billing --overlap 48h < new.txt

            One line end at the end is no part of the secret. The version before it holds for the overlap yet.
            """)

    @Argument(help: "The secret's name.")
    var name: String
    @Option(name: .long, help: "The service that it belongs to.")
    var service = "default"
    @Option(name: .long, help: "A file that holds the secret.")
    var fromFile: String?
    @Option(name: .long, help: "How long the version before it still signs webhooks. Default 24h.")
    var overlap: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let connection = try client.safeConnection()
        var body = JSONObject()
        if fromFile == nil, Console.canAsk {
            body["value"] = .string(try SecretPrompt.ask("Secret", orUse: "--from-file"))
        } else {
            body["value"] = .string(try SecretPrompt.read(file: fromFile))
        }
        if let overlap { body["overlap"] = .string(overlap) }
        let own = JSONValue.object(body)
        try await connection.open { server in
            output.show([try await server.send("PUT", SecretCommand.path(service, name), own)], as: .secrets)
        }
    }
}

struct SecretDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete secrets; what refers to them fails from then on.",
        discussion: """
            EXAMPLES
              punctual secret delete api-token --service billing
            """)

    @Argument(help: "Names.")
    var names: [String]
    @Option(name: .long, help: "The service that they belong to.")
    var service = "default"
    @Flag(name: [.customShort("y"), .long], help: "Don't ask.")
    var yes = false
    @OptionGroup var client: ClientOptions

    func run() async throws {
        if !yes, Console.canAsk, !Console.agrees(to: "Delete \(names.joined(separator: ", "))?") {
            throw Failure(.failed, "nothing deleted")
        }
        try await client.connected { server in
            for name in names {
                _ = try await server.send("DELETE", SecretCommand.path(service, name))
                Console.talk("deleted \(name)")
            }
        }
    }
}

extension SecretCommand {
    static func path(_ service: String, _ name: String) -> String {
        "/secrets/\(PunctualClient.encode(service))/\(PunctualClient.encode(name))"
    }
}
