internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct RoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role",
        abstract: "Grant roles and take them back: viewer, operator, editor and admin.",
        discussion: """
            EXAMPLES
              punctual role grant operator --user ada --service billing
              punctual role grant viewer --group everybody --all-services
              punctual role list --user ada
            """,
        subcommands: [RoleList.self, RoleGrant.self, RoleRevoke.self])
}

struct RoleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who has which role.",
        discussion: """
            EXAMPLES
              punctual role list
              punctual role list --service-account billing-deploy
            """)

    @OptionGroup var subject: SubjectOptions
    @Option(name: .long, help: "At most so many.")
    var limit = 200
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        try await client.connected { server in
            let query = try await subject.subject(server).map { [("subject", $0)] } ?? []
            output.show(try await server.items("/grants", query, limit: limit), as: .grants)
        }
    }
}

struct RoleGrant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Grant a role for a service, or for all.",
        discussion: """
            EXAMPLES
              punctual role grant operator --user ada --service billing
              punctual role grant editor --user ada --service billing --label team=core
              punctual role grant admin --user grace --all-services --expires-in 8h
            """)

    @Argument(help: "viewer, operator, editor or admin; each may do what those before it may.")
    var role: String
    @OptionGroup var subject: SubjectOptions
    @Option(name: .long, help: "For jobs of this service.")
    var service: String?
    @Flag(name: .long, help: "For all services, those to come included.")
    var allServices = false
    @Option(name: .long, help: "Only for jobs with this label, as key=value; may be repeated.")
    var label: [String] = []
    @Option(name: .long, help: "How long it holds, such as 8h.")
    var expiresIn: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !subject.isGiven { throw ValidationError("to whom? Give --user, --service-account or --group") }
        if (service == nil) != allServices { throw ValidationError("for what? Give --service or --all-services") }
    }

    func run() async throws {
        var body = JSONObject()
        body["role"] = .string(role)
        body["service"] = .string(service ?? "*")
        body["labels"] = try JSONValue.labels(label)
        if let expiresIn {
            body["expires_at"] = .string(
                (RelativeTime.now + (try Duration.flag(expiresIn, name: "expires-in"))).description)
        }
        let own = body
        try await client.connected { server in
            var body = own
            body["subject"] = try await subject.subject(server).map(JSONValue.string)
            output.show([try await server.send("POST", "/grants", .object(body))], as: .grants)
        }
    }
}

struct RoleRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take roles back: by a grant's id, or all that match.",
        discussion: """
            EXAMPLES
              punctual role revoke 0197c5a0-0000-7000-8000-000000000001
              punctual role revoke operator --user ada --service billing
            """)

    @Argument(help: "The ids of grants, or one role.")
    var grants: [String]
    @OptionGroup var subject: SubjectOptions
    @Option(name: .long, help: "Only the role that was granted for this service; * is the one for all.")
    var service: String?
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if subject.isGiven ? grants.count != 1 : !grants.allSatisfy(JobReference.isIdentifier) {
            throw ValidationError("give ids of grants, or one role with --user, --service-account or --group")
        }
    }

    func run() async throws {
        try await client.connected { server in
            var ids = grants
            if let subject = try await subject.subject(server) {
                let known = try await server.items("/grants", [("subject", subject)], limit: 100_000)
                ids = known.filter { grant in
                    grant["role"]?.string == grants[0] && (service.map { grant["service"]?.string == $0 } ?? true)
                }.compactMap { $0["id"]?.string }
                if ids.isEmpty { throw Failure(.notFound, "there is no such grant; `punctual role list` shows them") }
            }
            for id in ids {
                _ = try await server.send("DELETE", "/grants/\(id.lowercased())")
                Console.talk("revoked \(id)")
            }
        }
    }
}
