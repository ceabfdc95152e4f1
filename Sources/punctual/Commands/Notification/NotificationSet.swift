internal import ArgumentParser
internal import PunctualJSON

struct NotificationSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a rule in place of what has its name.",
        discussion: """
            Mail, PagerDuty and how messages are grouped are set by a file in YAML or JSON.
            URLs, keys and passwords are best kept in secrets: '{{secret:NAME}}'.

            EXAMPLES
              punctual notification set on-call --slack '{{secret:SLACK_URL}}'
              punctual notification set audit --webhook https://example.com --on failed
              punctual notification set mail -f mail.yaml
            """)

    @OptionGroup var rule: NotificationArgument
    @Option(name: [.customShort("f"), .long], help: "A file with the rule, or - for standard input.")
    var file: String?
    @Option(name: .long, help: "Where to send JSON, signed.")
    var webhook: String?
    @Option(name: .long, help: "An incoming webhook of Slack, or of what takes its form.")
    var slack: String?
    @Option(name: .long, help: "The service whose jobs it is about; all when left out.")
    var service: String?
    @Option(name: .long, help: "failed, recovered, late, skipped, missed, with commas between.")
    var on: String?
    @Option(name: .long, help: "How late is late, such as 5m.")
    var lateAfter: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if [file, webhook, slack].compactMap({ $0 }).count != 1 {
            throw ValidationError("give one of --webhook, --slack and --file")
        }
        if file != nil, service != nil || on != nil || lateAfter != nil {
            throw ValidationError("--service, --on and --late-after stand in the file when there is one")
        }
        if let lateAfter { _ = try Duration.flag(lateAfter, name: "late-after") }
    }

    func run() async throws {
        let body = try body()
        try await client.connected { server in
            output.show(try await server.send("PUT", rule.path, body), as: .notifications)
        }
    }

    private func body() throws(Failure) -> JSONValue {
        if let file {
            let found = try JobDocuments.read(notification: file)
            return .object(found)
        }
        let channel: JSONValue =
            webhook.map { ["type": "webhook", "url": .string($0)] }
            ?? ["type": "slack", "url": .string(slack ?? "")]
        var body = JSONObject()
        body["channel"] = channel
        if let service { body["service"] = .string(service) }
        if let on { body["on"] = .array(on.split(separator: ",").map { .string(String($0)) }) }
        if let lateAfter { body["late_after"] = .string(lateAfter) }
        return .object(body)
    }
}

extension JobDocuments {
    /// What a server adds to a rule; left out, so that what `notification get` printed can be set again.
    fileprivate static let notificationFields = ["created_at", "updated_at", "notices", "last_notice"]

    /// The one rule of notifications that a file describes, without what a server adds.
    /// - Parameter path: `-` for standard input.
    /// - Throws: `Failure` that names the file.
    static func read(notification path: String) throws(Failure) -> JSONObject {
        let (name, bytes) = try bytes(of: path)
        do throws(DocumentError) {
            let found = try values(checked(bytes)).filter { !$0.isNull }
            guard found.count == 1, var rule = found[0].object else {
                throw DocumentError(description: "holds \(found.count) documents, not one rule")
            }
            for field in notificationFields { rule[field] = nil }
            return rule
        } catch {
            throw Failure(.failed, "\(name): \(error)")
        }
    }

    /// The rules that a file describes, each with its name: YAML or JSON, one or many documents, lists, or lists under `items`.
    /// - Parameter path: `-` for standard input.
    /// - Throws: `Failure` that names the file.
    static func read(notifications path: String) throws(Failure) -> [(name: String, rule: JSONObject)] {
        let (name, bytes) = try bytes(of: path)
        var rules: [(name: String, rule: JSONObject)] = []
        do throws(DocumentError) {
            for document in try values(checked(bytes)) {
                for item in document.array ?? document["items"]?.array ?? (document.isNull ? [] : [document]) {
                    let number = rules.count + 1
                    guard var rule = item.object else {
                        throw DocumentError(description: "rule \(number) is \(item.kind), not an object")
                    }
                    guard let named = rule["name"]?.string, !named.isEmpty else {
                        throw DocumentError(description: "rule \(number) has no name")
                    }
                    for field in notificationFields + ["name"] { rule[field] = nil }
                    if rules.contains(where: { $0.name == named }) {
                        throw DocumentError(description: "names the rule \(named) twice")
                    }
                    rules.append((named, rule))
                }
            }
        } catch {
            throw Failure(.failed, "\(name): \(DisplayWidth.tame("\(error)"))")
        }
        return rules
    }
}
