internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct NotificationApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Create or update rules from YAML or JSON files.",
        discussion: """
            EXAMPLES
              punctual notification apply -f rules.yaml
              punctual notification apply -f rules.yaml --dry-run
              punctual notification list -o yaml > rules.yaml

            A rule is found by its name. What the file leaves out has its default. Secrets
            are read as ***, which is refused when it is sent back: keep '{{secret:NAME}}'
            in files. --dry-run changes nothing; the server checks fields only when applying.
            """)

    @Option(name: [.customShort("f"), .long], help: "A file, or - for standard input; may be repeated.")
    var file: [String]
    @Flag(name: .long, help: "Show which rules there would be, and change nothing.")
    var dryRun = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var rules: [(name: String, rule: JSONObject)] = []
        for path in file { rules += try JobDocuments.read(notifications: path) }
        let wanted = rules
        try await client.connected { server in
            let known = try await server.get("/notifications")["items"]?.array ?? []
            var outcomes: [JobApplier.Outcome] = []
            for (name, rule) in wanted {
                let before = known.first { $0["name"]?.string == name }
                outcomes.append(try await apply(name, rule, before, on: server))
            }
            output.show(outcomes.map(\.json), as: NotificationApply.view)
            if dryRun { Console.talk("dry run: nothing was changed") }
            if let failed = outcomes.first(where: { $0.action == .failed }) {
                throw Failure(
                    failed.status, "\(outcomes.count { $0.action == .failed }) of \(wanted.count) rules failed")
            }
        }
    }

    /// One rule; a refusal is an outcome, a server that can't be reached an error.
    private func apply(
        _ name: String, _ rule: JSONObject, _ before: JSONValue?, on server: Server
    ) async throws -> JobApplier.Outcome {
        func outcome(
            _ action: JobApplier.Action, _ detail: String = "", _ status: ExitStatus = .ok
        ) -> JobApplier.Outcome {
            JobApplier.Outcome(
                name: name, service: rule["service"]?.string ?? "", action: action, id: name, detail: detail,
                status: status)
        }
        if dryRun { return outcome(before == nil ? .created : .updated) }
        do {
            let path = "/notifications/\(PunctualClient.encode(name))"
            let after = try await server.send("PUT", path, .object(rule))
            guard let before else { return outcome(.created) }
            return outcome(NotificationApply.isSame(before, after) ? .unchanged : .updated)
        } catch let error as ClientError where error.status != nil && error.status != 401 {
            return outcome(.failed, "\(error)", Ending.status(of: error))
        }
    }

    /// Whether two readings of a rule say the same; a secret that neither shows may be another.
    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        func plain(_ value: JSONValue) -> JSONValue {
            var object = value.object ?? JSONObject()
            object["updated_at"] = nil
            return .object(object)
        }
        return plain(one) == plain(other) && !one.description.contains("***")
    }

    static let view = View(
        key: "name",
        columns: [
            View.field("name", "name", limit: 48), View.field("service", "service"), View.field("action", "action"),
            View.field("detail", "detail", limit: 100),
        ])
}
