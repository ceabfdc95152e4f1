internal import ArgumentParser
internal import PunctualJSON

struct ServiceAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service-account",
        abstract: "Make, disable and delete service accounts: programs that call the API with keys.",
        discussion: """
            EXAMPLES
              punctual service-account create billing-deploy --description "deploys the billing service"
              punctual role grant operator --service-account billing-deploy --service billing
              punctual key create deploy --service-account billing-deploy
            """,
        subcommands: [
            ServiceAccountList.self, ServiceAccountCreate.self, ServiceAccountDisable.self, ServiceAccountEnable.self,
            ServiceAccountSetTier.self, ServiceAccountDelete.self,
        ])
}

struct ServiceAccountList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List service accounts.",
        discussion: """
            EXAMPLES
              punctual service-account list
            """)

    @OptionGroup var accounts: AccountList

    func run() async throws { try await accounts.run(.serviceAccount) }
}

struct ServiceAccountCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a service account, which may do nothing until a role is granted.",
        discussion: """
            EXAMPLES
              punctual service-account create billing-deploy
            """)

    @Argument(help: "Its name.")
    var name: String
    @Option(name: .long, help: "What it is for.")
    var description = ""
    @OptionGroup var tier: TierOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            var body = JSONObject()
            (body["name"], body["description"]) = (.string(name), .string(description))
            let made = try await server.send("POST", "/service-accounts", tier.adding(to: body))
            output.show([made], as: .serviceAccounts)
        }
    }
}

struct ServiceAccountDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let service accounts in no more; their keys stay.",
        discussion: """
            EXAMPLES
              punctual service-account disable billing-deploy
            """)

    @OptionGroup var accounts: AccountArguments

    func run() async throws { try await accounts.patch(.serviceAccount, ["disabled": true]) }
}

struct ServiceAccountEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let service accounts in again.",
        discussion: """
            EXAMPLES
              punctual service-account enable billing-deploy
            """)

    @OptionGroup var accounts: AccountArguments

    func run() async throws { try await accounts.patch(.serviceAccount, ["disabled": false]) }
}

struct ServiceAccountSetTier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-tier",
        abstract: "Say how much service accounts may ask for in an hour.",
        discussion: """
            EXAMPLES
              punctual service-account set-tier premium billing-deploy
              punctual service-account set-tier default billing-deploy
            """)

    @OptionGroup var tier: AccountTier

    func run() async throws { try await tier.run(.serviceAccount) }
}

struct ServiceAccountDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete service accounts with their keys and roles; the audit log keeps what they did.",
        discussion: """
            EXAMPLES
              punctual service-account delete billing-deploy --yes
            """)

    @OptionGroup var deletion: AccountDeletion

    func run() async throws { try await deletion.run(.serviceAccount) }
}
