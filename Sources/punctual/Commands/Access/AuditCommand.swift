internal import ArgumentParser
internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look at who did what, export it, and check that nobody has changed it.",
        discussion: """
            EXAMPLES
              punctual audit list --operation createKey
              punctual audit export > audit.jsonl
              punctual audit verify
            """,
        subcommands: [AuditList.self, AuditExport.self, AuditVerify.self])
}

struct AuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List entries of the audit log, newest first.",
        discussion: """
            EXAMPLES
              punctual audit list
              punctual audit list --user ada --from 2026-03-01T00:00:00Z
              punctual audit list --operation deleteJob --within 24h
              punctual audit list --service billing --limit 1000 -o jsonl
            """)

    @OptionGroup var owner: OwnerOptions
    @Option(name: .long, help: "Only this operation, by its name in the API, such as createKey.")
    var operation: String?
    @Option(name: .long, help: "Only what was done to this, such as job:ID or user:ID.")
    var resource: String?
    @Option(name: .long, help: "Only of this service.")
    var service: String?
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "At most so many.")
    var limit = 50
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        let given =
            [("operation", operation), ("resource", resource), ("service", service)].compactMap { name, value in
                value.map { (name, $0) }
            } + (try span.query)
        try await client.connected { server in
            let principal = try await owner.subject(server).map { [("principal", $0)] } ?? []
            output.show(try await server.items("/audit", principal + given, limit: limit), as: .auditEntries)
        }
    }
}

struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the whole audit log to standard output, oldest first, a JSON object a line.",
        discussion: """
            EXAMPLES
              punctual audit export > audit.jsonl
              punctual audit export --from-entry 4712 >> audit.jsonl
            """)

    @Option(name: .long, help: "The number of the first entry.")
    var fromEntry = 1
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if fromEntry < 1 { throw ValidationError("--from-entry: from 1") }
    }

    func run() async throws {
        try await client.connected { server in
            var reader = LineReader()
            for try await piece in try await server.auditExport(from: fromEntry) {
                let lines = try reader.read(piece)
                if !lines.isEmpty {
                    Console.out(lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
                }
            }
            try reader.finish()
        }
    }
}

extension Server {
    /// The audit log, oldest first, a JSON object a line.
    func auditExport(from first: Int = 1) async throws -> AnswerPieces {
        try await client.download(
            "\(APIPath.prefix)/audit/export", query: [("from_sequence", String(first))], accept: "application/x-ndjson")
    }
}
