internal import ArgumentParser
internal import PunctualServer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a node.",
        discussion: """
            EXAMPLES
              punctual serve
              punctual serve --database-url sqlite:/var/lib/punctual/jobs.sqlite --log-format json
              PUNCTUAL_EGRESS_ALLOW=10.0.0.0/8 punctual serve --config /etc/punctual.yaml
              PUNCTUAL_RABBITMQ_URL=amqp://punctual@mq.internal/jobs punctual serve --broker rabbitmq

            Prints one line when it is ready. SIGTERM drains: no new work is taken, what runs may finish for 20 seconds,
            the rest is handed back without spending an attempt.
            """)

    @OptionGroup var node: NodeOptions

    @Option(name: .long, help: "A list of api, scheduler and worker. (PUNCTUAL_ROLES, default all)")
    var roles: String?

    @Option(name: .long, help: "Who tells workers of work: store, redis or rabbitmq. (PUNCTUAL_BROKER, default store)")
    var broker: String?

    func run() async throws {
        try await Node.run(try await node.settings(more: ["roles": roles, "broker": broker]))
    }
}
