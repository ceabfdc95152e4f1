internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct NotificationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notification",
        abstract: "Say whom to tell when jobs fail, recover, are late or do not run.",
        discussion: """
            EXAMPLES
              punctual notification set on-call --slack '{{secret:SLACK_URL}}'
              punctual notification apply -f rules.yaml
              punctual notification test on-call
              punctual notification get on-call
              punctual notification delete on-call
            """,
        subcommands: [
            NotificationList.self, NotificationGet.self, NotificationSet.self, NotificationDelete.self,
            NotificationApply.self, NotificationTest.self,
        ])
}

/// Names one rule.
struct NotificationArgument: ParsableArguments {
    @Argument(help: "The rule's name.")
    var name: String

    var path: String { "/notifications/\(PunctualClient.encode(name))" }
}

struct NotificationList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List rules.",
        discussion: """
            EXAMPLES
              punctual notification list
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show(try await server.get("/notifications")["items"]?.array ?? [], as: .notifications)
        }
    }
}

struct NotificationGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a rule, or what it told lately.",
        discussion: """
            EXAMPLES
              punctual notification get on-call
              punctual notification get on-call --notices
            """)

    @OptionGroup var rule: NotificationArgument
    @Flag(name: .long, help: "The newest 50 things that it wanted told, and whether they were.")
    var notices = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let answer = try await server.get(rule.path)
            if notices { return output.show(answer["notices"]?.array ?? [], as: .notices) }
            var shown = answer.object ?? JSONObject()
            shown["notices"] = nil
            output.show(.object(shown), as: .notifications)
        }
    }
}

struct NotificationDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove a rule; what it has not told yet is told no more.",
        discussion: """
            EXAMPLES
              punctual notification delete on-call
            """)

    @OptionGroup var rule: NotificationArgument
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.connected { server in
            _ = try await server.send("DELETE", rule.path)
            Console.talk("\(rule.name) is removed")
        }
    }
}

struct NotificationTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a message that says that it is a test.",
        discussion: """
            EXAMPLES
              punctual notification test on-call
            """)

    @OptionGroup var rule: NotificationArgument
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.connected { server in
            let answer = try await server.send("POST", "\(rule.path)/test")
            guard answer["sent"]?.bool == true else {
                throw Failure(.failed, "not sent: \(answer["error"]?.string ?? "no reason was given")")
            }
            Console.talk("sent")
        }
    }
}
