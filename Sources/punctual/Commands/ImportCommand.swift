internal import ArgumentParser
internal import Foundation
internal import PunctualJSON
internal import PunctualSchedule

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take jobs over from elsewhere.",
        discussion: """
            EXAMPLES
              crontab -l | punctual import crontab -
              punctual import crontab /etc/crontab --dry-run
            """,
        subcommands: [ImportCrontab.self])
}

struct ImportCrontab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crontab",
        abstract: "Take jobs over from a crontab; safe to repeat.",
        discussion: """
            EXAMPLES
              crontab -l | punctual import crontab -
              punctual import crontab /etc/crontab --system --dry-run
              punctual import crontab jobs.cron --service nightly --timezone Europe/Berlin

            Commands run as cron runs them: by /bin/sh -c (or SHELL), without retries,
            overlapping if they must, and without making up for missed times. CRON_TZ sets
            the zone and other variables reach the command. MAILTO and the user column are
            not applied, @reboot is not taken: each line's outcome is shown. The worker
            must allow commands.
            """)

    @Argument(help: "A file, or - for standard input.")
    var file: String
    @Flag(name: .long, help: "Each line names a user, as in /etc/crontab (found out by itself otherwise).")
    var system = false
    @Flag(name: .long, help: "No line names a user.")
    var user = false
    @Option(name: .long, help: "The service that the jobs belong to.")
    var service = "default"
    @Option(name: .long, help: "The zone of lines without CRON_TZ (default: this machine's).")
    var timezone: String?
    @Flag(name: .long, help: "Show what would be done, and do nothing.")
    var dryRun = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    static let view = View(
        key: "id",
        columns: [
            View.number("line", "line"), View.field("outcome", "outcome"),
            View.field("schedule", "schedule", limit: 24),
            View.field("name", "name"), View.field("notes", "notes", limit: 100),
        ])

    func validate() throws { if system && user { throw ValidationError("Give --system or --user, not both.") } }

    func run() async throws {
        let name = file == "-" ? "standard input" : file
        let data =
            file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let data else { throw Failure(.failed, "cannot read \(name)") }
        guard data.count <= 1 << 20, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.failed, "\(name) is no UTF-8 text of at most 1 MiB")
        }
        let found = CrontabReader.form(of: text, path: file) { getpwnam($0) != nil }
        let form: CrontabForm = system ? .system : user ? .user : found
        let source = file == "-" ? "stdin" : file.split(separator: "/").last.map(String.init) ?? "crontab"
        let jobs = CrontabJobs(
            CrontabReader(text, form: form).lines, service: service, source: source,
            timezone: timezone ?? TimeZone.current.identifier.replacing("GMT", with: "UTC"),
            currentUser: NSUserName(), zones: SystemZones.catalog)
        Console.talk(form == .system ? "read as a system crontab, with users" : "read as a user's crontab")
        try await client.connected { server in
            let applier = JobApplier(server: server, dryRun: dryRun)
            var items: [JSONValue] = []
            var failed: ExitStatus?
            for row in jobs.rows {
                guard let job = row.job else {
                    items.append(ImportCrontab.item(row, outcome: nil))
                    continue
                }
                let outcome = try await applier.apply(job)
                if outcome.action == .failed { failed = outcome.status }
                items.append(ImportCrontab.item(row, outcome: outcome))
            }
            output.show(output.quiet ? items.filter { $0["id"]?.string != nil } : items, as: ImportCrontab.view)
            Console.talk(ImportCrontab.summary(items, dryRun: dryRun))
            if let failed { throw Failure(failed, "some lines failed; nothing else was undone") }
        }
    }

    static func item(_ row: CrontabJobs.Row, outcome: JobApplier.Outcome?) -> JSONValue {
        var notes = row.notes
        if let outcome, outcome.action == .failed { notes.insert(outcome.detail, at: 0) }
        return [
            "line": .int(Int64(row.line)), "outcome": .string(outcome?.action.rawValue ?? "not taken"),
            "schedule": .string(row.schedule), "name": row.job?["name"] ?? .null,
            "id": outcome?.id.map(JSONValue.string) ?? .null,
            "notes": notes.isEmpty ? .null : .string(notes.joined(separator: "; ")),
        ]
    }

    static func summary(_ items: [JSONValue], dryRun: Bool) -> String {
        var counts: [(String, Int)] = []
        for outcome in ["created", "updated", "unchanged", "not taken", "failed"] {
            let count = items.count { $0["outcome"]?.string == outcome }
            if count > 0 { counts.append((outcome, count)) }
        }
        let text = counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        return (text.isEmpty ? "no lines" : text) + (dryRun ? " (dry run: nothing was changed)" : "")
    }
}
