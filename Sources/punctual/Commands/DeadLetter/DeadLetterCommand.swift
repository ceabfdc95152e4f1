internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter",
        abstract: "Look at what has failed for good, by what broke, and run it again.",
        discussion: """
            EXAMPLES
              punctual dead-letter list --within 24h
              punctual dead-letter redrive charge-cards --dry-run
              punctual dead-letter redrive --group 9f2c41d07a3e --yes
            """,
        subcommands: [DeadLetterList.self, DeadLetterRedrive.self])
}

struct DeadLetterList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List executions that have spent their attempts, in groups by job and error.",
        discussion: """
            EXAMPLES
              punctual dead-letter list
              punctual dead-letter list charge-cards --reason timeout
              punctual dead-letter list --queue mail --within 24h -o json

            A group is of one job and one way to fail: the reason and the error, whatever
            ids and numbers are in it. GROUP is what `dead-letter redrive --group` takes.
            """)

    @OptionGroup var filter: OccurrenceFilter
    @Option(name: .long, help: "How many of the newest failed executions to look at.")
    var limit = 2000
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        try await client.connected { server in
            let letters = try await server.deadLetters(try await filter.query(server), limit: limit)
            output.show(letters.groups, as: .deadLetters)
            if letters.hasMore {
                Console.talk("looked at the newest \(letters.count); --limit looks further back")
            }
        }
    }
}

struct DeadLetterRedrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Run all executions of groups again.",
        discussion: """
            Tells how many they are, and asks; where nobody can be asked, --yes agrees.
            Each is opened again under its id, with the next attempt: no occurrence gets
            a second execution. What runs again by the time its turn comes is left alone.

            EXAMPLES
              punctual dead-letter redrive charge-cards --dry-run
              punctual dead-letter redrive --group 9f2c41d07a3e --within 24h
              punctual dead-letter redrive --queue mail --yes
            """)

    @OptionGroup var filter: OccurrenceFilter
    @Option(name: .long, help: "Only this group, as `dead-letter list` shows it; may be repeated.")
    var group: [String] = []
    @Option(name: .long, help: "How many of the newest failed executions to look at.")
    var limit = 10_000
    @Flag(name: .long, help: "Only list the groups.")
    var dryRun = false
    @Flag(name: [.customShort("y"), .long], help: "Do not ask.")
    var yes = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
        // Everything of everybody is seldom meant.
        if !filter.isGiven, group.isEmpty {
            throw ValidationError("say which: a job, --group, --service, --queue, --reason, --from or --within")
        }
    }

    func run() async throws {
        try await client.connected { server in
            let letters = try await server.deadLetters(try await filter.query(server), limit: limit)
            let chosen = letters.groups.filter { group.isEmpty || group.contains(Cell.text($0["key"])) }
            if letters.hasMore { Console.talk("looked at the newest \(letters.count); there are older ones") }
            if let missing = group.first(where: { key in !chosen.contains { $0["key"]?.string == key } }) {
                throw Failure(
                    .notFound,
                    "there is no group \(DisplayWidth.tame(missing)) any more; `punctual dead-letter list` shows them")
            }
            if dryRun { return output.show(chosen, as: .deadLetters) }
            let found = DeadLetters.executions(of: chosen)
            if found.isEmpty { return output.show([JSONValue](), as: .executions) }
            let words = Redrive.words(for: found)
            if !yes {
                guard Console.canAsk else {
                    throw Failure(.failed, "this would run \(words) again; say --yes to agree")
                }
                guard Console.agrees(to: "Run \(words) again?") else {
                    throw Failure(.failed, "nothing was run again")
                }
            }
            try await Redrive(server: server, output: output).run(found)
        }
    }
}
