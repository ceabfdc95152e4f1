internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct JobCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create one job from flags.",
        discussion: """
            EXAMPLES
              punctual job create ping --every 30s --http http://127.0.0.1:9000/hook
              punctual job create report --cron "0 9 * * MON" -- /usr/bin/make report
              punctual job create close --rrule "FREQ=MONTHLY;BYDAY=-1FR" \\
                --start 2026-01-30T17:00 --http http://127.0.0.1:9000/close
              punctual job create drill --manual --noop --label team=core

            One schedule and one target. For all fields write a file and use `punctual job
            apply`.
            """)

    @Argument(help: "The job's name.")
    var name: String
    @Option(name: .long, help: "A cron expression.")
    var cron: String?
    @Option(name: .long, help: "A recurrence rule of RFC 5545.")
    var rrule: String?
    @Option(name: .long, help: "The local time from which on --rrule holds, such as 2026-01-30T17:00.")
    var start: String?
    @Option(name: .long, help: "The zone whose clock --cron or --rrule follows.")
    var timezone: String?
    @Option(name: .long, help: "Each time so much later, such as 30s.")
    var every: String?
    @Option(name: .long, help: "So long after the last execution has ended.")
    var after: String?
    @Option(name: .long, help: "Once, at an RFC 3339 instant.")
    var at: String?
    @Flag(name: .long, help: "Only when triggered.")
    var manual = false
    @Option(name: .long, help: "The address to call.")
    var http: String?
    @Option(name: .long, help: "The method of --http (default: POST).")
    var method: String?
    @Option(name: .long, help: "The body of --http.")
    var body: String?
    @Flag(name: .long, help: "Do nothing, successfully.")
    var noop = false
    @Option(name: .long, help: "The service it belongs to.")
    var service = "default"
    @Option(name: .long, help: "The queue it waits in.")
    var queue: String?
    @Option(name: .long, help: "How long one attempt may take.")
    var timeout: String?
    @Option(name: .long, help: "A label as key=value; may be repeated.")
    var label: [String] = []
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions
    @Argument(parsing: .postTerminator, help: "A program and its arguments, after --; no shell reads them.")
    var command: [String] = []

    func validate() throws {
        if [cron != nil, rrule != nil, every != nil, after != nil, at != nil, manual].count(where: { $0 }) != 1 {
            throw ValidationError("Give one of --cron, --rrule, --every, --after, --at and --manual.")
        }
        if [http != nil, noop, !command.isEmpty].count(where: { $0 }) != 1 {
            throw ValidationError("Give one of --http URL, --noop and -- PROGRAM.")
        }
        if timezone != nil, cron == nil, rrule == nil {
            throw ValidationError("--timezone goes with --cron or --rrule.")
        }
        if (rrule == nil) != (start == nil) { throw ValidationError("--rrule and --start go together.") }
        for label in label where !label.contains("=") { throw ValidationError("--label \"\(label)\": write key=value") }
    }

    func run() async throws {
        let job = self.job
        try await client.connected { server in
            output.show([try await server.send("POST", "/jobs", job)], as: .jobs)
        }
    }

    /// What is sent.
    var job: JSONValue {
        var schedule = JSONObject()
        func set(_ type: JSONValue, _ field: String, _ value: String) {
            schedule["type"] = type
            schedule[field] = .string(value)
        }
        if let cron { set("cron", "expression", cron) }
        if let rrule { set("rrule", "rule", rrule) }
        if let start { schedule["start"] = .string(start) }
        if let every { set("interval", "every", every) }
        if let after { set("fixed_delay", "every", after) }
        if let at { set("once", "at", at) }
        if manual { schedule["type"] = "manual" }
        if let timezone { schedule["timezone"] = .string(timezone) }
        var target = JSONObject()
        if let http {
            target["type"] = "http"
            target["method"] = .string(method ?? "POST")
            target["url"] = .string(http)
            if let body { target["body"] = .string(body) }
        } else if noop {
            target["type"] = "noop"
        } else {
            target["type"] = "command"
            target["argv"] = .array(command.map(JSONValue.string))
        }
        var job = JSONObject()
        job["name"] = .string(name)
        job["service"] = .string(service)
        if let queue { job["queue"] = .string(queue) }
        if let timeout { job["timeout"] = .string(timeout) }
        if !label.isEmpty {
            var labels = JSONObject()
            for text in label {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                labels[String(parts[0])] = .string(String(parts[1]))
            }
            job["labels"] = .object(labels)
        }
        job["schedule"] = .object(schedule)
        job["target"] = .object(target)
        return .object(job)
    }
}
